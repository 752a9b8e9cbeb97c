"""Retention of the audit log over the wire: the oldest files go when they may, the chain says so, and whoever else removes
a file is found."""

import json
import os
import re
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from conformance.support.production import Production
from conformance.support.server import BINARY

THREADS = 4

pytestmark = pytest.mark.timeout(180)


def fill(server, key, enough):
    """Calls with records of several KiB of random hexadecimal digits, until enough() says so."""
    def work(kms):
        while not enough():
            for _ in range(10):
                context = {f"{number}": os.urandom(500).hex() for number in range(8)}
                kms.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext=context)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work, [server.kms() for _ in range(THREADS)]))


def numbers(folder):
    """Of the files of the log, in any form."""
    return sorted({int(re.match(r"audit-(\d+)\.jsonl", path.name)[1]) for path in folder.glob("audit-*.jsonl*")})


def given_up(folder):
    """The file that a line of the newest file gives up, with all before it; None: there is none."""
    newest = folder / f"audit-{numbers(folder)[-1]:010}.jsonl"
    lines = [line for line in newest.read_text().split("\n") if line.startswith('{"kagimori":{"retired"')]
    return json.loads(lines[-1])["kagimori"]["retired"]["file"] if lines else None


def wait_for(holds, seconds=120):
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.05)


class Trail:
    """A deployment whose log has been cut by its retention."""

    def __init__(self, folder):
        self.production = Production(folder)
        self.folder = self.production.data / "audit"
        self.anchors = folder / "medium" / "anchors"
        self.anchors.parent.mkdir()

    def serve(self, *arguments):
        return self.production.serve("--audit-rotate", "1", *arguments)

    def verify(self, *arguments, folder=None):
        """Whether it is whole, and what was said."""
        done = subprocess.run(
            [BINARY, "audit", "verify", folder or self.folder, "--key", self.production.data / "audit-public-key.pem",
             *arguments], capture_output=True, text=True, timeout=60)
        return done.returncode == 0, done.stdout + done.stderr

    def place(self):
        whole, text = self.verify()
        assert whole, text
        record, link = re.search(r"complete up to record (\d+), link ([0-9a-f]{64})", text).groups()
        return f"{record}:{link}"


@pytest.fixture(scope="module")
def trail(tmp_path_factory):
    """Files that are too young to go, then a limit on their size, then an anchor outside that still needs some."""
    trail = Trail(tmp_path_factory.mktemp("retention"))
    with trail.serve("--audit-retention-days", "1") as server:
        trail.key = server.kms().create_key()["KeyMetadata"]["KeyId"]
        trail.early = trail.place()  # in file 1
        # A file of 1 MiB is half of that once it is compressed, which may be before or after retention looks.
        fill(server, trail.key, lambda: numbers(trail.folder)[-1] >= 8)
        assert numbers(trail.folder)[0] == 1, "files of today are not a day old"
    trail.before = numbers(trail.folder)
    with trail.serve("--audit-retention-mib", "2") as server:
        wait_for(lambda: 1 not in numbers(trail.folder))  # at the start
        fill(server, trail.key, lambda: numbers(trail.folder)[-1] >= 10 and given_up(trail.folder))
        wait_for(lambda: numbers(trail.folder)[0] == given_up(trail.folder) + 1)
    trail.last = trail.place()
    trail.after = numbers(trail.folder)
    return trail


def test_old_files_go_and_the_chain_says_so(trail):
    first, last = trail.after[0], trail.after[-1]
    assert trail.before[0] == 1 and first >= 3 and trail.after == list(range(first, last + 1))
    size = sum(path.stat().st_size for path in trail.folder.iterdir())
    assert size < 4 << 20, "two MiB, and the file that is being written"
    whole, text = trail.verify()
    assert whole, text
    begins = re.search(r"begins at record (\d+), in audit-0*(\d+)\.jsonl: the log's retention removed", text)
    assert begins and int(begins[2]) == first and int(begins[1]) > 1
    assert given_up(trail.folder) == first - 1


def test_a_place_that_is_left_is_held_against_it(trail):
    whole, text = trail.verify("--anchor", trail.last)
    assert whole, text
    record, link = trail.last.split(":")
    whole, text = trail.verify("--anchor", f"{record}:{link[:-1]}{'0' if link[-1] != '0' else '1'}")
    assert not whole and "another log" in text
    whole, text = trail.verify("--anchor", f"{int(record) + 1}:{link}")
    assert not whole and "cut off" in text


def test_a_place_before_the_beginning_vouches_for_nothing(trail):
    """It may be of another log: who asked for it to be held against this one hears that it was not."""
    whole, text = trail.verify("--anchor", trail.early)
    assert not whole and f"the anchor at record {trail.early.split(':')[0]} lies before the log's beginning" in text, text


@pytest.mark.parametrize("which", ["the first", "one in the middle", "the last but one", "the newest"])
def test_a_file_that_is_removed_by_hand_is_missed(trail, tmp_path, which):
    copy = shutil.copytree(trail.folder, tmp_path / "audit")
    number = {"the first": trail.after[0], "one in the middle": trail.after[1], "the last but one": trail.after[-2],
              "the newest": trail.after[-1]}[which]
    gone = list(copy.glob(f"audit-{number:010}.jsonl*"))
    assert gone
    for path in gone:
        path.unlink()
    whole, text = trail.verify("--anchor", trail.last, folder=copy)
    assert not whole, text
    if which == "the newest":  # the log before it was closed, so that the files alone show it
        assert "missing" in text or "cut" in text
    whole, text = trail.verify(folder=copy)
    assert not whole and f"audit-{number:010}.jsonl" in text and "missing" in text, text


def test_what_an_anchor_outside_names_stays(tmp_path):
    """Else the anchor could be held against nothing."""
    trail = Trail(tmp_path)
    keep = ("--audit-anchor-file", trail.anchors, "--audit-retention-mib", "1", "--audit-anchor-interval")
    with trail.serve(*keep, "1h") as server:
        trail.key = server.kms().create_key()["KeyMetadata"]["KeyId"]
        fill(server, trail.key, lambda: numbers(trail.folder)[-1] >= 4)
        time.sleep(0.3)
        kept = numbers(trail.folder)[0]
        named = json.loads(trail.anchors.read_text().split("\n")[-2])["kagimori"]["anchor"]["file"]
        assert (kept, named) == (1, 1)
    with trail.serve(*keep, "1s"):  # the end of the last run named the newest file
        wait_for(lambda: numbers(trail.folder)[0] == numbers(trail.folder)[-1] - 1)
    whole, text = trail.verify("--anchors", trail.anchors)
    assert whole and "1 lie before its beginning" in text, text
