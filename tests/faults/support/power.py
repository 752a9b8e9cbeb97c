"""The power-cut test: a recorded run of the server, the disk at many instants of it, and what a start makes of each."""

import bisect
import random
import re
import shutil
import tempfile
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from faults.support.checker import Checker
from faults.support.disk import Disk, write_image
from faults.support.recording import read_events
from faults.support.small_server import SmallServer
from faults.support.workload import Workload

CHECKERS = 2
SYNC_DELAY = 300  # microseconds
LOST, HALF_DONE, REFUSED, CRASHED = "lost", "half done", "refused", "crashed"
_REQUEST = re.compile(rb"x-amzn-RequestId: ([0-9a-f-]+)", re.IGNORECASE)


@dataclass
class Recording:
    root: Path
    events: list
    workload: Workload
    answered: dict  # request: index of the event that says so
    first_answer: int
    image: dict | None = None  # what was on the disk before
    judged_at: int | None = None  # of a recording of a start after a cut: where in the first recording that cut was

    def started_again(self, root, log, cut):
        """The recording of a start on what a cut left."""
        return replace(self, root=root, events=read_events(log), image=cut.image, judged_at=cut.index)


def record(folder, *, seed, steps, rounds=2, durability="synced", no_sync=False):
    """Runs the workload against a recorded server. In the middle the server is stopped and started again."""
    root = folder / "disk"
    log = folder / "disk.recording"
    server = SmallServer(root, durability=durability, log=log, no_sync=no_sync, delay=0 if no_sync else SYNC_DELAY)
    server.start()
    workload = Workload(server, seed, durability == "synced")
    for number in range(rounds):
        workload.run(steps // rounds)
        workload.delete_what_is_pending()
        if number == 0:
            assert server.stop() == 0
            server.start()
    assert server.stop() == 0
    events = read_events(log)
    answered = {}
    for index, event in enumerate(events):
        if event.kind == "S" and (found := _REQUEST.search(event.first)):
            answered.setdefault(found[1].decode(), index)
    return Recording(root, events, workload, answered, min(answered.values()))


@dataclass
class Cut:
    index: int
    flying: list  # what was not durable
    problems: list  # (kind, text)
    outcome: str
    seed: str
    image: dict | None = None


@dataclass
class Report:
    cuts: list = field(default_factory=list)

    def problems(self):
        return [(cut, problem) for cut in self.cuts for problem in cut.problems]

    def table(self):
        rows = {}
        for cut in self.cuts:
            for row in [*cut.flying, "all"]:
                counts = rows.setdefault(row, Counter())
                counts["images"] += 1
                for outcome in {cut.outcome} | {kind for kind, _ in cut.problems}:
                    counts[outcome] += 1
        columns = ["images", "opened", "unfinished", LOST, HALF_DONE, REFUSED, CRASHED]
        names = sorted(rows, key=lambda row: (row == "all", -rows[row]["images"]))
        lines = ["| not yet durable at the cut | " + " | ".join(columns) + " |", "|---|" + "---:|" * len(columns)]
        lines += [f"| {row} | " + " | ".join(str(rows[row][column]) for column in columns) + " |" for row in names]
        return "\n".join(lines)


# What a path says about what was going on.
_KINDS = [
    (r"/slots/|/deployment\.json|/unfinished|/audit-public-key", "deployment, slots, key file"),
    (r"\.jsonl\.zst", "audit: compressing a file"),
    (r"\.jsonl\.tmp|/trail/$|/audit/$", "audit: beginning a file"),
    (r"\.jsonl$", "audit: records"),
    (r"\.sst$", "store: table (flush or compaction)"),
    (r"/store/(MANIFEST|CURRENT|OPTIONS|IDENTITY|.*\.dbtmp)", "store: manifest, options, identity"),
    (r"/store/.*\.log$", "store: log"),
    (r"/store/$", "store: names in its folder"),
]


def kinds_of(paths, *, before_answers):
    found = {name for path in paths for pattern, name in _KINDS if re.search(pattern, path)}
    if before_answers:
        found.add("anything, during the first start")
    return sorted(found) or ["nothing"]


def choose_cuts(recording, count, chance):
    """A half anywhere, a quarter beside changes of names and sizes, which are rare, a quarter beside answers."""
    size = len(recording.events)
    rare = [i for i, event in enumerate(recording.events) if event.kind in "RUMDTL" or (event.kind == "O" and event.offset)]
    answers = sorted(recording.answered.values()) if recording.judged_at is None else []
    chosen = set(chance.sample(range(size), min(size, count // 2)))
    for places in filter(None, (rare, answers)):
        wanted = len(chosen) + count // 4
        for _ in range(20 * count):
            if len(chosen) >= wanted:
                break
            chosen.add(min(size, chance.choice(places) + chance.randrange(4)))
    return sorted(chosen)


class Judge:
    """Holds what a start found against what had been answered before the cut."""

    def __init__(self, recording):
        self.recording = recording
        self.workload = recording.workload
        self.materials = {}
        self.lock = threading.Lock()
        answered = recording.answered
        self.step_marks = [[answered[step.request] for step in worker.steps] for worker in self.workload.workers]

    def problems(self, index, found):
        outcome = found["outcome"]
        if outcome == "unfinished":
            return [] if index <= self.recording.first_answer else [(LOST, "the deployment is gone")]
        if outcome == "refused":
            return [(REFUSED, found["error"])]
        if outcome != "opened":
            return [(CRASHED, f"{outcome} {found.get('code')}: {found.get('error', '')[-2000:]}")]
        problems = []
        if found["whole"] != "yes":
            problems.append((HALF_DONE, "audit: " + found["whole"]))
        if found["scrub"] != "whole":
            problems.append((HALF_DONE, "verify: " + found["scrub"]))
        if found["outbox"] or found["credentials"] != 1:
            problems.append((HALF_DONE, f"{found['outbox']} in the outbox, {found['credentials']} credentials"))
        counts = Counter(found["requests"])
        problems += [(HALF_DONE, f"recorded twice: {one}") for one, count in counts.items() if count > 1]
        keys = dict(found["keys"])
        problems += self._aliases(found["aliases"], keys)
        for number, worker in enumerate(self.workload.workers):
            done = bisect.bisect_left(self.step_marks[number], index)
            problems += self._records(worker, done, counts)
            problems += self._keys(number, worker, done, index, keys, counts)
        problems += [(HALF_DONE, f"a key that nobody made: {key}") for key in keys]
        for mark in self.workload.marks:
            if self.workload.synced and self.recording.answered[mark] < index and not counts[mark]:
                problems.append((LOST, f"the record of GenerateRandom {mark}"))
        return problems

    def _aliases(self, aliases, keys):
        by_alias = {(name, key) for name, key in aliases}
        by_key = {(name, key) for key, state in keys.items() for name in state["aliases"]}
        return [(HALF_DONE, f"an alias on one side only: {one}") for one in by_alias ^ by_key]

    def _records(self, worker, done, counts):
        return [
            (LOST, f"the record of {step.operation} {step.request}")
            for step in worker.steps[:done]
            if (self.workload.synced or step.after is not None) and counts[step.request] != 1
        ]

    def _keys(self, number, worker, done, index, keys, counts):
        expected = {step.key: step.after for step in worker.steps[:done] if step.after is not None}
        doubtful = set()
        for one in self.workload.rounds:
            if self.recording.answered[one.begins] >= index or one.steps_before[number] > done:
                continue
            mine = [key for key in one.deleted if key in expected]
            if self.recording.answered[one.ends] < index:
                for key in mine:
                    del expected[key]
            else:
                doubtful |= set(mine)
        flying = worker.steps[done] if done < len(worker.steps) and worker.steps[done].after is not None else None
        problems = []
        for key, state in expected.items():
            got = keys.pop(key, None)
            if flying is not None and flying.key == key:
                problems += self._in_flight(flying, state, got, counts)
            elif key in doubtful:  # due, and so gone for every caller; its parts go in steps, the head last
                if got is not None and got["state"] != "PendingDeletion":
                    problems.append((HALF_DONE, f"{key} is being deleted and {got['state']}"))
            elif got is None:
                problems.append((LOST, f"key {key}"))
            elif (difference := self._differs(key, state, got)) is not None:
                problems.append((LOST, f"{key}: {difference}"))
        if flying is not None and flying.key not in expected:
            problems += self._in_flight(flying, None, keys.pop(flying.key, None), counts)
        return problems

    def _in_flight(self, step, before, got, counts):
        """Not answered yet: done with its record, or not done and without one."""
        key = step.key
        as_before = got is None if before is None else got is not None and self._differs(key, before, got) is None
        as_after = got is not None and self._differs(key, step.after, got) is None
        if as_after and counts[step.request] == 1:
            return []
        if as_before and counts[step.request] == 0:
            return []
        text = f"{step.operation} {step.request}: before {as_before}, after {as_after}, {counts[step.request]} records"
        return [(HALF_DONE if got is not None or before is None else LOST, text)]

    def _differs(self, key, state, got):
        with self.lock:
            material = self.materials.setdefault(key, got["material"])
        shown = {
            "state": got["state"],
            "description": got["description"],
            "policy": got["policy"],
            "tags": dict(got["tags"]),
            "aliases": got["aliases"],
        }
        if got["material"] != material or len(material) != 16:
            return f"material {got['material']}, not {material}"
        return None if shown == state else f"{shown}, not {state}"


def images_folder():
    """In memory where there is room, since thousands of images come and go."""
    shared = Path("/dev/shm")
    return tempfile.mkdtemp(prefix="kagimori-images-", dir=shared if shared.is_dir() else None)


def cut_power(recording, *, cuts, seed, ignores_sync=lambda path: False, keep=None):
    """`keep`: a folder for the images, as the cuts left them."""
    indexes = choose_cuts(recording, cuts, random.Random(seed))
    judge = Judge(recording)
    report = Report()
    folder = Path(images_folder())
    local = threading.local()
    checkers = []
    slots = threading.Semaphore(2 * CHECKERS)

    def look(index, image, seed_of_image, flying):
        try:
            if not hasattr(local, "checker"):
                local.checker = Checker(folder)
                checkers.append(local.checker)
            where = folder / str(index)
            write_image(image, where)
            found = local.checker.look(where / "data", where / "trail" / "audit")
            problems = judge.problems(index if recording.judged_at is None else recording.judged_at, found)
            shutil.rmtree(where)
            if keep is not None:
                write_image(image, keep / str(index))
            return Cut(index, flying, problems, found["outcome"], seed_of_image, None if keep is None else image)
        finally:
            slots.release()

    disk = Disk(recording.root, ignores_sync, recording.image)
    try:
        with ThreadPoolExecutor(CHECKERS) as pool:
            waiting = []
            at = 0
            for index in indexes:
                while at < index:
                    disk.apply(recording.events[at])
                    at += 1
                slots.acquire()
                image_seed = f"{seed}/{index}"
                first = recording.judged_at is None and index <= recording.first_answer
                flying = kinds_of(disk.unsynced(), before_answers=first)
                waiting.append(pool.submit(look, index, disk.image(image_seed), image_seed, flying))
            report.cuts = [one.result() for one in waiting]
    finally:
        for checker in checkers:
            checker.close()
        shutil.rmtree(folder, ignore_errors=True)
    return report


def check_recording(recording):
    """Nothing was done behind the recorder's back: the calls that it saw make up the very files that are there."""
    disk = Disk(recording.root, image=recording.image)
    for event in recording.events:
        disk.apply(event)
    assert not disk.unexpected, [(event.kind, event.first, event.second[:80]) for event in disk.unexpected]

    def own(path):  # RocksDB's own text log is written through stdio; nothing reads it
        return not Path(path).name.startswith("LOG") and not path.endswith(".sock")

    modelled = {path: content for path, content in disk.newest().items() if own(path)}
    real = {}
    for path in recording.root.rglob("*"):
        name = str(path.relative_to(recording.root))
        if own(name):
            real[name] = path.read_bytes() if path.is_file() else None
    assert sorted(modelled) == sorted(real)
    assert [path for path in real if modelled[path] != real[path]] == []
    return disk
