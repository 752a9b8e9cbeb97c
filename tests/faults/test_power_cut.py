"""The power goes at any instant: what was answered is there after the next start, with its audit record, and nothing is
half done. A run of the server is recorded (tools/disk_recorder.cc), the disk of many of its instants is rebuilt with any
part of what was not synced missing (support/disk.py), and the program opens it. KAGIMORI_POWER_CUTS asks for another number
of cuts of the main test; power_cut.py prints the table."""

import fnmatch
import os

import pytest

from faults.support.power import LOST, check_recording, cut_power, record
from faults.support.small_server import SmallServer

CUTS = int(os.environ.get("KAGIMORI_POWER_CUTS", "1000"))
STEPS = 400
# Of the tests beside it, each of which asks for one thing.
WRITTEN_CUTS = 60
IGNORED_SYNC_CUTS = 30
SHORT_STEPS = 50
SEED = int(os.environ.get("KAGIMORI_POWER_SEED", "20261123"))

pytestmark = pytest.mark.timeout(1800)


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    made = record(tmp_path_factory.mktemp("power"), seed=SEED, steps=STEPS)
    check_recording(made)
    return made


def findings(report):
    return [f"{cut.index} ({cut.seed}): {kind}: {text[:400]}" for cut, (kind, text) in report.problems()][:10]


def test_nothing_answered_is_lost(recording):
    report = cut_power(recording, cuts=CUTS, seed=SEED)
    print(report.table())
    assert findings(report) == []
    outcomes = {cut.outcome for cut in report.cuts}
    assert outcomes == {"opened", "unfinished"}
    flying = {name for cut in report.cuts for name in cut.flying}
    assert {"store: log", "store: table (flush or compaction)", "audit: records", "audit: beginning a file"} <= flying


def test_management_calls_are_kept_when_the_audit_log_is_only_written(tmp_path):
    """`audit-durability = "written"`: a record of a use may go with the power; a change and its record may not."""
    recording = record(tmp_path, seed=SEED, steps=SHORT_STEPS, durability="written")
    check_recording(recording)
    report = cut_power(recording, cuts=WRITTEN_CUTS, seed=SEED)
    assert findings(report) == []


@pytest.mark.parametrize("pattern", ["*/store/*.log", "*/audit/*.jsonl*", "*/store", "*/trail"])
def test_each_kind_of_sync_is_needed(recording, pattern):
    """The same run, as if the syncs of these paths had done nothing."""
    report = cut_power(
        recording, cuts=IGNORED_SYNC_CUTS, seed=SEED, ignores_sync=lambda path: fnmatch.fnmatch(path, pattern)
    )
    assert any(cut.problems for cut in report.cuts), f"nothing is lost without the syncs of {pattern}"


def test_a_build_without_syncs_loses_what_it_answered(tmp_path):
    """The proof that this test can fail: fsync and fdatasync say that they have done what they have not."""
    recording = record(tmp_path, seed=SEED, steps=SHORT_STEPS, no_sync=True)
    assert not [event for event in recording.events if event.kind in "BE"]
    report = cut_power(recording, cuts=IGNORED_SYNC_CUTS, seed=SEED)
    lost = [cut for cut in report.cuts if any(kind == LOST for kind, _ in cut.problems)]
    assert len(lost) > len(report.cuts) // 4


def test_a_cut_during_a_recovery(recording, tmp_path):
    """The power goes a second time, while the start after the first cut repairs what it found."""
    first = cut_power(recording, cuts=12, seed=f"{SEED}/again", keep=tmp_path / "images")
    checked = 0
    for cut in first.cuts:
        if cut.outcome != "opened":
            continue
        root = tmp_path / "images" / str(cut.index)
        server = SmallServer(root, log=tmp_path / f"{cut.index}.recording")
        server.start()
        assert server.stop() == 0
        again = recording.started_again(root, tmp_path / f"{cut.index}.recording", cut)
        report = cut_power(again, cuts=10, seed=f"{SEED}/{cut.index}")
        assert findings(report) == []
        checked += len(report.cuts)
    assert checked >= 50
