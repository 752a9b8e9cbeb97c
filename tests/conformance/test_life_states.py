"""The state table cell by cell: every operation on a symmetric key × every state that one can be in, of either origin.

With KAGIMORI_WRITE_STATE_TABLE=FILE, the table is written there as Markdown once every cell of it has been seen."""

import datetime
import json
import os
from pathlib import Path

import pytest

from conformance.support.clients import aws_client, refused
from conformance.support.key_life import import_material, wrapped
from conformance.support.server import ROOT, Server

# K: origin AWS_KMS, X: EXTERNAL. E enabled, D disabled, P pending deletion; material: I never imported, L deleted, X expired.
COLUMNS = ["KE", "KD", "KP", "XE", "XD", "XP", "XI", "XL", "XX"]
TITLES = {
    "KE": "Enabled",
    "KD": "Disabled",
    "KP": "PendingDeletion",
    "XE": "EXTERNAL, Enabled",
    "XD": "EXTERNAL, Disabled",
    "XP": "EXTERNAL, PendingDeletion",
    "XI": "PendingImport: no material yet",
    "XL": "PendingImport: material deleted",
    "XX": "PendingImport: material expired",
}
ALWAYS = "ok ok ok ok ok ok ok ok ok"
USES = "ok 1 3 ok 1 3 5 5 5"
CHANGES = "ok ok 3 ok ok 3 ok ok ok"
# The numbers are the notes of AWS's table (docs/operations.md). u: UnsupportedOperationException without a text. s: no
# material is staged. -: there cannot be such a call.
TABLE = {
    "CancelKeyDeletion": "4 4 ok 4 4 ok 4 4 4",
    "CreateAlias": CHANGES,
    "CreateGrant": USES,
    "Decrypt": "ok 1 3 ok 1 3 - 5 5",
    "DeleteAlias": ALWAYS,
    "DeleteImportedKeyMaterial": "9 9 9 ok ok ok ok ok ok",
    "DescribeKey": ALWAYS,
    "DisableKey": "ok ok 3 ok ok 3 5 5 5",
    "DisableKeyRotation": "ok 1 3 6 1 3 6 6 6",
    "EnableKey": "ok ok 3 ok ok 3 5 5 5",
    "EnableKeyRotation": "ok 1 3 6 1 3 6 6 6",
    "Encrypt": USES,
    "GenerateDataKey": USES,
    "GenerateDataKeyPair": USES,
    "GenerateDataKeyPairWithoutPlaintext": USES,
    "GenerateDataKeyWithoutPlaintext": USES,
    "GetKeyLastUsage": ALWAYS,
    "GetKeyPolicy": ALWAYS,
    "GetKeyRotationStatus": "ok ok ok ok ok ok 6 6 6",
    "GetParametersForImport": "9 9 3 ok ok 3 ok ok ok",
    "GetPublicKey": "u u 3 u u 3 5 5 5",
    "ImportKeyMaterial": "9 9 3 ok ok 3 ok ok ok",
    "ListAliases": ALWAYS,
    "ListGrants": ALWAYS,
    "ListKeyPolicies": ALWAYS,
    "ListKeyRotations": ALWAYS,
    "ListResourceTags": ALWAYS,
    "PutKeyPolicy": ALWAYS,
    "ReEncrypt from": "ok 1 3 ok 1 3 - 5 5",
    "ReEncrypt to": USES,
    "RetireGrant": "ok ok ok ok ok ok - ok ok",
    "RevokeGrant": "ok ok ok ok ok ok - ok ok",
    "RotateKeyOnDemand": "ok 1 3 s 1 3 5 5 5",
    "ScheduleKeyDeletion": CHANGES,
    "TagResource": CHANGES,
    "UntagResource": CHANGES,
    "UpdateAlias": CHANGES,
    "UpdateKeyDescription": CHANGES,
}
READS = {name for name in TABLE if name.startswith(("Describe", "Get", "List"))} | {"Decrypt", "Encrypt"}
STATE, UNSUPPORTED = "KMSInvalidStateException", "UnsupportedOperationException"
ERRORS = {
    "1": ("DisabledException", "{arn} is disabled."),
    "3": (STATE, "{arn} is pending deletion."),
    "4": (STATE, "{arn} is not pending deletion."),
    "5": (STATE, "{arn} is pending import."),
    "6": (UNSUPPORTED, "{arn} origin is EXTERNAL which is not valid for this operation."),
    "9": (UNSUPPORTED, "{arn} origin is AWS_KMS which is not valid for this operation."),
    "s": (STATE, "No available key material pending rotation for the key: {arn}."),
    "u": (UNSUPPORTED, ""),
}
CELLS = [
    (name, column, cell)
    for name, row in TABLE.items()
    for column, cell in zip(COLUMNS, row.split(), strict=True)
    if cell != "-"
]
MATERIAL = bytes(range(32))
_seen = set()


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("states") / "data") as running:
        yield running


@pytest.fixture(scope="module")
def client(own):
    return aws_client(own, "kms")


