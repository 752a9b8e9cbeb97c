"""`kagimori export` and `kagimori apply`: keys from one deployment into another, under a wrapping key (docs/seeding.md)."""

import base64
import datetime
import re
import stat
import subprocess

import pytest

from conformance.support.accounts import policy
from conformance.support.grants import grants_of
from conformance.support.key_life import current_id, import_material, rotate
from conformance.support.production import REGION, Production
from conformance.support.server import BINARY

ROOT = "arn:aws:iam::111122223333:root"
SIGNING = {
    "RSA_2048": "RSASSA_PSS_SHA_256",
    "ECC_NIST_P256": "ECDSA_SHA_256",
    "ECC_SECG_P256K1": "ECDSA_SHA_256",
    "ECC_NIST_EDWARDS25519": "ED25519_SHA_512",
    "ML_DSA_44": "ML_DSA_SHAKE_256",
}


@pytest.fixture
def wrapping_key(tmp_path):
    file = tmp_path / "wrapping-key"
    said = subprocess.run([BINARY, "wrapping-key", "new", file], capture_output=True, text=True, timeout=60)
    assert said.returncode == 0, said.stderr
    assert re.fullmatch(r"wrapping key [0-9a-f]{16}\n", said.stdout)
    return file


def production(folder):
    folder.mkdir()
    return Production(folder)


@pytest.fixture
def here(tmp_path):
    with production(tmp_path / "here").serve() as running:
        yield running


@pytest.fixture
def there(tmp_path):
    with production(tmp_path / "there").serve() as running:
        yield running


def arn(key_id):
    return f"arn:aws:kms:{REGION}:111122223333:key/{key_id}"


def export(deployment, wrapping_key, out, *which):
    return deployment.command("export", *which, "--wrapping-key", wrapping_key, "--out", out)


def move(here, there, wrapping_key, tmp_path, *which):
    out = tmp_path / "keys.toml"
    done = export(here, wrapping_key, out, *(which or ("--all",)))
    assert done.returncode == 0, done.stderr
    return there.run("apply", out, "--wrapping-key", wrapping_key)


def test_a_wrapping_key_is_for_its_owner_alone_and_made_once(wrapping_key):
    assert stat.S_IMODE(wrapping_key.stat().st_mode) == 0o600
    assert re.fullmatch(r"W[0-9A-Z-]{82}\n", wrapping_key.read_text())
    again = subprocess.run([BINARY, "wrapping-key", "new", wrapping_key], capture_output=True, text=True, timeout=60)
    assert again.returncode == 1


def test_every_ciphertext_of_a_rotated_key_decrypts(here, there, wrapping_key, tmp_path):
    kms = here.kms()
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=100)
    blobs = []
    for i in range(4):
        blobs.append(kms.encrypt(KeyId=key_id, Plaintext=b"%d" % i, EncryptionContext={"n": str(i)})["CiphertextBlob"])
        if i < 3:
            rotate(kms, key_id)
    assert "4 materials" in move(here, there, wrapping_key, tmp_path)
    other = there.kms()
    for i, blob in enumerate(blobs):
        assert other.decrypt(CiphertextBlob=blob, EncryptionContext={"n": str(i)})["Plaintext"] == b"%d" % i
    assert current_id(other, key_id) == current_id(kms, key_id)
    def rotations(client):
        return client.list_key_rotations(KeyId=key_id, IncludeKeyMaterial="ALL_KEY_MATERIAL")["Rotations"]
    assert rotations(other) == rotations(kms)
    mine, theirs = (client.get_key_rotation_status(KeyId=key_id) for client in (kms, other))
    assert mine["NextRotationDate"] == theirs["NextRotationDate"]
    # and back: what is encrypted there decrypts here
    blob = other.encrypt(KeyId=key_id, Plaintext=b"back")["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"back"


def test_a_later_rotation_follows(here, there, wrapping_key, tmp_path):
    kms = here.kms()
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]
    move(here, there, wrapping_key, tmp_path)
    rotate(kms, key_id)
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"new")["CiphertextBlob"]
    (tmp_path / "keys.toml").unlink()
    assert "~ key" in move(here, there, wrapping_key, tmp_path)
    assert there.kms().decrypt(CiphertextBlob=blob)["Plaintext"] == b"new"
    rotate(there.kms(), key_id)
    rotate(kms, key_id)
    (tmp_path / "keys.toml").unlink()
    assert export(here, wrapping_key, tmp_path / "keys.toml", "--all").returncode == 0
    apart = there.command("apply", tmp_path / "keys.toml", "--wrapping-key", wrapping_key)
    assert apart.returncode == 1 and "another material" in apart.stderr


