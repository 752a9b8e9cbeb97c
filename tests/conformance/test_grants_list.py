"""ListGrants and ListRetirableGrants."""

import pytest

from conformance.support.clients import aws_client, refused
from conformance.support.grants import grants_of, retirable_grants, root
from conformance.support.wire import call

BAD_MARKER = "The marker is not valid."


@pytest.fixture(scope="module")
def granted(kms, make_key):
    """A key with 120 grants, of which every other one has a retiring principal."""
    key = make_key()
    grant = {"KeyId": key["KeyId"], "GranteePrincipal": root(), "Operations": ["Decrypt"]}
    retirable = grant | {"RetiringPrincipal": root()}
    ids = [kms.create_grant(**(retirable if i % 2 else grant))["GrantId"] for i in range(120)]
    return key, ids


def test_pages(kms, granted):
    key, ids = granted
    for limit, first in ((None, 50), (1, 1), (50, 50), (99, 99), (100, 100)):
        answer = kms.list_grants(KeyId=key["KeyId"], **({} if limit is None else {"Limit": limit}))
        assert len(answer["Grants"]) == first
        assert answer["Truncated"] is True
    assert set(grants_of(kms, key["Arn"], Limit=7)) == set(ids)
    assert set(grants_of(kms, key["KeyId"], GranteePrincipal=root(), Limit=100)) == set(ids)


def test_guess_above_the_documented_maximum_the_maximum_is_taken(kms, granted):
    assert len(kms.list_grants(KeyId=granted[0]["KeyId"], Limit=1000)["Grants"]) == 100


def test_one_grant(kms, granted, make_key):
    key, ids = granted
    assert list(grants_of(kms, key["KeyId"], GrantId=ids[17])) == [ids[17]]
    assert list(grants_of(kms, key["KeyId"], GrantId=ids[17], GranteePrincipal=root())) == [ids[17]]
    assert grants_of(kms, make_key()["KeyId"], GrantId=ids[17]) == {}, "it is another key's"


def test_guess_filters_that_nothing_passes(kms, granted):
    key, ids = granted
    for grant_id in ("0" * 64, "unknown", ids[0].upper(), ids[0][:63]):
        assert grants_of(kms, key["KeyId"], GrantId=grant_id) == {}
    for grantee in ("arn:aws:iam::999999999999:root", "arn:aws:iam::000000000000:role/x", "AROAEXAMPLEEXAMPLEEX1", "nobody"):
        assert grants_of(kms, key["KeyId"], GranteePrincipal=grantee) == {}
    assert list(grants_of(kms, key["KeyId"], GrantId=ids[0], GranteePrincipal="arn:aws:iam::999999999999:root")) == []


def test_a_key_without_grants(server, key):
    assert call(server, "ListGrants", {"KeyId": key["KeyId"]}).json() == {"Grants": [], "Truncated": False}


def test_markers_are_for_what_they_were_given_for(kms, granted, make_key):
    key, _ = granted
    marker = kms.list_grants(KeyId=key["KeyId"], Limit=1)["NextMarker"]
    other = make_key()["KeyId"]
    refused("InvalidMarkerException", BAD_MARKER, kms.list_grants, KeyId=other, Marker=marker)
    refused("InvalidMarkerException", BAD_MARKER, kms.list_grants, KeyId=key["KeyId"], Marker="x")
    refused("InvalidMarkerException", BAD_MARKER, kms.list_retirable_grants, RetiringPrincipal=root(), Marker=marker)
    wrong = {"KeyId": key["KeyId"], "Marker": marker, "GranteePrincipal": root()}
    refused("InvalidMarkerException", BAD_MARKER, kms.list_grants, **wrong)


def test_in_every_state(kms, key, alias_name):
    made = kms.create_grant(KeyId=key["KeyId"], GranteePrincipal=root(), Operations=["Decrypt"])["GrantId"]
    for change in (kms.disable_key, kms.schedule_key_deletion):
        change(KeyId=key["KeyId"])
        assert list(grants_of(kms, key["KeyId"])) == [made]


def test_keys_by_id_and_arn_alone(kms, key, alias_name):
    kms.create_alias(AliasName=alias_name, TargetKeyId=key["KeyId"])
    text = "Key Aliases are not supported for this operation."
    refused("InvalidArnException", text, kms.list_grants, KeyId=alias_name)
    refused("NotFoundException", "Invalid keyId 'foo'", kms.list_grants, KeyId="foo")


def test_retirable_grants(server, granted):
    key, ids = granted
    kms = aws_client(server, "kms")
    found = retirable_grants(kms)
    assert {id for id in found if id in ids} == set(ids[1::2])
    assert all(found[id]["RetiringPrincipal"] == root() and found[id]["KeyId"] == key["Arn"] for id in ids[1::2])
    assert len(kms.list_retirable_grants(RetiringPrincipal=root())["Grants"]) == 50
    assert len(kms.list_retirable_grants(RetiringPrincipal=root(), Limit=1000)["Grants"]) <= 100
    elsewhere = aws_client(server, "kms", region="eu-west-1")
    assert not set(retirable_grants(elsewhere)) & set(ids), "grants are listed in their Region"


def test_guess_retiring_principals_that_cannot_be_listed(kms, raw):
    for arn in ("arn:aws:iam::000000000000:role/none", "arn:aws:iam::999999999999:root", "nobody"):
        text = f"ARN does not refer to a valid principal: {arn}"
        refused("InvalidArnException", text, kms.list_retirable_grants, RetiringPrincipal=arn)
    text = "RetiringPrincipal and RetiringServicePrincipal are mutually exclusive."
    both = {"RetiringPrincipal": root(), "RetiringServicePrincipal": "sns.amazonaws.com"}
    raw.refused("ValidationException", text, "ListRetirableGrants", **both)
    text = (
        f"User: {root()} is not authorized to perform: kms:ListRetirableGrants on resource: sns.amazonaws.com"
    )
    raw.refused("AccessDeniedException", text, "ListRetirableGrants", RetiringServicePrincipal="sns.amazonaws.com")
    required = (
        "1 validation error detected: Value null at 'retiringPrincipal' failed to satisfy constraint: Member must not be null"
    )
    raw.refused("ValidationException", required, "ListRetirableGrants")
