"""docs/operations/cloned-machine.md, played: two copies of one deployment, both running."""

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.timeout(300)
CLONE = "/var/lib/kagimori-clone"


def test_the_exercise(exercise):
    exercise.set_up()
    exercise.shell("systemctl start kagimori")
    kms = exercise.kms()
    common, withdrawn = (kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(2))
    before = kms.encrypt(KeyId=withdrawn, Plaintext=b"before")["CiphertextBlob"]
    exercise.shell("systemctl stop kagimori; cp -a /var/lib/kagimori /var/lib/kagimori-clone")
    exercise.configure("clone", CLONE)

    exercise.step()  # both run
    kms, clone = exercise.kms(), exercise.kms(CLONE)

    # Safe: the same plaintext on both gives ciphertexts that have nothing in common and open on both.
    blobs = [client.encrypt(KeyId=common, Plaintext=b"same")["CiphertextBlob"] for client in (kms, clone) for _ in "ab"]
    assert len(set(blobs)) == len({blob[-40:] for blob in blobs}) == 4
    for client in (kms, clone):
        assert all(client.decrypt(CiphertextBlob=blob)["Plaintext"] == b"same" for blob in blobs)

    # Not safe: changes on one side.
    apart = clone.create_key()["KeyMetadata"]["KeyId"]
    alone = clone.encrypt(KeyId=apart, Plaintext=b"alone")["CiphertextBlob"]
    with pytest.raises(ClientError):
        kms.decrypt(CiphertextBlob=alone)
    kms.disable_key(KeyId=withdrawn)
    with pytest.raises(ClientError, match="DisabledException"):
        kms.decrypt(CiphertextBlob=before)
    assert clone.decrypt(CiphertextBlob=before)["Plaintext"] == b"before"

    exercise.step()  # each log is whole
    exercise.step()  # the original's last place ...
    exercise.step(fails=True)  # ... is not in the clone's
    exercise.step()  # the clone is stopped
    exercise.finish()

    # One folder, two servers: the second does not start.
    exercise.configure("second")
    assert "in use by another process" in exercise.shell("systemctl start kagimori@second", fails=True)
