"""SecureString: KMS as any caller has it, its errors, its records, and the keys of services."""

import base64
import json

import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from conformance.support.accounts import Account
from conformance.support.audit_log import audit_events, audit_text, event_of, request_id
from conformance.support.clients import aws_client, refused
from conformance.support.server import ACCOUNT, REGION, alias_arn, key_arn
from conformance.support.ssm import DEFAULT_KEY, parameter_arn

VIA = f"ssm.{REGION}.amazonaws.com"


def kms_calls(server, name):
    """The KMS records about a parameter: (operation, error)."""
    arn = parameter_arn(name)
    found = []
    for event in audit_events(server):
        context = (event.get("requestParameters") or {}).get("encryptionContext") or {}
        if event["eventSource"] == "kms.amazonaws.com" and context.get("PARAMETER_ARN") == arn:
            found.append(event)
    return found


def wrapped(text, code, answer):
    """The text of an error of KMS as SSM passes it on, but for the request id."""
    message = answer["Error"]["Message"]
    start = f"{text} (Service: AWSKMS; Status Code: 400; Error Code: {code}; Request ID: "
    assert message.startswith(start), message
    assert message.endswith(")") and len(message) == len(start) + 37
    return message[len(start) : -1]


def failing(operation, **parameters):
    with pytest.raises(ClientError) as caught:
        operation(**parameters)
    return caught.value.response


def value(ssm, name, decrypt=True):
    return ssm.get_parameter(Name=name, WithDecryption=decrypt)["Parameter"]["Value"]


def test_the_key_of_the_service_is_made_on_first_use(own_server):
    ssm, kms = aws_client(own_server, "ssm"), aws_client(own_server, "kms")
    assert kms.list_aliases()["Aliases"] == []
    ssm.put_parameter(Name="/a", Value="v", Type="String")
    assert kms.list_aliases()["Aliases"] == []
    ssm.put_parameter(Name="/b", Value="v", Type="SecureString")
    [alias] = kms.list_aliases()["Aliases"]
    assert (alias["AliasName"], alias["AliasArn"]) == (DEFAULT_KEY, alias_arn(DEFAULT_KEY))
    metadata = kms.describe_key(KeyId=DEFAULT_KEY)["KeyMetadata"]
    assert metadata["KeyId"] == alias["TargetKeyId"]
    assert metadata["KeyManager"] == "AWS"
    assert metadata["Description"] == "Default key that protects my SSM parameters when no other key is defined"
    assert (metadata["KeySpec"], metadata["Origin"], metadata["MultiRegion"]) == ("SYMMETRIC_DEFAULT", "AWS_KMS", False)
    assert [one["KeyId"] for one in kms.list_keys()["Keys"]] == [metadata["KeyId"]]
    [made] = [event for event in audit_events(own_server) if event["eventName"] == "CreateKey"]
    assert made["userIdentity"] == {"accountId": ACCOUNT, "invokedBy": "AWS Internal"}
    assert made["resources"][0]["ARN"] == metadata["Arn"]
    ssm.put_parameter(Name="/c", Value="v", Type="SecureString", KeyId=alias_arn(DEFAULT_KEY))
    own_server.stop()
    own_server.start()
    assert value(aws_client(own_server, "ssm"), "/b") == "v"
    assert len(aws_client(own_server, "kms").list_keys()["Keys"]) == 1


def test_describe_key_makes_it_too(own_server):
    kms = aws_client(own_server, "kms", region="eu-west-1")
    found = kms.describe_key(KeyId=DEFAULT_KEY)["KeyMetadata"]
    assert found["KeyManager"] == "AWS"
    assert kms.describe_key(KeyId=DEFAULT_KEY)["KeyMetadata"] == found
    with pytest.raises(kms.exceptions.NotFoundException):
        kms.describe_key(KeyId="alias/aws/ebs")
    account = Account.create(own_server)
    nobody = account.user()
    with pytest.raises(kms.exceptions.ClientError):
        nobody.client("kms").describe_key(KeyId=DEFAULT_KEY)
    assert account.root.client("kms").list_keys()["Keys"] == []


