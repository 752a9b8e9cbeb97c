"""Anchors outside: a file on another medium, a URL that takes a POST; and what a start does with them."""

import http.server
import json
import shutil
import socket
import ssl
import subprocess
import threading
import time

import pytest

from conformance.support.audit_log import audit_files, audit_folder, signing_key, write_pem
from conformance.support.clients import aws_client
from conformance.support.server import BINARY, Server
from conformance.test_serve import write_certificate


def wait_for(holds, seconds=30):
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.1)


def anchors_of(path):
    return [json.loads(line)["kagimori"]["anchor"] for line in path.read_text().splitlines()] if path.exists() else []


def status(server):
    done = server.command("status", "--data", server.data, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def verify(server, anchors, tmp_path):
    pem = write_pem(signing_key(server), tmp_path / "audit.pem")
    done = subprocess.run(
        [BINARY, "audit", "verify", audit_folder(server), "--key", pem, "--anchors", anchors],
        capture_output=True, text=True, timeout=60,
    )
    return done.returncode == 0, done.stdout + done.stderr


class Receiver:
    """An HTTP server that keeps what is posted; `behaviour` is what it does: "take", "fail", "hang" or "redirect"."""

    def __init__(self, tls_folder=None):
        self.lines, self.behaviour = [], "take"
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):  # noqa: N802
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if receiver.behaviour == "hang":
                    time.sleep(60)
                    return
                answer = {"take": 204, "fail": 503, "redirect": 302}[receiver.behaviour]
                if answer == 204:
                    receiver.lines.append((self.path, self.headers["Content-Type"], body))
                self.send_response(answer)
                self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        if tls_folder is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(tls_folder / "tls.pem", tls_folder / "tls.key")
            self.http.socket = context.wrap_socket(self.http.socket, server_side=True)
        self.port = self.http.server_address[1]
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.http.shutdown()
        self.http.server_close()


def with_file(tmp_path, *more):
    medium = tmp_path / "medium"
    medium.mkdir(exist_ok=True)
    arguments = ("--audit-anchor-file", medium / "anchors", "--audit-anchor-interval", "1s", *more)
    return Server(tmp_path / "data", arguments=arguments), medium / "anchors"


def test_a_file_takes_an_anchor_each_interval_and_at_the_end(tmp_path):
    server, path = with_file(tmp_path)
    with server:
        kms = aws_client(server, "kms")
        kms.create_key()
        wait_for(lambda: anchors_of(path) and anchors_of(path)[-1]["sequence"] >= 1)
        kms.create_key()
        wait_for(lambda: anchors_of(path)[-1]["sequence"] >= 2)
        assert "record" in status(server)["audit_anchor_file"]
        kms.create_key()
    written = anchors_of(path)
    assert written[-1]["storeRevision"] > written[0]["storeRevision"]
    assert written[-1]["sequence"] >= 3
    with server:  # a start with them
        aws_client(server, "kms").create_key()
    whole, text = verify(server, path, tmp_path)
    assert whole and "anchors are in the log" in text, text
    assert anchors_of(path)[-1]["sequence"] > written[-1]["sequence"]


def test_an_older_copy_of_the_whole_folder_does_not_start(tmp_path):
    server, path = with_file(tmp_path)
    with server:
        aws_client(server, "kms").create_key(Description="old")
    shutil.copytree(server.data, tmp_path / "copy")
    with server:
        aws_client(server, "kms").create_key(Description="new")
    shutil.rmtree(server.data)
    shutil.copytree(tmp_path / "copy", server.data)
    for name in server.data.glob("*.sock"):
        name.unlink()
    whole, text = verify(server, path, tmp_path)
    assert not whole, text
    with pytest.raises(AssertionError, match="older copy"):
        server.start()
    server.process.wait(timeout=10)
    server.arguments.append("--accept-rollback")
    with server:
        aws_client(server, "kms").create_key(Description="after")
    # The anchors of the log that was given up are set aside; those of this one begin anew, and the next start is plain.
    assert (path.parent / "anchors.before-rollback-1").exists()
    assert verify(server, path, tmp_path)[0]
    server.arguments.remove("--accept-rollback")
    with server:
        pass


def test_a_cut_log_is_found_by_its_anchors(tmp_path):
    server, path = with_file(tmp_path)
    with server:
        for _ in range(3):
            aws_client(server, "kms").create_key()
    newest = audit_files(server)[-1]
    lines = newest.read_bytes().splitlines(keepends=True)
    newest.write_bytes(b"".join(lines[:-2]))
    whole, text = verify(server, path, tmp_path)
    assert not whole and "cut" in text, text
    with pytest.raises(AssertionError):
        server.start()
    server.process.wait(timeout=10)


@pytest.mark.parametrize("hostile", [b"\n", b"{}\n", b"\xff" * 100 + b"\n", b"x" * (6 << 20), b"other"])
def test_a_hostile_anchor_file_keeps_the_server_from_starting(tmp_path, hostile):
    server, path = with_file(tmp_path)
    if hostile == b"other":  # the anchors of another deployment
        other, other_path = with_file(tmp_path / "other" if (tmp_path / "other").mkdir() is None else None)
        with other:
            pass
        hostile = other_path.read_bytes()
    path.write_bytes(hostile)
    with pytest.raises(AssertionError, match="anchor file"):
        server.start()
    server.process.wait(timeout=10)