def test_every_other_kind_of_key_goes_on(here, there, wrapping_key, tmp_path):
    kms = here.kms()
    made = {}
    for spec, algorithm in SIGNING.items():
        key_id = kms.create_key(KeySpec=spec, KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
        made[key_id] = (algorithm, kms.sign(KeyId=key_id, Message=b"m", SigningAlgorithm=algorithm)["Signature"])
    mac_key = kms.create_key(KeySpec="HMAC_384", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]["KeyId"]
    mac = kms.generate_mac(KeyId=mac_key, Message=b"m", MacAlgorithm="HMAC_SHA_384")["Mac"]
    kem = kms.create_key(KeySpec="ML_KEM_768", KeyUsage="ENCAPSULATE_DECAPSULATE")["KeyMetadata"]["KeyId"]
    move(here, there, wrapping_key, tmp_path)
    other = there.kms()
    for key_id, (algorithm, signature) in made.items():
        assert other.verify(KeyId=key_id, Message=b"m", Signature=signature, SigningAlgorithm=algorithm)["SignatureValid"]
        assert other.get_public_key(KeyId=key_id)["PublicKey"] == kms.get_public_key(KeyId=key_id)["PublicKey"]
        back = other.sign(KeyId=key_id, Message=b"n", SigningAlgorithm=algorithm)["Signature"]
        assert kms.verify(KeyId=key_id, Message=b"n", Signature=back, SigningAlgorithm=algorithm)["SignatureValid"]
    assert other.verify_mac(KeyId=mac_key, Message=b"m", Mac=mac, MacAlgorithm="HMAC_SHA_384")["MacValid"]
    assert other.get_public_key(KeyId=kem)["PublicKey"] == kms.get_public_key(KeyId=kem)["PublicKey"]


def test_what_belongs_to_a_key_comes_along(here, there, wrapping_key, tmp_path):
    kms = here.kms()
    text = policy({"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*"})
    metadata = kms.create_key(Description='with "quotes"\nand \\ more: ü', Policy=text,
                              Tags=[{"TagKey": "a b", "TagValue": "c=d"}])["KeyMetadata"]
    key_id = metadata["KeyId"]
    for name in ("alias/one", "alias/two/three"):
        kms.create_alias(AliasName=name, TargetKeyId=key_id)
    kms.create_grant(KeyId=key_id, GranteePrincipal=ROOT, Operations=["Decrypt", "RetireGrant"], Name="named",
                     RetiringPrincipal=ROOT, Constraints={"EncryptionContextEquals": {"k": "v"}})
    for _ in range(2):
        kms.create_grant(KeyId=key_id, GranteePrincipal=ROOT, Operations=["Encrypt"])
    kms.disable_key(KeyId=key_id)
    move(here, there, wrapping_key, tmp_path)
    other = there.kms()

    def everything(client):
        about = client.describe_key(KeyId=key_id)["KeyMetadata"]
        grants = [{name: value for name, value in grant.items() if name != "GrantId"}
                  for grant in grants_of(client, key_id).values()]
        aliases = client.list_aliases(KeyId=key_id)["Aliases"]
        return (about, client.get_key_policy(KeyId=key_id)["Policy"], client.list_resource_tags(KeyId=key_id)["Tags"],
                sorted(alias["AliasName"] for alias in aliases), sorted(grants, key=str))

    assert everything(other) == everything(kms)
    assert everything(other)[0]["KeyState"] == "Disabled"
    assert "nothing to do" in there.run("apply", tmp_path / "keys.toml", "--wrapping-key", wrapping_key)
    # its own export is no difference to where it came from either
    assert "nothing to do" in here.run("apply", tmp_path / "keys.toml", "--wrapping-key", wrapping_key)


def test_imported_material_keeps_its_id_and_its_expiry(here, there, wrapping_key, tmp_path):
    kms = here.kms()
    key_id = kms.create_key(Origin="EXTERNAL")["KeyMetadata"]["KeyId"]
    until = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0) + datetime.timedelta(days=30)
    import_material(kms, key_id, b"A" * 32, ValidTo=until, ExpirationModel="KEY_MATERIAL_EXPIRES",
                    KeyMaterialDescription="the first")
    waiting = kms.create_key(Origin="EXTERNAL")["KeyMetadata"]["KeyId"]
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]
    move(here, there, wrapping_key, tmp_path)
    other = there.kms()
    about = other.describe_key(KeyId=key_id)["KeyMetadata"]
    assert (about["ValidTo"], about["Origin"]) == (until, "EXTERNAL")
    assert other.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
    assert other.describe_key(KeyId=waiting)["KeyMetadata"]["KeyState"] == "PendingImport"
    # the same material is still the only one that fits
    other.delete_imported_key_material(KeyId=key_id)
    import_material(other, key_id, b"A" * 32)
    assert other.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
    import_material(other, waiting, b"B" * 32)


