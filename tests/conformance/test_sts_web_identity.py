"""AssumeRoleWithWebIdentity with an identity provider on this machine: pinned keys and fetched ones, and hostile tokens."""

import json
import time

import boto3
import botocore
import pytest
from botocore.config import Config

from conformance.support.audit_log import event_of, request_id
from conformance.support.clients import aws_client, refused
from conformance.support.identity_provider import IdentityProvider, SigningKey, encode
from conformance.support.principals import client_of, new_role, session_arn, trust
from conformance.support.server import ACCOUNT, REGION, Server

NO_KEYS = ("Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity "
           "documentation for requirements")
NO_JWT = "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
DENIED = "Not authorized to perform sts:AssumeRoleWithWebIdentity"
ACTION = "sts:AssumeRoleWithWebIdentity"


@pytest.fixture(scope="module")
def provider(tmp_path_factory):
    with IdentityProvider(tmp_path_factory.mktemp("issuer")) as running:
        yield running


@pytest.fixture(scope="module")
def server(provider, tmp_path_factory):
    """One whose issuer is fetched."""
    with Server(tmp_path_factory.mktemp("web") / "data",
                arguments=("--oidc-fetch", provider.url, "--oidc-ca", provider.ca)) as running:
        register(running, provider)
        yield running


def register(server, provider, clients=("sts.amazonaws.com", "app")):
    arn = aws_client(server, "iam").create_open_id_connect_provider(
        Url=provider.url, ClientIDList=list(clients), ThumbprintList=["0" * 40])["OpenIDConnectProviderArn"]
    assert arn == f"arn:aws:iam::{ACCOUNT}:oidc-provider/{provider.host}"
    return arn


def provider_arn(provider):
    return f"arn:aws:iam::{ACCOUNT}:oidc-provider/{provider.host}"


def unsigned(server):
    return boto3.client("sts", endpoint_url=server.url, region_name=REGION,
                        config=Config(signature_version=botocore.UNSIGNED, retries={"total_max_attempts": 1}))


@pytest.fixture(scope="module")
def role(server, provider):
    return new_role(server, trust({"Federated": provider_arn(provider)}, ACTION))


def assume(server, role, token, **parameters):
    return unsigned(server).assume_role_with_web_identity(RoleArn=role["Arn"], RoleSessionName="work",
                                                          WebIdentityToken=token, **parameters)


def rejected(server, role, token, code, text, status=400):
    refused(code, text, unsigned(server).assume_role_with_web_identity, status=status, RoleArn=role["Arn"],
            RoleSessionName="work", WebIdentityToken=token)


def test_a_service_account_becomes_a_role(server, provider, role):
    answer = assume(server, role, provider.token(), DurationSeconds=900)
    assert answer["AssumedRoleUser"] == {"AssumedRoleId": f"{role['RoleId']}:work",
                                         "Arn": session_arn(role["RoleName"], "work")}
    assert answer["SubjectFromWebIdentityToken"] == "system:serviceaccount:ns:app"
    assert answer["Audience"] == "sts.amazonaws.com" and answer["Provider"] == provider.url
    who = client_of(server, "sts", answer["Credentials"]).get_caller_identity()
    assert who["Arn"] == session_arn(role["RoleName"], "work")


def test_the_records(server, provider, role):
    answer = assume(server, role, provider.token())
    event = event_of(server, request_id(answer))
    assert event["userIdentity"] == {
        "type": "WebIdentityUser",
        "principalId": f"{provider_arn(provider)}:sts.amazonaws.com:system:serviceaccount:ns:app",
        "userName": "system:serviceaccount:ns:app",
        "identityProvider": provider_arn(provider),
    }
    assert event["recipientAccountId"] == ACCOUNT
    assert event["requestParameters"] == {"roleArn": role["Arn"], "roleSessionName": "work"}
    assert "sessionToken" not in json.dumps(event)
    who = client_of(server, "sts", answer["Credentials"]).get_caller_identity()
    context = event_of(server, request_id(who))["userIdentity"]["sessionContext"]
    assert context["webIdFederationData"] == {"federatedProvider": provider_arn(provider)}


