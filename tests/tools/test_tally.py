"""A step that died must count as a failure."""

import subprocess
import sys
from pathlib import Path

TALLY = Path(__file__).resolve().parents[2] / "tools" / "tally.py"


def tally(*arguments):
    done = subprocess.run([sys.executable, TALLY, *arguments], capture_output=True, text=True)
    return done.returncode, done.stdout.strip()


def test_adds_up_ctest_and_pytest(tmp_path):
    (tmp_path / "unit.xml").write_text(
        '<testsuite><testcase name="a" status="run"/><testcase name="b" status="fail"><failure/></testcase>'
        '<testcase name="c" status="notrun"><skipped/></testcase></testsuite>'
    )
    (tmp_path / "wire.xml").write_text(
        '<testsuites><testsuite><testcase name="a"/><testcase name="b"><error/></testcase>'
        '<testcase name="c"><skipped/></testcase><testcase name="d"/></testsuite></testsuites>'
    )
    assert tally(tmp_path / "unit.xml", tmp_path / "wire.xml") == (1, "3 passed, 2 failed, 2 skipped")


def test_takes_the_last_closing_line_of_a_log(tmp_path):
    (tmp_path / "a.log").write_text("1 passed, 0 failed\nnoise 9 passed, 9 failed\n4 passed, 0 failed, 1 skipped\n")
    (tmp_path / "b.log").write_text("lint: 2 passed, 0 failed\n")
    assert tally(tmp_path / "a.log", tmp_path / "b.log") == (0, "6 passed, 0 failed, 1 skipped")
    assert tally("--alone", tmp_path / "b.log") == (0, "2 passed, 0 failed")


def test_what_cannot_be_read_failed(tmp_path):
    (tmp_path / "cut.xml").write_text("<testsuite><testcase")
    (tmp_path / "mute.log").write_text("Killed\n")
    assert tally(tmp_path / "cut.xml", tmp_path / "mute.log", tmp_path / "absent.xml") == (1, "0 passed, 3 failed, 0 skipped")


def test_nothing_run_is_no_success(tmp_path):
    (tmp_path / "empty.xml").write_text("<testsuite/>")
    assert tally(tmp_path / "empty.xml") == (1, "0 passed, 0 failed, 0 skipped")
