"""No time and no branch tells what is wrong with a ciphertext or a MAC: Welch's t-test over the kinds of wrong RSA
ciphertexts (oaep_timing.cc), and memcheck over comparisons of secrets (ct_valgrind.cc).

A t-test on a shared machine is a matter of chance. So the ordinary run only shows that the measurement works: a planted
leak stands out, and decryption has a run in which it does not. What counts is the run by hand on a quiet machine, of the
release build: KAGIMORI_TIMING_SAMPLES=1000000 makes it one run of so many samples, and |t| < 4.5 the bound.
"""

import os
import re
import shutil
import subprocess

import pytest

from conformance.support.server import BINARY

PROGRAMS = BINARY.parent / "tests" / "timing"
SAMPLES = int(os.environ.get("KAGIMORI_TIMING_SAMPLES", "0"))
ORDINARY_SAMPLES = 16_000
PLANTED_SAMPLES = 4_000
NEGLIGIBLE, LOOSE = 4.5, 10

needs_programs = pytest.mark.skipif(not PROGRAMS.exists(), reason="this build (a sanitizer's) has no programs of tests/timing")
needs_valgrind = pytest.mark.skipif(
    not (shutil.which("valgrind") and (PROGRAMS / "ct_valgrind").exists()), reason="valgrind is not installed"
)


def largest_t(samples, *arguments):
    done = subprocess.run([PROGRAMS / "oaep_timing", str(samples), *arguments], capture_output=True, text=True, check=True)
    print(done.stdout)
    assert done.stdout.count("|t|") == 7  # six pairs, and the largest
    return float(re.search(r"^largest \|t\| (\S+)$", done.stdout, re.MULTILINE)[1])


def valgrind(*arguments):
    command = ["valgrind", "--error-exitcode=9", "--leak-check=no", PROGRAMS / "ct_valgrind", *arguments]
    return subprocess.run(command, capture_output=True, text=True)


@needs_programs
@pytest.mark.timeout(24 * 3600 if SAMPLES else 300)
def test_the_time_of_a_decryption_does_not_tell_what_is_wrong():
    if SAMPLES:
        assert largest_t(SAMPLES) < NEGLIGIBLE
    else:
        assert any(largest_t(ORDINARY_SAMPLES) < LOOSE for _ in range(3))


@needs_programs
def test_a_planted_oracle_is_found():
    assert largest_t(PLANTED_SAMPLES, "--planted") > LOOSE


@needs_programs
@needs_valgrind
def test_secrets_are_compared_without_a_branch():
    done = valgrind()
    assert done.returncode == 0, done.stderr


@needs_programs
@needs_valgrind
def test_a_planted_branch_is_found():
    done = valgrind("--planted")
    assert done.returncode == 9, done.stderr
    assert "depends on uninitialised value" in done.stderr
