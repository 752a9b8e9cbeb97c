"""Session tokens on the wire: whose they are, and everything that is not one."""

import base64
import time

import pytest

from conformance.support.audit_log import event_of, request_id
from conformance.support.clients import aws_client, refused, without_metadata
from conformance.support.principals import client_of
from conformance.support.server import ACCOUNT, Server
from conformance.support.wire import FORM, Signer, basic_time, encode, exchange

INVALID = "The security token included in the request is invalid."
EXPIRED = "The security token included in the request is expired"
POLICY = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"kms:*","Resource":"*"}}'


@pytest.fixture(scope="module")
def credentials(sts):
    return sts.get_session_token()["Credentials"]


def test_a_root_session_is_the_root_user(server, credentials):
    answer = client_of(server, "sts", credentials).get_caller_identity()
    assert without_metadata(answer) == {"UserId": ACCOUNT, "Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:root"}
    assert client_of(server, "kms", credentials).create_key()["KeyMetadata"]["AWSAccountId"] == ACCOUNT


def test_credentials_have_awss_form(sts):
    before = time.time()
    credentials = sts.get_session_token(DurationSeconds=900)["Credentials"]
    assert credentials["AccessKeyId"].startswith("ASIA") and len(credentials["AccessKeyId"]) == 20
    assert len(credentials["SecretAccessKey"]) == 40
    assert len(credentials["SessionToken"]) <= 4096
    assert before + 895 < credentials["Expiration"].timestamp() < time.time() + 901


def test_a_root_session_lasts_an_hour_at_most(sts):
    credentials = sts.get_session_token(DurationSeconds=129600)["Credentials"]
    assert credentials["Expiration"].timestamp() < time.time() + 3601


@pytest.mark.parametrize(("seconds", "bound"), [(899, "greater than or equal to 900"), (129601, "less than or equal to 129600")])
def test_durations_out_of_bounds(sts, seconds, bound):
    text = f"1 validation error detected: Value '{seconds}' at 'durationSeconds' failed to satisfy constraint: Member must have value {bound}"
    refused("ValidationError", text, sts.get_session_token, DurationSeconds=seconds)


def test_no_session_out_of_a_session(server, credentials):
    client = client_of(server, "sts", credentials)
    refused("AccessDenied", "Cannot call GetSessionToken with session credentials", client.get_session_token, status=403)
    refused("AccessDenied", "Cannot call GetFederationToken with session credentials", client.get_federation_token,
            status=403, Name="guest")


def test_nobody_believes_a_second_factor(sts):
    text = ("MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and "
            "associated with this user.")
    refused("AccessDenied", text, sts.get_session_token, status=403, SerialNumber="arn:aws:iam::000000000000:mfa/a",
            TokenCode="123456")


