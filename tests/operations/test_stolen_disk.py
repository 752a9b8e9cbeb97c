"""docs/operations/stolen-disk.md, played: a copy of the data folder in other hands, without and with the passphrase."""

import base64
import json
import re
import shutil
import time

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.timeout(300)


def windows(data, size=16):
    return [data[at:at + size] for at in range(0, len(data) - size + 1, size)]


def terms_of(exercise, data):
    return json.loads(exercise.shell(f"kagimori status --json --data {data}"))["terms"]


def eventually(holds, seconds=60):
    deadline = time.monotonic() + seconds
    while not (held := holds()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return held


def test_the_exercise(exercise):
    exercise.set_up()
    exercise.shell("systemctl start kagimori")
    kms = exercise.kms()
    key = kms.create_key(Description="a description that no thief reads", Tags=[
        {"TagKey": "owner-of-the-key", "TagValue": "somebody-in-particular"}])["KeyMetadata"]["KeyId"]
    blob = kms.encrypt(KeyId=key, Plaintext=b"worth stealing")["CiphertextBlob"]
    exercise.shell("systemctl stop kagimori; cp -a /var/lib/kagimori /mnt/stolen; systemctl start kagimori")

    # Without the passphrase: nothing of what is sealed lies there in the clear, while the audit log does.
    stolen = exercise.path("/mnt/stolen")
    everything = {path: path.read_bytes() for path in stolen.rglob("*") if path.is_file()}
    sealed = b"".join(data for path, data in everything.items() if "audit" not in path.parts)
    audit = b"".join(data for path, data in everything.items() if "audit" in path.parts)
    for secret in (b"a description that no thief reads", b"owner-of-the-key", b"somebody-in-particular"):
        assert secret not in sealed
    for secret in (exercise.secret.encode(), base64.b64decode(exercise.secret), b"worth stealing", b"correct horse"):
        assert not any(window in sealed + audit for window in windows(secret, min(16, len(secret))))
    assert key.encode() in audit
    exercise.step()
    exercise.step(fails=True)

    # With it: the copy is as good as the original.
    exercise.shell("kagimori verify --data /mnt/stolen --passphrase-file /root/passphrase")
    copy = exercise.path("/mnt/thief")
    shutil.copytree(stolen, copy)
    copy.chmod(0o700)
    exercise.passphrase("/root/thief", "correct horse battery staple")
    exercise.path("/etc/kagimori/thief.toml").write_text(exercise.here(
        'data = "/mnt/thief"\nlisten = "127.0.0.1:0"\npassphrase-file = "/root/thief"\naudit-reserve = 1\n'))
    exercise.shell("systemctl start kagimori@thief")
    thief = exercise.kms("/mnt/thief")
    assert thief.decrypt(CiphertextBlob=blob)["Plaintext"] == b"worth stealing"

    exercise.step()  # a new root key
    exercise.step()  # and only the new passphrase
    data = "/var/lib/kagimori"
    exercise.shell(f"kagimori seal test --data {data} --passphrase-file /root/thief", fails=True)
    # The stolen slots do not open what the owner has now.
    shutil.copytree(exercise.path(data), exercise.path("/mnt/later"))
    shutil.rmtree(exercise.path("/mnt/later/slots"))
    shutil.copytree(stolen / "slots", exercise.path("/mnt/later/slots"))
    exercise.path("/mnt/later").chmod(0o700)
    exercise.shell("kagimori verify --data /mnt/later --passphrase-file /root/thief", fails=True)

    said = exercise.step()  # new access keys
    old = exercise.access_key, exercise.secret
    fresh = re.search(r"Access key id: +(\S+)", said)[1], re.search(r"Secret access key: +(\S+)", said)[1]
    exercise.step()  # start, and a new term
    assert eventually(lambda: terms_of(exercise, data) == 1), "the terms that the thief has are still there"
    with pytest.raises(ClientError, match="UnrecognizedClientException|InvalidClientTokenId"):
        exercise.kms().list_keys()
    exercise.access_key, exercise.secret = fresh
    kms = exercise.kms()
    new = kms.create_key()["KeyMetadata"]["KeyId"]
    again = kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=new)["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=again)["Plaintext"] == b"worth stealing"

    exercise.access_key, exercise.secret = old
    thief = exercise.kms("/mnt/thief")
    with pytest.raises(ClientError):
        thief.decrypt(CiphertextBlob=again)
    assert thief.decrypt(CiphertextBlob=blob)["Plaintext"] == b"worth stealing"  # as the document says
    exercise.finish()
