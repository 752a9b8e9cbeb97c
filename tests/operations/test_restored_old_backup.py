"""docs/operations/restored-old-backup.md, played: what comes back, what does not, and what the logs show."""

import json
import shutil

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.timeout(300)


def test_the_exercise(exercise):
    exercise.set_up(extra='audit-anchor-file = "/mnt/anchors/anchors"\naudit-anchor-interval = "1s"\n')
    exercise.shell("systemctl start kagimori")
    kms = exercise.kms()
    kept, deleted = (kms.create_key(Description=text)["KeyMetadata"]["KeyId"] for text in ("kept", "deleted"))
    early = {key: kms.encrypt(KeyId=key, Plaintext=b"early")["CiphertextBlob"] for key in (kept, deleted)}

    assert "2 keys" in (exercise.step())  # the nightly backup and its verification
    folder = exercise.path("/var/lib/kagimori")
    exercise.shell("systemctl stop kagimori")
    shutil.copytree(folder, exercise.path("/mnt/backup/folder"))
    exercise.shell("systemctl start kagimori")

    kms = exercise.kms()
    kms.schedule_key_deletion(KeyId=deleted, PendingWindowInDays=7)
    since = kms.create_key(Description="since")["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/since", TargetKeyId=since)
    late = kms.encrypt(KeyId=kept, Plaintext=b"late")["CiphertextBlob"]
    lost = kms.encrypt(KeyId=since, Plaintext=b"lost")["CiphertextBlob"]
    exercise.shell("systemctl stop kagimori; cp -a /var/lib/kagimori/audit /mnt/backup/audit")

    listed = exercise.step()
    assert kept in listed and deleted in listed and since not in listed
    difference = exercise.step()
    assert f"key/{deleted}: PendingDeletion" in difference and f"key/{since}" in difference
    exercise.step()  # restore
    exercise.configure("restored", "/var/lib/kagimori-restored")
    exercise.step()  # start

    kms = exercise.kms("/var/lib/kagimori-restored")
    for key, blob in early.items():
        assert kms.decrypt(CiphertextBlob=blob)["KeyId"].endswith(key)
    assert kms.decrypt(CiphertextBlob=late)["Plaintext"] == b"late"
    assert kms.describe_key(KeyId=deleted)["KeyMetadata"]["KeyState"] == "Enabled"
    with pytest.raises(ClientError) as refused:
        kms.decrypt(CiphertextBlob=lost)
    assert refused.value.response["Error"]["Code"] in ("NotFoundException", "InvalidCiphertextException",
                                                       "AccessDeniedException")
    assert {key["KeyId"] for key in kms.list_keys()["Keys"]} == {kept, deleted}
    new = kms.create_key()["KeyMetadata"]["KeyId"]
    assert kms.encrypt(KeyId=new, Plaintext=b"x")

    said = exercise.step()  # both logs are whole
    record = json.loads(next(line for line in said.splitlines() if '"Restore"' in line))
    assert record["requestParameters"]["epoch"] == 2
    exercise.step()  # the backup's place is in the old log
    exercise.shell("systemctl stop kagimori@restored")
    exercise.shell("kagimori verify --data /var/lib/kagimori-restored --passphrase-file /root/passphrase")

    # The copy of the whole folder, put back without a restore.
    shutil.rmtree(folder)
    shutil.copytree(exercise.path("/mnt/backup/folder"), folder)
    folder.chmod(0o700)
    exercise.step(fails=True)
    exercise.finish()
