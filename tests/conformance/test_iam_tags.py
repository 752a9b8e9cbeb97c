"""Tags of users, roles, policies and OIDC providers."""

import pytest

from conformance.support.clients import refused
from conformance.support.iam import ALLOW, TRUST, all_pages

URL = "https://{}.example.com"


def tags(**pairs):
    return [{"Key": key, "Value": value} for key, value in pairs.items()]


class Thing:
    """One of the four kinds: how it is made, and its three operations."""

    def __init__(self, iam, kind, name):
        self.kind = kind
        self.folds = kind in ("user", "role")
        self.tag = getattr(iam, f"tag_{kind}")
        self.untag = getattr(iam, f"untag_{kind}")
        self.list = getattr(iam, f"list_{kind}_tags")
        if kind == "user":
            self.make = lambda **more: iam.create_user(UserName=name, **more)
            self.name = {"UserName": name}
        elif kind == "role":
            self.make = lambda **more: iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST, **more)
            self.name = {"RoleName": name}
        elif kind == "policy":
            self.make = lambda **more: iam.create_policy(PolicyName=name, PolicyDocument=ALLOW, **more)
            self.name = {"PolicyArn": f"arn:aws:iam::000000000000:policy/{name}"}
        else:
            self.make = lambda **more: iam.create_open_id_connect_provider(Url=URL.format(name), **more)
            self.name = {"OpenIDConnectProviderArn": f"arn:aws:iam::000000000000:oidc-provider/{name}.example.com"}

    def shown(self):
        return self.list(**self.name)["Tags"]


@pytest.fixture(params=["user", "role", "policy", "open_id_connect_provider"])
def thing(iam, name, request):
    return Thing(iam, request.param, name)


def test_tags_from_the_beginning(thing):
    thing.make(Tags=tags(Team="b", Environment=""))
    assert thing.shown() == tags(Environment="", Team="b")


def test_setting_and_removing(thing):
    thing.make()
    assert thing.shown() == []
    thing.tag(**thing.name, Tags=tags(a="1", c="3"))
    thing.tag(**thing.name, Tags=tags(b="2", a="9"))
    assert thing.shown() == tags(a="9", b="2", c="3")
    assert [len(page) for page in all_pages(thing.list, "Tags", **thing.name, MaxItems=2)] == [2, 1]
    thing.untag(**thing.name, TagKeys=["a", "nothing"])
    assert thing.shown() == tags(b="2", c="3")


def test_letter_case(thing):
    thing.make()
    thing.tag(**thing.name, Tags=tags(key="1"))
    thing.tag(**thing.name, Tags=tags(KEY="2"))
    assert thing.shown() == (tags(KEY="2") if thing.folds else tags(KEY="2", key="1"))
    text = "Duplicate tag keys found."
    if thing.folds:
        text += " Please note that Tag keys are case insensitive."
        refused("InvalidInput", text, thing.tag, **thing.name, Tags=tags(x="1", X="2"))
    twice = [{"Key": "x", "Value": "1"}, {"Key": "x", "Value": "2"}]
    refused("InvalidInput", text, thing.tag, **thing.name, Tags=twice)


def test_limits(thing):
    thing.make()
    many = [{"Key": f"k{i}", "Value": "v"} for i in range(51)]
    text = (
        "1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must have length less than "
        "or equal to 50"
    )
    refused("ValidationError", text, thing.tag, **thing.name, Tags=many)
    thing.tag(**thing.name, Tags=many[:50])
    text = "The number of tags has reached the maximum limit."
    refused("LimitExceeded", text, thing.tag, status=409, **thing.name, Tags=many[50:])


@pytest.mark.parametrize(
    ("pair", "text"),
    [
        ({"Key": "k" * 129, "Value": ""}, "key' failed to satisfy constraint: Member must have length less than or equal to 128"),
        ({"Key": "k", "Value": "v" * 257}, "value' failed to satisfy constraint: Member must have length less than or equal to 256"),
        (
            {"Key": "k?", "Value": ""},
            "key' failed to satisfy constraint: Member must satisfy regular expression pattern: "
            r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+",
        ),
    ],
)
def test_tags_of_no_form(iam, user, name, pair, text):
    expected = "1 validation error detected: Value at 'tags.1.member." + text
    refused("ValidationError", expected, iam.tag_user, UserName=name, Tags=[pair])


def test_reserved_keys_guess(iam, user, name):
    refused(
        "InvalidInput",
        "Tag keys may not start with the reserved prefix aws:.",
        iam.tag_user,
        UserName=name,
        Tags=[{"Key": "AWS:x", "Value": ""}],
    )


def test_things_that_are_not_there(iam):
    for operation, more in ((iam.tag_user, {"Tags": tags(a="")}), (iam.untag_user, {"TagKeys": ["a"]}), (iam.list_user_tags, {})):
        text = "The user with name nobody cannot be found."
        refused("NoSuchEntity", text, operation, status=404, UserName="nobody", **more)
