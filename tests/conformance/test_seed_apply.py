"""`kagimori apply` and `--apply`: keys as a file says, in a development deployment (docs/seeding.md)."""

import base64
import json
import re
import subprocess
import time

import pytest

from conformance.support.accounts import policy
from conformance.support.audit_log import audit_events
from conformance.support.clients import aws_client
from conformance.support.grants import grants_of, root
from conformance.support.production import Production
from conformance.support.server import ACCOUNT, BINARY, REGION, Server, key_arn

KEY = "11111111-2222-4333-8444-555555555555"
OTHER = "99999999-2222-4333-8444-555555555555"
MATERIAL = base64.b64encode(bytes(range(32))).decode()
SEED = f'''
region = "{REGION}"

[[key]]
id = "{KEY}"
description = "from a file"
aliases = ["alias/seeded", "alias/seeded-too"]
tags = {{ team = "payments", stage = "dev" }}
rotation_period_days = 180

[[key.material]]
clear = "{MATERIAL}"

[[key.grant]]
name = "reader"
grantee = "{root()}"
operations = ["Decrypt", "DescribeKey"]
encryption_context_subset = {{ purpose = "demo" }}

[[key]]
id = "mrk-0123456789abcdef0123456789abcdef"
spec = "HMAC_256"
usage = "GENERATE_VERIFY_MAC"
'''


def write(folder, text, name="keys.toml"):
    file = folder / name
    file.write_text(text)
    return file


def apply(server, file, *more):
    return server.command("apply", file, "--data", server.data, *more)


def applied(server, file, *more):
    done = apply(server, file, *more)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def refused(server, file, *texts):
    done = apply(server, file)
    assert done.returncode == 1, done.stdout + done.stderr
    for text in texts:
        assert text in done.stderr, done.stderr
    return done


@pytest.fixture
def seeded(own_server, tmp_path):
    applied(own_server, write(tmp_path, SEED))
    return own_server


def test_makes_what_the_file_says(seeded):
    kms = aws_client(seeded, "kms")
    metadata = kms.describe_key(KeyId="alias/seeded")["KeyMetadata"]
    assert (metadata["KeyId"], metadata["Arn"]) == (KEY, key_arn(KEY))
    assert metadata["Description"] == "from a file"
    assert metadata["KeyState"] == "Enabled"
    assert kms.get_key_rotation_status(KeyId=KEY)["RotationPeriodInDays"] == 180
    tags = kms.list_resource_tags(KeyId=KEY)["Tags"]
    assert tags == [{"TagKey": "stage", "TagValue": "dev"}, {"TagKey": "team", "TagValue": "payments"}]
    aliases = [alias["AliasName"] for alias in kms.list_aliases(KeyId=KEY)["Aliases"]]
    assert sorted(aliases) == ["alias/seeded", "alias/seeded-too"]
    (grant,) = grants_of(kms, KEY).values()
    assert grant["Name"] == "reader"
    assert grant["Constraints"] == {"EncryptionContextSubset": {"purpose": "demo"}}
    mac = kms.describe_key(KeyId="mrk-0123456789abcdef0123456789abcdef")["KeyMetadata"]
    assert (mac["KeySpec"], mac["MultiRegion"]) == ("HMAC_256", True)


def test_tells_the_differences_and_ends_them_once(own_server, tmp_path):
    file = write(tmp_path, SEED)
    dry = apply(own_server, file, "--dry-run")
    assert dry.returncode == 4
    assert f"+ key {key_arn(KEY)}" in dry.stdout
    assert "+ alias alias/seeded of" in dry.stdout
    assert "+ grant 'reader' of Decrypt, DescribeKey to" in dry.stdout
    assert "nothing was changed" in dry.stdout
    kms = aws_client(own_server, "kms")
    assert kms.list_keys()["Keys"] == []

    said = applied(own_server, file)
    assert [line for line in said.split("\n") if line.startswith("+")] == [
        line for line in dry.stdout.split("\n") if line.startswith("+")
    ]
    again = applied(own_server, file)
    assert re.fullmatch(r"= key \S+\n= key \S+\nnothing to do: 2 keys are as the file says\n", again)
    assert apply(own_server, file, "--dry-run").returncode == 0


