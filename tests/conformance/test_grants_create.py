"""CreateGrant."""

import re
import time

import pytest

from conformance.support.audit_log import event_of, request_id
from conformance.support.clients import refused
from conformance.support.grants import grants_of, root
from conformance.support.key_specs import AGREE, ENCAPSULATE, ENCRYPT, MAC, SIGN
from conformance.support.raw_kms import RawKms
from conformance.support.server import key_arn
from conformance.support.wire import call

WOULD_SUCCEED = "The request would have succeeded, but the DryRun option is set."


def request_for(key, **members):
    return {"KeyId": key["KeyId"], "GranteePrincipal": root(), "Operations": ["Decrypt"]} | members


def test_a_grant_as_lists_show_it(server, kms, key):
    before = time.time()
    answer = call(server, "CreateGrant", request_for(key, Operations=["Encrypt", "Decrypt", "Decrypt"])).json()
    assert set(answer) == {"GrantId", "GrantToken"}
    assert re.fullmatch(r"[0-9a-f]{64}", answer["GrantId"])
    listed = call(server, "ListGrants", {"KeyId": key["KeyId"]}).json()
    assert set(listed) == {"Grants", "Truncated"} and listed["Truncated"] is False
    (entry,) = listed["Grants"]
    assert entry.pop("CreationDate") == pytest.approx(before, abs=5)
    assert entry == {
        "KeyId": key["Arn"],
        "GrantId": answer["GrantId"],
        "Name": "",
        "GranteePrincipal": root(),
        "IssuingAccount": root(),
        "Operations": ["Decrypt", "Encrypt"],
    }


def test_everything_that_a_grant_can_have(kms, key):
    constraints = {"EncryptionContextSubset": {"Department": "IT", "leer": ""}}
    made = kms.create_grant(
        **request_for(key, KeyId=key["Arn"], RetiringPrincipal=root(), Constraints=constraints, Name="a:b/c_d-1")
    )
    entry = grants_of(kms, key["Arn"])[made["GrantId"]]
    assert entry["RetiringPrincipal"] == root()
    assert entry["Constraints"] == constraints
    assert entry["Name"] == "a:b/c_d-1"


ENCRYPTION = {"Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo"}
DATA_KEYS = {
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
}
ALL = ENCRYPTION | DATA_KEYS | {
    "Sign", "Verify", "GetPublicKey", "CreateGrant", "RetireGrant", "DescribeKey", "GenerateMac", "VerifyMac",
    "DeriveSharedSecret", "Decapsulate", "Encapsulate",
}  # fmt: skip
ANY_KEY = {"DescribeKey", "RetireGrant"}  # and CreateGrant, which is never alone


@pytest.mark.parametrize(
    ("spec", "usage", "suited"),
    [
        ("SYMMETRIC_DEFAULT", ENCRYPT, ENCRYPTION | DATA_KEYS),
        ("RSA_2048", ENCRYPT, ENCRYPTION | {"GetPublicKey"}),
        ("SM2", ENCRYPT, ENCRYPTION | {"GetPublicKey"}),
        ("ECC_NIST_P256", SIGN, {"Sign", "Verify", "GetPublicKey"}),
        ("ML_DSA_44", SIGN, {"Sign", "Verify", "GetPublicKey"}),
        ("HMAC_256", MAC, {"GenerateMac", "VerifyMac"}),
        ("ECC_NIST_P256", AGREE, {"DeriveSharedSecret", "GetPublicKey"}),
        ("ML_KEM_768", ENCAPSULATE, {"Encapsulate", "Decapsulate", "GetPublicKey"}),
    ],
)
def test_operations_by_type_of_key_the_text_is_a_guess(raw_for, new_key, spec, usage, suited):
    raw, key = raw_for(spec), new_key(spec, usage)
    for operation in sorted(ALL - {"CreateGrant"}):
        request = request_for(key, Operations=[operation])
        if operation in suited | ANY_KEY:
            assert raw("CreateGrant", **request)["GrantId"]
        else:
            text = f"Grant operation {operation} is not supported for a KMS key with key spec {spec} and key usage {usage}."
            raw.refused("ValidationException", text, "CreateGrant", **request)
    assert raw("CreateGrant", **request_for(key, Operations=sorted(suited | ANY_KEY | {"CreateGrant"})))["GrantId"]


