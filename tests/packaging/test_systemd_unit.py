"""packaging/kagimori.service: what it must say, and what systemd's own tools say of it."""

import ctypes
import ctypes.util
import errno
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from conformance.support.clients import aws_client
from conformance.support.server import Server

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
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=13", UNIT]
    done = subprocess.run(command, capture_output=True, text=True)
    if "offline" in done.stderr:
        pytest.skip("this systemd cannot judge a file")
    assert done.returncode == 0, done.stdout[-500:]


def system_calls(name):
    """What a name in SystemCallFilter= stands for."""
    if not name.startswith("@"):
        return {name}
    said = subprocess.run(["systemd-analyze", "syscall-filter", name], capture_output=True, text=True, check=True).stdout
    members = [line.strip() for line in said.splitlines()[1:]]
    return {call for member in members if member and not member.startswith("#") for call in system_calls(member)}


def allowed_system_calls():
    """The lines of SystemCallFilter= in their order (systemd.exec(5)): a `~` takes away, the first line begins a list of what
    is allowed, which has @default in it."""
    allowed = system_calls("@default")
    for value in settings()["Service", "SystemCallFilter"]:
        calls = {call for name in value.lstrip("~").split() for call in system_calls(name)}
        allowed = allowed - calls if value.startswith("~") else allowed | calls
    return allowed


@needs_systemd
def test_system_calls_that_the_server_makes_are_allowed():
    """Without setpriority the scrub is as urgent as requests; without capset no server starts that was given a capability."""
    allowed = allowed_system_calls()
    assert {"sched_setscheduler", "setpriority", "capset", "memfd_secret", "seccomp", "prlimit64"} <= allowed
    assert not {"ptrace", "mount", "bpf", "kexec_load", "init_module", "swapon", "setuid", "chroot"} & allowed


class FilteredServer(Server):
    """Under the unit's filter of system calls, as systemd installs it."""

    def __init__(self, data, calls):
        super().__init__(data)
        self.library = ctypes.CDLL(ctypes.util.find_library("seccomp"))
        self.library.seccomp_init.restype = ctypes.c_void_p
        self.filter = ctypes.c_void_p(self.library.seccomp_init(0x00050000 | errno.ENOSYS))  # SCMP_ACT_ERRNO
        for call in sorted(calls):
            number = self.library.seccomp_syscall_resolve_name(call.encode())
            if number != -1:  # unknown to this libseccomp
                self.library.seccomp_rule_add_exact_array(self.filter, 0x7FFF0000, number, 0, None)  # SCMP_ACT_ALLOW

    def before_exec(self):
        """In the child. libseccomp sets no_new_privs itself."""
        if self.library.seccomp_load(self.filter) != 0:
            os._exit(99)


def nice_values(process):
    """By thread: the 19th field of stat, the 17th behind the name in brackets (proc(5))."""
    stats = Path(f"/proc/{process.pid}/task").glob("*/stat")
    return {int(stat.read_text().rsplit(")", 1)[1].split()[16]) for stat in stats}


@needs_systemd
@pytest.mark.skipif(not ctypes.util.find_library("seccomp"), reason="libseccomp is not installed")
def test_the_server_runs_under_the_filter(tmp_path):
    """As root it has capabilities, which it drops."""
    with FilteredServer(tmp_path / "data", allowed_system_calls()) as server:
        assert len(aws_client(server, "kms").generate_random(NumberOfBytes=16)["Plaintext"]) == 16
        deadline = time.monotonic() + 10
        while 10 not in nice_values(server.process):
            assert time.monotonic() < deadline, f"the scrub does not give way to requests:\n{server.log_tail()}"
            time.sleep(0.1)
        assert "as urgently as requests" not in server.log.read_text()