def test_two_deployments_of_one_file_read_each_other(seeded, tmp_path):
    blob = aws_client(seeded, "kms").encrypt(KeyId="alias/seeded", Plaintext=b"hello")["CiphertextBlob"]
    with Server(tmp_path / "second", arguments=["--apply", write(tmp_path, SEED)]) as second:
        answer = aws_client(second, "kms").decrypt(CiphertextBlob=blob)
    assert answer["Plaintext"] == b"hello"


def test_a_server_applies_before_it_is_ready(tmp_path):
    server = Server(tmp_path / "data", arguments=["--apply", write(tmp_path, SEED)])
    for _ in range(2):
        with server:
            assert aws_client(server, "kms").describe_key(KeyId="alias/seeded")["KeyMetadata"]["KeyId"] == KEY
    bad = write(tmp_path, SEED.replace('id = "1', 'id = "x1'), "bad.toml")
    done = subprocess.run(
        [BINARY, "dev", "--data", tmp_path / "data", "--listen", "127.0.0.1:0", "--apply", bad],
        capture_output=True, text=True, timeout=60,
    )
    assert done.returncode == 1
    assert "ready" not in done.stdout
    assert "line 5: key x1" in done.stderr and "id: " in done.stderr


def test_changes_what_may_change(seeded, tmp_path):
    kms = aws_client(seeded, "kms")
    text = policy({"Effect": "Allow", "Principal": {"AWS": root()}, "Action": "kms:*", "Resource": "*"})
    write(tmp_path, text, "policy.json")
    changed = SEED.replace("from a file", "changed").replace("payments", "billing").replace("= 180", "= 0")
    changed = changed.replace("description =", 'policy_file = "policy.json"\nenabled = false\ndescription =')
    said = applied(seeded, write(tmp_path, changed))
    assert f"~ key {key_arn(KEY)}: description, tags, policy, disabled, rotation\n" in said
    metadata = kms.describe_key(KeyId=KEY)["KeyMetadata"]
    assert (metadata["Description"], metadata["KeyState"]) == ("changed", "Disabled")
    assert kms.get_key_policy(KeyId=KEY)["Policy"] == text
    assert {"TagKey": "team", "TagValue": "billing"} in kms.list_resource_tags(KeyId=KEY)["Tags"]
    assert "nothing to do" in applied(seeded, write(tmp_path, changed))


def keys_of(count, more=""):
    return f'region = "{REGION}"\n' + "".join(
        f'[[key]]\nid = "{number:08d}-2222-4333-8444-555555555555"\n{more}' for number in range(count)
    )


def test_more_keys_than_the_account_may_have_are_none_at_all(tmp_path):
    with Server(tmp_path / "data", arguments=["--resource-quotas", "keys=3"]) as server:
        kms = aws_client(server, "kms")
        there = kms.create_key()["KeyMetadata"]["KeyId"]
        refused(server, write(tmp_path, keys_of(3)), "the account would have more keys in the Region than it may have")
        assert [key["KeyId"] for key in kms.list_keys()["Keys"]] == [there]
        applied(server, write(tmp_path, keys_of(2)))
        assert applied(server, write(tmp_path, keys_of(2))).endswith("nothing to do: 2 keys are as the file says\n")
        with pytest.raises(kms.exceptions.LimitExceededException):
            kms.create_key()


def test_what_is_there_is_no_difference_under_a_lower_quota(own_server, tmp_path):
    grants = "".join(f'[[key.grant]]\nname = "g{n}"\ngrantee = "{root()}"\noperations = ["Decrypt"]\n' for n in range(3))
    file = write(tmp_path, keys_of(1, 'aliases = ["alias/a", "alias/b"]\n' + grants))
    applied(own_server, file)
    own_server.stop()
    own_server.arguments = ["--resource-quotas", "keys=0,aliases=1,grants=1"]
    own_server.start()
    assert applied(own_server, file).endswith("nothing to do: 1 keys are as the file says\n")
    refused(own_server, write(tmp_path, keys_of(1, 'aliases = ["alias/c"]\n')), "it has the maximum number of aliases")
    more = f'[[key.grant]]\nname = "more"\ngrantee = "{root()}"\noperations = ["Decrypt"]\n'
    refused(own_server, write(tmp_path, keys_of(1, more)), "with these it would have too many grants")


