"""A flipped bit, a lost, doubled or swapped sector anywhere in a data folder: refused by name, named by verify, or unharmed;
never a wrong answer, never a crash. KAGIMORI_DAMAGE_TRIALS asks for more; damage.py prints the table."""

import os
import sys

import pytest

from faults.support.damage import choose_trials, make_folder, places, run_trials

TRIALS = int(os.environ.get("KAGIMORI_DAMAGE_TRIALS", "240"))
SEED = 20261123

pytestmark = pytest.mark.timeout(3600)


def test_damage_is_never_a_wrong_answer(tmp_path):
    image = make_folder(tmp_path, SEED)
    kinds = {kind for kind, *_ in places(image)}
    assert {
        "store table: data block",
        "store table: index block",
        "store table: filter block",
        "store table: properties block",
        "store table: footer",
        "store write-ahead log",
        "store MANIFEST",
        "store CURRENT",
        "slot",
        "deployment.json",
        "audit, compressed",
        "audit, newest file",
        "audit, torn tail",
    } <= kinds
    report = run_trials(image, choose_trials(image, TRIALS, SEED), SEED)
    print(report.table(), file=sys.stderr)
    assert [(trial.kind, trial.what, trial.outcome, trial.text[:400]) for trial in report.bad()] == []