def test_what_nobody_may_do_with_it(server, ssm, kms, tree):
    ssm.put_parameter(Name=tree, Value="v", Type="SecureString")
    metadata = kms.describe_key(KeyId=DEFAULT_KEY)["KeyMetadata"]
    key, arn = metadata["KeyId"], metadata["Arn"]
    statements = json.loads(kms.get_key_policy(KeyId=key)["Policy"])["Statement"]
    assert statements[0]["Condition"] == {"StringEquals": {"kms:CallerAccount": ACCOUNT, "kms:ViaService": VIA}}
    assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"] is True
    assert kms.list_resource_tags(KeyId=key)["Tags"] == []
    assert kms.list_grants(KeyId=key)["Grants"] == []

    def denied(action, operation, **parameters):
        text = (
            f"User: arn:aws:iam::{ACCOUNT}:root is not authorized to perform: kms:{action} on resource: {arn} because no "
            f"resource-based policy allows the kms:{action} action"
        )
        refused("AccessDeniedException", text, operation, **parameters)

    denied("Encrypt", kms.encrypt, KeyId=DEFAULT_KEY, Plaintext=b"x")
    denied("GenerateDataKey", kms.generate_data_key, KeyId=key, KeySpec="AES_256")
    denied("DisableKey", kms.disable_key, KeyId=key)
    denied("ScheduleKeyDeletion", kms.schedule_key_deletion, KeyId=key)
    denied("PutKeyPolicy", kms.put_key_policy, KeyId=key, Policy="{}")
    denied("TagResource", kms.tag_resource, KeyId=key, Tags=[{"TagKey": "a", "TagValue": "b"}])
    denied("UpdateKeyDescription", kms.update_key_description, KeyId=key, Description="mine")
    denied("CreateGrant", kms.create_grant, KeyId=key, GranteePrincipal=f"arn:aws:iam::{ACCOUNT}:root", Operations=["Decrypt"])
    with pytest.raises(kms.exceptions.ClientError) as caught:
        kms.create_alias(AliasName=f"alias/to-{tree[1:]}", TargetKeyId=key)
    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
    with pytest.raises(kms.exceptions.ClientError) as caught:
        kms.delete_alias(AliasName=DEFAULT_KEY)
    assert caught.value.response["Error"]["Code"] == "NotAuthorizedException"
    assert value(ssm, tree) == "v"


def test_a_standard_value_is_what_encrypt_made(server, ssm, kms, key, tree):
    ssm.put_parameter(Name=tree, Value="sé cret", Type="SecureString", KeyId=key["KeyId"])
    blob = base64.b64decode(value(ssm, tree, decrypt=False), validate=True)
    assert kms.decrypt(CiphertextBlob=blob, EncryptionContext={"PARAMETER_ARN": parameter_arn(tree)})["Plaintext"] == "sé cret".encode()
    with pytest.raises(kms.exceptions.InvalidCiphertextException):
        kms.decrypt(CiphertextBlob=blob)
    assert value(ssm, tree) == "sé cret"


class Message:
    """A message of the AWS Encryption SDK, version 2, algorithm suite 0x0478, read as AWS's documents have it."""

    def __init__(self, message):
        self.rest = message
        assert self.take(3) == bytes.fromhex("020478")
        self.id = self.take(32)
        pairs = Message.within(self.sized())
        self.context = {pairs.sized().decode(): pairs.sized().decode() for _ in range(pairs.number(2))}
        assert self.number(2) == 1
        self.provider, self.provider_info, self.data_key = self.sized().decode(), self.sized().decode(), self.sized()
        assert (self.number(1), self.number(4)) == (2, 16384)
        self.commitment = self.take(32)
        self.header = message[: len(message) - len(self.rest)]
        self.tag = self.take(16)

    @classmethod
    def within(cls, data):
        part = cls.__new__(cls)
        part.rest = data
        return part

    def take(self, size):
        taken, self.rest = self.rest[:size], self.rest[size:]
        assert len(taken) == size
        return taken

    def number(self, size):
        return int.from_bytes(self.take(size), "big")

    def sized(self):
        return self.take(self.number(2))

    def open(self, data_key):
        def derive(info):
            return HKDF(hashes.SHA512(), 32, salt=self.id, info=info).derive(data_key)

        assert derive(b"COMMITKEY") == self.commitment
        cipher = AESGCM(derive(b"\x04\x78DERIVEKEY"))
        assert cipher.decrypt(bytes(12), self.tag, self.header) == b""
        assert (self.number(4), self.number(4)) == (0xFFFFFFFF, 1)
        nonce, size = self.take(12), self.number(4)
        note = self.id + b"AWSKMSEncryptionClient Final Frame" + (1).to_bytes(4, "big") + size.to_bytes(8, "big")
        content = cipher.decrypt(nonce, self.take(size + 16), note)
        assert self.rest == b""
        return content


def test_an_advanced_value_is_a_message_of_the_encryption_sdk(ssm, kms, key, tree):
    text = "x" * 8000 + "ä"
    ssm.put_parameter(Name=tree, Value=text, Type="SecureString", KeyId=key["KeyId"], Tier="Advanced")
    message = Message(base64.b64decode(value(ssm, tree, decrypt=False), validate=True))
    assert message.context == {"PARAMETER_ARN": parameter_arn(tree)}
    assert (message.provider, message.provider_info) == ("aws-kms", key["Arn"])
    opened = kms.decrypt(CiphertextBlob=message.data_key, EncryptionContext=message.context)
    assert opened["KeyId"] == key["Arn"]
    assert message.open(opened["Plaintext"]) == text.encode()
    assert value(ssm, tree) == text


