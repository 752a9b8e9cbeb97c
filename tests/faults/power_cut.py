"""Cuts the power at many instants of a recorded run and prints what a start makes of each:

    python tests/faults/power_cut.py [--cuts 1500] [--steps 400] [--seed N] [--durability synced|written] [--losing PATTERN]

KAGIMORI_BINARY names the program; its tests/faults/tools folder must be built. --losing takes the syncs of every path that
matches (fnmatch) for nothing: what a build without them would lose.
"""

import argparse
import fnmatch
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from faults.support.power import check_recording, cut_power, record  # noqa: E402


SHOWN = 20


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cuts", type=int, default=1500)
    parser.add_argument("--steps", type=int, default=400, help="requests of each of the four workers")
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument("--durability", choices=("synced", "written"), default="synced")
    parser.add_argument("--losing", help="pattern of paths whose syncs count for nothing")
    parser.add_argument("--folder", type=Path, help="where the recording is kept; absent: a temporary folder")
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="kagimori-power-"))
    folder.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    recording = record(folder, seed=options.seed, steps=options.steps, durability=options.durability)
    check_recording(recording)
    recorded = time.monotonic()
    lost = options.losing
    report = cut_power(
        recording,
        cuts=options.cuts,
        seed=options.seed,
        ignores_sync=(lambda path: fnmatch.fnmatch(path, lost)) if lost else (lambda path: False),
    )
    steps = sum(len(worker.steps) for worker in recording.workload.workers)
    print(f"seed {options.seed}, audit durability {options.durability}: {steps} requests, {len(recording.events)} calls")
    print(f"recorded in {recorded - started:.0f} s, {len(report.cuts)} cuts in {time.monotonic() - recorded:.0f} s\n")
    print(report.table())
    problems = [cut for cut in report.cuts if cut.problems]
    for cut in problems[:SHOWN]:
        kind, text = cut.problems[0]
        print(f"\ncut {cut.index} (image {cut.seed}; {', '.join(cut.flying)}): {len(cut.problems)} findings, the first:")
        print(f"  {kind}: {text[:600]}")
    return 1 if problems and not lost else 0


if __name__ == "__main__":
    sys.exit(main())
