"""docs/operations/lost-passphrase.md, played: nobody knows the passphrase, the recovery code opens, and shares of one do."""

import json

import pytest

pytestmark = pytest.mark.timeout(300)

DATA = "/var/lib/kagimori"


def administration(exercise):
    """The names of the administrative calls in the audit log, in order."""
    names = []
    for file in sorted(exercise.path(f"{DATA}/audit").glob("*.jsonl")):
        for line in file.read_text().splitlines():
            event = json.loads(line)
            if event.get("eventSource") == "administration.kagimori":
                names.append((event["eventName"], "errorCode" in event))
    return names


def test_the_exercise(exercise):
    exercise.set_up()
    exercise.shell("systemctl start kagimori")
    kms = exercise.kms()
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    blob = kms.encrypt(KeyId=key, Plaintext=b"not lost")["CiphertextBlob"]
    exercise.shell("systemctl stop kagimori")
    exercise.path("/root/passphrase").unlink()

    exercise.step()  # the code opens, without a server
    exercise.step()  # the server is up with it
    assert exercise.kms().decrypt(CiphertextBlob=blob)["Plaintext"] == b"not lost"
    exercise.step()  # a new passphrase, the old slot removed, while it runs
    exercise.passphrase("/root/old", "correct horse battery staple")
    exercise.shell(f"kagimori seal test --data {DATA} --passphrase-file /root/old", fails=True)
    exercise.step()  # the server is up with the new passphrase
    assert exercise.kms().decrypt(CiphertextBlob=blob)["Plaintext"] == b"not lost"
    exercise.step()  # a new code
    exercise.step()  # shares
    assert exercise.path("/root/shares").stat().st_mode & 0o777 == 0o600
    exercise.step(fails=True)  # too few
    exercise.step()  # enough, and the server is up with them
    assert exercise.kms().decrypt(CiphertextBlob=blob)["Plaintext"] == b"not lost"
    exercise.finish()

    names = administration(exercise)
    for name in ("TestSlot", "AddSlot", "RemoveSlot"):
        assert (name, False) in names, names
    assert ("TestSlot", True) in names  # the lost passphrase, tried once more

    # Nothing that was shown or typed is in the log of the server or of its audit.
    written = exercise.path("/root/new-recovery-code").read_text() + exercise.path("/root/shares").read_text()
    groups = [group for line in written.split() for group in line.split("-")]
    everything = "".join(path.read_text(errors="replace") for path in exercise.path("/run").glob("*.log"))
    everything += "".join(path.read_text() for path in exercise.path(f"{DATA}/audit").glob("*.jsonl"))
    for line in written.split():
        assert line not in everything
        assert "-".join(line.split("-")[2:5]) not in everything
    assert len(groups) == 14 + 5 * 18


def test_what_is_mistyped_is_named(exercise):
    exercise.set_up()
    code = exercise.path("/root/recovery-code").read_text().strip()
    groups = code.split("-")
    test = f"kagimori seal test --data {DATA} --recovery-code-file /root/typed"

    def typed(text, fails=True):
        exercise.passphrase("/root/typed", text)
        return exercise.shell(test, fails)

    wrong = groups[4][:2] + ("7" if groups[4][2] != "7" else "8") + groups[4][3:]
    assert "group 5 is mistyped" in typed("-".join([*groups[:4], wrong, *groups[5:]]))
    assert "13 groups instead of 14" in typed("-".join(groups[:6] + groups[7:]))
    assert "groups 3 and 4 are mistyped" in typed("-".join([*groups[:2], groups[3], groups[2], *groups[4:]]))
    assert "it opens slot 2" in typed(" ".join(groups).lower().replace("0", "o"), fails=False)
    for said in (typed("-".join([*groups[:4], wrong, *groups[5:]])),):
        assert not any(group in said for group in groups)


def test_root_rotate_and_every_crash_in_it(exercise):
    exercise.set_up()
    data, passphrase = f"--data {DATA}", "--passphrase-file /root/passphrase"
    exercise.shell(f"cp -a {DATA} /mnt/before")
    said = exercise.shell(f"kagimori root rotate {data} {passphrase} --recovery-code-out /root/new-code")
    assert "Slots: 3, 4. Gone: 1, 2." in said
    assert "slot 3" in exercise.shell(f"kagimori seal test {data} {passphrase}")
    assert "slot 4" in exercise.shell(f"kagimori seal test {data} --recovery-code-file /root/new-code")
    exercise.shell(f"kagimori seal test {data} --recovery-code-file /root/recovery-code", fails=True)

    # A crash before the record was sealed anew: all slots, the old store. The old ones open.
    exercise.shell(f"cp -a /mnt/before /mnt/early; cp -a {DATA}/slots/*.slot /mnt/early/slots/")
    early = "--data /mnt/early"
    assert "slot 1" in exercise.shell(f"kagimori seal test {early} {passphrase}")
    assert "slot 2" in exercise.shell(f"kagimori seal test {early} --recovery-code-file /root/recovery-code")
    exercise.shell(f"kagimori seal test {early} --recovery-code-file /root/new-code", fails=True)
    # What was left over goes with the next rotation.
    exercise.shell(f"kagimori root rotate {early} {passphrase} --no-recovery")
    assert exercise.shell("ls /mnt/early/slots").split() == ["05.slot"]

    # A crash after it: all slots, the new store. The new ones open, also those whose old passphrase slot opens first.
    exercise.shell(f"cp -a {DATA} /mnt/late; cp -a /mnt/before/slots/*.slot /mnt/late/slots/")
    late = "--data /mnt/late"
    assert "slot 3" in exercise.shell(f"kagimori seal test {late} {passphrase}")
    assert "slot 4" in exercise.shell(f"kagimori seal test {late} --recovery-code-file /root/new-code")
    assert "slot 1 was removed; slot 3 opens" in exercise.shell(f"kagimori seal remove 1 {late} {passphrase}")
    # The last way in stays.
    exercise.shell(f"kagimori seal remove 3 {late} {passphrase}", fails=True)


def test_a_reset_takes_the_old_access_key_away_at_once(exercise):
    exercise.set_up()
    exercise.shell("systemctl start kagimori")
    old = exercise.kms()
    old.create_key()
    said = exercise.shell(f"kagimori account reset-root-key 111122223333 --data {DATA}")
    with pytest.raises(Exception, match="UnrecognizedClient|InvalidClientTokenId"):
        old.list_keys()
    exercise.access_key = said.split("Access key id:")[1].split()[0]
    exercise.secret = said.split("Secret access key:")[1].split()[0]
    assert len(exercise.kms().list_keys()["Keys"]) == 1
    exercise.shell(f"kagimori account reset-root-key 222222222222 --data {DATA}", fails=True)
    names = administration(exercise)
    assert ("ResetRootAccessKey", False) in names and ("ResetRootAccessKey", True) in names
