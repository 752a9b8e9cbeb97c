#!/usr/bin/env python3
"""Of the files on stdin, prints those that COMPILE_COMMANDS.json compiles: clang-tidy guesses flags for the others."""

import json
import sys
from pathlib import Path

compiled = {str((Path(entry["directory"]) / entry["file"]).resolve()) for entry in json.loads(Path(sys.argv[1]).read_text())}
for line in sys.stdin:
    if str(Path(line.strip()).resolve()) in compiled:
        print(line.strip())
