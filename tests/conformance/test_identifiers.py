"""Every form of naming a key × the operations that take it."""

import uuid

import pytest

from conformance.support.clients import refused
from conformance.support.server import alias_arn, key_arn

# name: the member, and the other parameters
ANY_FORM = {
    "describe_key": ("KeyId", {}),
    "encrypt": ("KeyId", {"Plaintext": b"x"}),
    "decrypt": ("KeyId", {"CiphertextBlob": b"garbage"}),
    "re_encrypt": ("SourceKeyId", {"CiphertextBlob": b"garbage", "DestinationKeyId": "foo"}),
    "generate_data_key": ("KeyId", {"KeySpec": "AES_256"}),
    "generate_data_key_without_plaintext": ("KeyId", {"KeySpec": "AES_256"}),
}
KEY_FORMS_ONLY = {
    "enable_key": ("KeyId", {}),
    "disable_key": ("KeyId", {}),
    "update_key_description": ("KeyId", {"Description": "x"}),
    "schedule_key_deletion": ("KeyId", {}),
    "cancel_key_deletion": ("KeyId", {}),
    "tag_resource": ("KeyId", {"Tags": [{"TagKey": "a", "TagValue": "b"}]}),
    "untag_resource": ("KeyId", {"TagKeys": ["a"]}),
    "list_resource_tags": ("KeyId", {}),
    "get_key_policy": ("KeyId", {}),
    "put_key_policy": ("KeyId", {"Policy": "{}"}),
    "list_key_policies": ("KeyId", {}),
    "get_key_rotation_status": ("KeyId", {}),
    "enable_key_rotation": ("KeyId", {}),
    "disable_key_rotation": ("KeyId", {}),
    "rotate_key_on_demand": ("KeyId", {}),
    "list_key_rotations": ("KeyId", {}),
    "get_parameters_for_import": (
        "KeyId",
        {"WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"},
    ),
    "import_key_material": ("KeyId", {"ImportToken": b"x", "EncryptedKeyMaterial": b"x"}),
    "delete_imported_key_material": ("KeyId", {}),
    "list_aliases": ("KeyId", {}),
    "create_alias": ("TargetKeyId", {"AliasName": "alias/never-made"}),
}
ALL = ANY_FORM | KEY_FORMS_ONLY


@pytest.fixture(params=ALL)
def operation(request, kms):
    """Calls the operation with a key named so."""
    member, parameters = ALL[request.param]
    return lambda name: (getattr(kms, request.param), parameters | {member: name})


def test_unknown_id(operation):
    for key_id in (str(uuid.uuid4()), f"mrk-{uuid.uuid4().hex}"):
        call, parameters = operation(key_id)
        refused("NotFoundException", f"Key '{key_arn(key_id)}' does not exist", call, **parameters)


def test_unknown_arn(operation):
    arn = key_arn(uuid.uuid4())
    call, parameters = operation(arn)
    refused("NotFoundException", f"Key '{arn}' does not exist", call, **parameters)


@pytest.mark.parametrize("bad", ["foo", uuid.uuid4().hex, "mrk-1234", "mrk-fake-key-id", "key/foo", " ", "arn"])
def test_no_key_id(operation, bad):
    call, parameters = operation(bad)
    refused("NotFoundException", f"Invalid keyId '{bad}'", call, **parameters)


def test_arn_of_another_region(operation, key):
    call, parameters = operation(key_arn(key["KeyId"], region="eu-west-1"))
    refused("NotFoundException", "Invalid arn eu-west-1", call, **parameters)


def test_malformed_last_part_of_an_arn(operation):
    call, parameters = operation(key_arn("foo"))
    refused("NotFoundException", "Invalid keyId foo", call, **parameters)


def test_upper_case_id_is_another_key(operation, key):
    upper = key["KeyId"].upper()
    for name in (upper, key_arn(upper)):
        call, parameters = operation(name)
        refused("NotFoundException", f"Key '{key_arn(upper)}' does not exist", call, **parameters)


