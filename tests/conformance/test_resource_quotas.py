"""Resource quotas: how many keys an account may have in a Region, and a key aliases and grants."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

from conformance.support.accounts import Account
from conformance.support.clients import aws_client, refused
from conformance.support.server import ACCOUNT, Server

LIMIT = "LimitExceededException"
KEYS, ALIASES, GRANTS = 4, 2, 3
QUOTAS = f"keys={KEYS},aliases={ALIASES},grants={GRANTS}"


def too_many(usage, quota=KEYS):
    return f"Key quota for this account in this region is {quota} but the current usage is {usage}."


@pytest.fixture(scope="module")
def limited(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("quotas") / "data", arguments=["--resource-quotas", QUOTAS]) as server:
        yield server


def create(kms, count):
    return [kms.create_key()["KeyMetadata"] for _ in range(count)]


def test_keys_of_an_account_in_a_region(limited):
    kms = aws_client(limited, "kms", region="ap-south-1")
    create(kms, KEYS)
    refused(LIMIT, too_many(KEYS), kms.create_key)
    refused(LIMIT, too_many(KEYS), kms.create_key, Origin="EXTERNAL")
    assert len(kms.list_keys()["Keys"]) == KEYS
    create(aws_client(limited, "kms", region="ap-south-2"), 1)


def test_a_key_counts_until_it_is_destroyed_and_over_a_restart(limited):
    kms = aws_client(limited, "kms", region="eu-central-1")
    first, *_ = create(kms, KEYS)
    kms.schedule_key_deletion(KeyId=first["KeyId"], PendingWindowInDays=7)
    refused(LIMIT, too_many(KEYS), kms.create_key)
    limited.stop()
    limited.start()
    kms = aws_client(limited, "kms", region="eu-central-1")
    refused(LIMIT, too_many(KEYS), kms.create_key)
    limited.advance_clock("7d")
    create(kms, 1)
    refused(LIMIT, too_many(KEYS), kms.create_key)


def test_keys_of_services_do_not_count(limited):
    ssm, kms = (aws_client(limited, service, region="eu-west-1") for service in ("ssm", "kms"))
    ssm.put_parameter(Name="secret", Value="x", Type="SecureString")
    create(kms, KEYS)
    refused(LIMIT, too_many(KEYS), kms.create_key)
    assert len(kms.list_keys()["Keys"]) == KEYS + 1


def test_who_makes_keys_all_at_once_gets_no_more(limited):
    clients = [aws_client(limited, "kms", region="us-west-2") for _ in range(16)]

    def make(kms):
        try:
            return kms.create_key()["KeyMetadata"]["KeyId"]
        except ClientError as error:
            assert error.response["Error"]["Code"] == LIMIT
            return None

    with ThreadPoolExecutor(len(clients)) as pool:
        made = list(pool.map(make, clients))
    assert len(made) - made.count(None) == KEYS
    assert {key["KeyId"] for key in clients[0].list_keys()["Keys"]} == set(made) - {None}


def test_aliases_of_a_key(limited):
    kms = aws_client(limited, "kms", region="ca-central-1")
    one, other = create(kms, 2)
    for number in range(ALIASES):
        kms.create_alias(AliasName=f"alias/a{number}", TargetKeyId=one["KeyId"])
    text = f"The key {one['Arn']} has the maximum number of aliases."  # guess
    refused(LIMIT, text, kms.create_alias, AliasName="alias/more", TargetKeyId=one["KeyId"])
    kms.create_alias(AliasName="alias/b", TargetKeyId=other["KeyId"])
    refused(LIMIT, text, kms.update_alias, AliasName="alias/b", TargetKeyId=one["KeyId"])
    kms.delete_alias(AliasName="alias/a0")
    kms.update_alias(AliasName="alias/b", TargetKeyId=one["KeyId"])


def test_grants_of_a_key(limited):
    kms = aws_client(limited, "kms", region="sa-east-1")
    (key,) = create(kms, 1)
    who = f"arn:aws:iam::{ACCOUNT}:root"
    ids = [
        kms.create_grant(KeyId=key["KeyId"], GranteePrincipal=who, Operations=["Decrypt"], Name=f"g{number}")["GrantId"]
        for number in range(GRANTS)
    ]
    text = f"The key {key['Arn']} has the maximum number of grants."  # guess
    refused(LIMIT, text, kms.create_grant, KeyId=key["KeyId"], GranteePrincipal=who, Operations=["Decrypt"])
    # The same grant once more is none more.
    again = kms.create_grant(KeyId=key["KeyId"], GranteePrincipal=who, Operations=["Decrypt"], Name="g0")
    assert again["GrantId"] == ids[0]
    kms.revoke_grant(KeyId=key["KeyId"], GrantId=ids[1])
    kms.create_grant(KeyId=key["KeyId"], GranteePrincipal=who, Operations=["Decrypt"])


def test_an_account_with_quotas_of_its_own(own_server):
    other = Account.create(own_server)
    own_server.stop()
    own_server.arguments = ["--resource-quotas", f"{QUOTAS},{other.number}:keys=1,{other.number}:aliases=0"]
    own_server.start()
    kms = other.root.client("kms")
    (key,) = create(kms, 1)
    refused(LIMIT, too_many(1, quota=1), kms.create_key)
    text = f"The key {key['Arn']} has the maximum number of aliases."
    refused(LIMIT, text, kms.create_alias, AliasName="alias/any", TargetKeyId=key["KeyId"])
    create(aws_client(own_server, "kms"), KEYS)  # everybody else has the usual ones


@pytest.mark.parametrize("text", ["keys", "keys=x", "aliases=1001", "rotations=3", "12:keys=1"])
def test_what_is_no_quota_keeps_a_server_from_starting(tmp_path, text):
    with pytest.raises(AssertionError, match="resource quota|expected aws"):
        with Server(tmp_path / "data", arguments=["--resource-quotas", text]):
            pass
