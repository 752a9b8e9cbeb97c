"""Damage to the files of a data folder, one place at a time, and what a start makes of it."""

import random
import re
import shutil
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from faults.support.checker import Checker
from faults.support.disk import write_image
from faults.support.power import CHECKERS, images_folder
from faults.support.small_server import SmallServer
from faults.support.sst import regions
from faults.support.workload import Workload

SECTOR, PAGE = 512, 4096
UNHARMED, REFUSED, NAMED, WRONG, CRASHED = "unharmed", "refused", "named by verify", "WRONG", "CRASHED"


def make_folder(folder, seed):
    """{path: bytes} of a folder with every kind of file: killed twice, with a torn tail that was moved aside."""
    server = SmallServer(folder / "disk")
    server.start()
    workload = Workload(server, seed, True)
    workload.run(90)
    server.kill()
    newest = sorted(server.audit.glob("*.jsonl"))[-1]
    with newest.open("ab") as file:
        file.write(b'{"eventVersion":"1.11","torn by a ')
    server.start()
    workload.run(15)
    server.kill()
    image = {}
    for path in sorted(server.root.rglob("*")):
        name = str(path.relative_to(server.root))
        if path.is_dir():
            image[name] = None
        elif path.is_file() and not path.name.startswith("LOG"):
            image[name] = path.read_bytes()
    return image


_KINDS = [
    (r"data/store/.*\.sst", "store table"),
    (r"data/store/.*\.log", "store write-ahead log"),
    (r"data/store/MANIFEST", "store MANIFEST"),
    (r"data/store/CURRENT", "store CURRENT"),
    (r"data/store/OPTIONS", "store OPTIONS"),
    (r"data/store/IDENTITY", "store IDENTITY"),
    (r"data/slots/.*\.slot", "slot"),
    (r"data/slots/.*\.key", "development key file"),
    (r"data/deployment\.json", "deployment.json"),
    (r".*audit-public-key\.pem", "audit public key"),
    (r"trail/audit/.*\.jsonl\.zst", "audit, compressed"),
    (r"trail/audit/.*\.torn-\d+", "audit, torn tail"),
]


def places(image):
    """[(kind, path, begin, end)]: every part of every file, tables by their blocks."""
    found = []
    plain = sorted(path for path in image if re.fullmatch(r"trail/audit/.*\.jsonl", path))
    for path, content in image.items():
        if not content:
            continue
        kind = next((name for pattern, name in _KINDS if re.fullmatch(pattern, path) or re.match(pattern, path)), None)
        if path in plain:
            kind = "audit, newest file" if path == plain[-1] else "audit, file before it"
        if kind == "store table":
            found += [(f"store table: {name}", path, begin, end) for name, begin, end in regions(content)]
        elif kind is not None:
            found.append((kind, path, 0, len(content)))
    return found


def flip(content, begin, end, chance):
    at = chance.randrange(begin, end)
    content[at] ^= 1 << chance.randrange(8)
    return f"bit of byte {at}"


def _unit(content, begin, end, size, chance):
    first, last = begin // size, (end - 1) // size
    at = chance.randint(first, last) * size
    return at, min(at + size, len(content))


def zero_sector(content, begin, end, chance):
    start, stop = _unit(content, begin, end, SECTOR, chance)
    content[start:stop] = bytes(stop - start)
    return f"zeros at {start}"


