"""`kagimori root rotate`, cut off at any instant: one of the two recovery codes opens the deployment and the other does
not, the passphrase opens it throughout, every key is there, and who rotated is in the audit log.

A recorded rotation gives every folder that a kill can leave, and many that a power cut can (support/instants.py); real
kills at moments spread over its course do the same with the real program."""

import copy
import os
import random
import shutil
import signal
import subprocess
import time

import pytest

from conformance.support.production import Production
from conformance.support.server import BINARY
from faults.support.instants import Recording, look_at, run_on
from faults.support.power import check_recording

CUTS = int(os.environ.get("KAGIMORI_ROTATE_CUTS", "70"))
SEED = 20261123
KILLS = 14
BEGUN, DONE = "BeginRootKeyRotation", "RotateRootKey"

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def deployment(tmp_path_factory):
    """Stopped, with a few keys."""
    folder = tmp_path_factory.mktemp("root") / "disk"
    folder.mkdir(mode=0o700)
    made = Production(folder)
    with made.serve() as server:
        kms = server.kms()
        keys = [kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(6)]
        made.blobs = {key: kms.encrypt(KeyId=key, Plaintext=key.encode())["CiphertextBlob"] for key in keys}
    return made


def at(deployment, root):
    """The same deployment elsewhere."""
    other = copy.copy(deployment)
    other.folder, other.data = root, root / "data"
    other.passphrase, other.recovery = root / "passphrase", root / "recovery-code"
    other.log = root.parent / f"{root.name}.log"
    return other


def opens(place, code):
    return code.exists() and run_on(place.data, "seal", "test", "--recovery-code-file", code)[0] == 0


def slots(place):
    return sorted(path.name for path in (place.data / "slots").glob("*.slot"))


def whole(place, proof):
    """What `kagimori verify` finds."""
    code, said = run_on(place.data, "verify", *proof)
    return [] if code == 0 else [f"verify: {said}"]


def one_way_in(place, new_code):
    """The only code that opens; findings."""
    way = [code for code in (place.recovery, new_code) if opens(place, code)]
    if len(way) != 1:
        return None, [f"{[code.name for code in way]} open, with the slots {slots(place)}"]
    return way[0], whole(place, place.proof(way[0]))


def decrypts(place, proof):
    with place.serve(proof=proof) as server:
        kms = server.kms()
        return all(kms.decrypt(CiphertextBlob=blob)["Plaintext"] == key.encode() for key, blob in place.blobs.items())


@pytest.fixture(scope="module")
def recording(deployment):
    made = Recording(deployment.folder)
    deployment.run("root", "rotate", *deployment.proof(), "--recovery-code-out", deployment.folder / "new-code",
                   environment=made.environment)
    check_recording(made)
    assert slots(deployment) == ["03.slot", "04.slot"]
    return made


class Look:
    """What must hold at an instant of the recorded rotation."""

    def __init__(self, deployment, recording, *, passphrase_at=(), serve_at=()):
        self.deployment, self.recording = deployment, recording
        self.passphrase_at, self.serve_at = set(passphrase_at), set(serve_at)
        self.new = {}  # index: whether the new code opens

    def __call__(self, root, index):
        place = at(self.deployment, root)
        code, findings = one_way_in(place, root / "new-code")
        if code is None:
            return findings
        new = code.name == "new-code"
        self.new[index] = new
        names = [name for name, failed, _ in place.administration() if not failed]
        if new and names.count(BEGUN) != 1:
            findings.append(f"the root key is another one, and the audit log has {names}")
        if index == len(self.recording.events) and (not new or slots(place) != ["03.slot", "04.slot"] or DONE not in names):
            findings.append(f"not all of a rotation that was done: {code}, {slots(place)}, {names}")
        if index in self.passphrase_at:
            said = run_on(place.data, "seal", "test", *place.proof())
            if said[0] != 0 or f"slot {3 if new else 1}," not in said[1]:
                findings.append(f"the passphrase: {said}")
        if index in self.serve_at and not decrypts(place, place.proof(code)):
            findings.append("a key does not decrypt")
        return findings


def first_of(recording):
    """The call with which the rotation begins to write."""
    return next(i for i, event in enumerate(recording.events) if event.first.endswith(b"/new-code"))


