"""Every key spec and usage × operation × algorithm: what it answers. The table is support/operation_table.py.

With KAGIMORI_WRITE_OPERATION_TABLE=FILE, the table is written there as Markdown once every cell of it has been seen."""

import json
import os
from pathlib import Path

import pytest

from conformance.support.key_specs import KEYS, MAC_ALGORITHMS, SIGNING_ALGORITHMS, SPECS, USAGES
from conformance.support.operation_table import OMITTED, OPERATIONS, SOURCE, cells, markdown, outcome
from conformance.support.server import ROOT

CELLS = list(cells())
_seen = set()


def cell_id(cell):
    parts = [part if part is not OMITTED else "omitted" for part in cell if part != ""]
    return "-".join([*parts, *(["guess"] if outcome(*cell).guess else [])])


@pytest.mark.parametrize("cell", CELLS, ids=[cell_id(cell) for cell in CELLS])
def test_cell(raw_for, shared_key, requests, cell):
    spec, usage, operation, _ = cell
    raw, arn, expected = raw_for(spec), shared_key(spec, usage)["Arn"], outcome(*cell)
    name, request = operation.split(" ")[0], requests.of(*cell)
    if expected.succeeds():
        answer = raw(name, **request)
        assert answer["SourceKeyId" if operation == SOURCE else "KeyId"] == arn
    else:
        raw.refused(expected.code, expected.text.replace("{arn}", arn), name, **request)
    _seen.add(cell)


def test_the_table_knows_all_that_the_model_has():
    model = json.loads((ROOT / "model" / "kms.json").read_text())
    crypto = {name for name, operation in model["operations"].items() if operation["access"] == "crypto"}
    assert {name.split(" ")[0] for name in OPERATIONS} == (crypto - {"GenerateRandom"}) | {"GetPublicKey"}

    def values(enum):
        return set(model["shapes"][enum]["values"])

    assert set(SPECS) == values("KeySpec")
    assert set(USAGES) == values("KeyUsageType")
    assert set(OPERATIONS["Encrypt"][1]) - {OMITTED} == values("EncryptionAlgorithmSpec")
    assert set(SIGNING_ALGORITHMS) == values("SigningAlgorithmSpec") - {"SYMMETRIC_DEFAULT"}
    assert set(MAC_ALGORITHMS) == values("MacAlgorithmSpec")
    assert set(OPERATIONS["DeriveSharedSecret"][1]) == values("KeyAgreementAlgorithmSpec")
    assert set(OPERATIONS["Encapsulate"][1]) == values("EncapsulationAlgorithmSpec")


def test_the_table_has_no_hole():
    assert len(CELLS) == len(set(CELLS)) == len(KEYS) * sum(len(algorithms) for _, algorithms in OPERATIONS.values())
    for spec, usage in KEYS:
        for operation, (needed, algorithms) in OPERATIONS.items():
            if needed == usage and "GenerateDataKey" not in operation:
                working = {name for name in algorithms if outcome(spec, usage, operation, name).succeeds()}
                assert working - {OMITTED} == set(SPECS[spec][usage]), (spec, operation)


def test_the_table_as_markdown():
    text = markdown()
    rows = [line.strip("| ").split(" | ")[:2] for line in text.splitlines() if line.startswith("| ")]
    for spec, usage in KEYS:
        assert len([row for row in rows if spec in row[0].split(", ") and row[1] == usage]) == 1
    target = os.environ.get("KAGIMORI_WRITE_OPERATION_TABLE")
    if target:
        assert _seen == set(CELLS), "only a table whose every cell holds is written"
        Path(target).write_text(text)