def test_grants_that_only_hand_themselves_on(kms, key):
    text = "Grants must not contain only the CreateGrant operation."
    refused("ValidationException", text, kms.create_grant, **request_for(key, Operations=["CreateGrant"]))


def test_what_cannot_be_granted(raw, key):
    for operation in ("ScheduleKeyDeletion", "ListGrants", "RevokeGrant", "ReEncrypt", "decrypt", ""):
        answer = call(raw.server, "CreateGrant", request_for(key, Operations=["Decrypt", operation])).error()
        assert answer[:2] == (400, "ValidationException")
        assert f"Value '[Decrypt, {operation}]' at 'operations'" in answer[2] or "enum value set" in answer[2]


def test_guess_no_operations_at_all(kms, key):
    text = (
        "1 validation error detected: Value '[]' at 'operations' failed to satisfy constraint: Member must have length "
        "greater than or equal to 1"
    )
    refused("ValidationException", text, kms.create_grant, **request_for(key, Operations=[]))


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:iam::999999999999:root",
        "arn:aws:iam::000000000000:user/nobody",
        "arn:aws:iam::000000000000:role/nothing",
        "arn:aws:iam::000000000000:group/developers",
        "arn:aws:sts::000000000000:assumed-role/nothing/session",
        "arn:aws:iam::000000000000:role/*",
        "arn:aws:s3:::bucket",
        "sns.amazonaws.com",
        "000000000000",
        "AROAEXAMPLEEXAMPLEEX1",
        "nobody",
    ],
)
def test_principals_that_are_none(kms, key, arn):
    text = f"ARN does not refer to a valid principal: {arn}"
    for member in ("GranteePrincipal", "RetiringPrincipal"):
        if "*" in arn:
            continue
        refused("InvalidArnException", text, kms.create_grant, **request_for(key, **{member: arn}))
    assert grants_of(kms, key["KeyId"]) == {}


def test_a_principal_that_breaks_the_pattern(raw, key):
    answer = call(raw.server, "CreateGrant", request_for(key, GranteePrincipal="arn:aws:iam::000000000000:role/*")).error()
    assert answer[1] == "ValidationException"
    assert "'granteePrincipal' failed to satisfy constraint: Member must satisfy regular expression pattern" in answer[2]


def test_guess_who_is_the_grantee(raw, key):
    required = (
        "1 validation error detected: Value null at 'granteePrincipal' failed to satisfy constraint: Member must not be null"
    )
    raw.refused("ValidationException", required, "CreateGrant", KeyId=key["KeyId"], Operations=["Decrypt"])
    both = "GranteePrincipal and GranteeServicePrincipal are mutually exclusive."
    raw.refused("ValidationException", both, "CreateGrant", **request_for(key, GranteeServicePrincipal="sns.amazonaws.com"))
    both = "RetiringPrincipal and RetiringServicePrincipal are mutually exclusive."
    members = {"RetiringPrincipal": root(), "RetiringServicePrincipal": "sns.amazonaws.com"}
    raw.refused("ValidationException", both, "CreateGrant", **request_for(key, **members))


def test_constraints_on_the_context_are_for_symmetric_keys(raw_for, new_key):
    text = "EncryptionContext is supported only when creating a grant for a symmetric encryption KMS key."
    for spec, usage, operation in (("RSA_2048", ENCRYPT, "Decrypt"), ("HMAC_256", MAC, "GenerateMac")):
        key = new_key(spec, usage)
        for kind in ("EncryptionContextEquals", "EncryptionContextSubset"):
            request = request_for(key, Operations=[operation], Constraints={kind: {"a": "b"}})
            raw_for(spec).refused("ValidationException", text, "CreateGrant", **request)
        empty = request_for(key, Operations=[operation], Constraints={"EncryptionContextSubset": {}})
        assert raw_for(spec)("CreateGrant", **empty)["GrantId"]