def findings(looked):
    return [(one.index, one.how, text) for one in looked for text in one.findings]


def test_a_kill_at_every_call(deployment, recording):
    """Of those that only open the store, every fourth."""
    first = first_of(recording)
    changes = recording.changes()
    instants = [index for place, index in enumerate(changes) if index > first or place % 4 == 0]
    assert len(instants) > 20
    spread = [instants[len(instants) // 3], instants[-1]]
    look = Look(deployment, recording, passphrase_at=spread, serve_at=spread)
    looked = look_at(recording, [(index, "kill") for index in instants], look)
    assert findings(looked) == []
    opened = [look.new[index] for index in instants]
    assert opened == sorted(opened) and opened[0] is False and opened[-1] is True, "it went back and forth"


def test_the_power_goes(deployment, recording):
    chance = random.Random(SEED)
    size = len(recording.events)
    first = first_of(recording)
    indexes = sorted({*chance.choices(range(first), k=CUTS // 4), *chance.choices(range(first, size), k=CUTS), size})
    look = Look(deployment, recording, passphrase_at=indexes[-1:], serve_at=chance.sample(indexes, 4))
    looked = look_at(recording, [(index, SEED) for index in indexes], look)
    assert findings(looked) == []
    assert set(look.new.values()) == {True, False}


def rotate_and_kill(place, arguments, now):
    """Its exit code; -9: the kill came before its end. It comes when `now`, given the seconds gone by, says so."""
    started = time.monotonic()
    process = subprocess.Popen([BINARY, "root", "rotate", "--data", place.data, *arguments], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    while process.poll() is None and not now(time.monotonic() - started):
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    said = process.communicate(timeout=60)[0].decode()
    assert process.returncode in (0, -signal.SIGKILL), said
    return process.returncode


def before_the_kill(deployment, folder):
    """`deployment` has been rotated; its code is the new one now."""
    shutil.copytree(deployment.folder, folder)
    os.replace(folder / "new-code", folder / "recovery-code")
    return at(deployment, folder)


def test_real_kills(deployment, recording, tmp_path):
    """Without passphrases, which take their time: of a rotation that is over in some tens of milliseconds."""
    before = before_the_kill(deployment, tmp_path / "before")
    how = (*before.proof(before.recovery), "--drop", "3", "--recovery-code-out")

    place = at(deployment, shutil.copytree(before.folder, tmp_path / "whole"))
    started = time.monotonic()
    assert rotate_and_kill(place, [*how, place.folder / "new-code"], lambda _: False) == 0
    usual = time.monotonic() - started
    assert one_way_in(place, place.folder / "new-code") == (place.folder / "new-code", [])

    killed = 0
    for number in range(KILLS):
        place = at(deployment, shutil.copytree(before.folder, tmp_path / str(number)))
        after = usual * (number + 0.5) / KILLS
        killed += rotate_and_kill(place, [*how, place.folder / "new-code"], lambda gone: gone > after) != 0
        code, found = one_way_in(place, place.folder / "new-code")
        assert found == []
        if number % 5 == 1:
            assert decrypts(place, place.proof(code))
    assert killed >= 3


@pytest.mark.parametrize("sign", ["the code was handed out", "the first slot is there"])
def test_real_kills_beside_a_passphrase(deployment, recording, tmp_path, sign):
    before = before_the_kill(deployment, tmp_path / "before")
    place = at(deployment, shutil.copytree(before.folder, tmp_path / "killed"))
    new_code, had = place.folder / "new-code", len(slots(place))
    signs = {"the code was handed out": new_code.exists, "the first slot is there": lambda: len(slots(place)) > had}
    killed = rotate_and_kill(place, [*place.proof(), "--recovery-code-out", new_code], lambda _: signs[sign]())
    assert killed == -signal.SIGKILL
    # Nothing has changed yet.
    assert one_way_in(place, new_code) == (place.recovery, [])
    assert decrypts(place, place.proof())
    # What was left over goes with the next one.
    again, rest = place.folder / "again", [f"--drop={int(name[:2])}" for name in slots(place)]
    place.run("root", "rotate", *place.proof(place.recovery), *rest, "--recovery-code-out", again)
    assert opens(place, again) and not opens(place, place.recovery) and len(slots(place)) == 1
