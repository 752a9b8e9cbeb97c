"""The model against its sources, and what is generated from it."""

import copy
import gzip
import json
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import generate_shapes  # noqa: E402
import model_check  # noqa: E402
import model_sources  # noqa: E402

MODEL = json.loads((ROOT / "model/kms.json").read_text())
SSM = json.loads((ROOT / "model/ssm.json").read_text())


def run(*arguments):
    return subprocess.run([sys.executable, *map(str, arguments)], capture_output=True, text=True, check=False)


def test_model_agrees_with_botocore():
    pytest.importorskip("botocore")
    done = run(ROOT / "tools/model_check.py", "--no-npm")
    assert done.returncode == 0, done.stdout
    assert "compared with botocore" in done.stdout


def test_the_model_of_ssm_agrees_with_botocore():
    botocore = pytest.importorskip("botocore")
    path = pathlib.Path(botocore.__file__).parent / "data/ssm/2014-11-06/service-2.json.gz"
    source = json.loads(gzip.decompress(path.read_bytes()))
    for name, operation in SSM["operations"].items():
        theirs = source["operations"][name]
        assert (operation["request"], operation["response"]) == (theirs["input"]["shape"], theirs["output"]["shape"])
        assert operation["errors"] == [error["shape"] for error in theirs["errors"]]
    for name, members in SSM["structures"].items():
        theirs = source["shapes"][name]
        required = theirs.get("required", [])
        assert [(m["name"], m["shape"], m.get("required", False)) for m in members] == [
            (member, reference["shape"], member in required) for member, reference in theirs["members"].items()
        ]
    for name, shape in SSM["shapes"].items():
        theirs = source["shapes"][name]
        assert shape.get("values") == theirs.get("enum"), name
        for constraint in ("min", "max", "pattern", "sensitive"):
            assert shape.get(constraint) == theirs.get(constraint), name
    for operation in SSM["operations"].values():
        assert "Value" not in operation["audit_request"] + operation["audit_response"]


def test_model_agrees_with_the_newest_javascript_sdk(tmp_path):
    root, reason = model_sources.fetch_npm_package(tmp_path)
    if root is None:
        pytest.skip(f"the package cannot be had: {reason}")
    done = run(ROOT / "tools/model_check.py", "--npm", root, "--no-botocore")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("change, line", [
    (lambda m: m["operations"].pop("Encrypt"), "operations: Encrypt is missing here"),
    (lambda m: m["operations"]["Encrypt"]["errors"].remove("DisabledException"),
     "Encrypt errors: DisabledException is missing here"),
    (lambda m: m["structures"]["EncryptRequest"].pop(0), "EncryptRequest: KeyId is missing here"),
    (lambda m: m["structures"]["EncryptRequest"][0].pop("required"), "EncryptRequest.KeyId: required False against True"),
    (lambda m: m["shapes"]["PlaintextType"].update(max=4097), 'constraints of PlaintextType: {"min": 1, "max": 4097} against'),
    (lambda m: m["shapes"]["PlaintextType"].pop("sensitive"), "sensitive: PlaintextType is missing here"),
    (lambda m: m["shapes"]["DataKeySpec"]["values"].append("AES_512"), "enum DataKeySpec: AES_512 is ours alone"),
])
def test_a_changed_model_is_noticed(change, line):
    botocore, reason = model_sources.read_botocore()
    if botocore is None:
        pytest.skip(reason)
    model = copy.deepcopy(MODEL)
    change(model)
    assert any(line in found for found in model_check.compare("botocore", model_check.own_form(model), botocore))


def test_audit_columns_may_not_name_secrets():
    model = copy.deepcopy(MODEL)
    assert not model_check.own_faults(model)
    model["operations"]["Encrypt"]["audit_request"].append("Plaintext")
    assert model_check.own_faults(model) == ["Encrypt: Plaintext may not be audited"]


def test_operations_page_is_current():
    done = run(ROOT / "tools/operations_matrix.py", "--check")
    assert done.returncode == 0, done.stdout


def test_generator_refuses_what_the_code_cannot_check():
    model = copy.deepcopy(MODEL)
    model["shapes"]["KeyIdType"]["pattern"] = "^new$"
    with pytest.raises(ValueError, match="unknown pattern"):
        generate_shapes.Generator(model).structure_file()


@pytest.mark.parametrize("service", ["kms", "ssm"])
def test_generation_is_repeatable_and_leaves_unchanged_files_alone(service, tmp_path):
    arguments = (ROOT / "tools/generate_shapes.py", ROOT / f"model/{service}.json", tmp_path)
    assert run(*arguments).returncode == 0
    before = {p.name: (p.read_text(), p.stat().st_mtime_ns) for p in (tmp_path / "shapes").iterdir()}
    assert run(*arguments).returncode == 0
    assert {p.name: (p.read_text(), p.stat().st_mtime_ns) for p in (tmp_path / "shapes").iterdir()} == before


@pytest.mark.parametrize("name, snake, camel", [
    ("AWSAccountId", "aws_account_id", "AwsAccountId"),
    ("RSASSA_PKCS1_V1_5_SHA_256", "rsassa_pkcs1_v1_5_sha_256", "RsassaPkcs1V15Sha256"),
    ("CloudHsmClusterId", "cloud_hsm_cluster_id", "CloudHsmClusterId"),
    ("KMSInvalidState", "kms_invalid_state", "KmsInvalidState"),
    ("PendingDeletion", "pending_deletion", "PendingDeletion"),
])
def test_names(name, snake, camel):
    assert generate_shapes.snake(name) == snake
    assert generate_shapes.camel(name) == camel
