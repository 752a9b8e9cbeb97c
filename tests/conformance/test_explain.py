"""`kagimori explain` and `kagimori policy simulate`: which statement or grant decides, by an audit record, by the live state,
by files."""

import json
import uuid

import pytest
from botocore.exceptions import ClientError

from conformance.support.accounts import ALLOW_ALL, Account, policy
from conformance.support.audit_log import audit_events, request_id
from conformance.support.server import ACCOUNT, REGION

ROOT = f"arn:aws:iam::{ACCOUNT}:root"


@pytest.fixture(scope="module")
def here(server):
    return Account(server, ACCOUNT, "test", "test")


@pytest.fixture(scope="module")
def kms(here):
    return here.root.client("kms")


@pytest.fixture
def key(kms):
    return kms.create_key()["KeyMetadata"]["Arn"]


def explain(server, *arguments):
    done = server.command("explain", "--data", server.data, "--json", *arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def simulate(server, *arguments):
    """(exit code, the decision)"""
    done = server.command("policy", "simulate", "--json", *arguments)
    assert done.returncode in (0, 3), done.stderr
    return done.returncode, json.loads(done.stdout)


def layers(decision):
    return {layer["layer"]: layer["policies"] for layer in decision["layers"]}


def refused_request(call, **parameters):
    with pytest.raises(ClientError) as refusal:
        call(**parameters)
    return refusal.value.response


def test_a_denied_request(server, here, key):
    user = here.user({"Effect": "Allow", "Action": "kms:DescribeKey", "Resource": "*"})
    response = refused_request(user.client("kms").encrypt, KeyId=key, Plaintext=b"x", EncryptionContext={"a": "b"})
    told = explain(server, request_id(response))
    assert told["operation"] == "Encrypt" and told["principal"] == user.arn and told["error_code"] == "AccessDenied"
    assert told["recorded"] == "no statement of any identity policy allows it"
    (now,) = told["now"]
    assert (now["decision"], now["action"], now["resource"]) == ("implicitDeny", "kms:Encrypt", key)
    assert now["message"] == response["Error"]["Message"]
    assert layers(now) == {
        "key policy": [
            {
                "policy": key,
                "effect": "Allow",
                "statement": 0,
                "sid": "Enable IAM User Permissions",
                "names": "the caller's account",
            }
        ],
        "identity policies": [{"policy": f"user/{user.name}/inline/inline", "effect": "none"}],
        "permissions boundary": [],
        "session policies": [],
        "grants": [{"policy": "", "effect": "none"}],
    }
    assert explain(server, told["event_id"]) == told, "the event's id does as well"
    (now,) = explain(server, "--context", "kms:EncryptionContext:a=b", told["event_id"])["now"]
    assert now["decision"] == "implicitDeny", "an option does not take the id"


def test_what_was_recorded_and_what_is_now(server, here, kms, key):
    user = here.user(ALLOW_ALL)
    answer = user.client("kms").encrypt(KeyId=key, Plaintext=b"x")
    here.iam.delete_user_policy(UserName=user.name, PolicyName="inline")
    grant = kms.create_grant(KeyId=key, GranteePrincipal=user.arn, Operations=["Encrypt"])["GrantId"]
    told = explain(server, request_id(answer))
    assert told["error_code"] is None
    assert told["recorded"] == (
        f'allowed by resource policy {key}, statement 0 "Enable IAM User Permissions"; '
        f"identity policy user/{user.name}/inline/inline, statement 0"
    )
    (now,) = told["now"]
    assert (now["decision"], now["explanation"]) == ("allowed", f"allowed by grant {grant}")
    assert layers(now)["grants"] == [{"policy": grant, "effect": "Allow"}]


def test_the_conditions_of_the_request_are_those_of_the_record(server, here, key):
    condition = {"StringEquals": {"kms:EncryptionContext:purpose": "test"}, "IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}
    user = here.user({"Effect": "Allow", "Action": "kms:*", "Resource": "*", "Condition": condition})
    allowed = user.client("kms").encrypt(KeyId=key, Plaintext=b"x", EncryptionContext={"purpose": "test"})
    assert explain(server, request_id(allowed))["now"][0]["decision"] == "allowed"
    denied = refused_request(user.client("kms").encrypt, KeyId=key, Plaintext=b"x", EncryptionContext={"purpose": "no"})
    assert explain(server, request_id(denied))["now"][0]["decision"] == "implicitDeny"
    denied = refused_request(user.client("kms").encrypt, KeyId=key, Plaintext=b"x")
    (now,) = explain(server, request_id(denied))["now"]
    assert now["absent_context_keys"] == ["kms:encryptioncontext:purpose"]


def test_re_encrypt_is_two_questions(server, here, kms, key):
    other = kms.create_key()["KeyMetadata"]["Arn"]
    blob = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    user = here.user({"Effect": "Allow", "Action": "kms:ReEncryptFrom", "Resource": "*"})
    response = refused_request(user.client("kms").re_encrypt, CiphertextBlob=blob, DestinationKeyId=other, SourceKeyId=key)
    now = explain(server, request_id(response))["now"]
    assert [(one["action"], one["decision"]) for one in now][0] == ("kms:ReEncryptFrom", "allowed")
    allowed = kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=other)
    now = explain(server, request_id(allowed))["now"]
    assert [(one["action"], one["resource"]) for one in now] == [("kms:ReEncryptFrom", key), ("kms:ReEncryptTo", other)]


def test_a_session_limited_by_its_policy(server, here, key, tmp_path):
    assumer = here.user({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"})
    role = here.role(ALLOW_ALL)
    limit = policy({"Sid": "Only", "Effect": "Allow", "Action": "kms:DescribeKey", "Resource": "*"})
    session = here.session(role, assumer, Policy=limit)
    response = refused_request(session.client("kms").encrypt, KeyId=key, Plaintext=b"x")
    told = explain(server, request_id(response))
    assert told["recorded"] == "no statement of any session policy allows it"
    assert told["now"][0]["decision"] == "allowed", "no record has a session's policy"
    file = tmp_path / "session.json"
    file.write_text(limit)
    (now,) = explain(server, request_id(response), "--session-policy", file)["now"]
    assert now["explanation"] == "no statement of any session policy allows it"
    assert layers(now)["session policies"] == [{"policy": "session policy", "effect": "none"}]


def test_a_hypothetical_call(server, here, kms, key):
    boundary = here.iam.create_policy(
        PolicyName=f"boundary-{uuid.uuid4()}",
        PolicyDocument=policy({"Sid": "Limit", "Effect": "Deny", "Action": "kms:Decrypt", "Resource": "*"}, ALLOW_ALL),
    )["Policy"]["Arn"]
    user = here.user(ALLOW_ALL, PermissionsBoundary=boundary)
    call = ("--principal", user.arn, "--resource", key)
    assert explain(server, *call, "--action", "kms:Encrypt")["decision"] == "allowed"
    told = explain(server, *call, "--action", "KMS:decrypt")
    assert (told["decision"], told["action"]) == ("explicitDeny", "kms:Decrypt")
    assert told["explanation"] == f'denied by permissions boundary {boundary}, statement 0 "Limit"'
    assert layers(told)["identity policies"][0]["effect"] == "Allow"
    alias = f"alias/{uuid.uuid4()}"
    kms.create_alias(AliasName=alias, TargetKeyId=key)
    told = explain(server, "--principal", user.arn, "--action", "kms:Encrypt", "--resource", key.rsplit(":", 1)[0] + ":" + alias)
    assert (told["decision"], told["resource"]) == ("allowed", key)
    text = server.command("explain", "--data", server.data, *call, "--action", "kms:Decrypt").stdout
    assert text.startswith("DENIED: denied by permissions boundary ")
    assert f'  {boundary}: DENIED by statement 0 "Limit"\n' in text
    assert "session policies:\n  there is none\n" in text


def test_assume_role(server, here):
    user = here.user({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"})
    role = here.role(trusts=here.user().arn)
    told = explain(server, "--principal", user.arn, "--action", "sts:AssumeRole", "--resource", role)
    assert told["explanation"] == "no statement of any trust policy allows it"
    assert layers(told)["trust policy"] == [{"policy": role, "effect": "none"}]
    told = explain(server, "--principal", user.arn, "--action", "sts:AssumeRole", "--resource", here.role())
    assert told["decision"] == "allowed"


def test_what_cannot_be_explained(server, key):
    def complaint(*arguments):
        done = server.command("explain", "--data", server.data, *arguments)
        assert done.returncode == 1 and not done.stdout
        return done.stderr

    call = ("--action", "kms:Encrypt", "--resource", key)
    assert "is a UUID" in complaint("no-id")
    assert "no record in" in complaint(str(uuid.uuid4()))
    assert "there is no user" in complaint(*call, "--principal", f"arn:aws:iam::{ACCOUNT}:user/nobody-at-all")
    assert "there is no account" in complaint(*call, "--principal", "arn:aws:iam::999999999999:root")
    assert "no ARN of a user" in complaint(*call, "--principal", "*")
    assert "federated user" in complaint(*call, "--principal", f"arn:aws:sts::{ACCOUNT}:federated-user/x")
    missing = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{uuid.uuid4()}"
    assert "KMS has no action" in complaint("--principal", ROOT, "--action", "kms:Encript", "--resource", key)
    assert "ARN is needed" in complaint("--principal", ROOT, "--action", "kms:Encrypt")
    assert "there is no key" in complaint("--principal", ROOT, "--action", "kms:Encrypt", "--resource", missing)
    assert server.command("explain", "--data", server.data).returncode == 2


def test_it_is_audited(server, key):
    explain(server, "--principal", ROOT, "--action", "kms:Encrypt", "--resource", key)
    event = audit_events(server)[-1]
    assert event["eventName"] == "SimulateDecision" and event["requestParameters"]["principal"] == ROOT


def test_simulate_on_the_live_state(server, here, key):
    user = here.user()
    call = ("--live", "--data", server.data, "--principal", user.arn, "--action", "kms:Sign", "--resource", key)
    code, decision = simulate(server, *call)
    assert (code, decision["decision"]) == (3, "implicitDeny")
    here.iam.put_user_policy(UserName=user.name, PolicyName="p", PolicyDocument=policy(ALLOW_ALL))
    assert simulate(server, *call)[0] == 0


class Files:
    """Policies in files, without any server."""

    def __init__(self, server, folder):
        self.server, self.folder = server, folder

    def write(self, name, *statements):
        file = self.folder / name
        file.write_text(policy(*statements))
        return file

    def decide(self, *arguments):
        return simulate(self.server, *arguments)


@pytest.fixture
def files(server, tmp_path):
    return Files(server, tmp_path)


KEY = f"arn:aws:kms:{REGION}:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ALICE = "arn:aws:iam::111122223333:user/Alice"
BOB = "arn:aws:iam::444455556666:user/Bob"
ROLE = "arn:aws:iam::111122223333:role/Reader"


def allow(action, **more):
    return {"Effect": "Allow", "Action": action, "Resource": "*"} | more


def test_simulate_files(files):
    to_account = allow("kms:*", Principal={"AWS": "arn:aws:iam::111122223333:root"}, Sid="Account")
    named = allow("kms:Decrypt", Principal={"AWS": [ALICE, ROLE, BOB]}, Sid="Named")
    key_policy = files.write("key.json", to_account, named)
    identity = files.write("identity.json", allow("kms:Encrypt", Sid="Mine"))
    call = ("--key-policy", key_policy, "--resource", KEY)

    code, decision = files.decide(*call, "--principal", ALICE, "--action", "kms:Encrypt")
    assert (code, decision["explanation"]) == (3, "no statement of any identity policy allows it")
    code, decision = files.decide(*call, "--principal", ALICE, "--action", "kms:Encrypt", "--identity-policy", identity)
    assert code == 0
    assert decision["explanation"] == (
        f'allowed by resource policy {key_policy}, statement 0 "Account"; identity policy {identity}, statement 0 "Mine"'
    )
    code, decision = files.decide(*call, "--principal", ALICE, "--action", "kms:Decrypt")
    assert code == 0 and layers(decision)["key policy"][0]["names"] == "the caller itself"
    session = "arn:aws:sts::111122223333:assumed-role/Reader/me"
    code, decision = files.decide(*call, "--principal", session, "--action", "kms:Decrypt")
    assert code == 0 and layers(decision)["key policy"][0]["names"] == "the session's role"
    boundary = files.write("boundary.json", allow("kms:Encrypt"))
    code, decision = files.decide(*call, "--principal", ROLE, "--action", "kms:Decrypt", "--boundary", boundary)
    assert (code, decision["explanation"]) == (3, "no statement of any permissions boundary allows it")
    code, decision = files.decide(*call, "--principal", ROLE, "--action", "kms:Decrypt", "--session-policy", boundary)
    assert (code, decision["explanation"]) == (3, "no statement of any session policy allows it")


def test_simulate_across_accounts(files):
    key_policy = files.write("key.json", allow("kms:*", Principal={"AWS": BOB}))
    identity = files.write("identity.json", allow("kms:*"))
    call = ("--key-policy", key_policy, "--resource", KEY, "--principal", BOB)
    assert files.decide(*call, "--action", "kms:Encrypt")[0] == 3
    assert files.decide(*call, "--action", "kms:Encrypt", "--identity-policy", identity)[0] == 0
    code, decision = files.decide(*call, "--action", "kms:DisableKey", "--identity-policy", identity)
    assert (code, decision["explanation"]) == (3, "the operation cannot be used on another account's resources")


def test_simulate_conditions(files):
    condition = {"StringEquals": {"kms:EncryptionContext:a": "b", "aws:PrincipalTag/team": "x"}}
    condition["Bool"] = {"aws:MultiFactorAuthPresent": "true"}
    identity = files.write("identity.json", allow("kms:*", Condition=condition))
    call = ("--identity-policy", identity, "--principal", ALICE, "--action", "kms:CreateKey")
    code, decision = files.decide(*call, "--context", "kms:EncryptionContext:a=b")
    assert code == 3 and "aws:principaltag/team" in decision["absent_context_keys"]
    entries = ("--context", "kms:EncryptionContext:a=b", "--context", "aws:PrincipalTag/team=x")
    file = files.folder / "context.json"
    file.write_text(json.dumps({"aws:MultiFactorAuthPresent": True, "aws:PrincipalTag/team": "not this"}))
    assert files.decide(*call, *entries, "--context-file", file)[0] == 0
    file.write_text(json.dumps({"aws:MultiFactorAuthPresent": "false"}))
    assert files.decide(*call, *entries, "--context-file", file)[0] == 3


@pytest.mark.parametrize(
    ("content", "complaint"),
    [("{", "policy.json"), ('{"Statement":[{"Effect":"Maybe"}]}', "policy.json"), ("", "policy.json"), ("x" * 200000, "more than")],
)
def test_bad_files(files, content, complaint):
    file = files.folder / "policy.json"
    file.write_text(content)
    done = files.server.command(
        "policy", "simulate", "--identity-policy", file, "--principal", ALICE, "--action", "kms:Encrypt"
    )
    assert done.returncode == 1 and complaint in done.stderr


def test_usage(files):
    command = files.server.command
    assert command("policy", "simulate").returncode == 2
    assert command("policy", "simulate", "--live", "--principal", ALICE, "--action", "kms:Sign").returncode == 2
    both = ("--live", "--data", files.server.data, "--key-policy", "x")
    assert command("policy", "simulate", *both, "--principal", ALICE, "--action", "kms:Sign").returncode == 2
    assert command("policy", "simulate", "--principal", "Alice", "--action", "kms:Sign").returncode == 1
    assert command("policy", "simulate", "--principal", ALICE, "--action", "kms").returncode in (1, 2)
