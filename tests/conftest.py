"""Fixtures that every suite over the wire shares. The server under test is a real process (see support/server.py)."""

import uuid

import pytest

from conformance.support.clients import aws_client
from conformance.support.server import Server


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """One development server for all tests; each test isolates itself with keys of its own."""
    with Server(tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.fixture
def own_server(tmp_path):
    """A server for one test alone: for tests that stop it, shift its clock or read all of its log."""
    with Server(tmp_path / "data") as running:
        yield running


@pytest.fixture(scope="session")
def kms(server):
    return aws_client(server, "kms")


@pytest.fixture(scope="session")
def sts(server):
    return aws_client(server, "sts")


@pytest.fixture(scope="session")
def make_key(kms):
    """Makes a key of the caller's own and gives its KeyMetadata."""

    def make(**parameters):
        return kms.create_key(**parameters)["KeyMetadata"]

    return make


@pytest.fixture
def key(make_key):
    return make_key()


@pytest.fixture
def disabled_key(kms, make_key):
    metadata = make_key()
    kms.disable_key(KeyId=metadata["KeyId"])
    return metadata


@pytest.fixture
def pending_key(kms, make_key):
    metadata = make_key()
    kms.schedule_key_deletion(KeyId=metadata["KeyId"], PendingWindowInDays=7)
    return metadata


@pytest.fixture
def alias_name():
    """A name that no other test uses."""
    return f"alias/test-{uuid.uuid4()}"