def test_shape_of_a_key_id(operation):
    call, parameters = operation("")
    member = next(name for name, value in parameters.items() if value == "")
    name = member[0].lower() + member[1:]
    pattern = r"Member must satisfy regular expression pattern: ^\p{ASCII}+$"
    start = f"at '{name}' failed to satisfy constraint: "
    refused(
        "ValidationException",
        f"2 validation errors detected: Value '' {start}Member must have length greater than or equal to 1; Value '' {start}{pattern}",
        call,
        **parameters,
    )
    call, parameters = operation("schlüssel")
    refused(
        "ValidationException", f"1 validation error detected: Value 'schlüssel' {start}{pattern}", call, **parameters
    )
    call, parameters = operation("x" * 2049)
    text = (
        f"1 validation error detected: Value '{'x' * 2049}' {start}Member must have length less than or equal to 2048"
    )
    refused("ValidationException", text, call, **parameters)


@pytest.mark.parametrize("name", [name for name in KEY_FORMS_ONLY if name != "create_alias"])
def test_aliases_where_only_keys_are_taken(kms, key, name, alias_name):
    kms.create_alias(AliasName=alias_name, TargetKeyId=key["KeyId"])
    member, parameters = KEY_FORMS_ONLY[name]
    for alias in (alias_name, alias_arn(alias_name), "alias/there-is-none", alias_arn("alias/there-is-none")):
        text = "Key Aliases are not supported for this operation."
        refused("InvalidArnException", text, getattr(kms, name), **parameters, **{member: alias})


@pytest.mark.parametrize("name", ANY_FORM)
def test_unknown_alias(kms, name):
    member, parameters = ANY_FORM[name]
    for form in ("alias/there-is-none", alias_arn("alias/there-is-none"), "alias/aws/none"):
        arn = form if form.startswith("arn") else alias_arn(form)
        refused("NotFoundException", f"Alias {arn} is not found.", getattr(kms, name), **parameters, **{member: form})
    text = "Invalid arn eu-west-1"
    how = parameters | {member: alias_arn("alias/there-is-none", region="eu-west-1")}
    refused("NotFoundException", text, getattr(kms, name), **how)


@pytest.mark.parametrize("form", ["id", "arn", "alias", "alias arn"])
def test_all_forms_lead_to_the_key_and_the_answer_names_its_arn(kms, key, alias_name, form):
    kms.create_alias(AliasName=alias_name, TargetKeyId=key["KeyId"])
    name = {"id": key["KeyId"], "arn": key["Arn"], "alias": alias_name, "alias arn": alias_arn(alias_name)}[form]
    encrypted = kms.encrypt(KeyId=name, Plaintext=b"text")
    blob = encrypted["CiphertextBlob"]
    answers = [
        encrypted,
        kms.decrypt(KeyId=name, CiphertextBlob=blob),
        kms.re_encrypt(SourceKeyId=name, DestinationKeyId=name, CiphertextBlob=blob),
        kms.generate_data_key(KeyId=name, KeySpec="AES_256"),
        kms.generate_data_key_without_plaintext(KeyId=name, KeySpec="AES_256"),
    ]
    assert [answer["KeyId"] for answer in answers] == [key["Arn"]] * 5
    assert answers[2]["SourceKeyId"] == key["Arn"]
    assert kms.describe_key(KeyId=name)["KeyMetadata"] == key


# Existing and missing keys of another account must not be told apart.
def test_guess_arn_of_another_account(operation, key):
    for key_id in (key["KeyId"], uuid.uuid4()):
        call, parameters = operation(key_arn(key_id, account="111122223333"))
        with pytest.raises(call.__self__.exceptions.ClientError) as caught:
            call(**parameters)
        error = caught.value.response["Error"]
        assert error["Code"] == "AccessDeniedException"
        assert error["Message"].startswith("User: arn:aws:iam::000000000000:root is not authorized to perform: kms:")


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:s3:us-east-1:000000000000:key/x",
        "arn:aws:kms:us-east-1:key/x",
        "arn:aws-cn:kms:us-east-1:000000000000:key/x",
        "arn:",
        "arn:aws:kms:us-east-1:12:key/x",
    ],
)
def test_guess_arns_of_something_else(operation, arn):
    call, parameters = operation(arn)
    with pytest.raises(call.__self__.exceptions.ClientError) as caught:
        call(**parameters)
    assert caught.value.response["Error"]["Code"] in {"NotFoundException", "InvalidArnException"}
