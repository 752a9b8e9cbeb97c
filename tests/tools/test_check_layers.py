"""The checker itself: each rule finds what it forbids and leaves alone what it allows."""

import importlib.util
import sys
from pathlib import Path

import pytest

TOOL = Path(__file__).resolve().parents[2] / "tools" / "check_layers.py"
spec = importlib.util.spec_from_file_location("check_layers", TOOL)
check_layers = importlib.util.module_from_spec(spec)
sys.modules["check_layers"] = check_layers  # where dataclasses look their module up
spec.loader.exec_module(check_layers)


def messages(path, text):
    return [message for _, message in check_layers.check_file(Path(path), text)]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("base/a.h", '#include "secret/access.h"'),
        ("net/a.h", '#include "crypto/random.h"'),  # the same floor
        ("net/a.h", '  #  include   "crypto/random.h"'),
        ("net/a.h", "#include <crypto/random.h>"),
        ("net/a_test.cc", '#include "gateway/pipeline.h"'),
        ("store/testing/contract.cc", '#include "crypto/random.h"'),
        ("net/a.h", '#include "../crypto/random.h"'),
        ("net/a.h", '#include "http.h"'),
        ("net/http.cc", "#include <openssl/ssl.h>"),
        ("keys/engine.cc", "#include <openssl/evp.h>"),
        ("net/server.cc", "#include <boost/asio/ssl.hpp>"),
        ("keys/engine.cc", "#include <rocksdb/db.h>"),
        ("store/memory.cc", "#include <rocksdb/db.h>"),
        ("keys/a.cc", "auto now = std::chrono::system_clock::now();"),
        ("base/ids.cc", "auto now = std::chrono::system_clock::now();"),
        ("keys/a.cc", "int64_t now = time(nullptr);"),
        ("keys/a.cc", "int64_t now = std::time(NULL);"),
        ("keys/a.cc", "return ::time(0);"),
        ("keys/a.cc", "time(&now);"),
        ("keys/a.cc", "clock_gettime(CLOCK_REALTIME, &at);"),
        ("keys/a.cc", "return gettimeofday(&at, nullptr);"),
        ("keys/a.cc", "#include <sys/random.h>"),
        ("crypto/aead.cc", "RAND_bytes(data, size);"),
        ("crypto/random_test.cc", "RAND_bytes(data, size);"),
        ("secret/arena.cc", "getrandom(data, size, 0);"),
        ("keys/a.cc", "std::random_device device;"),
        ("keys/a.cc", "int i = rand();"),
        ("keys/a.cc", "int i = std::rand();"),
        ("keys/a.cc", "int64_t i = random();"),
        ("keys/a.cc", "std::mt19937_64 generator(1);"),
    ],
)
def test_forbidden(path, text):
    assert len(set(messages(path, text))) >= 1


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("net/a.h", '#include "base/result.h"'),
        ("net/a.h", '#include "net/http.h"'),
        ("app/a.cc", '#include "gateway/pipeline.h"'),
        ("net/a_test.cc", "#include <gtest/gtest.h>"),
        ("net/a.h", '// #include "gateway/pipeline.h"'),
        ("net/a.h", '/*\n#include "gateway/pipeline.h"\n*/'),
        ("net/tls_context.cc", "#include <openssl/ssl.h>"),
        ("net/tls.h", "#include <openssl/ssl.h>"),
        ("sigv4/hmac.cc", "#include <openssl/hmac.h>"),
        ("store/rocksdb_store.cc", "#include <rocksdb/db.h>"),
        ("store/rocksdb/store.cc", "#include <rocksdb/db.h>"),
        ("base/clock.cc", "auto now = std::chrono::system_clock::now();"),
        ("keys/a.cc", "auto start = std::chrono::steady_clock::now();"),
        ("keys/a.cc", "auto at = clock.time(0);"),
        ("keys/a.cc", "auto at = clock->time(0);"),
        ("keys/a.cc", "auto at = snapshot::time(0);"),
        ("keys/a.h", "int64_t time() const;"),
        ("keys/a.cc", "int64_t deletion_time(0);"),
        ("keys/a.cc", "// never system_clock::now()"),
        ("keys/a.cc", 'Log("time(nullptr) or rand() or RAND_bytes()");'),
        ("keys/a.cc", 'auto s = R"x(rand() " RAND_bytes )x";'),
        ("keys/a.cc", "int64_t n = 1'000; int m = 2'000;"),
        ("crypto/random.cc", "#include <openssl/rand.h>\nRAND_bytes(data, size);"),
        ("keys/a.cc", "int operand(int x);\noperand(1);"),
        ("store/store_test.cc", "std::mt19937_64 generator(1);"),
        ("wire/xml_test.cc", "int i = random() % 12;"),
        ("store/testing/rocksdb_faults.h", "#include <rocksdb/env.h>"),
        ("store/testing/crash.cc", "std::mt19937_64 generator(1);"),
    ],
)
def test_allowed(path, text):
    assert messages(path, text) == []


def test_code_after_a_digit_separator_is_seen():
    assert messages("keys/a.cc", "int64_t n = 1'000; int i = rand(); int m = 2'000;")


def test_lines_are_right():
    text = '/* one\ntwo */\nint x;\n#include "gateway/a.h"\n// y\nint i = rand();\n'
    assert [line for line, _ in check_layers.check_file(Path("net/a.cc"), text)] == [4, 6]


def make(root, path, text=""):
    path = root / "src" / path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_a_tree_and_its_readmes(tmp_path):
    make(tmp_path, "base/a.h")
    make(tmp_path, "net/a.h", '#include "base/a.h"\n')
    make(tmp_path, "net/README.md", "line\n" * 30)
    assert check_layers.check_tree(tmp_path) == ["src/base: has no README.md"]
    make(tmp_path, "base/README.md", "line\n" * 31)
    assert check_layers.check_tree(tmp_path) == ["src/base/README.md: 31 lines, 30 at most"]
    make(tmp_path, "base/README.md", "line\n")
    make(tmp_path, "attic/a.h")
    assert [line for line in check_layers.check_tree(tmp_path) if "is no room" in line]
    (tmp_path / "src/attic/a.h").unlink()
    (tmp_path / "src/attic").rmdir()
    assert check_layers.check_tree(tmp_path) == []
    make(tmp_path, "net/deep/inside/b.cc", '#include "base/a.h"\n#include "crypto/random.h"\n')
    assert check_layers.check_tree(tmp_path) == [
        "src/net/deep/inside/b.cc:2: net (floor 2) may not include crypto (floor 2)"
    ]