def test_a_disk_at_its_reserve_takes_no_change(tmp_path):
    (tmp_path / "production").mkdir()
    full = Production(tmp_path / "production")
    full.reserve_mib = "100000000"  # more than any disk has
    file = write(tmp_path, keys_of(1))
    with full.serve():
        done = full.command("apply", file)
        assert done.returncode == 1 and "down to its reserve" in done.stderr, done.stdout + done.stderr
        assert full.command("apply", file, "--dry-run").returncode == 4
        assert full.kms().list_keys()["Keys"] == []


def test_moves_an_alias(seeded, tmp_path):
    kms = aws_client(seeded, "kms")
    moved = f'region = "{REGION}"\n[[key]]\nid = "{OTHER}"\naliases = ["alias/seeded"]\n'
    assert "~ alias alias/seeded: moves to" in applied(seeded, write(tmp_path, moved))
    assert kms.describe_key(KeyId="alias/seeded")["KeyMetadata"]["KeyId"] == OTHER
    assert [alias["AliasName"] for alias in kms.list_aliases(KeyId=KEY)["Aliases"]] == ["alias/seeded-too"]
    mac = f'region = "{REGION}"\n[[key]]\nid = "mrk-0123456789abcdef0123456789abcdef"\naliases = ["alias/seeded"]\n'
    refused(seeded, write(tmp_path, mac), "another type or usage")


def test_takes_nothing_away(seeded, tmp_path):
    kms = aws_client(seeded, "kms")
    assert "nothing to do" in applied(seeded, write(tmp_path, f'region = "{REGION}"\n[[key]]\nid = "{KEY}"\n'))
    assert len(kms.list_keys()["Keys"]) == 2
    assert len(kms.list_resource_tags(KeyId=KEY)["Tags"]) == 2
    assert len(grants_of(kms, KEY)) == 1


def test_what_was_rotated_since_is_no_difference(seeded, tmp_path):
    kms = aws_client(seeded, "kms")
    blob = kms.encrypt(KeyId=KEY, Plaintext=b"old")["CiphertextBlob"]
    kms.rotate_key_on_demand(KeyId=KEY)
    while "OnDemandRotationStartDate" in kms.get_key_rotation_status(KeyId=KEY):
        time.sleep(0.05)
    assert "nothing to do" in applied(seeded, write(tmp_path, SEED))
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"old"


