"""The AWS CLI, every operation of this release once, in the order a person might use them."""

import base64
import json
import os
import subprocess
import sys

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from conformance.support.server import ACCOUNT, REGION

pytestmark = pytest.mark.timeout(600)  # each command starts Python anew


@pytest.fixture
def aws(server, tmp_path):
    """Runs one command; gives its JSON output, or None when it prints nothing."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment |= {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": server.url,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_MAX_ATTEMPTS": "1",
        "HOME": str(tmp_path),
    }

    def run(*command, fails=None, key=None):
        signs = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]} if key else {}
        done = subprocess.run(
            [sys.executable, "-m", "awscli", *command, "--output", "json"],
            capture_output=True,
            text=True,
            env=environment | signs,
            cwd=tmp_path,
            timeout=60,
            check=False,
        )
        if fails is not None:
            assert done.returncode != 0 and fails in done.stderr, done
            return None
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else None

    return run


def test_the_whole_list(aws, tmp_path):
    assert aws("sts", "get-caller-identity")["Account"] == ACCOUNT

    made = aws("kms", "create-key", "--description", "by hand", "--tags", "TagKey=a,TagValue=b")["KeyMetadata"]
    key = made["KeyId"]
    assert aws("kms", "describe-key", "--key-id", key)["KeyMetadata"] == made
    assert {"KeyId": key, "KeyArn": made["Arn"]} in aws("kms", "list-keys")["Keys"]
    assert aws("kms", "update-key-description", "--key-id", key, "--description", "changed") is None
    assert aws("kms", "disable-key", "--key-id", key) is None
    aws(
        "kms",
        "encrypt",
        "--key-id",
        key,
        "--plaintext",
        "eA==",
        fails=f"(DisabledException) when calling the Encrypt operation: {made['Arn']} is disabled.",
    )
    assert aws("kms", "enable-key", "--key-id", key) is None

    alias = f"alias/cli-{key}"
    assert aws("kms", "create-alias", "--alias-name", alias, "--target-key-id", key) is None
    assert aws("kms", "update-alias", "--alias-name", alias, "--target-key-id", key) is None
    assert [entry["AliasName"] for entry in aws("kms", "list-aliases", "--key-id", key)["Aliases"]] == [alias]

    secret = tmp_path / "secret"
    secret.write_bytes(b"a secret file\n")
    context = ("--encryption-context", "purpose=test,owner=nobody")
    sealed = aws("kms", "encrypt", "--key-id", alias, "--plaintext", f"fileb://{secret}", *context)
    blob = tmp_path / "blob"
    blob.write_bytes(base64.b64decode(sealed["CiphertextBlob"]))
    opened = aws("kms", "decrypt", "--ciphertext-blob", f"fileb://{blob}", *context)
    assert base64.b64decode(opened["Plaintext"]) == b"a secret file\n"
    assert opened["KeyId"] == made["Arn"]
    aws("kms", "decrypt", "--ciphertext-blob", f"fileb://{blob}", fails="(InvalidCiphertextException)")
    aws(
        "kms",
        "decrypt",
        "--ciphertext-blob",
        f"fileb://{blob}",
        *context,
        "--dry-run",
        fails="(DryRunOperationException)",
    )
    moved = aws(
        "kms",
        "re-encrypt",
        "--ciphertext-blob",
        f"fileb://{blob}",
        "--destination-key-id",
        key,
        "--source-encryption-context",
        "purpose=test,owner=nobody",
    )
    blob.write_bytes(base64.b64decode(moved["CiphertextBlob"]))
    assert (
        base64.b64decode(aws("kms", "decrypt", "--ciphertext-blob", f"fileb://{blob}")["Plaintext"])
        == b"a secret file\n"
    )

    data_key = aws("kms", "generate-data-key", "--key-id", key, "--key-spec", "AES_256")
    assert len(base64.b64decode(data_key["Plaintext"])) == 32
    assert "Plaintext" not in aws(
        "kms", "generate-data-key-without-plaintext", "--key-id", key, "--number-of-bytes", "8"
    )
    assert len(base64.b64decode(aws("kms", "generate-random", "--number-of-bytes", "20")["Plaintext"])) == 20

    assert aws("kms", "tag-resource", "--key-id", key, "--tags", "TagKey=c,TagValue=d") is None
    assert aws("kms", "untag-resource", "--key-id", key, "--tag-keys", "a") is None
    assert aws("kms", "list-resource-tags", "--key-id", key)["Tags"] == [{"TagKey": "c", "TagValue": "d"}]

    policy = aws("kms", "get-key-policy", "--key-id", key)["Policy"]
    assert aws("kms", "put-key-policy", "--key-id", key, "--policy", policy) is None
    assert aws("kms", "list-key-policies", "--key-id", key)["PolicyNames"] == ["default"]
    assert aws("kms", "get-key-rotation-status", "--key-id", key)["KeyRotationEnabled"] is False

    assert aws("kms", "delete-alias", "--alias-name", alias) is None
    assert (
        aws("kms", "schedule-key-deletion", "--key-id", key, "--pending-window-in-days", "7")["KeyState"]
        == "PendingDeletion"
    )
    assert aws("kms", "cancel-key-deletion", "--key-id", key)["KeyId"] == made["Arn"]
    aws("kms", "replicate-key", "--key-id", key, "--replica-region", "eu-west-1", fails="(UnsupportedOperationException)")


def test_the_life_of_a_key(aws, tmp_path):
    key = aws("kms", "create-key")["KeyMetadata"]["KeyId"]
    assert aws("kms", "enable-key-rotation", "--key-id", key, "--rotation-period-in-days", "180") is None
    status = aws("kms", "get-key-rotation-status", "--key-id", key)
    assert (status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (True, 180)
    assert aws("kms", "rotate-key-on-demand", "--key-id", key)["KeyId"].endswith(key)
    for _ in range(30):
        rotations = aws("kms", "list-key-rotations", "--key-id", key, "--include-key-material", "ALL_KEY_MATERIAL")["Rotations"]
        if len(rotations) == 2:
            break
    assert [one.get("RotationType") for one in rotations] == [None, "ON_DEMAND"]
    assert aws("kms", "disable-key-rotation", "--key-id", key) is None

    key = aws("kms", "create-key", "--origin", "EXTERNAL")["KeyMetadata"]["KeyId"]
    given = aws("kms", "get-parameters-for-import", "--key-id", key, "--wrapping-algorithm", "RSAES_OAEP_SHA_256",
                "--wrapping-key-spec", "RSA_2048")
    public = serialization.load_der_public_key(base64.b64decode(given["PublicKey"]))
    oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
    (tmp_path / "material").write_bytes(public.encrypt(os.urandom(32), oaep))
    (tmp_path / "token").write_bytes(base64.b64decode(given["ImportToken"]))
    aws("kms", "import-key-material", "--key-id", key, "--encrypted-key-material", "fileb://material", "--import-token", "fileb://token",
        "--expiration-model", "KEY_MATERIAL_DOES_NOT_EXPIRE")
    assert aws("kms", "describe-key", "--key-id", key)["KeyMetadata"]["KeyState"] == "Enabled"
    aws("kms", "delete-imported-key-material", "--key-id", key)
    assert aws("kms", "describe-key", "--key-id", key)["KeyMetadata"]["KeyState"] == "PendingImport"


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def test_iam_by_hand(aws):
    """A user of a group and a role that it assumes, with policies of every kind, use a key; then all of it goes again."""
    key_arn = aws("kms", "create-key")["KeyMetadata"]["Arn"]
    use = document({"Effect": "Allow", "Action": ["kms:Encrypt", "kms:DescribeKey"], "Resource": key_arn})
    assume = document({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"})

    user = aws("iam", "create-user", "--user-name", "cli-user", "--path", "/cli/", "--tags", "Key=team,Value=a")["User"]
    group = aws("iam", "create-group", "--group-name", "cli-group")["Group"]
    made = aws("iam", "create-policy", "--policy-name", "cli-use", "--policy-document", use)["Policy"]
    aws("iam", "add-user-to-group", "--user-name", "cli-user", "--group-name", "cli-group")
    aws("iam", "attach-group-policy", "--group-name", "cli-group", "--policy-arn", made["Arn"])
    inline = ("--user-name", "cli-user", "--policy-name", "assume")
    aws("iam", "put-user-policy", *inline, "--policy-document", assume)
    assert [found["UserName"] for found in aws("iam", "list-users", "--path-prefix", "/cli/")["Users"]] == ["cli-user"]
    assert aws("iam", "get-user", "--user-name", "cli-user")["User"]["UserId"] == user["UserId"]
    assert aws("iam", "list-groups-for-user", "--user-name", "cli-user")["Groups"] == [group]
    assert aws("iam", "list-attached-group-policies", "--group-name", "cli-group")["AttachedPolicies"] == [
        {"PolicyName": "cli-use", "PolicyArn": made["Arn"]}
    ]

    access_key = aws("iam", "create-access-key", "--user-name", "cli-user")["AccessKey"]
    assert aws("sts", "get-caller-identity", key=access_key)["Arn"] == user["Arn"]
    encrypt = ("kms", "encrypt", "--key-id", key_arn, "--plaintext", "eA==")
    assert aws(*encrypt, key=access_key)["KeyId"] == key_arn
    denied = "(AccessDeniedException) when calling the DisableKey operation: User: " + user["Arn"]
    aws("kms", "disable-key", "--key-id", key_arn, key=access_key, fails=denied)

    trust = document({"Effect": "Allow", "Principal": {"AWS": user["Arn"]}, "Action": "sts:AssumeRole"})
    role = aws("iam", "create-role", "--role-name", "cli-role", "--assume-role-policy-document", trust)["Role"]
    aws("iam", "attach-role-policy", "--role-name", "cli-role", "--policy-arn", made["Arn"])
    session = ("--role-arn", role["Arn"], "--role-session-name", "by-hand")
    assert aws("sts", "assume-role", *session, key=access_key)["AssumedRoleUser"]["Arn"].endswith("/cli-role/by-hand")

    simulated = aws(
        "iam",
        "simulate-principal-policy",
        "--policy-source-arn",
        user["Arn"],
        "--action-names",
        "kms:Encrypt",
        "kms:Decrypt",
        "--resource-arns",
        key_arn,
    )["EvaluationResults"]
    assert [(one["EvalActionName"], one["EvalDecision"]) for one in simulated] == [
        ("kms:Encrypt", "allowed"),
        ("kms:Decrypt", "implicitDeny"),
    ]
    details = aws("iam", "get-account-authorization-details", "--filter", "User", "Group", "Role", "LocalManagedPolicy")
    assert "cli-user" in [found["UserName"] for found in details["UserDetailList"]]
    assert "cli-role" in [found["RoleName"] for found in details["RoleDetailList"]]

    url = "https://tokens.cli.example.com"
    provider = aws("iam", "create-open-id-connect-provider", "--url", url, "--client-id-list", "app")
    provider_arn = provider["OpenIDConnectProviderArn"]
    named = ("--open-id-connect-provider-arn", provider_arn)
    assert aws("iam", "get-open-id-connect-provider", *named)["ClientIDList"] == ["app"]
    assert {"Arn": provider_arn} in aws("iam", "list-open-id-connect-providers")["OpenIDConnectProviderList"]

    aws("iam", "delete-user", "--user-name", "cli-user", fails="(DeleteConflict)")
    for command in (
        ("delete-open-id-connect-provider", *named),
        ("detach-role-policy", "--role-name", "cli-role", "--policy-arn", made["Arn"]),
        ("delete-role", "--role-name", "cli-role"),
        ("delete-access-key", "--user-name", "cli-user", "--access-key-id", access_key["AccessKeyId"]),
        ("delete-user-policy", *inline),
        ("remove-user-from-group", "--user-name", "cli-user", "--group-name", "cli-group"),
        ("detach-group-policy", "--group-name", "cli-group", "--policy-arn", made["Arn"]),
        ("delete-group", "--group-name", "cli-group"),
        ("delete-policy", "--policy-arn", made["Arn"]),
        ("delete-user", "--user-name", "cli-user"),
    ):
        assert aws("iam", *command) is None
    aws(*encrypt, key=access_key, fails="(UnrecognizedClientException)")
    aws("iam", "get-user", "--user-name", "cli-user", fails="(NoSuchEntity)")
