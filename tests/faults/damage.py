"""Damages a data folder in many places, one at a time, and prints what a start makes of each:

    python tests/faults/damage.py [--trials 4000] [--seed N]
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from faults.support.damage import choose_trials, make_folder, run_trials  # noqa: E402


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--trials", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument("--messages", action="store_true", help="also what was said")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kagimori-damage-") as folder:
        image = make_folder(Path(folder), options.seed)
    started = time.monotonic()
    report = run_trials(image, choose_trials(image, options.trials, options.seed), options.seed)
    print(f"seed {options.seed}: {len(report.trials)} places damaged in {time.monotonic() - started:.0f} s\n")
    print(report.table())
    if options.messages:
        for (kind, _), text in sorted(report.messages().items()):
            print(f"\n{kind}: {text[:300]}")
    for trial in report.bad()[:20]:
        print(f"\n{trial.outcome} {trial.kind}, {trial.what}: {trial.text[:600]}")
    return 1 if report.bad() else 0


if __name__ == "__main__":
    sys.exit(main())
