"""Limit and Marker of the List operations."""

import uuid

import pytest

from conformance.support.clients import aws_client, pages, refused
from conformance.support.wire import call

MANY = 23


@pytest.fixture(scope="module")
def region(server):
    """A Region of its own with known keys and aliases."""
    kms = aws_client(server, "kms", region="eu-north-1")
    keys = [kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(MANY)]
    for number in range(MANY):
        target = keys[0] if number < 12 else keys[number]
        kms.create_alias(AliasName=f"alias/page-{number}", TargetKeyId=target)
    kms.tag_resource(KeyId=keys[0], Tags=[{"TagKey": f"t{i:02}", "TagValue": str(i)} for i in range(MANY)])
    return kms, keys


def listings(kms, keys):
    return [
        (kms.list_keys, "Keys", {}, lambda entry: entry["KeyId"], sorted(keys)),
        (
            kms.list_aliases,
            "Aliases",
            {},
            lambda entry: entry["AliasName"],
            sorted(f"alias/page-{i}" for i in range(MANY)),
        ),
        (
            kms.list_aliases,
            "Aliases",
            {"KeyId": keys[0]},
            lambda entry: entry["AliasName"],
            sorted(f"alias/page-{i}" for i in range(12)),
        ),
        (
            kms.list_resource_tags,
            "Tags",
            {"KeyId": keys[0]},
            lambda entry: entry["TagKey"],
            [f"t{i:02}" for i in range(MANY)],
        ),
    ]


@pytest.mark.parametrize("limit", [1, 2, 7, 22, 23, 24, 50])
@pytest.mark.parametrize("which", range(4))
def test_pages_together_are_the_whole_and_nothing_twice(region, which, limit):
    operation, items, parameters, name, expected = listings(*region)[which]
    found = pages(operation, items, Limit=limit, **parameters)
    assert all(len(page) <= limit for page in found)
    assert sorted(name(entry) for page in found for entry in page) == expected


@pytest.mark.parametrize("which", range(4))
def test_truncated_is_always_there_and_the_marker_only_when_true(region, which):
    operation, _, parameters, _, expected = listings(*region)[which]
    whole = operation(**parameters)
    assert (whole["Truncated"], "NextMarker" in whole) == (False, False)
    first = operation(Limit=len(expected) - 1, **parameters)
    assert first["Truncated"] is True
    assert 1 <= len(first["NextMarker"]) <= 1024


@pytest.mark.parametrize(
    ("limit", "bound"),
    [(0, "greater than or equal to 1"), (-1, "greater than or equal to 1"), (1001, "less than or equal to 1000")],
)
def test_limit_of_1_to_1000(region, limit, bound):
    kms, keys = region
    text = (
        f"1 validation error detected: Value '{limit}' at 'limit' failed to satisfy constraint: Member must "
        f"have value {bound}"
    )
    for operation, parameters in (
        (kms.list_keys, {}),
        (kms.list_aliases, {}),
        (kms.list_resource_tags, {"KeyId": keys[0]}),
        (kms.list_key_policies, {"KeyId": keys[0]}),
    ):
        refused("ValidationException", text, operation, Limit=limit, **parameters)


# Whether AWS refuses or shortens what is between its documented limit and its model's is not known.
def test_guess_a_larger_limit_than_documented_is_taken(region):
    kms, keys = region
    assert len(kms.list_aliases(Limit=500)["Aliases"]) == MANY
    assert len(kms.list_resource_tags(KeyId=keys[0], Limit=1000)["Tags"]) == MANY


def invalid_marker(operation, **parameters):
    with pytest.raises(operation.__self__.exceptions.InvalidMarkerException):
        operation(**parameters)


@pytest.mark.parametrize("marker", ["x", "AAAA", "{}", "=" * 1024, "é"])
def test_markers_that_nobody_gave_out(region, marker):
    kms, keys = region
    invalid_marker(kms.list_keys, Marker=marker)
    invalid_marker(kms.list_aliases, Marker=marker)
    invalid_marker(kms.list_resource_tags, Marker=marker, KeyId=keys[0])


def test_guess_a_marker_is_good_for_its_own_listing_only(server, region):
    kms, keys = region
    of_keys = kms.list_keys(Limit=1)["NextMarker"]
    of_tags = kms.list_resource_tags(KeyId=keys[0], Limit=1)["NextMarker"]
    of_aliases = kms.list_aliases(KeyId=keys[0], Limit=1)["NextMarker"]
    invalid_marker(kms.list_aliases, Marker=of_keys)
    invalid_marker(kms.list_aliases, Marker=of_aliases)
    invalid_marker(kms.list_aliases, KeyId=keys[1], Marker=of_aliases)
    invalid_marker(kms.list_resource_tags, KeyId=keys[1], Marker=of_tags)
    invalid_marker(aws_client(server, "kms").list_keys, Marker=of_keys)
    for position in range(0, len(of_keys), 5):
        damaged = of_keys[:position] + ("A" if of_keys[position] != "A" else "B") + of_keys[position + 1 :]
        invalid_marker(kms.list_keys, Marker=damaged)


def test_a_marker_stays_good_when_its_entry_goes(region):
    kms, keys = region
    name = f"alias/{uuid.uuid4()}"
    kms.create_alias(AliasName=name, TargetKeyId=keys[1])
    for number in range(3):
        kms.create_alias(AliasName=f"{name}-{number}", TargetKeyId=keys[1])
    first = kms.list_aliases(KeyId=keys[1], Limit=2)
    for entry in first["Aliases"]:
        kms.delete_alias(AliasName=entry["AliasName"])
    rest = kms.list_aliases(KeyId=keys[1], Marker=first["NextMarker"])["Aliases"]
    for entry in rest:
        kms.delete_alias(AliasName=entry["AliasName"])
    assert {entry["AliasName"] for entry in first["Aliases"] + rest} == {name, *(f"{name}-{i}" for i in range(3))}


def test_list_aliases_entries(server, region):
    kms, keys = region
    first, last = call(server, "ListKeys"), kms.list_aliases(KeyId=keys[15])["Aliases"]
    assert first.status == 200 and len(last) == 1
    assert set(last[0]) == {"AliasName", "AliasArn", "TargetKeyId", "CreationDate", "LastUpdatedDate"}
    assert last[0]["AliasArn"] == f"arn:aws:kms:eu-north-1:000000000000:{last[0]['AliasName']}"
    assert last[0]["TargetKeyId"] == keys[15]
