"""CreateAlias, UpdateAlias, DeleteAlias."""

import pytest

from conformance.support.clients import refused, without_metadata
from conformance.support.server import alias_arn
from conformance.support.wire import call

PREFIX = 'Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html'


def entry(kms, key_id, name):
    return next(alias for alias in kms.list_aliases(KeyId=key_id)["Aliases"] if alias["AliasName"] == name)


def test_an_alias_leads_to_its_key_at_once(kms, key, alias_name):
    assert without_metadata(kms.create_alias(AliasName=alias_name, TargetKeyId=key["Arn"])) == {}
    for form in (alias_name, alias_arn(alias_name)):
        assert kms.describe_key(KeyId=form)["KeyMetadata"] == key
    assert without_metadata(kms.delete_alias(AliasName=alias_name)) == {}
    text = f"Alias {alias_arn(alias_name)} is not found."
    refused("NotFoundException", text, kms.describe_key, KeyId=alias_name)


def test_alias_operations_answer_an_empty_body(server, key, alias_name):
    for operation in ("CreateAlias", "UpdateAlias", "DeleteAlias"):
        body = {"AliasName": alias_name} | ({} if operation == "DeleteAlias" else {"TargetKeyId": key["KeyId"]})
        answer = call(server, operation, body)
        assert (answer.status, answer.body) == (200, b"")


def test_a_name_that_is_taken(kms, key, make_key, alias_name):
    kms.create_alias(AliasName=alias_name, TargetKeyId=key["KeyId"])
    text = f"An alias with the name {alias_arn(alias_name)} already exists"
    for target in (key["KeyId"], make_key()["KeyId"]):
        refused("AlreadyExistsException", text, kms.create_alias, AliasName=alias_name, TargetKeyId=target)


def test_update_moves_the_alias(kms, key, make_key, alias_name):
    other = make_key()
    kms.create_alias(AliasName=alias_name, TargetKeyId=key["KeyId"])
    before = entry(kms, key["KeyId"], alias_name)
    kms.update_alias(AliasName=alias_name, TargetKeyId=other["KeyId"])
    assert kms.list_aliases(KeyId=key["KeyId"])["Aliases"] == []
    after = entry(kms, other["KeyId"], alias_name)
    assert after["TargetKeyId"] == other["KeyId"]
    assert after["CreationDate"] == before["CreationDate"] == before["LastUpdatedDate"]
    assert after["LastUpdatedDate"] >= before["LastUpdatedDate"]
    assert kms.describe_key(KeyId=alias_name)["KeyMetadata"]["KeyId"] == other["KeyId"]


# SPIRE relies on it.
def test_update_to_the_same_key_moves_the_date(kms, key, alias_name):
    kms.create_alias(AliasName=alias_name, TargetKeyId=key["KeyId"])
    created = entry(kms, key["KeyId"], alias_name)["CreationDate"]
    while True:
        kms.update_alias(AliasName=alias_name, TargetKeyId=key["KeyId"])
        updated = entry(kms, key["KeyId"], alias_name)
        if updated["LastUpdatedDate"] > created:
            break
    assert updated["CreationDate"] == created


def test_unknown_alias(kms, key, alias_name):
    text = f"Alias {alias_arn(alias_name)} is not found."
    refused("NotFoundException", text, kms.update_alias, AliasName=alias_name, TargetKeyId=key["KeyId"])
    refused("NotFoundException", text, kms.delete_alias, AliasName=alias_name)


def test_unknown_target(kms, key, alias_name):
    kms.create_alias(AliasName=alias_name, TargetKeyId=key["KeyId"])
    for operation, name in ((kms.create_alias, alias_name + "-2"), (kms.update_alias, alias_name)):
        refused("NotFoundException", "Invalid keyId 'foo'", operation, AliasName=name, TargetKeyId="foo")


def test_name_without_its_prefix(kms, key):
    for name in ("mine", "Alias/mine", "/alias/mine"):
        refused("ValidationException", PREFIX, kms.create_alias, AliasName=name, TargetKeyId=key["KeyId"])


def test_guess_characters_of_a_name(kms, key):
    for name in ("alias/a b", "alias/a.b", "alias/ä", "alias/a*"):
        text = (
            f"1 validation error detected: Value '{name}' at 'aliasName' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$"
        )
        refused("ValidationException", text, kms.create_alias, AliasName=name, TargetKeyId=key["KeyId"])


