"""TagResource, UntagResource, ListResourceTags."""

import pytest

from conformance.support.clients import refused, without_metadata
from conformance.support.wire import call


def tag(key, value=""):
    return {"TagKey": key, "TagValue": value}


def tags_of(kms, key):
    return kms.list_resource_tags(KeyId=key["KeyId"])["Tags"]


def test_tags_read_back_at_once_in_the_order_of_their_keys(kms, key):
    assert without_metadata(kms.tag_resource(KeyId=key["KeyId"], Tags=[tag("b", "1"), tag("a", "2")])) == {}
    assert tags_of(kms, key) == [tag("a", "2"), tag("b", "1")]
    kms.tag_resource(KeyId=key["Arn"], Tags=[tag("b", "3"), tag("c")])
    assert tags_of(kms, key) == [tag("a", "2"), tag("b", "3"), tag("c")]
    assert without_metadata(kms.untag_resource(KeyId=key["KeyId"], TagKeys=["a", "c"])) == {}
    assert tags_of(kms, key) == [tag("b", "3")]


def test_an_untagged_key_has_an_empty_list(server, key):
    answer = call(server, "ListResourceTags", {"KeyId": key["KeyId"]}).json()
    assert answer == {"Tags": [], "Truncated": False}


def test_tagging_answers_an_empty_body(server, key):
    tagged = call(server, "TagResource", {"KeyId": key["KeyId"], "Tags": [tag("a")]})
    untagged = call(server, "UntagResource", {"KeyId": key["KeyId"], "TagKeys": ["a"]})
    assert [(answer.status, answer.body) for answer in (tagged, untagged)] == [(200, b""), (200, b"")]


def test_keys_are_case_sensitive_and_unicode(kms, key):
    tags = [tag("Name", "1"), tag("name", "2"), tag("ключ", "значение"), tag("漢字 _./=+-@:", "x y_./=+-@:")]
    kms.tag_resource(KeyId=key["KeyId"], Tags=tags)
    assert sorted(tags_of(kms, key), key=str) == sorted(tags, key=str)


def test_untagging_what_is_not_there(kms, key):
    kms.tag_resource(KeyId=key["KeyId"], Tags=[tag("a")])
    kms.untag_resource(KeyId=key["KeyId"], TagKeys=["b"])
    assert tags_of(kms, key) == [tag("a")]


def test_both_operations_want_their_members(kms, key):
    text = "1 validation error detected: Value null at '{}' failed to satisfy constraint: Member must not be null"
    refused("ValidationException", text.format("tags"), kms.tag_resource, KeyId=key["KeyId"])
    refused("ValidationException", text.format("tagKeys"), kms.untag_resource, KeyId=key["KeyId"])


BOTH = ["create_key", "tag_resource"]


@pytest.fixture(params=BOTH)
def refuses(request, kms, key):
    """Asserts that the operation refuses these tags, and that nothing of them stays."""
    named = {"KeyId": key["KeyId"]} if request.param == "tag_resource" else {}

    def check(code, message, tags):
        refused(code, message, getattr(kms, request.param), Tags=tags, **named)
        assert tags_of(kms, key) == []

    return check


def test_a_key_twice(refuses):
    refuses("TagException", "Duplicate tag keys", [tag("a", "1"), tag("b"), tag("a", "2")])


@pytest.mark.parametrize("name", ["aws:x", "AWS:x", "aWs:"])
def test_reserved_keys(refuses, name):
    refuses("TagException", "Tags beginning with aws: are reserved", [tag("a"), tag(name)])


def test_more_than_fifty_at_once(refuses):
    refuses("TagException", "Too many tags", [tag(str(i)) for i in range(51)])


def test_characters(refuses):
    refuses("TagException", "Invalid tag", [tag("a", "b,c")])


@pytest.mark.parametrize("position", [1, 2])
def test_lengths(refuses, position):
    before = [tag("a")] * (position - 1)
    text = (
        "1 validation error detected: Value '{}' at 'tags.{}.member.{}' failed to satisfy constraint: Member "
        "must have length {}"
    )
    long = "k" * 129
    refuses(
        "ValidationException", text.format(long, position, "tagKey", "less than or equal to 128"), [*before, tag(long)]
    )
    long = "v" * 257
    refuses(
        "ValidationException",
        text.format(long, position, "tagValue", "less than or equal to 256"),
        [*before, tag("x", long)],
    )
    refuses(
        "ValidationException", text.format("", position, "tagKey", "greater than or equal to 1"), [*before, tag("")]
    )


def test_the_longest_tag(kms, key):
    longest = tag("k" * 128, "v" * 256)
    kms.tag_resource(KeyId=key["KeyId"], Tags=[longest])
    assert tags_of(kms, key) == [longest]


# TagException or LimitExceededException: not known.
def test_guess_more_than_fifty_in_all(kms, make_key):
    key = make_key(Tags=[tag(f"{i:02}") for i in range(50)])
    with pytest.raises(kms.exceptions.TagException):
        kms.tag_resource(KeyId=key["KeyId"], Tags=[tag("51st")])
    kms.tag_resource(KeyId=key["KeyId"], Tags=[tag("00", "a new value")])
    assert len(tags_of(kms, key)) == 50