def test_the_key_stays_with_the_version(ssm, kms, make_key, tree, alias_name):
    first, second = make_key(), make_key()
    kms.create_alias(AliasName=alias_name, TargetKeyId=first["KeyId"])
    ssm.put_parameter(Name=tree, Value="v1", Type="SecureString", KeyId=alias_name)
    kms.update_alias(AliasName=alias_name, TargetKeyId=second["KeyId"])
    ssm.put_parameter(Name=tree, Value="v2", KeyId=alias_name, Overwrite=True)
    kms.disable_key(KeyId=second["KeyId"])
    answer = failing(ssm.get_parameter, Name=tree, WithDecryption=True)
    assert answer["Error"]["Code"] == "InvalidKeyId"
    wrapped(f"{second['Arn']} is disabled.", "DisabledException", answer)
    assert value(ssm, tree + ":1") == "v1"
    history = ssm.get_parameter_history(Name=tree)["Parameters"]
    assert [one["KeyId"] for one in history] == [alias_name, alias_name]
    # Without decryption no key is needed.
    assert value(ssm, tree, decrypt=False) == history[1]["Value"]


def test_guess_terraform_changes_a_value_and_the_key_stays(ssm, make_key, tree):
    """Terraform's provider says a KeyId only when that changes, and would see the key drift otherwise."""
    key = make_key()["KeyId"]
    ssm.put_parameter(Name=tree, Value="v1", Type="SecureString", KeyId=key)
    ssm.put_parameter(Name=tree, Value="v2", Type="SecureString", Overwrite=True)
    ssm.put_parameter(Name=tree, Value="v3", Overwrite=True)
    assert [one["KeyId"] for one in ssm.get_parameter_history(Name=tree)["Parameters"]] == [key] * 3
    assert value(ssm, tree) == "v3"
    # As the user guide has it ("Managing parameter tiers").
    ssm.put_parameter(Name=tree, Value="v4", Overwrite=True, Tier="Advanced")
    assert ssm.get_parameter_history(Name=tree)["Parameters"][-1]["KeyId"] == DEFAULT_KEY
    ssm.put_parameter(Name=tree, Value="v5", Overwrite=True, KeyId=key)
    ssm.put_parameter(Name=tree, Value="v6", Overwrite=True)
    assert ssm.get_parameter_history(Name=tree)["Parameters"][-1]["KeyId"] == key


def test_keys_that_cannot_be_used(server, ssm, kms, make_key, disabled_key, pending_key, tree, alias_name):
    def put(key_id):
        return failing(ssm.put_parameter, Name=tree, Value="v", Type="SecureString", KeyId=key_id)

    unknown = "12345678-1234-1234-1234-123456789012"
    hmac = make_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
    cases = [
        (alias_name, f"Alias {alias_arn(alias_name)} is not found.", "NotFoundException"),
        (unknown, f"Key '{key_arn(unknown)}' does not exist", "NotFoundException"),
        (disabled_key["KeyId"], f"{disabled_key['Arn']} is disabled.", "DisabledException"),
        (pending_key["KeyId"], f"{pending_key['Arn']} is pending deletion.", "KMSInvalidStateException"),
        (
            hmac["KeyId"],
            f"{hmac['Arn']} key usage is GENERATE_VERIFY_MAC which is not valid for Encrypt.",
            "InvalidKeyUsageException",
        ),
    ]
    for key_id, text, code in cases:
        answer = put(key_id)
        assert answer["Error"]["Code"] == "InvalidKeyId"
        kms_request = wrapped(text, code, answer)
        record = event_of(server, kms_request)
        assert (record["eventName"], record["errorCode"]) == ("Encrypt", code)
    refused("ParameterNotFound", "", ssm.get_parameter, Name=tree)