def test_guess_one_constraint_on_the_context_only(raw, key):
    text = "EncryptionContextEquals and EncryptionContextSubset are mutually exclusive."
    constraints = {"EncryptionContextEquals": {"a": "b"}, "EncryptionContextSubset": {"a": "b"}}
    raw.refused("ValidationException", text, "CreateGrant", **request_for(key, Constraints=constraints))


# Terraform sends an empty map beside the one that is meant.
def test_an_empty_constraint_is_none(raw, key):
    constraints = {"EncryptionContextEquals": {"a": "b"}, "EncryptionContextSubset": {}}
    raw("CreateGrant", **request_for(key, Constraints=constraints))
    (entry,) = raw("ListGrants", KeyId=key["KeyId"])["Grants"]
    assert entry["Constraints"] == {"EncryptionContextEquals": {"a": "b"}}
    for nothing in ({}, {"EncryptionContextSubset": {}}, {"EncryptionContextEquals": {}, "EncryptionContextSubset": {}}):
        made = raw("CreateGrant", **request_for(key, Constraints=nothing))
        entries = {entry["GrantId"]: entry for entry in raw("ListGrants", KeyId=key["KeyId"])["Grants"]}
        assert "Constraints" not in entries[made["GrantId"]]


def test_limits_of_constraints_the_texts_are_guesses(raw, key):
    def with_pairs(pairs):
        return request_for(key, Constraints={"EncryptionContextSubset": pairs})

    assert raw("CreateGrant", **with_pairs({str(i): "ä" * 384 for i in range(8)}))["GrantId"]
    text = "EncryptionContextSubset must not have more than 8 pairs."
    raw.refused("ValidationException", text, "CreateGrant", **with_pairs({str(i): "" for i in range(9)}))
    text = "A value in EncryptionContextSubset must not be longer than 384 characters."
    raw.refused("ValidationException", text, "CreateGrant", **with_pairs({"a": "x" * 385}))


def test_a_source_arn(raw, key):
    source = "arn:aws:s3:::a-bucket-of-mine"
    raw("CreateGrant", **request_for(key, Constraints={"SourceArn": source}))
    assert raw("ListGrants", KeyId=key["KeyId"])["Grants"][0]["Constraints"] == {"SourceArn": source}


def test_key_states(kms, key, disabled_key, pending_key, new_key):
    arn = disabled_key["Arn"]
    refused("DisabledException", f"{arn} is disabled.", kms.create_grant, **request_for(disabled_key))
    arn = pending_key["Arn"]
    refused("KMSInvalidStateException", f"{arn} is pending deletion.", kms.create_grant, **request_for(pending_key))
    waiting = new_key("SYMMETRIC_DEFAULT", ENCRYPT, Origin="EXTERNAL")
    text = f"{waiting['Arn']} is pending import."
    refused("KMSInvalidStateException", text, kms.create_grant, **request_for(waiting))


def test_key_identifiers(kms, key, alias_name):
    kms.create_alias(AliasName=alias_name, TargetKeyId=key["KeyId"])
    text = "Key Aliases are not supported for this operation."
    for alias in (alias_name, f"arn:aws:kms:us-east-1:000000000000:{alias_name}"):
        refused("InvalidArnException", text, kms.create_grant, **request_for(key, KeyId=alias))
    unknown = "11111111-2222-3333-4444-555555555555"
    text = f"Key '{key_arn(unknown)}' does not exist"
    refused("NotFoundException", text, kms.create_grant, **request_for(key, KeyId=unknown))
    refused("NotFoundException", "Invalid keyId 'foo'", kms.create_grant, **request_for(key, KeyId="foo"))


def test_with_a_name_it_is_made_once(kms, key):
    request = request_for(key, Name="once", RetiringPrincipal=root(), Constraints={"EncryptionContextEquals": {"a": "b"}})
    first, second = kms.create_grant(**request), kms.create_grant(**request)
    assert first["GrantId"] == second["GrantId"]
    assert first["GrantToken"] != second["GrantToken"], "each call has a token of its own"
    for difference in (
        {"Operations": ["Encrypt"]},
        {"Constraints": {"EncryptionContextSubset": {"a": "b"}}},
        {"Constraints": {"EncryptionContextEquals": {"a": "c"}}},
        {"Name": "Once"},
    ):
        assert kms.create_grant(**(request | difference))["GrantId"] != first["GrantId"]
    del request["RetiringPrincipal"]
    assert kms.create_grant(**request)["GrantId"] != first["GrantId"]
    assert len(grants_of(kms, key["KeyId"])) == 6
    kms.revoke_grant(KeyId=key["KeyId"], GrantId=first["GrantId"])
    again = kms.create_grant(**(request | {"RetiringPrincipal": root()}))
    assert again["GrantId"] != first["GrantId"], "what was revoked does not come back"


