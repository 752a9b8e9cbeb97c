"""boto3 clients of the server under test, and what tests ask of their answers."""

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from conformance.support.server import REGION

# No retries, so that a test sees the first answer; no checks of the client's own, so that bad requests leave it.
CONFIG = Config(
    retries={"total_max_attempts": 1},
    parameter_validation=False,
    connect_timeout=10,
    read_timeout=60,
    max_pool_connections=32,
)
_session = boto3.session.Session()


def aws_client(server, service, *, region=REGION, key="test", secret="test", token=None):
    return _session.client(
        service,
        endpoint_url=server.url,
        region_name=region,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        aws_session_token=token,
        config=CONFIG,
    )


def refused(code, message, operation, *, status=400, **parameters):
    """Calls a boto3 operation that must be refused with exactly this code and text; "" is no text at all."""
    with pytest.raises(ClientError) as caught:
        operation(**parameters)
    answer = caught.value.response
    assert (answer["Error"]["Code"], answer["Error"].get("Message", "")) == (code, message)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == status
    return answer


def without_metadata(response):
    """The response's own members: what the service sent, as boto3 read it."""
    return {name: value for name, value in response.items() if name != "ResponseMetadata"}


def pages(operation, items, **parameters):
    """Follows the markers of a List operation to the end; gives the pages as lists."""
    found = []
    while True:
        answer = operation(**parameters)
        found.append(answer[items])
        assert answer["Truncated"] is ("NextMarker" in answer)
        if not answer["Truncated"]:
            return found
        parameters["Marker"] = answer["NextMarker"]
        assert len(found) < 1000, "the markers do not come to an end"
