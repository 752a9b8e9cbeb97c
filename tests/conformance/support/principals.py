"""Users, roles and temporary credentials for tests of STS, made through IAM."""

import itertools
import json

from conformance.support.clients import aws_client
from conformance.support.server import ACCOUNT

_numbers = itertools.count(1)


def unique(name):
    return f"{name}-{next(_numbers)}"


def policy(action, resource="*", effect="Allow", **more):
    statement = {"Effect": effect, "Action": action, "Resource": resource} | more
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def trust(principal, action="sts:AssumeRole", **condition):
    statement = {"Effect": "Allow", "Principal": principal, "Action": action}
    if condition:
        statement["Condition"] = condition["condition"]
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def new_user(server, *policies):
    """A user with inline policies: (name, ARN, STS client of its access key)."""
    iam = aws_client(server, "iam")
    name = unique("user")
    arn = iam.create_user(UserName=name)["User"]["Arn"]
    for number, document in enumerate(policies):
        iam.put_user_policy(UserName=name, PolicyName=f"p{number}", PolicyDocument=document)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return name, arn, aws_client(server, "sts", key=key["AccessKeyId"], secret=key["SecretAccessKey"])


def new_role(server, trusted, *policies, **parameters):
    """A role with inline policies: its IAM description."""
    iam = aws_client(server, "iam")
    role = iam.create_role(RoleName=unique("role"), AssumeRolePolicyDocument=trusted, **parameters)["Role"]
    for number, document in enumerate(policies):
        iam.put_role_policy(RoleName=role["RoleName"], PolicyName=f"p{number}", PolicyDocument=document)
    return role


def client_of(server, service, credentials, *, key=None, token=None):
    return aws_client(
        server,
        service,
        key=key or credentials["AccessKeyId"],
        secret=credentials["SecretAccessKey"],
        token=credentials["SessionToken"] if token is None else token,
    )


def session_arn(role, session, account=ACCOUNT):
    return f"arn:aws:sts::{account}:assumed-role/{role}/{session}"
