"""Every operation of KMS that is built, asked for by everybody: what is allowed and what is denied, in AWS's words."""

import functools
import uuid

import pytest
from botocore.exceptions import ClientError

from conformance.support.accounts import ALLOW_ALL, DENY_ALL, Account, policy
from conformance.support.server import ACCOUNT, REGION

ROOT = f"arn:aws:iam::{ACCOUNT}:root"
MESSAGE = b"message"

# Of the operations on a key: what a foreign account may use, what a grant can give.
CROSS_ACCOUNT = {
    "CreateGrant", "Decrypt", "DeriveSharedSecret", "DescribeKey", "Encrypt", "GenerateDataKey", "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext", "GenerateDataKeyWithoutPlaintext", "GenerateMac", "GetKeyRotationStatus",
    "GetPublicKey", "ListGrants", "ReEncrypt", "RevokeGrant", "Sign", "Verify", "VerifyMac",
}  # fmt: skip
SYMMETRIC_GRANT = [
    "Encrypt", "Decrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo", "DescribeKey", "CreateGrant",
]  # fmt: skip
GRANTS = {
    "SYMMETRIC_DEFAULT": SYMMETRIC_GRANT,
    "ECC_NIST_P256": ["Sign", "Verify", "GetPublicKey", "DescribeKey"],
    "HMAC_256": ["GenerateMac", "VerifyMac", "DescribeKey"],
    "KEY_AGREEMENT": ["DeriveSharedSecret", "GetPublicKey", "DescribeKey"],
}


