#!/usr/bin/env python3
"""Holds that what must not compile does not, and that it fails for its one reason.

    run.py CASE.cc COMPILER [FLAG...]

Each case is one file. With -DTWIN it is the rightful use and must compile; without, it must not, and the compiler's words must
match the pattern of the file's first line (`// expect: REGEX`), so that a spelling mistake does not pass for a refusal.
"""

import re
import subprocess
import sys


def compiles(case, compiler, extra):
    run = subprocess.run([*compiler, *extra, "-fsyntax-only", case], capture_output=True, text=True)
    return run.returncode == 0, run.stderr


def main():
    case, compiler = sys.argv[1], sys.argv[2:]
    with open(case, encoding="utf-8") as file:
        first = file.readline()
    if not first.startswith("// expect: "):
        sys.exit(f"{case}: the first line must be `// expect: REGEX`")
    expected = first.removeprefix("// expect: ").strip()

    good, words = compiles(case, compiler, ["-DTWIN"])
    if not good:
        sys.exit(f"{case}: the rightful twin does not compile:\n{words}")
    good, words = compiles(case, compiler, [])
    if good:
        sys.exit(f"{case}: compiles, and must not")
    if not re.search(expected, words):
        sys.exit(f"{case}: fails, but not with /{expected}/:\n{words}")
    print(f"{case}: refused, as it must be")


if __name__ == "__main__":
    main()
