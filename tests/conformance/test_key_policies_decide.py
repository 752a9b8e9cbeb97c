"""Key policies as AWS KMS evaluates and validates them: who is let in, under which conditions, and what is refused."""

import json
import uuid

import pytest

from conformance.support.accounts import ALLOW_ALL, Account, policy
from conformance.support.audit_log import audit_events
from conformance.support.clients import refused
from conformance.support.server import ACCOUNT

ROOT = f"arn:aws:iam::{ACCOUNT}:root"
DELEGATE = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*"}
INVALID_PRINCIPALS = "Policy contains a statement with one or more invalid principals."
LOCKOUT = "The new key policy will not allow you to update the key policy in the future."


@pytest.fixture(scope="module")
def here(server):
    return Account(server, ACCOUNT, "test", "test")


@pytest.fixture(scope="module")
def there(server):
    return Account.create(server)


def denied(text_part, operation, **parameters):
    with pytest.raises(Exception) as caught:
        operation(**parameters)
    answer = caught.value.response["Error"]
    assert answer["Code"] == "AccessDeniedException" and text_part in answer["Message"], answer


def test_the_guides_example_for_an_external_account(here, there, kms):
    """AWS KMS Developer Guide, "Allowing users in other accounts to use a KMS key": a user and a role of the other
    account, by a key policy that names the account and identity policies that name the key."""
    actions = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
    external = {
        "Sid": "Allow an external account to use this KMS key",
        "Effect": "Allow", "Principal": {"AWS": [there.root.arn]}, "Action": actions, "Resource": "*",
    }  # fmt: skip
    arn = kms.create_key(Policy=policy(DELEGATE, external))["KeyMetadata"]["Arn"]
    mine = {"Sid": "AllowUseOfKeyInAccount", "Effect": "Allow", "Action": actions, "Resource": arn}
    user = there.user(mine)
    role = there.role(mine)
    session = there.session(role, there.user({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": role}))
    for principal in (user, session):
        theirs = principal.client("kms")
        blob = theirs.encrypt(KeyId=arn, Plaintext=b"text")["CiphertextBlob"]
        assert theirs.decrypt(CiphertextBlob=blob)["Plaintext"] == b"text"
        assert theirs.re_encrypt(CiphertextBlob=blob, DestinationKeyId=arn)["KeyId"] == arn
        assert theirs.generate_data_key(KeyId=arn, KeySpec="AES_256")["KeyId"] == arn
        assert theirs.describe_key(KeyId=arn)["KeyMetadata"]["AWSAccountId"] == ACCOUNT
        denied("because no resource-based policy allows", theirs.get_public_key, KeyId=arn)
    stranger = there.user().client("kms")
    denied("because no identity-based policy allows the kms:DescribeKey action", stranger.describe_key, KeyId=arn)


def test_a_user_whom_the_key_policy_names_needs_no_identity_policy(here, kms):
    user = here.user()
    statement = {"Effect": "Allow", "Principal": {"AWS": user.arn}, "Action": "kms:Encrypt", "Resource": "*"}
    key = kms.create_key(Policy=policy(DELEGATE, statement))["KeyMetadata"]["KeyId"]
    user.client("kms").encrypt(KeyId=key, Plaintext=b"text")
    denied("because no identity-based policy allows", user.client("kms").describe_key, KeyId=key)


def test_without_the_accounts_statement_identity_policies_count_for_nothing(here, kms):
    user, other = here.user(), here.user(ALLOW_ALL)
    only = {"Effect": "Allow", "Principal": {"AWS": user.arn}, "Action": "kms:*", "Resource": "*"}
    key = kms.create_key(Policy=policy(only), BypassPolicyLockoutSafetyCheck=True)["KeyMetadata"]["KeyId"]
    assert user.client("kms").describe_key(KeyId=key)
    for client in (other.client("kms"), kms):
        denied("because no resource-based policy allows the kms:DescribeKey action", client.describe_key, KeyId=key)


def test_a_deny_of_the_key_policy_is_for_the_root_user_too(kms):
    deny = {"Effect": "Deny", "Principal": "*", "Action": "kms:Encrypt", "Resource": "*"}
    key = kms.create_key(Policy=policy(DELEGATE, deny))["KeyMetadata"]["KeyId"]
    denied("with an explicit deny in a resource-based policy", kms.encrypt, KeyId=key, Plaintext=b"text")


def test_conditions_on_the_encryption_context(here, kms):
    user = here.user()
    statement = {
        "Effect": "Allow", "Principal": {"AWS": user.arn}, "Action": ["kms:Encrypt", "kms:Decrypt"], "Resource": "*",
        "Condition": {"StringEquals": {"kms:EncryptionContext:AppName": "ExampleApp"}},
    }  # fmt: skip
    key = kms.create_key(Policy=policy(DELEGATE, statement))["KeyMetadata"]["KeyId"]
    theirs = user.client("kms")
    context = {"AppName": "ExampleApp", "more": "x"}
    blob = theirs.encrypt(KeyId=key, Plaintext=b"text", EncryptionContext=context)["CiphertextBlob"]
    assert theirs.decrypt(CiphertextBlob=blob, EncryptionContext=context)["Plaintext"] == b"text"
    why = "because no identity-based policy allows the kms:Encrypt action"
    denied(why, theirs.encrypt, KeyId=key, Plaintext=b"text")
    denied(why, theirs.encrypt, KeyId=key, Plaintext=b"text", EncryptionContext={"AppName": "Other"})


def test_access_by_alias(here, kms):
    name = f"alias/{uuid.uuid4()}"
    by_request = here.user(ALLOW_ALL | {"Condition": {"StringEquals": {"kms:RequestAlias": name}}})
    by_resource = here.user(ALLOW_ALL | {"Condition": {"ForAnyValue:StringLike": {"kms:ResourceAliases": name[:-3] + "*"}}})
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    denied("kms:DescribeKey", by_resource.client("kms").describe_key, KeyId=key)
    kms.create_alias(AliasName=name, TargetKeyId=key)
    assert by_request.client("kms").encrypt(KeyId=name, Plaintext=b"x")
    denied("kms:Encrypt", by_request.client("kms").encrypt, KeyId=key, Plaintext=b"x")
    assert by_resource.client("kms").describe_key(KeyId=key)


def test_a_change_counts_from_the_next_request_on(here, kms):
    user = here.user()
    theirs = user.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    for _ in range(20):
        here.iam.put_user_policy(UserName=user.name, PolicyName="it", PolicyDocument=policy(ALLOW_ALL))
        assert theirs.encrypt(KeyId=key, Plaintext=b"x")
        here.iam.delete_user_policy(UserName=user.name, PolicyName="it")
        denied("because no identity-based policy", theirs.encrypt, KeyId=key, Plaintext=b"x")
    grant = kms.create_grant(KeyId=key, GranteePrincipal=user.arn, Operations=["Encrypt"])["GrantId"]
    assert theirs.encrypt(KeyId=key, Plaintext=b"x")
    kms.revoke_grant(KeyId=key, GrantId=grant)
    denied("because no identity-based policy", theirs.encrypt, KeyId=key, Plaintext=b"x")
    access_key = user.credentials["key"]
    here.iam.update_access_key(UserName=user.name, AccessKeyId=access_key, Status="Inactive")
    with pytest.raises(theirs.exceptions.ClientError) as caught:
        theirs.encrypt(KeyId=key, Plaintext=b"x")
    assert caught.value.response["Error"]["Code"] == "UnrecognizedClientException"


def test_who_comes_after_is_somebody_else(here, kms):
    user = here.user()
    statement = {"Effect": "Allow", "Principal": {"AWS": user.arn}, "Action": "kms:DescribeKey", "Resource": "*"}
    key = kms.create_key(Policy=policy(DELEGATE, statement))["KeyMetadata"]["KeyId"]
    user_id = here.iam.get_user(UserName=user.name)["User"]["UserId"]
    assert user.client("kms").describe_key(KeyId=key)
    here.iam.delete_access_key(UserName=user.name, AccessKeyId=user.credentials["key"])
    here.iam.delete_user(UserName=user.name)
    again = here.user(name=user.name)
    assert again.arn == user.arn
    denied("because no identity-based policy", again.client("kms").describe_key, KeyId=key)
    shown = json.loads(kms.get_key_policy(KeyId=key)["Policy"])
    assert shown["Statement"][1]["Principal"]["AWS"] == user_id
    # As it is shown it cannot be put back: nobody has that id (guess).
    text = json.dumps(shown)
    refused("MalformedPolicyDocumentException", INVALID_PRINCIPALS, kms.put_key_policy, KeyId=key, Policy=text)


@pytest.mark.parametrize(
    "principal",
    [f"arn:aws:iam::{ACCOUNT}:user/nobody", f"arn:aws:iam::{ACCOUNT}:role/nobody", "arn:aws:iam::999999999999:root",
     "999999999999", f"arn:aws:sts::{ACCOUNT}:assumed-role/nobody/x", "AIDAAAAAAAAAAAAAAAAAA"],
)  # fmt: skip
def test_principals_that_are_not_there(kms, key, principal):
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "kms:*", "Resource": "*"}
    refused("MalformedPolicyDocumentException", INVALID_PRINCIPALS, kms.put_key_policy, KeyId=key["KeyId"],
            Policy=policy(DELEGATE, statement))  # fmt: skip


@pytest.mark.parametrize(
    "principal",
    [f"arn:aws:iam::{ACCOUNT}:group/people", "arn:aws:iam:::user/x", f"arn:aws:iam::{ACCOUNT}:user/*",
     f"arn:aws:s3::{ACCOUNT}:user/x"],
)  # fmt: skip
def test_arns_that_can_be_no_principal(kms, key, principal):
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "kms:*", "Resource": "*"}
    refused("InvalidArnException", "An ARN in the specified key policy is invalid.", kms.put_key_policy,
            KeyId=key["KeyId"], Policy=policy(DELEGATE, statement))  # fmt: skip


def test_nobody_locks_themselves_out_by_mistake(here, kms, key):
    user = here.user(ALLOW_ALL)
    read_only = dict(DELEGATE, Action="kms:Describe*")
    refused("MalformedPolicyDocumentException", LOCKOUT, kms.put_key_policy, KeyId=key["KeyId"], Policy=policy(read_only))
    refused("MalformedPolicyDocumentException", LOCKOUT, kms.create_key, Policy=policy(read_only))
    # The full authorization is tried: one who has no permission by an identity policy cannot hand over to the account.
    creator = here.user({"Effect": "Allow", "Action": "kms:CreateKey", "Resource": "*"}).client("kms")
    refused("MalformedPolicyDocumentException", LOCKOUT, creator.create_key, Policy=policy(DELEGATE))
    assert user.client("kms").create_key(Policy=policy(DELEGATE))
    kms.put_key_policy(KeyId=key["KeyId"], Policy=policy(read_only), BypassPolicyLockoutSafetyCheck=True)
    denied("because no resource-based policy", kms.put_key_policy, KeyId=key["KeyId"], Policy=policy(DELEGATE))


def test_a_denial_says_more_to_the_operator(here, kms, key, server):
    """The audit record of a denial has the reason; the client has not."""
    user = here.user(ALLOW_ALL, {"Sid": "Never", "Effect": "Deny", "Action": "kms:Encrypt", "Resource": "*"})
    denied("with an explicit deny", user.client("kms").encrypt, KeyId=key["KeyId"], Plaintext=b"x")
    lines = [event for event in audit_events(server) if event.get("userIdentity", {}).get("arn") == user.arn]
    last = lines[-1]
    assert last["errorCode"] == "AccessDenied"
    assert last["additionalEventData"]["authorization"] == (
        f'denied by identity policy user/{user.name}/inline/inline, statement 1 "Never"'
    )