def broken(token):
    sealed = base64.b64decode(token)
    flipped = bytearray(sealed)
    flipped[len(flipped) // 2] ^= 1
    head = bytearray(sealed)
    head[2] ^= 1
    yield "a bit in the middle", base64.b64encode(flipped).decode()
    yield "another term", base64.b64encode(head).decode()
    yield "cut", base64.b64encode(sealed[:-1]).decode()
    yield "cut text", token[:-4]
    yield "longer", base64.b64encode(sealed + b"\0").decode()
    yield "empty of content", base64.b64encode(sealed[:53]).decode()
    yield "no base64", "!" + token[1:]
    yield "too long", token * 12
    yield "AWS's", "FwoGZXIvYXdzEPT//////////wEaDEXAMPLE"


def test_tokens_that_are_none(server, credentials):
    for what, token in broken(credentials["SessionToken"]):
        kms = client_of(server, "kms", credentials, token=token)
        refused("UnrecognizedClientException", INVALID, kms.list_keys), what
        sts = client_of(server, "sts", credentials, token=token)
        refused("InvalidClientTokenId", INVALID.rstrip("."), sts.get_caller_identity, status=403), what


def test_a_token_is_for_its_own_access_key_and_secret(server, sts, credentials):
    other = sts.get_session_token()["Credentials"]
    refused("UnrecognizedClientException", INVALID,
            client_of(server, "kms", credentials, token=other["SessionToken"]).list_keys)
    refused("UnrecognizedClientException", INVALID, aws_client(server, "kms", token=other["SessionToken"]).list_keys)
    refused("UnrecognizedClientException", INVALID,
            aws_client(server, "kms", key=credentials["AccessKeyId"], secret=credentials["SecretAccessKey"]).list_keys)
    wrong = dict(other, SecretAccessKey=credentials["SecretAccessKey"])
    with pytest.raises(Exception, match="InvalidSignatureException"):
        client_of(server, "kms", wrong).list_keys()


def test_a_token_of_another_deployment(server, credentials, tmp_path):
    with Server(tmp_path / "data") as other:
        refused("UnrecognizedClientException", INVALID, client_of(other, "kms", credentials).list_keys)


def test_a_token_outlives_a_restart(tmp_path):
    server = Server(tmp_path / "data")
    with server:
        credentials = aws_client(server, "sts").get_session_token()["Credentials"]
    with server:
        client_of(server, "kms", credentials).list_keys()


def test_a_federated_root_user(server, sts):
    answer = sts.get_federation_token(Name="guest", Policy=POLICY, DurationSeconds=900)
    assert answer["FederatedUser"] == {
        "FederatedUserId": f"{ACCOUNT}:guest",
        "Arn": f"arn:aws:sts::{ACCOUNT}:federated-user/guest",
    }
    assert 1 <= answer["PackedPolicySize"] <= 5
    client = client_of(server, "sts", answer["Credentials"])
    assert without_metadata(client.get_caller_identity()) == {
        "UserId": f"{ACCOUNT}:guest",
        "Account": ACCOUNT,
        "Arn": f"arn:aws:sts::{ACCOUNT}:federated-user/guest",
    }


def test_what_does_not_fit_into_a_token(sts):
    tags = [{"Key": f"key-{number}" + "k" * 100, "Value": "v" * 256} for number in range(10)]
    with pytest.raises(Exception, match=r"PackedPolicyTooLarge.*Packed policy consumes 1\d\d% of allotted space") as caught:
        sts.get_federation_token(Name="guest", Tags=tags)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert sts.get_federation_token(Name="guest", Tags=tags[:7])["PackedPolicySize"] <= 100


def test_a_session_policy_that_is_none(sts):
    with pytest.raises(Exception, match="MalformedPolicyDocument"):
        sts.get_federation_token(Name="guest", Policy="{}")
    text = ("1 validation error detected: Value 'g' at 'name' failed to satisfy constraint: Member must have length greater "
            "than or equal to 2")
    refused("ValidationError", text, sts.get_federation_token, Name="g")


def test_access_key_info(server, sts, credentials):
    assert sts.get_access_key_info(AccessKeyId=credentials["AccessKeyId"])["Account"] == ACCOUNT
    with pytest.raises(Exception, match="ValidationError.*does not exist"):
        sts.get_access_key_info(AccessKeyId="AKIAIOSFODNN7EXAMPLE")


def test_a_presigned_url_of_a_session(server, credentials):
    import urllib.request

    url = client_of(server, "sts", credentials).generate_presigned_url("get_caller_identity", ExpiresIn=60, HttpMethod="GET")
    with urllib.request.urlopen(url) as answer:
        assert f"<Account>{ACCOUNT}</Account>".encode() in answer.read()


def test_the_record_of_a_session(own_server):
    sts = aws_client(own_server, "sts")
    made = sts.get_federation_token(Name="guest", Tags=[{"Key": "Team", "Value": "blue"}])
    event = event_of(own_server, request_id(made))
    assert event["eventName"] == "GetFederationToken" and event["eventSource"] == "sts.amazonaws.com"
    assert event["requestParameters"] == {"name": "guest", "principalTags": {"Team": "blue"}}
    credentials = made["Credentials"]
    assert event["responseElements"]["credentials"]["accessKeyId"] == credentials["AccessKeyId"]
    assert set(event["responseElements"]["credentials"]) == {"accessKeyId", "expiration"}
    assert event["responseElements"]["federatedUser"]["arn"] == f"arn:aws:sts::{ACCOUNT}:federated-user/guest"
    asked = client_of(own_server, "sts", credentials).get_caller_identity()
    identity = event_of(own_server, request_id(asked))["userIdentity"]
    assert identity["type"] == "FederatedUser" and identity["accessKeyId"] == credentials["AccessKeyId"]
    assert identity["principalId"] == f"{ACCOUNT}:guest"
    context = identity["sessionContext"]
    assert context["sessionIssuer"]["type"] == "Root" and context["sessionIssuer"]["principalId"] == ACCOUNT
    assert context["attributes"]["mfaAuthenticated"] == "false"
    for file in own_server.data.rglob("*"):
        if file.is_file():
            assert credentials["SecretAccessKey"].encode() not in file.read_bytes()
            assert credentials["SessionToken"].encode() not in file.read_bytes()


def test_a_token_in_an_unsigned_header_does_not_count(server, credentials):
    """A proxy could add one."""
    body = b"Action=GetCallerIdentity&Version=2011-06-15"
    stamp = basic_time()
    fields = [("Host", f"127.0.0.1:{server.port}"), ("Content-Type", FORM), ("X-Amz-Date", stamp),
              ("Content-Length", str(len(body))), ("X-Amz-Security-Token", credentials["SessionToken"])]
    signer = Signer(service="sts", key=credentials["AccessKeyId"], secret=credentials["SecretAccessKey"])
    fields.append(("Authorization", signer.authorization("POST", "/", "", fields, ["content-type", "host", "x-amz-date"],
                                                         body, stamp)))
    assert exchange(server, encode("POST", "/", fields, body)).status in (400, 403)


def test_a_rotation_by_command_ends_sessions(own_server):
    credentials = aws_client(own_server, "sts").get_session_token()["Credentials"]
    kms = client_of(own_server, "kms", credentials)
    kms.list_keys()
    done = own_server.command("seal", "rotate-term", "--data", own_server.data)
    assert done.returncode == 0, done.stderr
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            kms.list_keys()
        except kms.exceptions.ClientError as error:
            assert error.response["Error"]["Code"] == "UnrecognizedClientException"
            return
        time.sleep(0.5)
    raise AssertionError("the session outlived its term")
