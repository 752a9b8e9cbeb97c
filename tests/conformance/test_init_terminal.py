"""`kagimori init` before a person: the recovery code is shown once, and no deployment is made until it was typed back."""

import os
import pty
import re
import select
import subprocess
import time

import pytest

from conformance.support.server import BINARY

PASSPHRASE = "correct horse battery staple"
pytestmark = pytest.mark.timeout(180)


class Terminal:
    """The program with a terminal of its own, as a person has it before them."""

    def __init__(self, *arguments):
        self.said = ""
        self.seen = 0
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execv(BINARY, [str(BINARY), *map(str, arguments)])

    def read(self, seconds=0.2):
        if not select.select([self.fd], [], [], seconds)[0]:
            return True
        try:
            piece = os.read(self.fd, 4096)
        except OSError:  # the program has ended
            return False
        self.said += piece.decode(errors="replace").replace("\r\n", "\n")
        return bool(piece)

    def wait_for(self, pattern):
        """Reads on until the pattern comes, behind what came for earlier calls."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if found := re.compile(pattern).search(self.said, self.seen):
                self.seen = found.end()
                return found
            if not self.read():
                break
        raise AssertionError(f"{pattern!r} did not come:\n{self.said}")

    def type(self, text):
        os.write(self.fd, text.encode() + b"\n")

    def end(self):
        while self.read():
            pass
        _, status = os.waitpid(self.pid, 0)
        os.close(self.fd)
        return os.waitstatus_to_exitcode(status)


@pytest.fixture
def arguments(tmp_path):
    passphrase = tmp_path / "passphrase"
    passphrase.write_text(PASSPHRASE + "\n")
    passphrase.chmod(0o600)
    return ["init", "--data", tmp_path / "data", "--passphrase-file", passphrase]


def test_the_code_is_typed_back(arguments, tmp_path):
    terminal = Terminal(*arguments)
    code = terminal.wait_for(r"Recovery code: (R[0-9A-Z-]{82})\n")[1]
    terminal.wait_for(r"share of it: ")
    terminal.type(code[:-3] + "00" + code[-1])
    terminal.wait_for(r"group 14 is mistyped\nRecovery code: ")
    terminal.type(code.lower().replace("-", " "))
    terminal.wait_for(r"Secret access key: \S{40}\n")
    assert terminal.end() == 0, terminal.said
    assert terminal.said.count(code) == 1  # nothing that is typed is shown
    assert code.lower().replace("-", " ") not in terminal.said

    typed = tmp_path / "typed"
    typed.write_text(code)
    typed.chmod(0o600)
    tested = subprocess.run([BINARY, "seal", "test", "--data", tmp_path / "data", "--recovery-code-file", typed],
                            capture_output=True, text=True, timeout=60)
    assert "opens slot 2" in tested.stdout, tested.stderr


def test_shares_are_typed_back(arguments):
    terminal = Terminal(*arguments, "--recovery-shares", "2-of-3")
    shares = [terminal.wait_for(rf"Share {n} of 3, 2 needed: (S[0-9A-Z-]{{106}})\n")[1] for n in (1, 2, 3)]
    terminal.wait_for(r"share of it: ")
    terminal.type(shares[2])
    terminal.wait_for(r"Next share, 1 more needed: ")
    terminal.type(shares[2])
    terminal.wait_for(r"share 3 was given already\nNext share, 1 more needed: ")
    terminal.type(shares[0])
    assert terminal.end() == 0, terminal.said


def test_without_the_code_nothing_is_made(arguments, tmp_path):
    terminal = Terminal(*arguments)
    terminal.wait_for(r"share of it: ")
    for _ in range(4):
        terminal.type("what was that again")
        terminal.wait_for(r"\nRecovery code: ")  # what is typed before a prompt is thrown away
    terminal.type("what was that again")
    assert terminal.end() == 1
    assert "mistyped too often" in terminal.said
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["lock"]


def test_without_a_terminal_it_says_what_to_give(arguments, tmp_path):
    refused = subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=60, start_new_session=True)
    assert refused.returncode == 1
    assert "--recovery-code-out" in refused.stderr and "--no-recovery" in refused.stderr
    assert not (tmp_path / "data").exists()
    inside = subprocess.run([BINARY, *arguments, "--recovery-code-out", tmp_path / "data" / "code"],
                            capture_output=True, text=True, timeout=60)
    assert "must not lie in the data folder" in inside.stderr
    made = subprocess.run([BINARY, *arguments, "--no-recovery"], capture_output=True, text=True, timeout=60,
                          start_new_session=True)
    assert made.returncode == 0, made.stderr
    assert "WARNING: there is no recovery code" in made.stderr
