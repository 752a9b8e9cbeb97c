"""What the documents say about links, options, metrics and numbers is what the tree has."""

import json
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def documents():
    found = (path for pattern in ("*.md", "[!.b]*/**/*.md", "bench/**/*.md") for path in ROOT.glob(pattern))
    return sorted(set(found))


def read(name):
    return (ROOT / name).read_text()


@pytest.mark.parametrize("document", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document):
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text()):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        path = (document.parent / name).resolve() if name else document
        assert path.exists(), target
        assert path.is_relative_to(ROOT), target
        if anchor:
            titles = re.findall(r"^#+ (.*)$", path.read_text(), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}, target


def test_files_named_in_the_threat_model_exist():
    named = re.findall(r"`((?:src|tools|docs)/[\w/.-]+)`", read("SECURITY.md"))
    assert len(named) > 20
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_files_on_the_path_of_a_request_exist():
    text = read("docs/architecture.md")
    path = text.split("## The path of one Encrypt", 1)[1].split("## Clocks", 1)[0]
    named = re.findall(r"`((?:[a-z0-9_]+/)+[a-z0-9_]+\.(?:cc|h))`", path)
    assert len(named) > 20
    assert [name for name in named if not (ROOT / "src" / name).exists()] == []


GENERATED = {"shapes/kms.h", "shapes/kms_operations.h", "shapes/kms_errors.h"}


@pytest.mark.parametrize("readme", sorted(ROOT.glob("src/*/README.md")), ids=lambda path: path.parent.name)
def test_files_named_by_a_room_exist(readme):
    named = set(re.findall(r"`([\w/]+\.(?:h|cc|proto))`", readme.read_text())) - GENERATED
    assert [name for name in named if not any((base / name).exists() for base in (readme.parent, ROOT / "src"))] == []


def test_record_types():
    types = re.search(r"enum class RecordType : uint8_t \{(.*?)\};", read("src/seal/path.h"), re.DOTALL)[1]
    numbers = re.findall(r"= 0x([0-9a-f]{2})", types)
    table = read("docs/storage-format.md").split("## Paths", 1)[1].split("\n## ", 1)[0]
    assert len(numbers) > 5
    assert re.findall(r"^\| ([0-9a-f]{2}) \|", table, re.MULTILINE) == numbers


def test_labels():
    """Every label of a derivation is in a document: a changed one is a changed format."""
    labels = set()
    for path in (ROOT / "src").rglob("*.cc"):
        if not path.name.endswith("_test.cc"):
            labels |= set(re.findall(r'"(kagimori/[a-z]+/\d+)', path.read_text()))
    told = " ".join(read(f"docs/{name}-format.md") for name in ("ciphertext", "storage", "audit"))
    assert len(labels) >= 8
    assert [label for label in sorted(labels) if f"`{label}" not in told] == []


def test_stored_messages():
    """Every message and field of the stored records is named in docs/storage-format.md."""
    text = read("docs/storage-format.md").split("## Messages", 1)[1]
    for proto in ("src/keys/records.proto", "src/identity/records.proto", "src/parameters/records.proto"):
        for message, body in re.findall(r"^message (\w+) \{(.*?)^\}", read(proto), re.MULTILINE | re.DOTALL):
            if message in ("PartVersions", "MaterialRef", "Rotation", "Label", "Tag", "GrantPrincipal", "Pair", "Pairs",
                           "InlinePolicy", "UserAccessKey", "TrustBinding", "ManagedPolicyVersion"):  # parts of others
                continue
            assert f"`{message}`" in text, message
            for field in re.findall(r"^  (?:repeated )?\w+ (\w+) = \d+;", body, re.MULTILINE):
                assert field in text, f"{message}.{field}"


def test_rooms_and_floors():
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        from check_layers import FLOOR_OF
    finally:
        sys.path.pop(0)
    rows = re.findall(r"^\| (\d) \| ((?:`\w+` ?)+)\|", read("docs/architecture.md"), re.MULTILINE)
    told = {room: int(floor) for floor, rooms in rows for room in re.findall(r"`(\w+)`", rooms)}
    there = {path.name for path in (ROOT / "src").iterdir() if path.is_dir()}
    assert told == {room: floor for room, floor in FLOOR_OF.items() if room in there}


def test_options():
    """Every option of every command is in docs/configuration.md, and nothing else is."""
    code = read("src/app/options.cc")
    flags = set(re.findall(r'(?:Flag|Path|Value|Number<[^>]*>|Number)\(\s*"([a-z-]+)"', code))
    flags |= set(re.findall(r'AddAddress\(&parser, "([a-z-]+)"', code)) | set(re.findall(r'Timeout\{"([a-z-]+)"', code))
    flags |= {"config"}
    text = read("docs/configuration.md")
    rows = "".join(line for line in text.split("\n") if line.startswith("|"))
    told = set(re.findall(r"`([a-z-]+)[` ]", rows))
    assert flags - told == set()
    first_cells = {name for line in text.split("\n") if line.startswith("| `") and "kagimori" not in line.split("|")[1]
                   for name in re.findall(r"`([a-z-]+)`", line.split("|")[1])}
    assert first_cells - flags == set()


def test_metrics():
    code = read("src/gateway/metrics.cc")
    served = set(re.findall(r'"(kagimori_\w+)"', code))
    text = read("docs/operations/running.md").split("| metric | meaning |", 1)[1].split("\n\n", 1)[0]
    told = set()
    for cell in (line.split("|")[1] for line in text.split("\n") if line.startswith("| `")):
        names = re.findall(r"`([\w…]+)", cell)
        stem = names[0].removesuffix("_total").rsplit("_", 1)[0]
        told |= {name.replace("…", stem) for name in names}
    assert told == served


def test_number_of_operations():
    operations = json.loads(read("model/kms.json"))["operations"]
    counted = f"{sum(o['implemented'] for o in operations.values())} of the {len(operations)} operations"
    assert counted in read("README.md")
    assert counted in read("docs/operations.md")


def test_operations_that_are_built_are_the_models():
    built = re.search(r"BuiltOperations =\s+OperationList<([^>]*)>", read("src/kms/operations.h"))[1]
    operations = json.loads(read("model/kms.json"))["operations"]
    assert sorted(re.split(r",\s*", built)) == sorted(name for name, o in operations.items() if o["implemented"])
