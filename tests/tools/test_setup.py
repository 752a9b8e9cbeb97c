"""What tools/setup/install.sh takes for missing, on a machine that never had any of it."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# As dpkg-query does: what it knows goes to standard output, and one unknown package makes its exit status 1.
DPKG_QUERY = """#!/bin/sh
status=0
for word in "$@"; do
  case $word in
    have-*) echo "installed $word" ;;
    gone-*) echo "config-files $word" ;;
    lack-*) status=1 ;;
  esac
done
exit $status
"""


def missing(tmp_path, *packages: str) -> list[str]:
    fake = tmp_path / "dpkg-query"
    fake.write_text(DPKG_QUERY)
    fake.chmod(0o755)
    # As ./dev has it: set -e, the list read from a process substitution, in a function whose result somebody tests.
    script = """
set -euo pipefail
source tools/setup/install.sh
list() { local found; mapfile -t found < <(missing_packages "$@"); printf '%s\\n' "${found[@]}"; }
list "$@" || exit 7
"""
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    out = subprocess.run(["bash", "-c", script, "setup", *packages], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return out.stdout.split()


def test_packages_that_dpkg_never_heard_of_are_missing(tmp_path):
    assert missing(tmp_path, "have-a", "lack-b", "have-c", "lack-d") == ["lack-b", "lack-d"]


def test_removed_packages_whose_configuration_is_left_are_missing(tmp_path):
    assert missing(tmp_path, "gone-a", "have-b") == ["gone-a"]


def test_nothing_is_missing_where_everything_is_there(tmp_path):
    assert missing(tmp_path, "have-a", "have-b") == []
