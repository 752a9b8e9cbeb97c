"""The model's operations that this release does not have say so; what the model does not have is unknown."""

import json

import pytest

from conformance.support.server import ROOT
from conformance.support.wire import call

MODEL = json.loads((ROOT / "model" / "kms.json").read_text())["operations"]
BUILT = {
    "CancelKeyDeletion",
    "CreateAlias",
    "CreateGrant",
    "CreateKey",
    "Decapsulate",
    "Decrypt",
    "DeleteAlias",
    "DeleteImportedKeyMaterial",
    "DeriveSharedSecret",
    "DescribeKey",
    "DisableKey",
    "DisableKeyRotation",
    "EnableKey",
    "EnableKeyRotation",
    "Encapsulate",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateDataKeyWithoutPlaintext",
    "GenerateMac",
    "GenerateRandom",
    "GetKeyLastUsage",
    "GetKeyPolicy",
    "GetKeyRotationStatus",
    "GetParametersForImport",
    "GetPublicKey",
    "ImportKeyMaterial",
    "ListAliases",
    "ListGrants",
    "ListKeyPolicies",
    "ListKeyRotations",
    "ListKeys",
    "ListResourceTags",
    "ListRetirableGrants",
    "PutKeyPolicy",
    "ReEncrypt",
    "RetireGrant",
    "RevokeGrant",
    "RotateKeyOnDemand",
    "ScheduleKeyDeletion",
    "Sign",
    "TagResource",
    "UntagResource",
    "UpdateAlias",
    "UpdateKeyDescription",
    "Verify",
    "VerifyMac",
}


def test_the_model_has_56_operations_and_marks_the_built_ones():
    assert len(MODEL) == 56
    assert {name for name, operation in MODEL.items() if operation["implemented"]} == BUILT


@pytest.mark.parametrize("operation", sorted(set(MODEL) - BUILT))
def test_unsupported(server, operation):
    status, code, text = call(server, operation, b"{}").error()
    assert (status, code) == (400, "UnsupportedOperationException")
    assert operation in text


@pytest.mark.parametrize("operation", sorted(BUILT))
def test_supported(server, operation):
    answer = call(server, operation, b"{}")
    assert answer.status == 200 or answer.error()[1] == "ValidationException"


@pytest.mark.parametrize("body", [{"Origin": "AWS_CLOUDHSM"}, {"Origin": "EXTERNAL_KEY_STORE"}, {"CustomKeyStoreId": "cks-1"}])
def test_keys_that_this_release_cannot_make(server, body):
    assert call(server, "CreateKey", body).error()[:2] == (400, "UnsupportedOperationException")


@pytest.mark.parametrize(
    "target",
    [
        "TrentService.NoSuchThing",
        "TrentService.encrypt",
        "TrentService.",
        "Trent.Encrypt",
        "AmazonSSM.GetInventory",
        "AmazonSSM.getParameter",
        "x.y",
    ],
)
def test_unknown_operations(server, target):
    answer = call(server, target, b"{}")
    assert (answer.status, answer.json()) == (400, {"__type": "UnknownOperationException"})
