"""Reads the audit log of a data folder as an auditor would: text files, one JSON object a line."""

import base64
import json
from pathlib import Path


def audit_folder(server):
    return Path(server.data) / "audit"


def audit_files(server):
    files = sorted(audit_folder(server).glob("audit-*.jsonl"))
    assert files, f"no audit log in {audit_folder(server)}"
    return files


def audit_text(server):
    return "".join(path.read_text(encoding="utf-8") for path in audit_files(server))


def audit_events(server):
    """The records, without the chain's own lines."""
    events = []
    for line in audit_text(server).split("\n")[:-1]:  # not splitlines: it knows more line ends than JSON lines have
        entry = json.loads(line)
        if "kagimori" not in entry:
            events.append(entry)
    return events


def event_of(server, request_id):
    """The one record of a request."""
    found = [event for event in audit_events(server) if event.get("requestID") == request_id]
    assert len(found) == 1, f"{len(found)} records of {request_id}"
    return found[0]


def request_id(response):
    """Of a boto3 answer or error."""
    return response["ResponseMetadata"]["RequestId"]


# RFC 8410: what stands before the 32 bytes of an Ed25519 key in a SubjectPublicKeyInfo.
_SPKI_PREFIX = bytes.fromhex("302a300506032b6570032100")


def signing_key(server):
    """The public key that the log's first line names (`kagimori init` exports it; a development server does not)."""
    with audit_files(server)[0].open() as log:
        return bytes.fromhex(json.loads(log.readline())["kagimori"]["header"]["key"])


def write_pem(key, path):
    text = base64.b64encode(_SPKI_PREFIX + key).decode()
    path.write_text(f"-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n")
    return path


def verify(server, folder, pem):
    """`kagimori audit verify`: whether the log is whole, and what it says."""
    done = server.command("audit", "verify", folder, "--key", pem)
    return done.returncode == 0, done.stdout + done.stderr
