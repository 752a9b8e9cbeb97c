"""packaging/kagimori.service: what it must say, and what systemd's own tools say of it."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

UNIT = Path(__file__).resolve().parents[2] / "packaging" / "kagimori.service"
needs_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")


def settings():
    """(section, name) → its values in order."""
    found, section = {}, None
    for line in UNIT.read_text().splitlines():
        if heading := re.fullmatch(r"\[(\w+)\]", line):
            section = heading[1]
        elif line and not line.startswith("#"):
            name, value = line.split("=", 1)
            found.setdefault((section, name), []).append(value)
    return found


@pytest.mark.parametrize("name, value", [
    ("NoNewPrivileges", "yes"), ("CapabilityBoundingSet", ""), ("ProtectSystem", "strict"), ("ProtectHome", "yes"),
    ("PrivateTmp", "yes"), ("PrivateDevices", "yes"), ("ProtectKernelModules", "yes"), ("ProtectKernelTunables", "yes"),
    ("ProtectKernelLogs", "yes"), ("RestrictNamespaces", "yes"), ("MemoryDenyWriteExecute", "yes"),
    ("RestrictAddressFamilies", "AF_INET AF_INET6 AF_UNIX"), ("SystemCallArchitectures", "native"),
    ("LimitCORE", "0"), ("MemorySwapMax", "0"), ("UMask", "0077"), ("StateDirectoryMode", "0700"),
])
def test_setting(name, value):
    assert settings()["Service", name] == [value]


def test_locked_memory_holds_the_whole_arena():
    """4 MiB and 64 MiB of overflow (src/secret/arena.h)."""
    megabytes = int(re.fullmatch(r"(\d+)M", settings()["Service", "LimitMEMLOCK"][0])[1])
    assert megabytes >= 4 + 64


def test_the_passphrase_is_a_credential_and_no_argument():
    unit = settings()
    assert unit["Service", "LoadCredential"][0].startswith("kagimori-passphrase:")
    assert "passphrase" not in unit["Service", "ExecStart"][0]


@needs_systemd
def test_systemd_knows_every_line(tmp_path):
    copy = tmp_path / "kagimori.service"
    copy.write_text(UNIT.read_text().replace("/usr/bin/kagimori", shutil.which("true")))
    done = subprocess.run(["systemd-analyze", "verify", copy], capture_output=True, text=True)
    assert done.returncode == 0 and "kagimori.service:" not in done.stderr, done.stderr


@needs_systemd
def test_exposure_is_low():
    """systemd's score, 0 (shut off) to 10; the threshold is in tenths."""
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=12", UNIT]
    done = subprocess.run(command, capture_output=True, text=True)
    if "offline" in done.stderr:
        pytest.skip("this systemd cannot judge a file")
    assert done.returncode == 0, done.stdout[-500:]
