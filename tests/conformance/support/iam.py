"""What tests of IAM share: documents, and clients that sign as a user."""

import json

from conformance.support.clients import aws_client

ALLOW = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
READ_DOCUMENT = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "kms:List*", "Resource": "*"}}
TRUST_DOCUMENT = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
TRUST = json.dumps(TRUST_DOCUMENT)
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def client_of(server, iam, user_name, service="iam"):
    """A client that signs with a new access key of the user."""
    key = iam.create_access_key(UserName=user_name)["AccessKey"]
    return aws_client(server, service, key=key["AccessKeyId"], secret=key["SecretAccessKey"])


def all_pages(operation, items, **parameters):
    """Follows the markers of a List operation of IAM to the end; gives the pages."""
    found = []
    while True:
        answer = operation(**parameters)
        found.append(answer[items])
        assert answer["IsTruncated"] is ("Marker" in answer)
        if not answer["IsTruncated"]:
            return found
        parameters["Marker"] = answer["Marker"]
        assert len(answer["Marker"]) <= 320
        assert len(found) < 1000, "the markers do not come to an end"
