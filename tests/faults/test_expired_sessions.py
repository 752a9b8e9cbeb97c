"""Credentials past their end: no operation takes them, whoever they were of. The server is started once more with a clock
that is ahead, since nobody can wait for the shortest session's end."""

import datetime

import botocore.auth
import pytest

from conformance.support.accounts import ALLOW_ALL
from conformance.support.server import Server
from conformance.test_who_may import OPERATIONS, World, outcome
from faults.support.recording import TOOLS

AHEAD = 1000  # seconds; the shortest session has 900
EXPIRED = "The security token included in the request is expired"


@pytest.fixture(scope="module")
def later(tmp_path_factory):
    """The world of the operation table, with sessions that ended meanwhile, on a server at a later time."""
    patch = pytest.MonkeyPatch()
    server = Server(tmp_path_factory.mktemp("expired"))
    server.start()
    world = World(server)
    assumer = world.here.user({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"})
    role = world.here.role(ALLOW_ALL)
    world.ended = {
        "of a role": world.here.session(role, assumer, DurationSeconds=900),
        "of the root user": token_of(world.here.root, 900),
        "of a user": token_of(world.here.user(ALLOW_ALL), 900),
    }
    world.lasting = world.here.session(role, assumer, DurationSeconds=3600)
    server.stop()
    patch.setenv("LD_PRELOAD", str(TOOLS / "clock_shift.so"))
    patch.setenv("KAGIMORI_CLOCK_SHIFT", str(AHEAD))
    server.start()
    patch.undo()
    # Whoever signs has the server's time.
    now = botocore.auth.get_current_datetime
    patch.setattr(botocore.auth, "get_current_datetime", lambda *how: now(*how) + datetime.timedelta(seconds=AHEAD))
    yield world
    patch.undo()
    server.stop()


def token_of(principal, seconds):
    made = principal.client("sts").get_session_token(DurationSeconds=seconds)["Credentials"]
    return type(principal)(
        principal.server, principal.arn, made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"]
    )


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("whose", ["of a role", "of the root user", "of a user"])
def test_an_expired_session(later, operation, whose):
    refusal = outcome(later.ended[whose], operation, later.requests()[operation])
    assert refusal == ("ExpiredTokenException", EXPIRED)


@pytest.mark.parametrize("operation", ["DescribeKey", "Encrypt", "Sign"])
def test_a_session_that_lasts(later, operation):
    assert outcome(later.lasting, operation, later.requests()[operation]) is None


@pytest.mark.parametrize(("service", "operation"), [("sts", "get_caller_identity"), ("iam", "list_users")])
def test_elsewhere(later, service, operation):
    client = later.ended["of a role"].client(service)
    with pytest.raises(client.exceptions.ClientError) as refusal:
        getattr(client, operation)()
    error = refusal.value.response["Error"]
    assert (error["Code"], error["Message"]) == ("ExpiredToken", EXPIRED)