def test_material_that_has_gone_is_known(here, there, wrapping_key, tmp_path):
    kms = here.kms()
    key_id = kms.create_key(Origin="EXTERNAL")["KeyMetadata"]["KeyId"]
    import_material(kms, key_id, b"A" * 32)
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]
    kms.delete_imported_key_material(KeyId=key_id)
    move(here, there, wrapping_key, tmp_path)
    other = there.kms()
    assert other.describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"] == "PendingImport"
    import_material(other, key_id, b"A" * 32)
    assert other.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"


def test_what_was_touched_is_refused(here, there, wrapping_key, tmp_path):
    kms = here.kms()
    ids = [kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(2)]
    rotate(kms, ids[0])
    out = tmp_path / "keys.toml"
    assert export(here, wrapping_key, out, "--key", arn(ids[0]), "--key", arn(ids[1])).returncode == 0
    text = out.read_text()
    sealed = re.findall(r'sealed = "([^"]+)"', text)
    assert len(sealed) == 3
    second = text.index("\n[[key.material]]", text.index("\n[[key.material]]") + 1)
    raw = bytearray(base64.b64decode(sealed[0]))
    raw[-1] ^= 1
    for touched in (
        text.replace(sealed[0], base64.b64encode(raw).decode()),  # altered
        text.replace(sealed[0], "~").replace(sealed[2], sealed[0]).replace("~", sealed[2]),  # swapped between keys
        text.replace(sealed[0], "~").replace(sealed[1], sealed[0]).replace("~", sealed[1]),  # within a key
        text[:second] + text[text.index("\n[[key]]", second):],  # one left out
        text.replace('rotation = "ON_DEMAND"', 'rotation = "AUTOMATIC"'),
        re.sub(r"^created = 2(.*)$", r"created = 2\1", text, flags=re.M).replace(ids[0], ids[0][:-1] + "0"
            if ids[0][-1] != "0" else ids[0][:-1] + "1"),  # another key id
        text.replace(sealed[0], sealed[0][:-8]),
    ):
        assert touched != text
        file = tmp_path / "touched.toml"
        file.write_text(touched)
        done = there.command("apply", file, "--wrapping-key", wrapping_key)
        assert done.returncode == 1, done.stdout
        assert "material" in done.stderr and "nothing was changed" in done.stderr
    assert there.kms().list_keys()["Keys"] == []


def test_a_wrong_or_missing_wrapping_key_is_told_apart(here, there, wrapping_key, tmp_path):
    here.kms().create_key()
    out = tmp_path / "keys.toml"
    assert export(here, wrapping_key, out, "--all").returncode == 0
    assert "give its wrapping key" in there.command("apply", out).stderr
    other = tmp_path / "other"
    subprocess.run([BINARY, "wrapping-key", "new", other], check=True, timeout=60, capture_output=True)
    done = there.command("apply", out, "--wrapping-key", other)
    assert done.returncode == 1 and "was made with the wrapping key" in done.stderr
    mistyped = tmp_path / "mistyped"
    mistyped.write_text("W0000-00000\n")
    mistyped.chmod(0o600)
    assert there.command("apply", out, "--wrapping-key", mistyped).returncode == 1
    wrapping_key.chmod(0o644)
    assert there.command("apply", out, "--wrapping-key", wrapping_key).returncode == 1


