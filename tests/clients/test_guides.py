"""Every line of code in a guide is a line of what is run, and every client has a guide."""

import re
from pathlib import Path

import pytest

from clients.catalogue import CLIENTS, HERE

GUIDES = Path(__file__).resolve().parents[2] / "docs" / "clients"
FOLDERS = sorted({client.folder for client in CLIENTS} | {"terraform"})


def code(text):
    return [line.strip() for block in re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL) for line in block.split("\n")]


def lines_that_run(folder):
    files = [HERE / "environment.sh", *(path for path in (HERE / folder).rglob("*") if path.is_file())] if folder else [HERE / "environment.sh"]
    return {line.strip() for path in files for line in path.read_text().split("\n")}


def guide_of(folder):
    return GUIDES / f"{folder.replace('_', '-')}.md" if folder else GUIDES / "README.md"


@pytest.mark.parametrize("folder", [None, *FOLDERS], ids=lambda folder: folder or "index")
def test_lines_of_guides_are_lines_that_run(folder):
    told = code(guide_of(folder).read_text())
    assert told, "a guide without a line of code"
    assert [line for line in told if line not in lines_that_run(folder)] == []


def test_the_index_names_every_guide_and_no_other():
    named = re.findall(r"\| \[[\w-]+\.md\]\(([\w-]+\.md)\) \|", (GUIDES / "README.md").read_text())
    there = {path.name for path in GUIDES.glob("*.md")} - {"README.md"}
    assert set(named) == there == {guide_of(folder).name for folder in FOLDERS}