class World:
    """Keys of the development account, and everybody who may want to use them."""

    def __init__(self, server):
        self.server = server
        self.here = Account(server, ACCOUNT, "test", "test")
        self.there = Account.create(server)
        self.kms = self.here.root.client("kms")
        self.foreign_allowed = self.there.user(ALLOW_ALL)
        self.foreign_denied = self.there.user()
        self.grantee = self.here.user()
        statements = [
            {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*"},
            {"Effect": "Allow", "Principal": {"AWS": self.there.root.arn}, "Action": "kms:*", "Resource": "*"},
        ]
        self.keys = {}
        for name, parameters in {
            "SYMMETRIC_DEFAULT": {},
            "ECC_NIST_P256": {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"},
            "HMAC_256": {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"},
            "KEY_AGREEMENT": {"KeySpec": "ECC_NIST_P256", "KeyUsage": "KEY_AGREEMENT"},
        }.items():
            arn = self.kms.create_key(Policy=policy(*statements), **parameters)["KeyMetadata"]["Arn"]
            self.kms.create_grant(KeyId=arn, GranteePrincipal=self.grantee.arn, Operations=GRANTS[name])
            self.keys[name] = arn
        self.blob = self.kms.encrypt(KeyId=self.keys["SYMMETRIC_DEFAULT"], Plaintext=MESSAGE)["CiphertextBlob"]
        signed = {"KeyId": self.keys["ECC_NIST_P256"], "SigningAlgorithm": "ECDSA_SHA_256", "Message": MESSAGE}
        self.signature = self.kms.sign(**signed)["Signature"]
        self.mac = self.kms.generate_mac(KeyId=self.keys["HMAC_256"], MacAlgorithm="HMAC_SHA_256", Message=MESSAGE)["Mac"]
        self.public = self.kms.get_public_key(KeyId=self.keys["KEY_AGREEMENT"])["PublicKey"]
        self.policy = policy(*statements)
        self.alias = f"alias/{uuid.uuid4()}"
        self.kms.create_alias(AliasName=self.alias, TargetKeyId=self.keys["SYMMETRIC_DEFAULT"])

    def requests(self):
        """Operation → its request, on whatever key it needs. Nothing is changed by it that another one needs."""
        symmetric, signing = self.keys["SYMMETRIC_DEFAULT"], self.keys["ECC_NIST_P256"]
        hmac, agreement = self.keys["HMAC_256"], self.keys["KEY_AGREEMENT"]
        on_key = {"KeyId": symmetric}
        sign = {"KeyId": signing, "SigningAlgorithm": "ECDSA_SHA_256", "Message": MESSAGE}
        mac = {"KeyId": hmac, "MacAlgorithm": "HMAC_SHA_256", "Message": MESSAGE}
        return {
            "DescribeKey": on_key,
            "GetKeyPolicy": on_key,
            "ListKeyPolicies": on_key,
            "PutKeyPolicy": on_key | {"Policy": self.policy, "BypassPolicyLockoutSafetyCheck": True},
            "ListResourceTags": on_key,
            "TagResource": on_key | {"Tags": [{"TagKey": "a", "TagValue": "b"}]},
            "UntagResource": on_key | {"TagKeys": ["none"]},
            "UpdateKeyDescription": on_key | {"Description": "text"},
            "EnableKey": on_key,
            "GetKeyRotationStatus": on_key,
            "CancelKeyDeletion": on_key,
            "Encrypt": on_key | {"Plaintext": MESSAGE},
            "Decrypt": on_key | {"CiphertextBlob": self.blob},
            "ReEncrypt": {"SourceKeyId": symmetric, "CiphertextBlob": self.blob, "DestinationKeyId": symmetric},
            "GenerateDataKey": on_key | {"KeySpec": "AES_256"},
            "GenerateDataKeyWithoutPlaintext": on_key | {"KeySpec": "AES_256"},
            "GenerateDataKeyPair": on_key | {"KeyPairSpec": "ECC_NIST_P256"},
            "GenerateDataKeyPairWithoutPlaintext": on_key | {"KeyPairSpec": "ECC_NIST_P256"},
            "Sign": sign,
            "Verify": sign | {"Signature": self.signature},
            "GenerateMac": mac,
            "VerifyMac": mac | {"Mac": self.mac},
            "GetPublicKey": {"KeyId": signing},
            "DeriveSharedSecret": {"KeyId": agreement, "KeyAgreementAlgorithm": "ECDH", "PublicKey": self.public},
            "CreateGrant": on_key | {"GranteePrincipal": ROOT, "Operations": ["DescribeKey"]},
            "ListGrants": on_key,
            "RevokeGrant": on_key | {"GrantId": "0" * 64},
        }

    @functools.cached_property
    def everybody(self):
        trusted = self.here.role(ALLOW_ALL)
        role = self.here.role(ALLOW_ALL)
        may_assume = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}
        assumer = self.here.user(may_assume)
        gone = self.here.role(ALLOW_ALL)
        ended = self.here.session(gone, assumer)
        gone_name = gone.rsplit("/", 1)[1]
        self.here.iam.delete_role_policy(RoleName=gone_name, PolicyName="inline")
        self.here.iam.delete_role(RoleName=gone_name)
        return {
            "the owner's root user": self.here.root,
            "a user who may": self.here.user(ALLOW_ALL),
            "a user who may not": self.here.user(),
            "a user whom a policy denies it": self.here.user(ALLOW_ALL, DENY_ALL),
            "a session of a role that may": self.here.session(role, assumer),
            "a session limited by its policy": self.here.session(
                trusted, assumer, Policy=policy({"Effect": "Allow", "Action": "sts:*", "Resource": "*"})
            ),
            "a session whose role is gone": ended,
            "a foreign user whose account may": self.foreign_allowed,
            "a foreign user who may not": self.foreign_denied,
            "a grantee": self.grantee,
        }


@pytest.fixture(scope="module")
def world(server):
    return World(server)


OPERATIONS = [
    "DescribeKey", "GetKeyPolicy", "ListKeyPolicies", "PutKeyPolicy", "ListResourceTags", "TagResource", "UntagResource",
    "UpdateKeyDescription", "EnableKey", "GetKeyRotationStatus", "CancelKeyDeletion", "Encrypt", "Decrypt", "ReEncrypt",
    "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext",
    "Sign", "Verify", "GenerateMac", "VerifyMac", "GetPublicKey", "DeriveSharedSecret", "CreateGrant", "ListGrants",
    "RevokeGrant",
]  # fmt: skip


REFUSALS = {"AccessDeniedException", "UnrecognizedClientException", "ExpiredTokenException"}


def outcome(principal, operation, request):
    """None: let in, whatever the operation said then; else code and text of the refusal."""
    kms = principal.client("kms")
    method = getattr(kms, "".join("_" + c.lower() if c.isupper() else c for c in operation).lstrip("_"))
    try:
        method(**request)
    except ClientError as error:
        code, text = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
        return (code, text) if code in REFUSALS else None
    return None


def denial(principal, operation, request, why, first_action=None):
    action = first_action or {"ReEncrypt": "ReEncryptFrom"}.get(operation, operation)
    resource = request.get("KeyId") or request["SourceKeyId"]
    text = f"User: {principal.arn} is not authorized to perform: kms:{action} on resource: {resource} "
    return ("AccessDeniedException", text + why.format(action=f"kms:{action}"))


NO_IDENTITY = "because no identity-based policy allows the {action} action"
NO_RESOURCE = "because no resource-based policy allows the {action} action"


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("who", ["the owner's root user", "a user who may", "a session of a role that may"])
def test_let_in(world, operation, who):
    assert outcome(world.everybody[who], operation, world.requests()[operation]) is None


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize(
    ("who", "why"),
    [
        ("a user who may not", NO_IDENTITY),
        ("a user whom a policy denies it", "with an explicit deny in an identity-based policy"),
        ("a session limited by its policy", "because no session policy allows the {action} action"),
    ],
)
def test_denied(world, operation, who, why):
    principal, request = world.everybody[who], world.requests()[operation]
    assert outcome(principal, operation, request) == denial(principal, operation, request, why)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_session_ends_with_its_role(world, operation):
    refusal = outcome(world.everybody["a session whose role is gone"], operation, world.requests()[operation])
    assert refusal is not None and refusal[0] == "UnrecognizedClientException"


@pytest.mark.parametrize("operation", OPERATIONS)
def test_another_account(world, operation):
    request = world.requests()[operation]
    allowed = outcome(world.everybody["a foreign user whose account may"], operation, request)
    assert (allowed is None) is (operation in CROSS_ACCOUNT), allowed
    denied = outcome(world.everybody["a foreign user who may not"], operation, request)
    assert denied is not None and denied[0] == "AccessDeniedException"


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_grantee(world, operation):
    principal, request = world.everybody["a grantee"], world.requests()[operation]
    key = request.get("KeyId") or request["SourceKeyId"]
    spec = next(name for name, arn in world.keys.items() if arn == key)
    given = operation in GRANTS[spec] or operation == "ReEncrypt"
    refusal = outcome(principal, operation, request)
    assert refusal == (None if given else denial(principal, operation, request, NO_IDENTITY))


@pytest.mark.parametrize("operation", ["CreateKey", "GenerateRandom", "ListKeys", "ListAliases"])
def test_what_needs_no_key(world, operation):
    request = {"NumberOfBytes": 1} if operation == "GenerateRandom" else {}
    assert outcome(world.everybody["a user who may"], operation, request) is None
    nobody = world.everybody["a user who may not"]
    text = f"User: {nobody.arn} is not authorized to perform: kms:{operation} on resource: * "
    text += NO_IDENTITY.format(action=f"kms:{operation}")
    assert outcome(nobody, operation, request) == ("AccessDeniedException", text)


def test_an_alias_is_a_resource_of_its_own(world):
    on_keys_only = world.here.user({"Effect": "Allow", "Action": "kms:*", "Resource": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/*"})
    name = f"alias/{uuid.uuid4()}"
    request = {"AliasName": name, "TargetKeyId": world.keys["SYMMETRIC_DEFAULT"]}
    arn = f"arn:aws:kms:{REGION}:{ACCOUNT}:{name}"
    text = f"User: {on_keys_only.arn} is not authorized to perform: kms:CreateAlias on resource: {arn} "
    text += NO_IDENTITY.format(action="kms:CreateAlias")
    assert outcome(on_keys_only, "CreateAlias", request) == ("AccessDeniedException", text)
    both = world.here.user(
        {"Effect": "Allow", "Action": "kms:*Alias", "Resource": [arn, world.keys["SYMMETRIC_DEFAULT"]]}
    )
    assert outcome(both, "CreateAlias", request) is None
    assert outcome(both, "DeleteAlias", {"AliasName": name}) is None


def test_tags_of_a_new_key_need_a_permission_of_their_own(world):
    user = world.here.user({"Effect": "Allow", "Action": "kms:CreateKey", "Resource": "*"})
    assert outcome(user, "CreateKey", {}) is None
    text = f"User: {user.arn} is not authorized to perform: kms:TagResource "
    text += NO_IDENTITY.format(action="kms:TagResource")
    refusal = outcome(user, "CreateKey", {"Tags": [{"TagKey": "a", "TagValue": "b"}]})
    assert refusal == ("AccessDeniedException", text)


def test_without_a_key_id_a_denial_does_not_tell_which_key_it_is(world):
    nobody = world.everybody["a user who may not"]
    text = (
        "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are "
        "not allowed to access."
    )
    assert outcome(nobody, "Decrypt", {"CiphertextBlob": world.blob}) == ("AccessDeniedException", text)