def test_what_cannot_be_exported(here, wrapping_key, tmp_path):
    kms = here.kms()
    pending = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.schedule_key_deletion(KeyId=pending, PendingWindowInDays=7)
    out = tmp_path / "keys.toml"
    done = export(here, wrapping_key, out, "--key", arn(pending))
    assert done.returncode == 1 and "waits for its deletion" in done.stderr
    done = export(here, wrapping_key, out, "--key", arn("11111111-2222-4333-8444-555555555555"))
    assert done.returncode == 1 and "there is no such key" in done.stderr
    done = export(here, wrapping_key, out, "--key", "alias/x")
    assert done.returncode == 1 and "no ARN of a key" in done.stderr
    assert export(here, wrapping_key, out).returncode == 2
    assert not out.exists()
    done = export(here, wrapping_key, out, "--all")
    assert done.returncode == 0 and "1 keys and grants were left out" in done.stdout
    assert f"# left out: key {arn(pending)}" in out.read_text()
    assert export(here, wrapping_key, out, "--all").returncode == 1  # the file is there


def test_a_production_deployment_takes_nothing_in_clear(there, tmp_path):
    file = tmp_path / "clear.toml"
    file.write_text(f'region = "{REGION}"\n[[key]]\nid = "11111111-2222-4333-8444-555555555555"\n'
                    f'[[key.material]]\nclear = "{base64.b64encode(bytes(32)).decode()}"\n')
    done = there.command("apply", file)
    assert done.returncode == 1 and "in clear" in done.stderr
    assert there.kms().list_keys()["Keys"] == []


def test_exports_and_imports_are_audited(here, there, wrapping_key, tmp_path):
    key_id = here.kms().create_key()["KeyMetadata"]["KeyId"]
    move(here, there, wrapping_key, tmp_path)
    exported = {name: event for name, failed, event in here.administration() if not failed}
    assert exported["ExportKey"]["requestParameters"]["keyId"] == arn(key_id)
    assert exported["ExportKey"]["requestParameters"]["materials"] == 1
    assert exported["ExportKeys"]["responseElements"]["keys"] == 1
    imported = {name: event for name, failed, event in there.administration() if not failed}
    assert imported["CreateKey"]["resources"][0]["ARN"] == arn(key_id)
    assert imported["ApplyKeys"]["responseElements"]["differences"] == 1
    there.command("apply", tmp_path / "keys.toml")
    assert ("ApplyKeys", True) in [(name, failed) for name, failed, _ in there.administration()]


def test_without_a_server(tmp_path, wrapping_key):
    here, there = production(tmp_path / "here"), production(tmp_path / "there")
    with here.serve():
        blob_key = here.kms().create_key()["KeyMetadata"]["KeyId"]
        blob = here.kms().encrypt(KeyId=blob_key, Plaintext=b"x")["CiphertextBlob"]
    out = tmp_path / "keys.toml"
    here.run("export", "--all", "--wrapping-key", wrapping_key, "--out", out, *here.proof())
    there.run("apply", out, "--wrapping-key", wrapping_key, *there.proof())
    there.run("verify", *there.proof())
    with there.serve("--apply", out, "--apply-wrapping-key", wrapping_key):
        assert there.kms().decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
    refused = there.command("serve", "--listen", "127.0.0.1:0", "--start-sealed", "--apply", out)
    assert refused.returncode == 1 and "sealed" in refused.stderr


def test_from_one_account_alone(here, tmp_path, wrapping_key):
    here.kms().create_key()
    out = tmp_path / "keys.toml"
    assert export(here, wrapping_key, out, "--all").returncode == 0
    text = out.read_text()
    file = tmp_path / "other.toml"
    file.write_text(text.replace("111122223333", "444455556666"))
    assert "there is no account 444455556666" in here.command("apply", file, "--wrapping-key", wrapping_key).stderr
    here.run("account", "create", "another", "--account", "444455556666")
    assert "does not open" in here.command("apply", file, "--wrapping-key", wrapping_key).stderr