def test_kms_asks_the_caller_for_its_own_permissions(own_server):
    account = Account.create(own_server)
    kms = account.root.client("kms")
    key = kms.create_key()["KeyMetadata"]
    everything = {"Effect": "Allow", "Action": "ssm:*", "Resource": "*"}
    user = account.user(everything)
    ssm = user.client("ssm")
    arn = parameter_arn("/a/b", account=account.number)

    def denied(action, operation, **parameters):
        answer = failing(operation, **parameters)
        assert answer["Error"]["Code"] == "AccessDeniedException"
        text = (
            f"User: {user.arn} is not authorized to perform: kms:{action} on resource: {key['Arn']} because no "
            f"identity-based policy allows the kms:{action} action"
        )
        wrapped(text, "AccessDeniedException", answer)

    denied("Encrypt", ssm.put_parameter, Name="/a/b", Value="v", Type="SecureString", KeyId=key["KeyId"])
    denied(
        "GenerateDataKey",
        ssm.put_parameter, Name="/a/b", Value="v", Type="SecureString", KeyId=key["KeyId"], Tier="Advanced",
    )  # fmt: skip
    # Through the service and for this parameter alone.
    condition = {"StringEquals": {"kms:ViaService": VIA, "kms:EncryptionContext:PARAMETER_ARN": arn}, "Bool": {"aws:ViaAWSService": "true"}}
    may = {"Effect": "Allow", "Action": ["kms:Encrypt", "kms:Decrypt"], "Resource": key["Arn"], "Condition": condition}
    account.iam.put_user_policy(
        UserName=user.name, PolicyName="kms", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [may]})
    )
    ssm.put_parameter(Name="/a/b", Value="v", Type="SecureString", KeyId=key["KeyId"])
    assert value(ssm, "/a/b") == "v"
    denied("Encrypt", ssm.put_parameter, Name="/a/c", Value="v", Type="SecureString", KeyId=key["KeyId"])
    with pytest.raises(kms.exceptions.ClientError):
        user.client("kms").encrypt(KeyId=key["KeyId"], Plaintext=b"v", EncryptionContext={"PARAMETER_ARN": arn})
    # The service's own key needs no permission of its own.
    ssm.put_parameter(Name="/a/d", Value="w", Type="SecureString")
    assert value(ssm, "/a/d") == "w"
    reader = account.user({"Effect": "Allow", "Action": "ssm:GetParameter*", "Resource": "*"})
    assert value(reader.client("ssm"), "/a/d") == "w"
    denied_reader = failing(reader.client("ssm").get_parameter, Name="/a/b", WithDecryption=True)
    assert denied_reader["Error"]["Code"] == "AccessDeniedException"
    # KMS does not tell a key that is forbidden from one that is not there.
    assert denied_reader["Error"]["Message"].startswith("The ciphertext refers to a customer master key that does not exist")


def test_records(own_server):
    ssm, kms = aws_client(own_server, "ssm"), aws_client(own_server, "kms")
    put = ssm.put_parameter(Name="/a/b", Value="hush-hush", Type="SecureString", Description="d")
    got = ssm.get_parameter(Name="/a/b", WithDecryption=True)
    arn = parameter_arn("/a/b")
    record = event_of(own_server, request_id(put))
    assert (record["eventSource"], record["eventName"], record["readOnly"]) == ("ssm.amazonaws.com", "PutParameter", False)
    assert record["requestParameters"] == {"name": "/a/b", "description": "d", "type": "SecureString"}
    assert record["responseElements"] == {"version": 1, "tier": "Standard"}
    assert record["resources"] == [{"accountId": ACCOUNT, "type": "AWS::SSM::Parameter", "ARN": arn}]
    record = event_of(own_server, request_id(got))
    assert (record["eventName"], record["responseElements"]) == ("GetParameter", None)
    assert record["requestParameters"] == {"name": "/a/b", "withDecryption": True}
    encrypt, decrypt = kms_calls(own_server, "/a/b")
    key = kms.describe_key(KeyId=DEFAULT_KEY)["KeyMetadata"]["Arn"]
    for event, operation in ((encrypt, "Encrypt"), (decrypt, "Decrypt")):
        assert event["eventName"] == operation
        assert (event["sourceIPAddress"], event["userAgent"]) == ("ssm.amazonaws.com", "ssm.amazonaws.com")
        assert event["userIdentity"]["invokedBy"] == "ssm.amazonaws.com"
        assert event["userIdentity"]["arn"] == f"arn:aws:iam::{ACCOUNT}:root"
        assert [one["ARN"] for one in event["resources"]] == [key]
    assert "hush" not in audit_text(own_server)
    own_server.stop()
    for path in own_server.data.rglob("*"):
        assert not path.is_file() or b"hush-hush" not in path.read_bytes()
    assert "hush" not in own_server.log.read_text()
    own_server.start()


def test_plain_values_are_sealed_too(own_server):
    ssm = aws_client(own_server, "ssm")
    ssm.put_parameter(Name="/a/plain-name", Value="plain-value-at-rest", Type="String")
    own_server.stop()
    for path in own_server.data.rglob("*"):
        if path.is_file():
            stored = path.read_bytes()
            assert b"plain-value-at-rest" not in stored
            assert b"plain-name" not in stored or "audit" in str(path)
    own_server.start()