def test_conditions_on_claims(server, provider):
    conditions = {"StringEquals": {f"{provider.host}:aud": "sts.amazonaws.com"},
                  "StringLike": {f"{provider.host}:sub": "system:serviceaccount:ns:*"}}
    role = new_role(server, trust({"Federated": provider_arn(provider)}, ACTION, condition=conditions))
    assume(server, role, provider.token())
    rejected(server, role, provider.token(sub="system:serviceaccount:other:app"), "AccessDenied", DENIED, 403)
    rejected(server, role, provider.token(aud="app"), "AccessDenied", DENIED, 403)


def test_roles_that_do_not_trust_the_provider(server, provider):
    token = provider.token()
    for trusted in (trust({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, ACTION),
                    trust({"Federated": provider_arn(provider)}, "sts:AssumeRole"),
                    trust({"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/other.example.com"}, ACTION)):
        rejected(server, new_role(server, trusted), token, "AccessDenied", DENIED, 403)
    rejected(server, {"Arn": f"arn:aws:iam::{ACCOUNT}:role/nobody"}, token, "AccessDenied", DENIED, 403)


def test_a_plain_user_is_not_let_in_by_a_federated_trust(server, provider, role):
    from conformance.support.principals import new_user, policy

    _, arn, client = new_user(server, policy("sts:*"))
    text = f"User: {arn} is not authorized to perform: sts:AssumeRole on resource: {role['Arn']}"
    refused("AccessDenied", text, client.assume_role, status=403, RoleArn=role["Arn"], RoleSessionName="work")


def test_audiences(server, provider, role):
    rejected(server, role, provider.token(aud="somebody-else"), "InvalidIdentityToken", "Incorrect token audience")
    assert assume(server, role, provider.token(aud=["somebody-else", "app"]))["Audience"] == "app"
    assert assume(server, role, provider.token(aud="resource", azp="app"))["Audience"] == "app"
    rejected(server, role, provider.token(aud="app", azp="somebody-else"), "InvalidIdentityToken", "Incorrect token audience")


def test_times(server, provider, role):
    now = int(time.time())
    with pytest.raises(Exception) as caught:
        assume(server, role, provider.token(iat=now - 7200, exp=now - 1))
    error = caught.value.response["Error"]
    assert error["Code"] == "ExpiredTokenException"
    assert error["Message"].startswith("Token expired: current date/time ")
    assert error["Message"].endswith(f" must be before the expiration date/time {now - 1}")
    rejected(server, role, provider.token(nbf=now + 600), "InvalidIdentityToken", "The ID Token provided is not valid yet.")
    rejected(server, role, provider.token(iat=now + 600), "InvalidIdentityToken", "The ID Token provided is not valid yet.")
    assume(server, role, provider.token(iat=now + 30))  # an issuer's clock that is a little ahead


def test_hostile_tokens(server, provider, role):
    good = provider.token()
    header, claims, signature = good.split(".")
    none = encode(b'{"alg":"none"}')
    stranger = SigningKey("one")
    for token in (good[:-4] + "AAAA", f"{header}.{claims}.{encode(bytes(64))}", provider.token(key=stranger),
                  provider.token(header={"kid": "unknown"})):
        rejected(server, role, token, "InvalidIdentityToken", NO_KEYS)
    for token in (f"{none}.{claims}.", f"{none}.{claims}.{signature}", f"{header}.{claims}", "x" * 100, good + ".x",
                  provider.token(header={"alg": "HS256"}), provider.token(header={"crit": ["exp"]}), provider.token(sub=None),
                  provider.token(exp=None), provider.token(iat=None), provider.token(aud=None)):
        rejected(server, role, token, "InvalidIdentityToken", NO_JWT)
    other = "https://127.0.0.1:1"
    rejected(server, role, provider.token(iss=other), "InvalidIdentityToken",
             f"No OpenIDConnect provider found in your account for {other}")


def test_an_issuer_that_nobody_has_configured_keys_of(server, provider):
    aws_client(server, "iam").create_open_id_connect_provider(Url="https://token.example.com", ClientIDList=["app"],
                                                              ThumbprintList=["0" * 40])
    role = new_role(server, trust({"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.example.com"}, ACTION))
    rejected(server, role, provider.token(iss="https://token.example.com", aud="app"), "InvalidIdentityToken", NO_KEYS)


def test_the_token_is_not_kept(server, provider, role):
    token = provider.token()
    assume(server, role, token)
    for file in server.data.rglob("*"):
        if file.is_file():
            assert token.encode() not in file.read_bytes()
    assert token not in server.log.read_text(errors="replace")


def test_pinned_keys_and_no_network(provider, tmp_path):
    keys = tmp_path / "keys.json"
    rsa = SigningKey("rsa", "RS256")
    keys.write_text(json.dumps({"keys": [rsa.public()]}))
    with Server(tmp_path / "data", arguments=("--oidc-jwks", f"{provider.url}={keys}")) as server:
        register(server, provider)
        role = new_role(server, trust({"Federated": provider_arn(provider)}, ACTION))
        before = len(provider.requests)
        assume(server, role, provider.token(key=rsa))
        rejected(server, role, provider.token(), "InvalidIdentityToken", NO_KEYS)
        assert len(provider.requests) == before


def test_a_server_without_issuers_takes_no_tokens(provider, tmp_path):
    with Server(tmp_path / "data") as server:
        register(server, provider)
        role = new_role(server, trust({"Federated": provider_arn(provider)}, ACTION))
        rejected(server, role, provider.token(), "InvalidIdentityToken", NO_KEYS)


@pytest.mark.parametrize("behaviour", ["fail", "hang", "huge", "redirect"])
def test_an_issuer_that_misbehaves(tmp_path, behaviour):
    text = "An error occurred when trying to retrieve the verification keys of the identity provider."
    with IdentityProvider(tmp_path) as provider:
        provider.behaviour = behaviour
        with Server(tmp_path / "data", arguments=("--oidc-fetch", provider.url, "--oidc-ca", provider.ca)) as server:
            register(server, provider)
            role = new_role(server, trust({"Federated": provider_arn(provider)}, ACTION))
            started = time.monotonic()
            rejected(server, role, provider.token(), "IDPCommunicationError", text)
            asked = len(provider.requests)
            for _ in range(20):  # nobody makes us ask again and again
                rejected(server, role, provider.token(), "IDPCommunicationError", text)
            assert time.monotonic() - started < 15
            assert len(provider.requests) == asked
            aws_client(server, "kms").list_keys()


def test_an_issuer_that_nobody_vouches_for(tmp_path):
    text = "An error occurred when trying to retrieve the verification keys of the identity provider."
    with IdentityProvider(tmp_path) as provider:
        with Server(tmp_path / "data", arguments=("--oidc-fetch", provider.url)) as server:
            register(server, provider)
            role = new_role(server, trust({"Federated": provider_arn(provider)}, ACTION))
            rejected(server, role, provider.token(), "IDPCommunicationError", text)
            assert provider.requests == []


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--oidc-fetch", "http://token.example.com"), "begins with https://"),
        (("--oidc-fetch", "https://a.example,https://a.example/"), "an issuer twice"),
        (("--oidc-jwks", "https://a.example"), "expected ISSUER=FILE"),
        (("--oidc-jwks", "https://a.example=/nonexistent"), "cannot be read"),
    ],
)
def test_options_that_make_no_sense(tmp_path, arguments, complaint):
    with pytest.raises(AssertionError, match=complaint):
        Server(tmp_path / "data", arguments=arguments).start()