class Made:
    """A key in a state, and what belongs to it from the time before."""

    def __init__(self, server, client, column):
        self.client, self.column = client, column
        self.external = column[0] == "X"
        metadata = client.create_key(**({"Origin": "EXTERNAL"} if self.external else {}))["KeyMetadata"]
        self.id, self.arn = metadata["KeyId"], metadata["Arn"]
        self.alias = f"alias/of-{self.id}"
        client.create_alias(AliasName=self.alias, TargetKeyId=self.id)
        # Any token serves for a key that refuses before it looks at it.
        self.material = {"ImportToken": b"x", "EncryptedKeyMaterial": b"x"}
        if self.external:
            self.material = wrapped(client, self.id, MATERIAL) | {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}
            del self.material["KeyId"]
        if column != "XI":
            self._use(client)
        self._go(server, client)

    def _use(self, client):
        if self.external:
            client.import_key_material(KeyId=self.id, **self.material)
        self.blob = client.encrypt(KeyId=self.id, Plaintext=b"text")["CiphertextBlob"]
        self.grant = client.create_grant(KeyId=self.id, GranteePrincipal=ROOT_ARN, Operations=["Decrypt"])["GrantId"]

    def _go(self, server, client):
        if self.column[1] == "D":
            client.disable_key(KeyId=self.id)
        elif self.column[1] == "P":
            client.schedule_key_deletion(KeyId=self.id)
        elif self.column == "XL":
            client.delete_imported_key_material(KeyId=self.id)
        elif self.column == "XX":
            # Of the server's clock, which these tests move on.
            now = client.get_parameters_for_import(
                KeyId=self.id, WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_2048"
            )["ParametersValidTo"] - datetime.timedelta(days=1)
            import_material(client, self.id, MATERIAL, ValidTo=now + datetime.timedelta(minutes=1))
            server.advance_clock("1m")


ROOT_ARN = "arn:aws:iam::000000000000:root"


@pytest.fixture(scope="module")
def made(own, client):
    shared = {}

    def make(name, column, cell):
        if cell == "ok" and name not in READS:
            return Made(own, client, column)
        if column not in shared:
            shared[column] = Made(own, client, column)
        return shared[column]

    return make


@pytest.fixture(scope="module")
def other(client):
    """An enabled key, and an alias of it."""
    key_id = client.create_key()["KeyMetadata"]["KeyId"]
    client.create_alias(AliasName="alias/other", TargetKeyId=key_id)
    return key_id


def request_of(name, key, client, other):
    """Operation of boto3 and its parameters."""
    on_key = {"KeyId": key.id}
    if name == "CreateAlias":
        return client.create_alias, {"AliasName": f"alias/new-{key.id}", "TargetKeyId": key.id}
    if name == "DeleteAlias":
        return client.delete_alias, {"AliasName": key.alias}
    if name == "UpdateAlias":
        return client.update_alias, {"AliasName": "alias/other", "TargetKeyId": key.id}
    if name == "ReEncrypt from":
        return client.re_encrypt, {"CiphertextBlob": key.blob, "DestinationKeyId": other}
    if name == "ReEncrypt to":
        blob = client.encrypt(KeyId=other, Plaintext=b"text")["CiphertextBlob"]
        return client.re_encrypt, {"CiphertextBlob": blob, "DestinationKeyId": key.id}
    if name == "Decrypt":
        return client.decrypt, {"CiphertextBlob": key.blob}
    more = {
        "CreateGrant": lambda: {"GranteePrincipal": ROOT_ARN, "Operations": ["Encrypt"]},
        "Encrypt": lambda: {"Plaintext": b"text"},
        "GenerateDataKey": lambda: {"NumberOfBytes": 16},
        "GenerateDataKeyWithoutPlaintext": lambda: {"NumberOfBytes": 16},
        "GenerateDataKeyPair": lambda: {"KeyPairSpec": "ECC_NIST_P256"},
        "GenerateDataKeyPairWithoutPlaintext": lambda: {"KeyPairSpec": "ECC_NIST_P256"},
        "GetParametersForImport": lambda: {"WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"},
        "ImportKeyMaterial": lambda: key.material,
        "PutKeyPolicy": lambda: {"Policy": client.get_key_policy(KeyId=key.id)["Policy"]},
        "RetireGrant": lambda: {"GrantId": key.grant},
        "RevokeGrant": lambda: {"GrantId": key.grant},
        "TagResource": lambda: {"Tags": [{"TagKey": "a", "TagValue": "b"}]},
        "UntagResource": lambda: {"TagKeys": ["a"]},
        "UpdateKeyDescription": lambda: {"Description": "new"},
    }
    snake = "".join("_" + letter.lower() if letter.isupper() else letter for letter in name).lstrip("_")
    return getattr(client, snake), on_key | more.get(name, dict)()


@pytest.mark.parametrize(("name", "column", "cell"), CELLS, ids=lambda value: str(value).replace(" ", "-"))
def test_cell(made, other, client, name, column, cell):
    key = made(name, column, cell)
    operation, parameters = request_of(name, key, client, other)
    if name == "RetireGrant":
        parameters["KeyId"] = key.arn
    if cell == "ok":
        assert operation(**parameters)["ResponseMetadata"]["HTTPStatusCode"] == 200
    else:
        code, text = ERRORS[cell]
        refused(code, text.format(arn=key.arn), operation, **parameters)
    _seen.add((name, column))


def test_the_table_has_every_operation_that_is_there():
    """But for those that a symmetric key has no use for."""
    operations = json.loads((ROOT / "model" / "kms.json").read_text())["operations"]
    stated = {name for name, operation in operations.items() if operation["states"] and operation["implemented"]}
    others = {"Sign", "Verify", "GenerateMac", "VerifyMac", "DeriveSharedSecret", "Encapsulate", "Decapsulate"}
    assert stated - others == {name.split(" ")[0] for name in TABLE}


def test_the_table_can_be_written():
    lines = [
        "| operation | " + " | ".join(TITLES[column] for column in COLUMNS) + " |",
        "|---|" + "---|" * len(COLUMNS),
        *(f"| {name} | " + " | ".join(row.split()) + " |" for name, row in TABLE.items()),
    ]
    assert len(lines) == len(TABLE) + 2
    if "KAGIMORI_WRITE_STATE_TABLE" in os.environ and _seen == {cell[:2] for cell in CELLS}:
        Path(os.environ["KAGIMORI_WRITE_STATE_TABLE"]).write_text("\n".join(lines) + "\n")
