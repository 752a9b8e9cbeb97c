"""What a client was seen to say, kept under docs/clients: each run is held against it, or writes it anew."""

import os
import re
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "clients"
WRITE = os.environ.get("KAGIMORI_TRANSCRIPTS") == "write"

# What is another in every run.
CHANGING = [
    (r"https?://127\.0\.0\.1:\d+", "https://kms.example.com"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "2026-01-01T00:00:00Z"),
    (r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d", "2026/01/01 00:00:00"),
    (r"ENC\[AES256_GCM,[^]]*\]", "ENC[…]"),
    (r"/[\w./-]*/(?=[\w.-]+\.yaml)", ""),
]
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


def normalised(text):
    for number, one in enumerate(dict.fromkeys(re.findall(UUID, text)), 1):  # in the order in which they are met
        text = text.replace(one, re.sub(r"[0-9a-f]", str(number % 10), one))
    for pattern, replacement in CHANGING:
        text = re.sub(pattern, replacement, text)
    return text


def check_transcript(name, text):
    file = FOLDER / f"{name}-transcript.txt"
    if WRITE:
        file.write_text(normalised(text))
    assert normalised(text) == file.read_text(), f"{file.name}: KAGIMORI_TRANSCRIPTS=write ./dev clients {name} writes it anew"
