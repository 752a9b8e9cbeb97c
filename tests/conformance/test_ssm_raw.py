"""Requests to the Parameter Store that no SDK sends, signed all the same: each a clear refusal, and nothing changed."""

import json

import pytest

from conformance.support.wire import Signer, basic_time, call, encode, exchange, kms_headers

OPERATIONS = (
    "AddTagsToResource", "DeleteParameter", "DeleteParameters", "DescribeParameters", "GetParameter", "GetParameterHistory",
    "GetParameters", "GetParametersByPath", "LabelParameterVersion", "ListTagsForResource", "PutParameter",
    "RemoveTagsFromResource", "UnlabelParameterVersion",
)
SSM = Signer(service="ssm")


def ask(server, operation, body=b"{}", **how):
    return call(server, f"AmazonSSM.{operation}", body, **({"signer": SSM} | how))


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"Name":"x"} {}', b"\xff\xfe", b"null", b'{"Name":"\\ud800"}'])
def test_a_body_that_is_no_object_is_refused(server, operation, body):
    status, code, _ = ask(server, operation, body).error()
    assert status == 400 and code in ("SerializationException", "ValidationException")


@pytest.mark.parametrize("operation", OPERATIONS)
def test_members_of_another_type_are_refused(server, operation):
    member = {
        "AddTagsToResource": "ResourceId", "DeleteParameters": "Names", "DescribeParameters": "MaxResults", "GetParameters": "Names",
        "GetParametersByPath": "Path", "ListTagsForResource": "ResourceId", "RemoveTagsFromResource": "ResourceId",
    }.get(operation, "Name")
    assert ask(server, operation, {member: {"a": [1]}}).error()[:2] == (400, "SerializationException")


@pytest.mark.parametrize("operation", OPERATIONS)
def test_unsigned_and_wrongly_signed_requests_learn_nothing(server, operation):
    assert ask(server, operation, authorization="").status == 400
    other = ask(server, operation, {"Name": "x"}, signer=Signer(service="kms"))
    assert other.status in (400, 403) and other.error()[1] in ("InvalidSignatureException", "SignatureDoesNotMatch")
    wrong = ask(server, operation, {"Name": "x"}, signer=Signer(service="ssm", secret="other"))
    assert wrong.error()[1] in ("InvalidSignatureException", "SignatureDoesNotMatch")


def test_operations_of_the_rest_of_ssm_are_unknown(server):
    for name in ("SendCommand", "GetParameterz", "getparameter", "", "PutParameter.x"):
        assert ask(server, name).error()[:2] == (400, "UnknownOperationException"), name


def test_a_target_of_one_service_is_not_answered_by_the_other(server):
    assert call(server, "AmazonSSM.Encrypt", signer=SSM).error()[1] == "UnknownOperationException"
    assert call(server, "TrentService.GetParameter").error()[1] == "UnknownOperationException"


@pytest.mark.parametrize("size", [4097, 8193, 100_000])
def test_values_beyond_every_tier(server, size):
    status, code, text = ask(server, "PutParameter", {"Name": "raw-big", "Value": "v" * size, "Type": "String"}).error()
    assert (status, code) == (400, "ValidationException")
    assert "vvvv" not in text, "a value never stands in an error"
    assert ask(server, "GetParameter", {"Name": "raw-big"}).error()[1] == "ParameterNotFound"


def test_a_body_beyond_all_bounds(server):
    answer = ask(server, "PutParameter", {"Name": "raw-huge", "Value": "v" * 1_000_000, "Type": "String"})
    assert answer.status == 413 and b"vvvv" not in answer.body
    assert ask(server, "GetParameter", {"Name": "raw-huge"}).error()[1] == "ParameterNotFound"


@pytest.mark.parametrize("name", ["", " ", "/", "//", "/a//b", "a/b", "/a/", "x:1", "x:y", "a" * 2049, "/" + "a/" * 16 + "b", "é", "a b", "a\n", "%2f"])
def test_names_that_no_parameter_has(server, name):
    status, code, _ = ask(server, "PutParameter", {"Name": name, "Value": "v", "Type": "String"}).error()
    assert status == 400 and code in ("ValidationException", "HierarchyLevelLimitExceededException"), (name, code)


@pytest.mark.parametrize("token", ["x", "A" * 4096, "AAAA", "é", "../../etc/passwd"])
@pytest.mark.parametrize("operation,members", [
    ("DescribeParameters", {}), ("GetParametersByPath", {"Path": "/"}), ("GetParameterHistory", {"Name": "raw-history"}),
])
def test_tokens_that_nobody_gave_out(server, operation, members, token):
    ask(server, "PutParameter", {"Name": "raw-history", "Value": "v", "Type": "String", "Overwrite": True})
    status, code, _ = ask(server, operation, members | {"NextToken": token}).error()
    assert status == 400 and code in ("InvalidNextToken", "ValidationException")


def test_a_token_of_another_call_is_refused(server):
    for number in range(3):
        ask(server, "PutParameter", {"Name": f"/raw/token/{number}", "Value": "v", "Type": "String", "Overwrite": True})
    token = ask(server, "GetParametersByPath", {"Path": "/raw/token", "MaxResults": 1}).json()["NextToken"]
    assert ask(server, "GetParametersByPath", {"Path": "/raw/token", "NextToken": token}).status == 200
    assert ask(server, "GetParametersByPath", {"Path": "/raw", "NextToken": token}).error()[1] == "InvalidNextToken"
    assert ask(server, "DescribeParameters", {"NextToken": token}).error()[1] == "InvalidNextToken"
    cut = token[:-4] + "AAAA"
    assert ask(server, "GetParametersByPath", {"Path": "/raw/token", "NextToken": cut}).error()[1] == "InvalidNextToken"


def test_deep_and_wide_json(server):
    deep = b'{"Name":' + b"[" * 5000 + b"]" * 5000 + b"}"
    assert ask(server, "GetParameter", deep).status == 400
    wide = json.dumps({f"m{number}": 0 for number in range(5000)} | {"Name": "x"}).encode()
    assert ask(server, "GetParameter", wide).status == 400
    many = {"Names": [f"n{number}" for number in range(1000)]}
    assert ask(server, "GetParameters", many).error()[1] == "ValidationException"


def test_a_secret_of_a_refused_request_is_in_no_log(own_server):
    secret = "correct-horse-battery-staple"
    for more in ({"Type": "SecureString", "KeyId": "alias/missing"}, {"Type": "Nothing"}, {"Type": "String", "AllowedPattern": "^x$"}):
        answer = ask(own_server, "PutParameter", {"Name": "raw-secret", "Value": secret} | more)
        assert answer.status == 400 and secret.encode() not in answer.body
    own_server.stop()
    files = [own_server.log, *(path for path in own_server.data.rglob("*") if path.is_file())]
    assert [path for path in files if secret.encode() in path.read_bytes()] == []


def test_a_presigned_request_is_as_good(server):
    body = json.dumps({"Name": "raw-presigned", "Value": "v", "Type": "String", "Overwrite": True}).encode()
    headers = [field for field in kms_headers(server, "AmazonSSM.PutParameter", body) if field[0] not in ("X-Amz-Date", "Content-Length")]
    query = SSM.presigned("POST", "/", {}, headers, body, basic_time(), expires=60)
    answer = exchange(server, encode("POST", f"/?{query}", [*headers, ("Content-Length", str(len(body)))], body))
    assert answer.status == 200, answer.body