def test_without_a_name_each_is_a_new_one(kms, key):
    ids = {kms.create_grant(**request_for(key))["GrantId"] for _ in range(3)}
    assert set(grants_of(kms, key["KeyId"])) == ids and len(ids) == 3


def test_names(raw, key):
    for name in ("a b", "ä", "", "x" * 257):
        answer = call(raw.server, "CreateGrant", request_for(key, Name=name)).error()
        assert answer[1] == "ValidationException" and "'name'" in answer[2]
    assert raw("CreateGrant", **request_for(key, Name="x" * 256))["GrantId"]


def test_dry_run(kms, key):
    refused("DryRunOperationException", WOULD_SUCCEED, kms.create_grant, **request_for(key, DryRun=True))
    text = "ARN does not refer to a valid principal: arn:aws:iam::000000000000:role/x"
    request = request_for(key, DryRun=True, GranteePrincipal="arn:aws:iam::000000000000:role/x")
    refused("InvalidArnException", text, kms.create_grant, **request)
    assert grants_of(kms, key["KeyId"]) == {}


def test_grant_tokens(kms, raw, key):
    token = kms.create_grant(**request_for(key))["GrantToken"]
    assert kms.create_grant(**request_for(key, GrantTokens=[token] * 10))["GrantId"]
    assert kms.create_grant(**request_for(key, GrantTokens=[]))["GrantId"]
    changed = token[:40] + ("A" if token[40] != "A" else "B") + token[41:]
    for bad in ("garbage", changed, token + "AAAA", "A" * 8192):
        refused("InvalidGrantTokenException", "", kms.create_grant, **request_for(key, GrantTokens=[token, bad]))
    answer = call(raw.server, "CreateGrant", request_for(key, GrantTokens=[token] * 11)).error()
    assert answer[1] == "ValidationException" and "'grantTokens'" in answer[2]
    assert token not in answer[2]


def test_guess_a_token_of_a_grant_that_is_gone_is_no_error(kms, key):
    gone = kms.create_grant(**request_for(key))
    kms.revoke_grant(KeyId=key["KeyId"], GrantId=gone["GrantId"])
    assert kms.create_grant(**request_for(key, GrantTokens=[gone["GrantToken"]]))["GrantId"]


def test_the_audit_record(server, kms, key):
    constraints = {"EncryptionContextEquals": {"purpose": "ein Test"}}
    answer = kms.create_grant(**request_for(key, Name="n", Constraints=constraints, RetiringPrincipal=root()))
    event = event_of(server, request_id(answer))
    assert event["requestParameters"] == {
        "keyId": key["KeyId"],
        "constraints": {"encryptionContextEquals": {"purpose": "ein Test"}},
        "operations": ["Decrypt"],
        "granteePrincipal": root(),
        "retiringPrincipal": root(),
        "name": "n",
    }
    assert event["responseElements"] == {"grantId": answer["GrantId"], "keyId": key["Arn"]}
    assert event["resources"] == [{"accountId": "000000000000", "type": "AWS::KMS::Key", "ARN": key["Arn"]}]
    assert answer["GrantToken"] not in str(event)
    again = kms.create_grant(**request_for(key, Name="n", Constraints=constraints, RetiringPrincipal=root()))
    assert event_of(server, request_id(again))["responseElements"]["grantId"] == answer["GrantId"]


def test_elsewhere_there_is_no_such_key(server, key):
    text = f"Key '{key_arn(key['KeyId'], region='eu-west-1')}' does not exist"
    RawKms(server, "eu-west-1").refused("NotFoundException", text, "CreateGrant", **request_for(key))