@pytest.mark.parametrize(
    ("was", "becomes", "text"),
    [
        (f'clear = "{MATERIAL}"', f'clear = "{base64.b64encode(b"x" * 32).decode()}"', "another material"),
        ('description = "from', 'spec = "RSA_2048"\nusage = "SIGN_VERIFY"\ndescription = "from', "spec"),
        ('description = "from', 'origin = "EXTERNAL"\ndescription = "from', "origin"),
    ],
)
def test_refuses_what_never_changes(seeded, tmp_path, was, becomes, text):
    changed = SEED.replace(was, becomes).replace("from a file", "not this either").replace("= 180", "= 0")
    done = refused(seeded, write(tmp_path, changed), f"key {key_arn(KEY)}", text, "nothing was changed")
    assert f"! key {key_arn(KEY)}" in done.stdout
    assert aws_client(seeded, "kms").describe_key(KeyId=KEY)["KeyMetadata"]["Description"] == "from a file"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[key]", "line 1"),
        (f'[[key]]\nid = "{KEY}"\n', "no Region"),
        (f'[[key]]\nregion = "{REGION}"\nid = "no-uuid"\n', "a UUID or mrk-"),
        (f'[[key]]\nregion = "atlantis-1"\nid = "{KEY}"\n', "no Region 'atlantis-1'"),
        (f'[[key]]\nregion = "{REGION}"\nid = "{KEY}"\ncolour = "red"\n', "colour: there is no such member"),
        (f'[[key]]\nregion = "{REGION}"\nid = "{KEY}"\nspec = "AES_1"\n', "there is no 'AES_1'"),
        (f'[[key]]\nregion = "{REGION}"\nid = "{KEY}"\nspec = "RSA_2048"\n', "needs a usage"),
        (f'[[key]]\nregion = "{REGION}"\nid = "{KEY}"\naliases = ["seeded"]\n', "alias/"),
        (f'[[key]]\nregion = "{REGION}"\nid = "{KEY}"\naliases = ["alias/aws/x"]\n', "reserved"),
        (f'[[key]]\nregion = "{REGION}"\nid = "{KEY}"\ntags = {{ "aws:x" = "y" }}\n', "reserved"),
        (f'[[key]]\nregion = "{REGION}"\nid = "{KEY}"\npolicy = "{{}}"\n', "policy is refused"),
        (f'[[key]]\nregion = "{REGION}"\nid = "{KEY}"\nrotation_period_days = 5\n', "90 to 2560"),
        (f'[[key]]\nregion = "{REGION}"\nid = "{KEY}"\n' * 2, "twice"),
        (f'[[key]]\nregion = "{REGION}"\nid = "{KEY}"\naccount = "123412341234"\n', "no account 123412341234"),
        (f'[[key]]\nregion = "{REGION}"\nid = "{KEY}"\n[[key.material]]\nclear = "aGVsbG8="\n', "it has 5 bytes"),
        (f'[[key]]\nregion = "{REGION}"\nid = "{KEY}"\n[[key.material]]\nclear = "?"\n', "base64"),
        (f'[[key]]\nregion = "{REGION}"\nid = "{KEY}"\n[[key.grant]]\ngrantee = "{root("777777777777")}"\n'
         'operations = ["Decrypt"]\n', "who is not here"),
        (f'[[key]]\nregion = "{REGION}"\nid = "{KEY}"\n[[key.grant]]\ngrantee = "{root()}"\noperations = ["Sing"]\n',
         "there is no 'Sing'"),
        (f'[[key]]\nregion = "{REGION}"\nid = "{KEY}"\n[[key.grant]]\ngrantee = "{root()}"\noperations = ["Sign"]\n',
         "Sign is not supported"),
        ("#" * (8 << 20) + "\n", "more than"),
    ],
)
def test_refuses_a_bad_file(own_server, tmp_path, text, said):
    refused(own_server, write(tmp_path, text), said)
    assert aws_client(own_server, "kms").list_keys()["Keys"] == []


def test_a_lockout_is_refused_unless_it_is_wanted(own_server, tmp_path):
    closed = policy({"Effect": "Allow", "Principal": {"AWS": root()}, "Action": "kms:Encrypt", "Resource": "*"})
    text = f'region = "{REGION}"\n[[key]]\nid = "{KEY}"\npolicy = {json.dumps(closed)}\n'
    refused(own_server, write(tmp_path, text), "update the key policy in the future")
    applied(own_server, write(tmp_path, text + "bypass_policy_lockout_safety_check = true\n"))


def test_a_destroyed_id_is_never_given_again(seeded, tmp_path):
    kms = aws_client(seeded, "kms")
    kms.schedule_key_deletion(KeyId=KEY, PendingWindowInDays=7)
    refused(seeded, write(tmp_path, SEED), "waits for its deletion")
    seeded.advance_clock("8d")
    deadline = time.monotonic() + 20
    while "DeleteKey" not in [event["eventName"] for event in audit_events(seeded)]:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    refused(seeded, write(tmp_path, SEED), "destroyed")
    assert seeded.stop() == 0
    done = seeded.command("verify", "--data", seeded.data)
    seeded.start()
    assert done.returncode == 0, done.stdout + done.stderr


def move(source, target, tmp_path, *which):
    """From one development deployment into another."""
    wrapping_key, out = tmp_path / "wrapping-key", tmp_path / "moved.toml"
    for stale in (wrapping_key, out):
        stale.unlink(missing_ok=True)
    assert source.command("wrapping-key", "new", wrapping_key).returncode == 0
    done = source.command("export", *which, "--data", source.data, "--wrapping-key", wrapping_key, "--out", out)
    return done, lambda: apply(target, out, "--wrapping-key", wrapping_key)