def test_a_medium_that_goes_holds_up_nobody(tmp_path):
    server, path = with_file(tmp_path)
    with server:
        kms = aws_client(server, "kms")
        path.parent.rename(tmp_path / "away")
        kms.create_key()
        wait_for(lambda: "FAILING" in status(server)["audit_anchor_file"])
        (tmp_path / "away").rename(path.parent)
        wait_for(lambda: "FAILING" not in status(server)["audit_anchor_file"])
        assert anchors_of(path)[-1]["sequence"] >= 1
    assert "could not be brought outside" in server.log.read_text()


def test_without_the_medium_there_is_no_start(tmp_path):
    """A folder that is not there is not looked for above: the server could write there."""
    server, path = with_file(tmp_path)
    path.parent.rmdir()
    with pytest.raises(AssertionError, match="the folder of the anchor file is missing"):
        server.start()
    assert server.process.wait(timeout=10) == 1


def refused_without_its_anchors(server):
    with pytest.raises(AssertionError, match="no anchor in .* but there were some outside"):
        server.start()
    assert server.process.wait(timeout=10) == 1


def test_anchors_that_were_taken_away_are_missed(tmp_path):
    """The medium is not mounted, and its mount point is an empty folder: no older copy could be told from the newest."""
    server, path = with_file(tmp_path)
    with server:
        aws_client(server, "kms").create_key()
    path.rename(tmp_path / "elsewhere")
    refused_without_its_anchors(server)
    path.write_bytes(b"")
    refused_without_its_anchors(server)
    (tmp_path / "elsewhere").rename(path)
    with server:  # mounted again
        aws_client(server, "kms").create_key()
    path.unlink()
    server.arguments.append("--accept-rollback")
    with server:
        pass
    assert any(b"AcceptRollback" in file.read_bytes() for file in audit_files(server))
    server.arguments.remove("--accept-rollback")
    with server:  # which has anchors again
        pass
    assert verify(server, path, tmp_path)[0]


@pytest.mark.parametrize("tls", [False, True])
def test_a_receiver_gets_signed_anchors_whatever_it_did_before(tmp_path, tls):
    write_certificate(tmp_path, "receiver")
    with Receiver(tmp_path if tls else None) as receiver:
        receiver.behaviour = "fail"
        url = f"{'https' if tls else 'http'}://127.0.0.1:{receiver.port}/keep?where=here"
        server = Server(
            tmp_path / "data",
            arguments=("--audit-anchor-url", url, "--audit-anchor-ca", tmp_path / "tls.pem", "--audit-anchor-interval",
                       "1s", "--metrics", "127.0.0.1:0"),
        )
        with server:
            kms = aws_client(server, "kms")
            kms.create_key()
            wait_for(lambda: "FAILING" in status(server)["audit_anchor_url"])
            receiver.behaviour = "redirect"
            kms.create_key()
            receiver.behaviour = "hang"
            started = time.monotonic()
            for _ in range(20):
                kms.create_key()
            assert time.monotonic() - started < 10
            receiver.behaviour = "take"
            wait_for(lambda: receiver.lines)
            kms.create_key()
        assert {(path, kind) for path, kind, _ in receiver.lines} == {("/keep?where=here", "application/json")}
        # What was received is an anchor file.
        kept = tmp_path / "kept"
        kept.write_bytes(b"".join(body + b"\n" for _, _, body in receiver.lines))
        whole, text = verify(server, kept, tmp_path)
        assert whole, text
        assert anchors_of(kept)[-1]["sequence"] >= 23


def test_a_receiver_that_nobody_vouches_for_gets_nothing(tmp_path):
    write_certificate(tmp_path, "receiver")
    with Receiver(tmp_path) as receiver:
        server = Server(
            tmp_path / "data",
            arguments=("--audit-anchor-url", f"https://127.0.0.1:{receiver.port}/", "--audit-anchor-interval", "1s"),
        )
        with server:
            wait_for(lambda: "FAILING" in status(server)["audit_anchor_url"])
        assert receiver.lines == []


def test_a_bad_url_is_refused_at_once(tmp_path):
    for url in ("anchors.example", "ftp://127.0.0.1/", "http://user@127.0.0.1/"):
        done = subprocess.run(
            [BINARY, "dev", "--data", tmp_path / "data", "--audit-anchor-url", url], capture_output=True, text=True,
            timeout=30,
        )
        assert done.returncode == 2 and "URL" in done.stderr
    with socket.socket() as nobody:  # bound, not listening
        nobody.bind(("127.0.0.1", 0))
        server = Server(
            tmp_path / "data", arguments=("--audit-anchor-url", f"http://127.0.0.1:{nobody.getsockname()[1]}/")
        )
        with server:
            aws_client(server, "kms").create_key()
