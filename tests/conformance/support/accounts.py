"""Accounts, users, roles and sessions of a deployment, for tests of who may do what."""

import json
import re
import uuid

from conformance.support.clients import aws_client

ALLOW_ALL = {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}
DENY_ALL = {"Effect": "Deny", "Action": "kms:*", "Resource": "*"}


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


class Principal:
    """Somebody with credentials."""

    def __init__(self, server, arn, key, secret, token=None):
        self.server, self.arn = server, arn
        self.credentials = {"key": key, "secret": secret, "token": token}

    def client(self, service, **how):
        return aws_client(self.server, service, **self.credentials, **how)


class Account:
    """An account of the server's, with its root user."""

    def __init__(self, server, number, key, secret):
        self.server, self.number = server, number
        self.root = Principal(server, f"arn:aws:iam::{number}:root", key, secret)
        self.iam = self.root.client("iam")

    @classmethod
    def create(cls, server, name="another"):
        done = server.command("account", "create", name, "--data", server.data)
        assert done.returncode == 0, done.stderr
        return cls.told(server, done.stdout)

    @classmethod
    def told(cls, server, said):
        """The account of which `kagimori account create` told."""
        number, key, secret = re.search(
            r"Account: +(\d{12})\nAccess key id: +(\S+)\nSecret access key: +(\S+)", said
        ).groups()
        return cls(server, number, key, secret)

    def user(self, *statements, name=None, **more):
        """A user with one inline policy of these statements; with none, without."""
        name = name or f"user-{uuid.uuid4()}"
        arn = self.iam.create_user(UserName=name, **more)["User"]["Arn"]
        if statements:
            self.iam.put_user_policy(UserName=name, PolicyName="inline", PolicyDocument=policy(*statements))
        made = self.iam.create_access_key(UserName=name)["AccessKey"]
        user = Principal(self.server, arn, made["AccessKeyId"], made["SecretAccessKey"])
        user.name = name
        return user

    def role(self, *statements, trusts=None, name=None, **more):
        """The ARN of a role with one inline policy, which `trusts` (an ARN; the account) may assume."""
        name = name or f"role-{uuid.uuid4()}"
        trust = policy(
            {"Effect": "Allow", "Principal": {"AWS": trusts or self.root.arn}, "Action": "sts:AssumeRole"}
        )
        arn = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust, **more)["Role"]["Arn"]
        if statements:
            self.iam.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=policy(*statements))
        return arn

    def session(self, role_arn, by, name="session", **more):
        """`by`, a principal, assumes the role."""
        answer = by.client("sts").assume_role(RoleArn=role_arn, RoleSessionName=name, **more)
        made = answer["Credentials"]
        return Principal(
            self.server,
            answer["AssumedRoleUser"]["Arn"],
            made["AccessKeyId"],
            made["SecretAccessKey"],
            made["SessionToken"],
        )
