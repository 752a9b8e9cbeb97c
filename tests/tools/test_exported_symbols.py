"""The program exports nothing of the OpenSSL that is linked into it: a shared library in the same process must never bind to it."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("KAGIMORI_BINARY", ROOT / "build" / "release" / "kagimori"))


@pytest.mark.skipif(not BINARY.exists(), reason=f"{BINARY} is not built")
def test_no_openssl_symbol_is_exported():
    names = subprocess.run(["nm", "-D", "--defined-only", BINARY], capture_output=True, text=True, check=True).stdout
    leaked = [line for line in names.splitlines() if line.split()[-1].startswith(("EVP_", "SSL_", "CRYPTO_", "OPENSSL_", "BN_", "RSA_"))]
    assert leaked == []
    everything = subprocess.run(["nm", BINARY], capture_output=True, text=True, check=True).stdout
    assert " EVP_" in everything or "EVP_" in everything, "OpenSSL is not linked in at all: this test would prove nothing"
