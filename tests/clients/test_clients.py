"""Every client of the catalogue against a real server."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from clients.catalogue import CLIENTS
from conformance.support.accounts import ALLOW_ALL, Account
from conformance.support.server import ACCOUNT, REGION, alias_arn

INSTALL = os.environ.get("KAGIMORI_CLIENTS", "light")  # none, light (what takes seconds), all


@pytest.fixture(scope="module")
def deployment(server):
    """What scripts are given: two keys, their aliases, a user, and a role that the user may assume."""
    account = Account(server, ACCOUNT, "test", "test")
    kms = account.root.client("kms")
    keys = [kms.create_key()["KeyMetadata"]["Arn"] for _ in range(2)]
    aliases = [f"alias/client-{number}" for number in range(len(keys))]
    for alias, key in zip(aliases, keys):
        kms.create_alias(AliasName=alias, TargetKeyId=key)
    role = account.role(ALLOW_ALL)
    user = account.user(ALLOW_ALL, {"Effect": "Allow", "Action": "sts:*", "Resource": "*"})
    return {
        "AWS_ENDPOINT_URL": server.url,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": user.credentials["key"],
        "AWS_SECRET_ACCESS_KEY": user.credentials["secret"],
        "AWS_EC2_METADATA_DISABLED": "true",
        "KEY_ARNS": ",".join(keys),
        "ALIAS_ARNS": ",".join(map(alias_arn, aliases)),
        "ROLE_ARN": role,
    }


@pytest.mark.timeout(900)
@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.folder)
def test_client(client, deployment, tmp_path, record_property):
    record_property("client", client)
    if missing := client.missing_tools():
        pytest.skip(f"{client.name}: there is no {' or '.join(missing)} on this machine")
    if not client.is_installed() and (INSTALL == "none" or (client.heavy and INSTALL != "all")):
        pytest.skip(f"{client.name}: not installed (./dev clients installs it)")
    if why := client.install_it():
        pytest.skip(f"{client.name}: cannot be had: {why}")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment |= deployment | {"HOME": str(tmp_path), "CLIENT": str(client.place)}
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
    script = [str(client.place / part) if (client.place / part).exists() else part for part in client.run]
    done = subprocess.run(script, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
