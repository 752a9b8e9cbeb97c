"""STS GetCallerIdentity: boto3, the raw Query protocol, presigned URLs, and its XML errors."""

import urllib.request
import xml.etree.ElementTree as ElementTree

import pytest

from conformance.support.clients import aws_client, refused, without_metadata
from conformance.support.server import ACCOUNT
from conformance.support.wire import FORM, MISMATCH, Signer, basic_time, encode, exchange

NAMESPACE = "{https://sts.amazonaws.com/doc/2011-06-15/}"
BODY = b"Action=GetCallerIdentity&Version=2011-06-15"
IDENTITY = {"UserId": ACCOUNT, "Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:root"}


def post(server, body=BODY, *, signer=None, content_type=FORM, authorization=None, time=None):
    time = time or basic_time()
    fields = [
        ("Host", f"127.0.0.1:{server.port}"),
        ("Content-Type", content_type),
        ("X-Amz-Date", time),
        ("Content-Length", str(len(body))),
    ]
    if authorization is None:
        signed = ["content-type", "host", "x-amz-date"]
        authorization = (signer or Signer(service="sts")).authorization("POST", "/", "", fields, signed, body, time)
    if authorization:
        fields.append(("Authorization", authorization))
    return exchange(server, encode("POST", "/", fields, body))


def error(answer):
    assert answer.get("Content-Type").startswith("text/xml")
    root = ElementTree.fromstring(answer.body)
    assert root.tag == NAMESPACE + "ErrorResponse"
    assert root.findtext(NAMESPACE + "RequestId") == answer.get("x-amzn-RequestId")
    found = root.find(NAMESPACE + "Error")
    assert found.findtext(NAMESPACE + "Type") == "Sender"
    return answer.status, found.findtext(NAMESPACE + "Code"), found.findtext(NAMESPACE + "Message")


def test_boto3(sts):
    assert without_metadata(sts.get_caller_identity()) == IDENTITY


@pytest.mark.parametrize("region", ["eu-west-1", "us-gov-west-1"])
def test_any_region(server, region):
    answer = aws_client(server, "sts", region=region).get_caller_identity()
    assert (answer["Account"], answer["UserId"]) == (ACCOUNT, ACCOUNT)


def test_kms_and_sts_agree_on_the_account(kms, sts, key):
    assert sts.get_caller_identity()["Account"] == key["AWSAccountId"]


@pytest.mark.parametrize("content_type", [FORM, FORM + "; charset=utf-8"])
def test_the_xml_document(server, content_type):
    answer = post(server, content_type=content_type)
    assert answer.status == 200
    assert answer.get("Content-Type").startswith("text/xml")
    root = ElementTree.fromstring(answer.body)
    assert root.tag == NAMESPACE + "GetCallerIdentityResponse"
    result = root.find(NAMESPACE + "GetCallerIdentityResult")
    assert {child.tag.removeprefix(NAMESPACE): child.text for child in result} == IDENTITY
    request_id = root.findtext(f"{NAMESPACE}ResponseMetadata/{NAMESPACE}RequestId")
    assert request_id == answer.get("x-amzn-RequestId")


def presigned(server, signer=None, expires=60, **parameters):
    fields = [("Host", f"127.0.0.1:{server.port}")]
    query = {"Action": "GetCallerIdentity", "Version": "2011-06-15"} | parameters
    text = (signer or Signer(service="sts")).presigned("GET", "/", query, fields, b"", basic_time(), expires)
    return exchange(server, encode("GET", f"/?{text}", fields))


def test_presigned_get(server):
    answer = presigned(server)
    assert answer.status == 200
    assert ACCOUNT.encode() in answer.body


def test_presigned_by_botocore(server, sts):
    url = sts.generate_presigned_url("get_caller_identity", ExpiresIn=60, HttpMethod="GET")
    with urllib.request.urlopen(url) as answer:
        assert b"<Account>000000000000</Account>" in answer.read()


def test_wrong_secret(server):
    assert error(post(server, signer=Signer(service="sts", secret="wrong"))) == (403, "SignatureDoesNotMatch", MISMATCH)
    assert error(presigned(server, signer=Signer(service="sts", secret="wrong")))[:2] == (403, "SignatureDoesNotMatch")


def test_unknown_access_key(server):
    text = "The security token included in the request is invalid."
    assert error(post(server, signer=Signer(service="sts", key="AKIAX"))) == (403, "InvalidClientTokenId", text)
    client = aws_client(server, "sts", key="AKIAX")
    refused("InvalidClientTokenId", text, client.get_caller_identity, status=403)


def test_unsigned(server):
    status, code, text = error(post(server, authorization=""))
    assert (status, code) == (403, "MissingAuthenticationToken")
    assert text.endswith("Missing Authentication Token") or text.endswith("missing Authentication Token")


def test_incomplete_signature(server):
    status, code, text = error(
        post(server, authorization="AWS4-HMAC-SHA256 Credential=test/20200101/us-east-1/sts/aws4_request")
    )
    assert (status, code) == (400, "IncompleteSignature")
    assert text.startswith("Authorization header requires 'Signature' parameter. ")


def test_expired_signature(server):
    status, code, text = error(post(server, time=basic_time(-3600)))
    assert (status, code) == (403, "SignatureDoesNotMatch")
    assert text.startswith("Signature expired: ")


def test_a_region_that_is_none(server):
    text = "Credential should be scoped to a valid region, not 'x'. "
    assert error(post(server, signer=Signer(service="sts", region="x"))) == (403, "SignatureDoesNotMatch", text)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"Version=2011-06-15",
        b"Action=",
        b"Action=AssumeRole&Version=2011-06-15",
        b"Action=GetCallerIdentity",
        b"Action=GetCallerIdentity&Version=2010-05-08",
        b"%zz=%",
    ],
)
def test_guess_other_requests_are_client_errors(server, body):
    answer = post(server, body)
    assert 400 <= answer.status < 500
    assert b"<Account>" not in answer.body


def test_hostile_names_stay_text_in_the_xml(server):
    answer = post(server, b"Action=%3C%2FMessage%3E%26%00%ED%A0%80&Version=2011-06-15")
    assert 400 <= answer.status < 500
    ElementTree.fromstring(answer.body)
