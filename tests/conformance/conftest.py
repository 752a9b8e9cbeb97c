"""Fixtures: keys of every spec, made once, in Regions that have it; entities of IAM of a test's own."""

import functools
import uuid

import pytest

from conformance.support.clients import aws_client
from conformance.support.iam import ALLOW, TRUST
from conformance.support.key_specs import CHINA, ENCRYPT, region_of
from conformance.support.operation_requests import Requests
from conformance.support.raw_kms import RawKms


@pytest.fixture(scope="session")
def china(server):
    """Where SM2 is."""
    return aws_client(server, "kms", region=CHINA)


@pytest.fixture(scope="session")
def raw_for(server):
    """KMS as plain JSON, in a Region that has the spec."""
    return lambda spec: RawKms(server, region_of(spec))


@pytest.fixture(scope="session")
def raw(server):
    return RawKms(server)


@pytest.fixture(scope="session")
def new_key(raw_for):
    """Makes a key of a spec and usage that is the test's own; gives its KeyMetadata."""

    def make(spec, usage, **parameters):
        return raw_for(spec)("CreateKey", KeySpec=spec, KeyUsage=usage, **parameters)["KeyMetadata"]

    return make


@pytest.fixture(scope="session")
def shared_key(new_key):
    """The KeyMetadata of the one key of a spec and usage. Nobody changes it: RSA keys take long to make."""
    return functools.cache(new_key)


@pytest.fixture(scope="session")
def wrapping_key(shared_key):
    return shared_key("SYMMETRIC_DEFAULT", ENCRYPT)


@pytest.fixture(scope="session")
def symmetric_key(raw_for, wrapping_key):
    """The id of a symmetric key in the Region of a spec: of that spec's own if it is symmetric."""

    @functools.cache
    def choose(spec):
        if region_of(spec) == CHINA:
            return raw_for(spec)("CreateKey")["KeyMetadata"]["KeyId"]
        return wrapping_key["KeyId"]

    return choose


@pytest.fixture(scope="session")
def public_key(raw_for, shared_key):
    """The DER SubjectPublicKeyInfo of the shared key."""
    return functools.cache(
        lambda spec, usage: raw_for(spec)("GetPublicKey", KeyId=shared_key(spec, usage)["Arn"])["PublicKey"]
    )


@pytest.fixture(scope="session")
def requests(raw_for, shared_key, public_key, symmetric_key):
    """Requests of the operation table's cells with the shared keys."""
    return Requests(raw_for, shared_key, public_key, symmetric_key)


@pytest.fixture(scope="session")
def iam(server):
    return aws_client(server, "iam")


@pytest.fixture
def name():
    """Of an entity that is the test's own."""
    return f"t{uuid.uuid4().hex[:12]}"


@pytest.fixture
def user(iam, name):
    return iam.create_user(UserName=name)["User"]


@pytest.fixture
def role(iam, name):
    return iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)["Role"]


@pytest.fixture
def group(iam, name):
    return iam.create_group(GroupName=name)["Group"]


@pytest.fixture
def policy(iam, name):
    return iam.create_policy(PolicyName=name, PolicyDocument=ALLOW)["Policy"]


@pytest.fixture(scope="session")
def ssm(server):
    return aws_client(server, "ssm")


@pytest.fixture
def tree():
    """The top of a hierarchy of parameters that is the test's own."""
    return f"/t{uuid.uuid4().hex[:12]}"
