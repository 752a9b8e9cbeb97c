"""Terraform's AWS provider against a real server: IAM of two accounts, keys, key policies, aliases and grants are applied,
read back without a difference, changed and destroyed.

Terraform and its provider come from no registry that this project uses; without them the test is skipped. Where they are
on the machine: `terraform` in the PATH, the provider in TERRAFORM_PLUGIN_DIR or a folder that Terraform looks into by
itself."""

import base64
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from conformance.support.accounts import Account
from conformance.support.server import ACCOUNT

IMPLIED = ["~/.terraform.d/plugins", "/usr/local/share/terraform/plugins", "/usr/share/terraform/plugins"]


def plugin_folder():
    for folder in [os.environ.get("TERRAFORM_PLUGIN_DIR"), *IMPLIED]:
        if folder and list(Path(folder).expanduser().glob("*/hashicorp/aws/*")):
            return Path(folder).expanduser()
    return None


TERRAFORM, PLUGINS = shutil.which("terraform"), plugin_folder()
pytestmark = [
    pytest.mark.skipif(TERRAFORM is None, reason="there is no terraform on this machine"),
    pytest.mark.skipif(PLUGINS is None, reason="there is no Terraform provider hashicorp/aws on this machine"),
    pytest.mark.timeout(600),
]


class Workspace:
    def __init__(self, folder, server, other):
        self.folder = folder
        shutil.copy(Path(__file__).parent / "terraform" / "main.tf", folder)
        config = folder / "terraform.rc"
        config.write_text("disable_checkpoint = true\n")
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_"))},
            "TF_CLI_CONFIG_FILE": str(config),
            "TF_IN_AUTOMATION": "1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "TF_VAR_endpoint": server.url,
            "TF_VAR_other_access_key": other.root.credentials["key"],
            "TF_VAR_other_secret_key": other.root.credentials["secret"],
        }
        self("init", "-input=false", f"-plugin-dir={PLUGINS}")

    def __call__(self, *arguments, codes=(0,)):
        done = subprocess.run(
            [TERRAFORM, *arguments], cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=300
        )
        assert done.returncode in codes, done.stdout[-6000:] + done.stderr[-6000:]
        return done

    def unchanged(self):
        """A plan after a refresh has nothing to do."""
        done = self("plan", "-input=false", "-detailed-exitcode", "-no-color", codes=(0, 2))
        assert done.returncode == 0, done.stdout[-6000:]

    def apply(self, *more):
        self("apply", "-input=false", "-auto-approve", "-no-color", *more)


def test_apply_refresh_change_and_destroy(own_server, tmp_path):
    here = Account(own_server, ACCOUNT, "test", "test")
    other = Account.create(own_server)
    folder = tmp_path / "terraform"
    folder.mkdir()
    terraform = Workspace(folder, own_server, other)
    terraform.apply()
    terraform.unchanged()

    state = json.loads(terraform("show", "-json").stdout)["values"]
    outputs = {name: entry["value"] for name, entry in state["outputs"].items()}
    resources = {resource["address"]: resource["values"] for resource in state["root_module"]["resources"]}
    blob = base64.b64decode(resources["data.aws_kms_ciphertext.text"]["ciphertext_blob"])
    kms = here.root.client("kms")
    assert kms.decrypt(CiphertextBlob=blob, EncryptionContext={"department": "finance"})["Plaintext"] == b"hello"
    assert len(kms.list_grants(KeyId=outputs["key_arn"])["Grants"]) == 1

    text = (folder / "main.tf").read_text()
    for old, new in [
        ('description          = "Does the work"', 'description          = "Does more work"'),
        ('tags                    = { stage = "test" }', 'tags                    = { stage = "live", more = "x" }'),
        ('"kms:DescribeKey"], Resource = "*" }]', '"kms:DescribeKey", "kms:Sign"], Resource = "*" }]'),
        ('operations        = ["Encrypt", "Decrypt", "DescribeKey"]', 'operations        = ["Encrypt"]'),
    ]:
        assert old in text
        text = text.replace(old, new)
    (folder / "main.tf").write_text(text)
    terraform.apply()
    terraform.unchanged()

    terraform("destroy", "-input=false", "-auto-approve", "-no-color")
    for account in (here, other):
        assert account.iam.list_users()["Users"] == [] and account.iam.list_roles()["Roles"] == []
    assert kms.describe_key(KeyId=outputs["key_arn"])["KeyMetadata"]["KeyState"] == "PendingDeletion"
    assert kms.list_aliases()["Aliases"] == []