def double_sector(content, begin, end, chance):
    start, stop = _unit(content, begin, end, SECTOR, chance)
    other = chance.randrange((len(content) + SECTOR - 1) // SECTOR) * SECTOR
    piece = content[other : other + stop - start]
    content[start : start + len(piece)] = piece
    return f"sector {other} once more at {start}"


def swap_blocks(content, begin, end, chance):
    size = PAGE if len(content) > 2 * PAGE else SECTOR
    start, stop = _unit(content, begin, end, size, chance)
    other = chance.randrange((len(content) + size - 1) // size) * size
    length = min(stop - start, len(content) - other)
    one, two = bytes(content[start : start + length]), bytes(content[other : other + length])
    content[start : start + length], content[other : other + length] = two, one
    return f"{length} bytes at {start} and {other} swapped"


KINDS_OF_DAMAGE = {"flip": flip, "zeroed sector": zero_sector, "doubled sector": double_sector, "swapped": swap_blocks}


@dataclass
class Trial:
    kind: str
    damage: str
    what: str
    outcome: str
    text: str


@dataclass
class DamageReport:
    trials: list = field(default_factory=list)

    def bad(self):
        return [trial for trial in self.trials if trial.outcome in (WRONG, CRASHED)]

    def table(self):
        rows = {}
        for trial in self.trials:
            for row in (trial.kind, "all"):
                counts = rows.setdefault(row, Counter())
                counts[trial.damage] += 1
                counts[trial.outcome] += 1
        damages, outcomes = list(KINDS_OF_DAMAGE), [REFUSED, NAMED, UNHARMED, WRONG, CRASHED]
        lines = [
            "| file, block | " + " | ".join(["flips", *damages[1:], *outcomes]) + " |",
            "|---|" + "---:|" * (len(damages) + len(outcomes)),
        ]
        for row in sorted(rows, key=lambda name: (name == "all", name)):
            lines.append(f"| {row} | " + " | ".join(str(rows[row][column]) for column in [*damages, *outcomes]) + " |")
        return "\n".join(lines)

    def messages(self):
        """One message a kind of file, shortened to what is the same for all."""
        shown = {}
        for trial in self.trials:
            if trial.outcome in (REFUSED, NAMED):
                shown.setdefault((trial.kind, re.sub(r"\S*/|\d+|[0-9a-f]{8,}", "…", trial.text)[:160]), trial.text)
        return shown


def judge(whole, found):
    """(outcome, text): the same content, a refusal that says something, or what must not be."""
    outcome = found["outcome"]
    if outcome == "refused":
        return (REFUSED, found["error"]) if found["error"] else (WRONG, "refused without a word")
    if outcome == "ended" and found.get("error"):
        return REFUSED, found["error"]
    if outcome != "opened":
        return CRASHED if outcome == "crashed" else WRONG, f"{outcome} {found.get('code')} {found.get('error', '')[-500:]}"
    same = ("keys", "aliases", "credentials", "outbox")
    if any(found[name] != whole[name] for name in same):
        return (NAMED, found["scrub"]) if found["scrub"] != "whole" else (WRONG, "other keys or aliases")
    if found["scrub"] != "whole":
        return NAMED, found["scrub"]
    if found["whole"] != "yes":
        return NAMED, found["whole"]
    if found["digest"] != whole["digest"]:
        return WRONG, "other records"
    if found["recoveries"] != whole["recoveries"]:
        return NAMED, "moved aside, and said so in the log"
    if Counter(found["requests"]) != Counter(whole["requests"]):
        return WRONG, "other audit records"
    return UNHARMED, ""


def run_trials(image, trials, seed):
    """`trials`: [(kind, path, begin, end, damage)]."""
    folder = Path(images_folder())
    local = threading.local()
    checkers = []
    report = DamageReport()

    def look(name, content):
        if not hasattr(local, "checker"):
            local.checker = Checker(folder)
            checkers.append(local.checker)
        write_image(content, folder / name)
        found = local.checker.look(folder / name / "data", folder / name / "trail" / "audit")
        shutil.rmtree(folder / name)
        return found

    def one(number, kind, path, begin, end, damage):
        content = bytearray(image[path])
        what = KINDS_OF_DAMAGE[damage](content, begin, end, random.Random(f"{seed}/{number}"))
        if bytes(content) == image[path]:
            return Trial(kind, damage, what, UNHARMED, "")
        outcome, text = judge(whole, look(str(number), {**image, path: bytes(content)}))
        return Trial(kind, damage, f"{path}: {what}", outcome, text)

    try:
        with ThreadPoolExecutor(CHECKERS) as pool:
            whole = pool.submit(look, "whole", image).result()
            assert (whole["outcome"], whole["scrub"], whole["whole"]) == ("opened", "whole", "yes"), whole
            waiting = [pool.submit(one, number, *trial) for number, trial in enumerate(trials)]
            report.trials = [each.result() for each in waiting]
    finally:
        for checker in checkers:
            checker.close()
        shutil.rmtree(folder, ignore_errors=True)
    return report


def choose_trials(image, count, seed):
    """Spread evenly over the kinds of places; three in four are flips."""
    chance = random.Random(seed)
    by_kind = {}
    for place in places(image):
        by_kind.setdefault(place[0], []).append(place)
    others = list(KINDS_OF_DAMAGE)[1:]
    trials = []
    for number in range(count):
        kind = list(by_kind)[number % len(by_kind)]
        turn = number // len(by_kind)
        damage = others[turn // 4 % len(others)] if turn % 4 == 3 else "flip"
        candidates = by_kind[kind]
        place = chance.choices(candidates, [end - begin for _, _, begin, end in candidates])[0]
        trials.append((*place, damage))
    return trials