def test_guess_length_of_a_name(kms, key):
    name = "alias/" + key["KeyId"] + "x" * (256 - 42)
    assert len(name) == 256
    kms.create_alias(AliasName=name, TargetKeyId=key["KeyId"])
    text = (
        f"1 validation error detected: Value '{name}x' at 'aliasName' failed to satisfy constraint: "
        "Member must have length less than or equal to 256"
    )
    refused("ValidationException", text, kms.create_alias, AliasName=name + "x", TargetKeyId=key["KeyId"])


def test_guess_colon_bare_prefix_and_reserved_names(kms, key):
    how = {"TargetKeyId": key["KeyId"]}
    refused(
        "ValidationException",
        "alias/a:b contains invalid characters for an alias",
        kms.create_alias,
        AliasName="alias/a:b",
        **how,
    )
    refused("ValidationException", "Invalid identifier", kms.create_alias, AliasName="alias/", **how)
    for operation in (kms.create_alias, kms.update_alias):
        refused("NotAuthorizedException", "", operation, AliasName="alias/aws/mine", **how)
    refused("NotAuthorizedException", "", kms.delete_alias, AliasName="alias/aws/mine")


def test_guess_an_alias_is_no_target(kms, key, alias_name):
    text = "Aliases must refer to keys. Not aliases"
    for target in ("alias/x", alias_arn("alias/x")):
        refused("ValidationException", text, kms.create_alias, AliasName=alias_name, TargetKeyId=target)
    kms.create_alias(AliasName=alias_name, TargetKeyId=key["KeyId"])
    for target in (alias_name, alias_arn(alias_name)):
        refused("ValidationException", text, kms.update_alias, AliasName=alias_name, TargetKeyId=target)


def test_names_are_case_sensitive_and_may_have_slashes(kms, key, make_key, alias_name):
    other = make_key()
    kms.create_alias(AliasName=alias_name, TargetKeyId=key["KeyId"])
    upper = "alias/" + alias_name.removeprefix("alias/").upper()
    nested = "alias/" + alias_name
    for name in (upper, nested):
        kms.create_alias(AliasName=name, TargetKeyId=other["KeyId"])
        assert kms.describe_key(KeyId=name)["KeyMetadata"] == other
    assert kms.describe_key(KeyId=alias_name)["KeyMetadata"] == key


def test_pending_deletion(kms, key, pending_key, alias_name):
    text = f"{pending_key['Arn']} is pending deletion."
    how = {"TargetKeyId": pending_key["KeyId"]}
    refused("KMSInvalidStateException", text, kms.create_alias, AliasName=alias_name, **how)
    kms.create_alias(AliasName=alias_name, TargetKeyId=key["KeyId"])
    refused("KMSInvalidStateException", text, kms.update_alias, AliasName=alias_name, **how)
    assert kms.describe_key(KeyId=alias_name)["KeyMetadata"] == key


def test_an_alias_can_be_led_away_from_a_key_pending_deletion_and_be_deleted(kms, key, make_key, alias_name):
    doomed = make_key()
    for name in (alias_name, alias_name + "-2"):
        kms.create_alias(AliasName=name, TargetKeyId=doomed["KeyId"])
    kms.schedule_key_deletion(KeyId=doomed["KeyId"])
    kms.update_alias(AliasName=alias_name, TargetKeyId=key["KeyId"])
    assert kms.describe_key(KeyId=alias_name)["KeyMetadata"] == key
    kms.delete_alias(AliasName=alias_name + "-2")
    assert kms.list_aliases(KeyId=doomed["KeyId"])["Aliases"] == []


# The exception and the number are documented; the text is not.
def test_guess_fifty_aliases_of_a_key(kms, key, make_key, alias_name):
    for number in range(50):
        kms.create_alias(AliasName=f"{alias_name}-{number}", TargetKeyId=key["KeyId"])
    elsewhere = make_key()["KeyId"]
    kms.create_alias(AliasName=alias_name, TargetKeyId=elsewhere)
    for operation, name in ((kms.create_alias, alias_name + "-50"), (kms.update_alias, alias_name)):
        with pytest.raises(kms.exceptions.LimitExceededException):
            operation(AliasName=name, TargetKeyId=key["KeyId"])
    # One that is there already can still be updated.
    kms.update_alias(AliasName=f"{alias_name}-0", TargetKeyId=key["KeyId"])