def test_roles_are_found_by_their_names_on_the_other_side(own_server, tmp_path):
    trust = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": root()}, "Action": "sts:AssumeRole"}]}

    def make_role(server):
        return aws_client(server, "iam").create_role(RoleName="app", AssumeRolePolicyDocument=json.dumps(trust))["Role"]

    role = make_role(own_server)
    kms = aws_client(own_server, "kms")
    key_policy = policy({"Effect": "Allow", "Principal": {"AWS": [root(), role["Arn"]]}, "Action": "kms:*",
                         "Resource": "*"})
    key_id = kms.create_key(Policy=key_policy)["KeyMetadata"]["KeyId"]
    kms.create_grant(KeyId=key_id, GranteePrincipal=role["Arn"], Operations=["Decrypt"], RetiringPrincipal=role["Arn"])
    with Server(tmp_path / "second") as second:
        done, into = move(own_server, second, tmp_path, "--all")
        assert done.returncode == 0, done.stderr
        refused_there = into()
        assert refused_there.returncode == 1
        assert "invalid principals" in refused_there.stderr and role["Arn"] in refused_there.stderr
        make_role(second)
        taken = into()
        assert taken.returncode == 0, taken.stderr
        other = aws_client(second, "kms")
        assert json.loads(other.get_key_policy(KeyId=key_id)["Policy"]) == json.loads(key_policy)
        (grant,) = grants_of(other, key_id).values()
        assert (grant["GranteePrincipal"], grant["RetiringPrincipal"]) == (role["Arn"], role["Arn"])
        assert "nothing to do" in into().stdout


def test_a_services_own_key_stays_where_it_is(own_server, tmp_path):
    aws_client(own_server, "ssm").put_parameter(Name="/a", Value="v", Type="SecureString")
    arn = aws_client(own_server, "kms").describe_key(KeyId="alias/aws/ssm")["KeyMetadata"]["Arn"]
    done, _ = move(own_server, own_server, tmp_path, "--key", arn)
    assert done.returncode == 1 and "a service's own key" in done.stderr
    done, _ = move(own_server, own_server, tmp_path, "--all")
    assert done.returncode == 0 and "0 keys" in done.stdout and "1 keys and grants were left out" in done.stdout
    named = f'region = "{REGION}"\n[[key]]\nid = "{arn.rsplit("/", 1)[1]}"\ndescription = "mine"\n'
    refused(own_server, write(tmp_path, named), "a service's own key")


def test_every_change_is_in_the_audit_log(seeded):
    events = {}
    for event in audit_events(seeded):
        if event["eventSource"] == "administration.kagimori":
            events.setdefault(event["eventName"], []).append(event)
    assert len(events["CreateKey"]) == 2
    assert len(events["CreateAlias"]) == 2
    assert len(events["CreateGrant"]) == 1
    assert len(events["ApplyKeys"]) == 1
    made = events["CreateKey"][0]
    assert made["resources"][0]["ARN"] == key_arn(KEY)
    assert made["recipientAccountId"] == ACCOUNT
    assert made["userIdentity"]["invokedBy"].startswith("uid:")
    assert MATERIAL not in json.dumps(events)


def test_a_killed_apply_is_finished_by_the_next(own_server, tmp_path):
    text = f'region = "{REGION}"\n'
    for i in range(150):
        text += f'[[key]]\nid = "{i:08x}-0000-4000-8000-000000000000"\naliases = ["alias/n{i}", "alias/m{i}"]\n'
        text += f'[[key.grant]]\ngrantee = "{root()}"\noperations = ["Decrypt"]\n'
    file = write(tmp_path, text)
    for _ in range(3):
        applying = subprocess.Popen([BINARY, "apply", file, "--data", own_server.data],
                                    stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        for _ in range(60):  # lines: some changes are done
            applying.stdout.readline()
        own_server.kill()
        applying.communicate(timeout=60)
        own_server.start()
    said = applied(own_server, file)
    assert "applied" in said
    assert "nothing to do: 150 keys" in applied(own_server, file)
    kms = aws_client(own_server, "kms")
    for i in (0, 20, 149):
        key_id = kms.describe_key(KeyId=f"alias/n{i}")["KeyMetadata"]["KeyId"]
        assert len(grants_of(kms, key_id)) == 1
    made = [event["resources"][0]["ARN"] for event in audit_events(own_server) if event["eventName"] == "CreateKey"]
    assert len(made) == len(set(made)) == 150
