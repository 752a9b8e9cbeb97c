#!/usr/bin/env python3
"""Adds up test results and prints one closing line, `N passed, N failed, N skipped`.

    tools/tally.py [--label WORD] [--alone] FILE...

A FILE is JUnit XML (ctest, pytest) or a log, whose last closing line counts. A file that is missing, empty or broken counts
as one failure: a step that died before it could report must not look like one that had nothing to say. Exits 1 when
anything failed or nothing ran.
"""

import argparse
import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

CLOSING = re.compile(r"^(?:\w+: )?(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", re.MULTILINE)


def count_junit(text):
    passed = failed = skipped = 0
    for case in ElementTree.fromstring(text).iter("testcase"):
        kinds = {child.tag for child in case}
        if kinds & {"failure", "error"} or case.get("status") == "fail":
            failed += 1
        elif "skipped" in kinds or case.get("status") in ("notrun", "disabled"):
            skipped += 1
        else:
            passed += 1
    return passed, failed, skipped


def count(path):
    try:
        text = path.read_text(errors="replace")
        if path.suffix == ".xml":
            return count_junit(text)
        lines = CLOSING.findall(text)
        if lines:
            return tuple(int(number or 0) for number in lines[-1])
        print(f"{path}: has no closing line", file=sys.stderr)
    except (OSError, ElementTree.ParseError) as error:
        print(f"{path}: {error}", file=sys.stderr)
    return 0, 1, 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--label", default="")
    parser.add_argument("--alone", action="store_true", help="leave the skipped out when there are none")
    parser.add_argument("files", nargs="+", type=Path)
    arguments = parser.parse_args()
    passed, failed, skipped = (sum(column) for column in zip(*map(count, arguments.files)))
    line = f"{passed} passed, {failed} failed"
    if skipped or not arguments.alone:
        line += f", {skipped} skipped"
    print(f"{arguments.label}: {line}" if arguments.label else line)
    return 0 if failed == 0 and passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
