"""Terraform's AWS provider against a real server, over TLS: IAM of two accounts, keys of every kind, key policies, aliases, grants,
secrets and parameters are applied, read back without a difference, changed and destroyed.

Terraform and its provider come from no registry that this project uses; without them the test is skipped. Where they are
on the machine: `terraform` in the PATH, the provider in TERRAFORM_PLUGIN_DIR or a folder that Terraform looks into by
itself."""

import base64
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from clients.catalogue import TERRAFORM as CLIENT
from clients.deployment import TlsDeployment
from clients.transcripts import check_transcript
from conformance.support.accounts import Account

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
    pytest.mark.timeout(1800),
]


class Workspace:
    def __init__(self, folder, here, other):
        self.folder = folder
        self.transcript = []
        shutil.copy(Path(__file__).parent / "terraform" / "main.tf", folder)
        config = folder / "terraform.rc"
        config.write_text("disable_checkpoint = true\n")
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_"))},
            "TF_CLI_CONFIG_FILE": str(config),
            "TF_IN_AUTOMATION": "1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "TF_VAR_endpoint": here.server.url,
            "TF_VAR_authority": str(here.server.ca),
            "TF_VAR_access_key": here.root.credentials["key"],
            "TF_VAR_secret_key": here.root.credentials["secret"],
            "TF_VAR_other_access_key": other.root.credentials["key"],
            "TF_VAR_other_secret_key": other.root.credentials["secret"],
            "TF_VAR_material": base64.b64encode(os.urandom(32)).decode(),
        }
        self("init", "-input=false", f"-plugin-dir={PLUGINS}")

    def __call__(self, *arguments, codes=(0,)):
        done = subprocess.run(
            [TERRAFORM, *arguments], cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=600
        )
        assert done.returncode in codes, done.stdout[-6000:] + done.stderr[-6000:]
        if arguments[0] in ("plan", "apply", "destroy"):
            self.tell(arguments, done.stdout)
        return done

    def tell(self, arguments, said):
        """For the transcript: what was made, changed and destroyed, in alphabetical order, and the last word."""
        words = [each for each in arguments if each not in ("-input=false", "-no-color", "-detailed-exitcode")]
        done = re.findall(r"^(\S+): (Creation|Modifications|Destruction) complete", said, re.MULTILINE)
        last = re.findall(r"^(?:No changes\. .*|Apply complete! .*|Destroy complete! .*)$", said, re.MULTILINE)
        self.transcript += [f"$ terraform {' '.join(words)}", *sorted(f"{name}: {what} complete" for name, what in done), *last]

    def unchanged(self):
        """A plan after a refresh has nothing to do."""
        done = self("plan", "-input=false", "-detailed-exitcode", "-no-color", codes=(0, 2))
        assert done.returncode == 0, done.stdout[-6000:]

    def apply(self, *more):
        self("apply", "-input=false", "-auto-approve", "-no-color", *more)


def test_apply_refresh_change_and_destroy(tmp_path_factory, tmp_path, monkeypatch, record_property):
    record_property("client", CLIENT)
    with TlsDeployment(tmp_path_factory.mktemp("production")) as server:
        monkeypatch.setenv("AWS_CA_BUNDLE", str(server.ca))
        here = Account(server, "111122223333", server.key_id, server.secret)
        other = Account.told(server, server.run("account", "create", "other"))
        terraform = Workspace(tmp_path, here, other)
        a_life(terraform, here, other)
    check_transcript("terraform", "\n".join(terraform.transcript) + "\n")


def a_life(terraform, here, other):
    terraform.apply()
    terraform.unchanged()

    state = json.loads(terraform("show", "-json").stdout)["values"]
    outputs = {name: entry["value"] for name, entry in state["outputs"].items()}
    resources = {resource["address"]: resource["values"] for resource in state["root_module"]["resources"]}
    blob = base64.b64decode(resources["data.aws_kms_ciphertext.text"]["ciphertext_blob"])
    kms, ssm = here.root.client("kms"), here.root.client("ssm")
    assert kms.decrypt(CiphertextBlob=blob, EncryptionContext={"department": "finance"})["Plaintext"] == b"hello"
    assert len(kms.list_grants(KeyId=outputs["key_arn"])["Grants"]) == 1
    assert kms.get_key_rotation_status(KeyId=outputs["key_arn"])["RotationPeriodInDays"] == 180
    assert outputs["public_key"].startswith("-----BEGIN PUBLIC KEY-----")
    own = resources["aws_kms_external_key.own"]["arn"]
    assert kms.describe_key(KeyId=own)["KeyMetadata"]["KeyState"] == "Enabled"
    assert outputs["password"] == ssm.get_parameter(Name="/web/password", WithDecryption=True)["Parameter"]["Value"] == "one"

    file = terraform.folder / "main.tf"
    text = file.read_text()
    for old, new in [
        ('description          = "Does the work"', 'description          = "Does more work"'),
        ('tags                    = { stage = "test" }', 'tags                    = { stage = "live", more = "x" }'),
        ('"kms:DescribeKey"], Resource = "*" }]', '"kms:DescribeKey", "kms:Sign"], Resource = "*" }]'),
        ('operations        = ["Encrypt", "Decrypt", "DescribeKey"]', 'operations        = ["Encrypt"]'),
        ("rotation_period_in_days = 180", "rotation_period_in_days = 365"),
        ("enabled                 = true", "enabled                 = false"),
        ('value = "5432"', 'value = "5433"'),
        ('plaintext = "one"', 'plaintext = "two"'),
    ]:
        assert old in text
        text = text.replace(old, new)
    file.write_text(text)
    terraform.apply()
    terraform.unchanged()
    assert ssm.get_parameter(Name="/web/port")["Parameter"]["Value"] == "5433"
    assert ssm.get_parameter(Name="/web/password", WithDecryption=True)["Parameter"]["Value"] == "two"
    assert kms.describe_key(KeyId=own)["KeyMetadata"]["KeyState"] == "Disabled"

    terraform("destroy", "-input=false", "-auto-approve", "-no-color")
    for account in (here, other):
        assert account.iam.list_users()["Users"] == [] and account.iam.list_roles()["Roles"] == []
    for key in (outputs["key_arn"], own):
        assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingDeletion"
    assert kms.list_aliases()["Aliases"] == [] and ssm.describe_parameters()["Parameters"] == []
