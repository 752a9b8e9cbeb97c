"""Grants to another account: its principals use the key and retire the grant, and what its own policies say counts where the
grantee is the account."""

import uuid

import pytest
from botocore.exceptions import ClientError

from conformance.support.accounts import DENY_ALL, Account
from conformance.support.grants import grants_of
from conformance.support.server import ACCOUNT

NO_RESOURCE = "because no resource-based policy allows the {action} action"


@pytest.fixture(scope="module")
def here(server):
    return Account(server, ACCOUNT, "test", "test")


@pytest.fixture(scope="module")
def there(server):
    return Account.create(server)


@pytest.fixture
def key(here):
    return here.root.client("kms").create_key()["KeyMetadata"]["Arn"]


def denied(principal, operation, **request):
    with pytest.raises(ClientError) as refusal:
        getattr(principal.client("kms"), operation)(**request)
    error = refusal.value.response["Error"]
    assert error["Code"] == "AccessDeniedException", error
    return error["Message"]


def test_a_user_of_another_account_uses_and_retires(here, there, key):
    user = there.user()
    kms = here.root.client("kms")
    text = denied(user, "encrypt", KeyId=key, Plaintext=b"x")
    assert text == (
        f"User: {user.arn} is not authorized to perform: kms:Encrypt on resource: {key} "
        + NO_RESOURCE.format(action="kms:Encrypt")
    )
    grant = kms.create_grant(
        KeyId=key,
        GranteePrincipal=user.arn,
        RetiringPrincipal=user.arn,
        Operations=["Encrypt", "Decrypt", "DescribeKey", "RetireGrant"],
        Constraints={"EncryptionContextSubset": {"purpose": "test"}},
    )
    theirs = user.client("kms")
    context = {"purpose": "test", "more": "yes"}
    blob = theirs.encrypt(KeyId=key, Plaintext=b"secret", EncryptionContext=context)["CiphertextBlob"]
    assert theirs.decrypt(CiphertextBlob=blob, EncryptionContext=context)["Plaintext"] == b"secret"
    assert theirs.describe_key(KeyId=key)["KeyMetadata"]["AWSAccountId"] == ACCOUNT
    denied(user, "encrypt", KeyId=key, Plaintext=b"x", EncryptionContext={"purpose": "other"})
    denied(user, "generate_data_key", KeyId=key, KeySpec="AES_256", EncryptionContext=context)

    assert [listed["GrantId"] for listed in theirs_to_retire(there, user)] == [grant["GrantId"]]
    theirs.retire_grant(KeyId=key, GrantId=grant["GrantId"])
    assert grants_of(kms, key) == {}
    denied(user, "decrypt", KeyId=key, CiphertextBlob=blob, EncryptionContext=context)


def theirs_to_retire(account, principal):
    return account.root.client("kms").list_retirable_grants(RetiringPrincipal=principal.arn)["Grants"]


def test_a_session_of_a_role_of_another_account(here, there, key):
    assumer = there.user({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"})
    role = there.role(name=f"role-{uuid.uuid4()}")
    here.root.client("kms").create_grant(KeyId=key, GranteePrincipal=role, Operations=["GenerateDataKey", "Decrypt"])
    session = there.session(role, assumer)
    made = session.client("kms").generate_data_key(KeyId=key, KeySpec="AES_256")
    assert session.client("kms").decrypt(KeyId=key, CiphertextBlob=made["CiphertextBlob"])["Plaintext"] == made["Plaintext"]
    denied(assumer, "decrypt", KeyId=key, CiphertextBlob=made["CiphertextBlob"])


def test_a_grant_to_another_account_is_for_its_policies_to_hand_on(here, there, key):
    here.root.client("kms").create_grant(KeyId=key, GranteePrincipal=there.root.arn, Operations=["Encrypt"])
    there.root.client("kms").encrypt(KeyId=key, Plaintext=b"x")
    may = there.user({"Effect": "Allow", "Action": "kms:Encrypt", "Resource": key})
    may.client("kms").encrypt(KeyId=key, Plaintext=b"x")
    denied(there.user(), "encrypt", KeyId=key, Plaintext=b"x")
    allow = {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}
    text = denied(there.user(allow, DENY_ALL), "encrypt", KeyId=key, Plaintext=b"x")
    assert text.endswith("with an explicit deny in an identity-based policy")


def test_the_grantee_hands_on_what_it_has(here, there, key):
    user, other = there.user(), there.user()
    here.root.client("kms").create_grant(
        KeyId=key, GranteePrincipal=user.arn, Operations=["Encrypt", "CreateGrant", "DescribeKey"]
    )
    theirs = user.client("kms")
    child = theirs.create_grant(KeyId=key, GranteePrincipal=other.arn, Operations=["Encrypt"])
    other.client("kms").encrypt(KeyId=key, Plaintext=b"x")
    denied(user, "create_grant", KeyId=key, GranteePrincipal=other.arn, Operations=["Decrypt"])
    issued = grants_of(here.root.client("kms"), key)[child["GrantId"]]
    assert issued["IssuingAccount"] == there.root.arn
    here.root.client("kms").revoke_grant(KeyId=key, GrantId=child["GrantId"])
    denied(other, "encrypt", KeyId=key, Plaintext=b"x")


def test_others_cannot_retire_it(here, there, key):
    user, other = there.user(), there.user()
    grant = here.root.client("kms").create_grant(
        KeyId=key, GranteePrincipal=user.arn, RetiringPrincipal=there.root.arn, Operations=["Encrypt"]
    )
    denied(other, "retire_grant", KeyId=key, GrantId=grant["GrantId"])
    there.root.client("kms").retire_grant(GrantToken=grant["GrantToken"])
    denied(user, "encrypt", KeyId=key, Plaintext=b"x")
