"""Every client of the catalogue against a real server, over TLS."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from clients.catalogue import ABSENT, CLIENTS, HERE
from clients.deployment import TlsDeployment
from clients.transcripts import check_transcript
from conformance.support.accounts import ALLOW_ALL, Account, policy
from conformance.support.production import REGION
from conformance.support.server import BINARY, Server

INSTALL = os.environ.get("KAGIMORI_CLIENTS", "light")  # none, light (what takes seconds), all
START = 'set -euo pipefail; for file in "$HERE/environment.sh" "$CLIENT/environment.sh"; do [ ! -f "$file" ] || . "$file"; done; exec "$@"'


@pytest.fixture(scope="module")
def deployment(tmp_path_factory):
    """What scripts are given: two keys, their aliases, a user, and a role that the user may assume; beside it a development server."""
    with TlsDeployment(tmp_path_factory.mktemp("production")) as server, Server(tmp_path_factory.mktemp("dev") / "data") as dev, \
            pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_CA_BUNDLE", str(server.ca))
        account = Account(server, "111122223333", server.key_id, server.secret)
        kms = account.root.client("kms", region=REGION)
        keys = [kms.create_key()["KeyMetadata"]["Arn"] for _ in range(2)]
        aliases = [f"alias/client-{number}" for number in range(len(keys))]
        for alias, key in zip(aliases, keys):
            kms.create_alias(AliasName=alias, TargetKeyId=key)
        role = account.role(ALLOW_ALL)
        user = account.user(ALLOW_ALL, {"Effect": "Allow", "Action": ["sts:*", "ssm:*"], "Resource": "*"})
        yield {
            "KAGIMORI_URL": server.url,
            "KAGIMORI_CA": str(server.ca),
            "ACCESS_KEY_ID": user.credentials["key"],
            "SECRET_ACCESS_KEY": user.credentials["secret"],
            "AWS_EC2_METADATA_DISABLED": "true",
            "KEY_ARNS": ",".join(keys),
            "ALIAS_ARNS": ",".join(f"arn:aws:kms:{REGION}:{account.number}:{alias}" for alias in aliases),
            "ROLE_ARN": role,
            "KAGIMORI": str(BINARY),
            "DEV_URL": dev.url,
            "DEV_DATA": str(dev.data),
        }


@pytest.mark.timeout(1800)
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
    environment |= deployment | {"HOME": str(tmp_path), "CLIENT": str(client.place), "HERE": str(HERE)}
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
    script = [str(client.place / part) if (client.place / part).exists() else part for part in client.run]
    done = subprocess.run(["bash", "-c", START, "_", *script], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    if client.transcript:
        check_transcript(client.folder, done.stdout)


@pytest.mark.parametrize("absent", ABSENT, ids=lambda absent: absent.name)
def test_absent(absent, record_property):
    # Nothing to run: a client that is asked for and cannot be had has its line in the matrix, and counts as not shown.
    record_property("client", absent)
    pytest.skip(f"{absent.name} {absent.version}: cannot be had: {absent.shows}")
