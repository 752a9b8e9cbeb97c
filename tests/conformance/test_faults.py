"""What a development server does wrong on purpose: real clients see it, and retry where they should."""

import time

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from conformance.support.clients import aws_client
from conformance.support.production import Production
from conformance.support.server import Server


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("faults") / "data") as server:
        yield server


@pytest.fixture
def fault(faulty):
    def run(*words):
        return faulty.command("dev", "fault", *words, "--data", faulty.data)

    yield run
    assert run("clear").returncode == 0


@pytest.fixture(scope="module")
def key(faulty):
    return aws_client(faulty, "kms").create_key()["KeyMetadata"]["KeyId"]


def outcome(call, **parameters):
    try:
        call(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
    return "done"


@pytest.mark.parametrize(
    "name, status",
    [
        ("ThrottlingException", 400),
        ("KMSInternalException", 500),
        ("DependencyTimeoutException", 503),
        ("KeyUnavailableException", 500),
    ],
)
def test_each_error_as_kms_answers_it(faulty, fault, key, name, status):
    assert fault("fail", name).returncode == 0
    kms = aws_client(faulty, "kms")
    assert outcome(kms.encrypt, KeyId=key, Plaintext=b"x") == (name, status)
    assert fault("clear").returncode == 0
    assert outcome(kms.encrypt, KeyId=key, Plaintext=b"x") == "done"


def test_an_operation_alone(faulty, fault, key):
    assert fault("throttle", "--operation", "Decrypt").returncode == 0
    kms = aws_client(faulty, "kms")
    blob = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    assert outcome(kms.decrypt, CiphertextBlob=blob) == ("ThrottlingException", 400)


def test_an_sdk_gets_through_half_of_the_requests_throttled(faulty, fault, key):
    assert fault("throttle", "50%").returncode == 0
    patient = boto3.client(
        "kms",
        endpoint_url=faulty.url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"mode": "standard", "max_attempts": 40}),
    )
    for _ in range(5):
        patient.encrypt(KeyId=key, Plaintext=b"x")


def test_a_delay_comes_before_the_answer(faulty, fault, key):
    assert fault("delay", "300ms", "--operation", "Encrypt").returncode == 0
    started = time.monotonic()
    assert outcome(aws_client(faulty, "kms").encrypt, KeyId=key, Plaintext=b"x") == "done"
    assert time.monotonic() - started >= 0.3


def test_list_says_what_goes_wrong(fault):
    assert fault("list").stdout == "nothing goes wrong on purpose\n"
    assert fault("throttle", "5%").returncode == 0
    assert fault("fail", "KMSInternalException", "0.5%", "--operation", "Sign").returncode == 0
    assert fault("delay", "2s", "100%").returncode == 0
    assert fault("list").stdout.splitlines() == [
        "ThrottlingException for 5% of every operation",
        "KMSInternalException for 0.5% of Sign",
        "2000 ms of delay for 100% of every operation",
    ]


@pytest.mark.parametrize(
    "words, complaint",
    [
        (("fail", "NotFoundException"), "expected one of ThrottlingException"),
        (("fail", "KeyUnavailableException", "--operation", "ListKeys"), "ListKeys never answers KeyUnavailableException"),
        (("throttle", "--operation", "Nothing"), "KMS has no operation 'Nothing'"),
        (("throttle", "5"), "5%"),
        (("throttle", "0%"), "5%"),
        (("throttle", "101%"), "5%"),
        (("delay", "31s"), "delay"),
        (("delay", "soon"), "200ms"),
    ],
)
def test_what_makes_no_sense_is_refused(fault, words, complaint):
    done = fault(*words)
    assert done.returncode != 0
    assert complaint in done.stderr
    assert fault("list").stdout == "nothing goes wrong on purpose\n"


def test_a_server_forgets_them_when_it_ends(tmp_path):
    server = Server(tmp_path / "data")
    with server:
        assert server.command("dev", "fault", "throttle", "--data", server.data).returncode == 0
    with server:
        assert server.command("dev", "fault", "list", "--data", server.data).stdout == "nothing goes wrong on purpose\n"
        aws_client(server, "kms").list_keys()


def test_a_production_server_does_nothing_wrong_on_purpose(tmp_path):
    folder = tmp_path / "production"
    folder.mkdir()
    with Production(folder).serve() as production:
        for words in (("throttle",), ("list",), ("clear",)):
            done = production.command("dev", "fault", *words)
            assert done.returncode != 0
            assert "only a development server" in done.stderr
