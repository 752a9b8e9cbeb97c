#!/usr/bin/env python3
"""Holds every file under src/ against the rooms' floors, and the things that only one place may touch.

    tools/check_layers.py [ROOT]

A file includes its own room and rooms with a lower floor. Tests and testing/ folders obey the same rules. Prints one line per
violation and exits 1 when there is any. The rules are the tables below; nothing else is hidden in the code.
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

FLOORS = {
    0: ["base"],
    1: ["secret"],
    2: ["crypto", "wire", "net", "store"],
    3: ["shapes", "policy", "sigv4", "audit", "attest", "oidc"],
    4: ["seal", "identity", "parameters"],
    5: ["keys"],
    6: ["authz"],
    7: ["kms", "sts", "iam", "ssm", "replicate"],
    8: ["gateway", "seed"],
    9: ["app"],
}
FLOOR_OF = {room: floor for floor, rooms in FLOORS.items() for room in rooms}

# (room, room it may include all the same): neighbours on one floor, one way only. Accounts, access keys and parameters are sealed records.
NEIGHBOURS = {("identity", "seal"), ("parameters", "seal")}

README_LINES = 30


@dataclass(frozen=True)
class Rule:
    """What matches `pattern` is allowed only in files whose path under src/ starts with one of `places`."""

    what: str
    pattern: re.Pattern
    places: tuple
    in_tests: bool = False  # whether tests may, anywhere


INCLUDES = [  # matched against what stands between <> or ""
    Rule("OpenSSL", re.compile(r"^openssl/"), ("crypto/", "secret/", "sigv4/", "net/tls")),
    # Asio's TLS layer is OpenSSL by another name.
    Rule("OpenSSL through Asio", re.compile(r"^boost/(asio|beast)/ssl"), ("net/tls",)),
    Rule("libsecp256k1", re.compile(r"^secp256k1"), ("crypto/",)),
    Rule("RE2", re.compile(r"^re2/"), ("ssm/",)),
    Rule("libcbor", re.compile(r"^cbor"), ("attest/",)),
    Rule("RocksDB", re.compile(r"^rocksdb/"), ("store/rocksdb", "store/testing/rocksdb")),
    Rule("the wall clock", re.compile(r"^(sys/time\.h|boost/asio/(system_timer|deadline_timer)\.hpp)$"), ("base/clock.cc",)),
    Rule("randomness", re.compile(r"^(sys/random\.h|openssl/rand\.h|boost/random|boost/uuid/(random|uuid_gen))"), ("crypto/random.cc",)),
]

# A call, not a method or a declaration: neither `.` nor `>` nor a name before it (but `return`), `std::` and `::` allowed.
_CALL = r"(?:(?<=return )|(?<![\w.>:] )(?<![\w.>:]))(?:std\s*::\s*|::\s*)?"

CODE = [  # matched against the code without comments and literals
    Rule("the wall clock", re.compile(r"\b(?:system_clock|utc_clock|tai_clock|file_clock|high_resolution_clock)\b"), ("base/clock.cc",)),
    Rule(
        "the wall clock",
        re.compile(_CALL + r"(?:(?:clock_gettime|gettimeofday|timespec_get|ftime)\s*\(|time\s*\(\s*(?:nullptr|NULL|0|&\s*\w+)\s*\))"),
        ("base/clock.cc",),
    ),
    Rule("randomness", re.compile(r"\bRAND_\w+|\brandom_device\b"), ("crypto/random.cc",)),
    Rule(
        "randomness",
        re.compile(_CALL + r"(?:getrandom|getentropy|arc4random\w*|rand|srand|rand_r|srandom|drand48|lrand48)\s*\("),
        ("crypto/random.cc",),
    ),
    # random(3); in tests also the usual name of a seeded generator.
    Rule("randomness", re.compile(_CALL + r"random\s*\("), ("crypto/random.cc",), in_tests=True),
    # A seeded generator is no source of secrets, and in a test its runs repeat.
    Rule(
        "a predictable generator",
        re.compile(r"\b(?:mt19937(?:_64)?|minstd_rand0?|default_random_engine|ranlux\d+\w*)\b"),
        (),
        in_tests=True,
    ),
]

TOKEN = re.compile(
    r"""//(?:\\\n|[^\n])*            # comments
      | /\*.*?\*/
      | (?:u8|[uUL])?R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)"
      | "(?:\\.|[^"\\\n])*"
      | (?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'   # not the ' of 1'000
    """,
    re.VERBOSE | re.DOTALL,
)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include(?:_next)?[ \t]*(?P<open>[<"])(?P<name>[^>"\n]+)[>"]', re.MULTILINE)


def without_comments(text):
    return TOKEN.sub(lambda m: _blank(m[0]) if m[0].startswith("/") else m[0], text)


def without_literals(text):
    """Comments, strings and characters blanked, lines kept."""
    return TOKEN.sub(lambda m: _blank(m[0]), text)


def _blank(token):
    return " " + "\n" * token.count("\n")


def is_test(path):
    return path.name.endswith("_test.cc") or "testing" in path.parts


def check_file(path, text):
    """Yields (line, message). `path` is relative to src/."""
    room = path.parts[0]
    name = path.as_posix()

    def broken(rules, subject):
        for rule in rules:
            if rule.pattern.search(subject) and not name.startswith(rule.places) and not (rule.in_tests and is_test(path)):
                yield rule

    for match in INCLUDE.finditer(without_comments(text)):
        line = text_line(without_comments(text), match.start("name"))
        included = match["name"]
        other = included.split("/")[0]
        for rule in broken(INCLUDES, included):
            yield line, f'{rule.what} ("{included}") may be named only in {" ".join(rule.places)}'
        if ".." in included.split("/"):
            yield line, f'"{included}": name files from src/ down'
        elif other in FLOOR_OF and "/" in included:
            if other != room and FLOOR_OF[other] >= FLOOR_OF[room] and (room, other) not in NEIGHBOURS:
                yield line, f"{room} (floor {FLOOR_OF[room]}) may not include {other} (floor {FLOOR_OF[other]})"
        elif match["open"] == '"':
            yield line, f'"{included}" names no room: write "{room}/{included}", or <{included}> for what is not ours'

    for number, code in enumerate(without_literals(text).split("\n"), 1):
        for rule in broken(CODE, code):
            where = " ".join(rule.places) or "tests"
            yield number, f"{rule.what} may be used only in {where}: {code.strip()[:80]}"


def text_line(text, offset):
    return text.count("\n", 0, offset) + 1


def check_tree(root):
    """All violations of the tree whose sources are in root/src, as printable lines."""
    src = root / "src"
    found = []
    for folder in sorted(path for path in src.iterdir() if path.is_dir()):
        files = sorted(path for path in folder.rglob("*") if path.suffix in (".cc", ".h") and path.is_file())
        if folder.name not in FLOOR_OF:
            found.append(f"src/{folder.name}: is no room; give it a floor in tools/check_layers.py")
            continue
        if not files:
            continue
        readme = folder / "README.md"
        if not readme.is_file():
            found.append(f"src/{folder.name}: has no README.md")
        elif (lines := len(readme.read_text().splitlines())) > README_LINES:
            found.append(f"src/{folder.name}/README.md: {lines} lines, {README_LINES} at most")
        for path in files:
            for line, message in check_file(path.relative_to(src), path.read_text()):
                found.append(f"src/{path.relative_to(src)}:{line}: {message}")
    return found


def main():
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent
    found = check_tree(root)
    print("\n".join(found) if found else "layers: every room keeps to its floor")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
