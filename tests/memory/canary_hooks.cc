// Linked into kagimori_canary alone, in front of a few functions of the program (the linker's --wrap):
//
// * every block of secret memory is written to $CANARY_DIR/secrets before it is wiped, so that the search knows every
//   secret there ever was: root key, terms, key material, credentials, message keys, plaintexts;
// * everything sealed, and the messages of stored records, go to $CANARY_DIR/public: salts and metadata pass through
//   secret memory, but are no secrets (those in a message are wrapped once more);
// * the PKCS#8 structure of every key pair that is made goes to $CANARY_DIR/pairs, one behind the other;
// * SIGUSR1 writes all memory of the process to $CANARY_DIR/memory (and where it lay to index), but for the secret
//   arena and what else is locked, which goes to secrets; SIGUSR2 writes these to memory, too: for a sealed server;
// * the first bytes of every secret that is wiped are left in vector registers, as a copy of it could have left them:
//   whatever clears these (base/vector_registers.h) must;
// * with $CANARY_CORE the process may leave a core when it is killed, which it otherwise forbids (secret/process.h);
// * $CANARY_LEAK plants a leak that the search must find.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "crypto/key_pair.h"
#include "seal/envelope.h"
#include "secret/mapping.h"
#include "secret/pool.h"
#include "secret/secret_bytes.h"
#include "secret/testing/secret_testing.h"

namespace kagimori::canary {
namespace {

int secrets_fd = -1;
int public_fd = -1;
int pairs_fd = -1;
int memory_fd = -1;
int index_fd = -1;
int maps_fd = -1;
std::string_view leak;

struct Range {
  uintptr_t begin = 0;
  uintptr_t end = 0;
};
std::array<Range, 512> arena;
std::atomic<size_t> arena_count = 0;

bool InArena(uintptr_t at) {
  return std::any_of(arena.begin(), arena.begin() + arena_count, [at](Range r) { return at >= r.begin && at < r.end; });
}

void WriteAll(int fd, const void* data, size_t size) {
  const char* at = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t n = write(fd, at, std::min(size, size_t{1} << 20));
    if (n <= 0) return;  // a page that cannot be read (EFAULT)
    at += n;
    size -= static_cast<size_t>(n);
  }
}

// /proc/self/smaps, read whole before anything is written. In static memory, not on a stack or heap that is searched.
std::array<char, 8 << 20> maps;

// `guarded`: a place for secrets (locked and left out of core dumps, as the arena is and OpenSSL's heap of private
// keys).
void DumpMapping(const char* heading, uintptr_t begin, uintptr_t end, bool guarded) {
  const auto own = reinterpret_cast<uintptr_t>(maps.data());
  if (guarded) return WriteAll(secrets_fd, reinterpret_cast<void*>(begin), end - begin);
  dprintf(index_fd, "%ld %s\n", static_cast<long>(lseek(memory_fd, 0, SEEK_END)), heading);
  if (own < begin || own >= end) return WriteAll(memory_fd, reinterpret_cast<void*>(begin), end - begin);
  // Around the text of the maps, which changes while it is read.
  WriteAll(memory_fd, reinterpret_cast<void*>(begin), own - begin);
  WriteAll(memory_fd, maps.data() + maps.size(), end - own - maps.size());
}

void Dump(int signal_number) {
  lseek(maps_fd, 0, SEEK_SET);
  size_t size = 0;
  for (ssize_t n; (n = read(maps_fd, maps.data() + size, maps.size() - 1 - size)) > 0;) size += static_cast<size_t>(n);
  maps[size] = '\0';
  char* save = nullptr;
  uintptr_t begin = 0, end = 0;
  const char* heading = nullptr;
  for (char* line = strtok_r(maps.data(), "\n", &save); line != nullptr; line = strtok_r(nullptr, "\n", &save)) {
    char permissions[5] = {};
    if (uintptr_t from = 0, to = 0; std::sscanf(line, "%lx-%lx %4s", &from, &to, permissions) == 3) {
      // What cannot be written holds nothing of ours.
      heading = permissions[0] == 'r' && permissions[1] == 'w' ? line : nullptr;
      begin = from;
      end = to;
      continue;
    }
    // The last line of each mapping.
    if (heading == nullptr || std::strncmp(line, "VmFlags:", 8) != 0) continue;
    const bool guarded = std::strstr(line, " lo") != nullptr && std::strstr(line, " dd") != nullptr;
    DumpMapping(heading, begin, end, guarded && signal_number == SIGUSR1);
  }
  dprintf(index_fd, "end\n");
}

// With zeros behind it, as it has them in memory, too.
void NotePublic(ByteView bytes) {
  static constexpr char kZeros[16] = {};
  if (public_fd < 0) return;
  WriteAll(public_fd, bytes.data(), bytes.size());
  WriteAll(public_fd, kZeros, sizeof kZeros);
}

ByteView Look(const secret::SecretBytes& bytes) { return bytes.Open(secret::SecretTesting::access()); }

// A record's message, not a wrapped secret.
bool HoldsMetadata(const seal::Envelope& envelope) {
  return envelope.label == "kagimori/record/1" || envelope.label.starts_with("kagimori/deployment/");
}

// Into a string that is forgotten; into one that is freed, where the allocator overwrites the head.
void LeakCopy(std::string_view secret) {
  auto* copy = new std::string(secret);
  asm volatile("" ::"r"(copy->data()) : "memory");  // or the compiler leaves the copy out
  if (leak == "freed") delete copy;
}

void Leak(std::string_view secret) {
  if (leak == "string" || leak == "freed") LeakCopy(secret);
}

// In those that glibc's copies and most other code leave alone.
void LeaveInRegisters([[maybe_unused]] const uint8_t* secret) {
#if defined(__x86_64__)
  asm volatile("movdqu (%0), %%xmm12\n\tmovdqu 16(%0), %%xmm13\n\tmovdqu 32(%0), %%xmm14\n\tmovdqu 48(%0), %%xmm15"
               :
               : "r"(secret)
               : "memory", "xmm12", "xmm13", "xmm14", "xmm15");
#endif
}

// Before main, and so before the process is confined: everything is open already.
[[gnu::constructor]] void Prepare() {
  const char* folder = std::getenv("CANARY_DIR");
  if (folder == nullptr) return;
  if (const char* wanted = std::getenv("CANARY_LEAK")) leak = wanted;
  auto make = [&](const char* name) {
    return open((std::string(folder) + "/" + name).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  };
  secrets_fd = make("secrets");
  public_fd = make("public");
  pairs_fd = make("pairs");
  memory_fd = make("memory");
  index_fd = make("index");
  maps_fd = open("/proc/self/smaps", O_RDONLY | O_CLOEXEC);
  signal(SIGUSR1, Dump);
  signal(SIGUSR2, Dump);
}

}  // namespace
}  // namespace kagimori::canary

using kagimori::ByteView;
using kagimori::Result;
using kagimori::secret::Block;
using kagimori::secret::Mapping;
using kagimori::secret::PoolKind;
using kagimori::secret::SecretBytes;
namespace canary = kagimori::canary;
namespace seal = kagimori::seal;

extern "C" {

// explicit_bzero, under the name that glibc's header gives it in an optimized build, and under its own.
void __real___explicit_bzero_chk(void* data, size_t size, size_t room);
void __wrap___explicit_bzero_chk(void* data, size_t size, size_t room) {
  if (canary::leak == "unwiped" && !canary::InArena(reinterpret_cast<uintptr_t>(data))) return;
  __real___explicit_bzero_chk(data, size, room);
}
void __wrap_explicit_bzero(void* data, size_t size) { __wrap___explicit_bzero_chk(data, size, size); }

void __real__ZN8kagimori6secret9FreeBlockENS0_8PoolKindENS0_5BlockE(PoolKind kind, Block block);
void __wrap__ZN8kagimori6secret9FreeBlockENS0_8PoolKindENS0_5BlockE(PoolKind kind, Block block) {
  if (kind == PoolKind::kSecret && canary::secrets_fd >= 0) {
    canary::WriteAll(canary::secrets_fd, block.data, block.capacity);
    canary::Leak(kagimori::AsText(ByteView(block.data, block.capacity)));
    if (block.capacity >= 64) canary::LeaveInRegisters(block.data);
  }
  __real__ZN8kagimori6secret9FreeBlockENS0_8PoolKindENS0_5BlockE(kind, block);
}

void __real__ZN8kagimori20ClearVectorRegistersEv();
void __wrap__ZN8kagimori20ClearVectorRegistersEv() {
  if (canary::leak != "registers") __real__ZN8kagimori20ClearVectorRegistersEv();
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wreturn-type-c-linkage"
Result<Mapping> __real__ZN8kagimori6secret9MapSecretEmb(size_t size, bool allow_unlocked);
Result<Mapping> __wrap__ZN8kagimori6secret9MapSecretEmb(size_t size, bool allow_unlocked) {
  Result<Mapping> mapping = __real__ZN8kagimori6secret9MapSecretEmb(size, allow_unlocked);
  if (mapping && canary::arena_count < canary::arena.size()) {
    const auto begin = reinterpret_cast<uintptr_t>(mapping->data);
    canary::arena[canary::arena_count] = {begin, begin + mapping->size};
    ++canary::arena_count;
  }
  return mapping;
}

kagimori::crypto::NewKeyPair __real__ZN8kagimori6crypto15GenerateKeyPairENS0_7KeyTypeE(kagimori::crypto::KeyType type);
kagimori::crypto::NewKeyPair __wrap__ZN8kagimori6crypto15GenerateKeyPairENS0_7KeyTypeE(kagimori::crypto::KeyType type) {
  kagimori::crypto::NewKeyPair pair = __real__ZN8kagimori6crypto15GenerateKeyPairENS0_7KeyTypeE(type);
  if (canary::pairs_fd >= 0) {
    const std::string_view pkcs8 = kagimori::AsText(canary::Look(pair.pkcs8));
    canary::WriteAll(canary::pairs_fd, pkcs8.data(), pkcs8.size());
    if (canary::leak == "pair") canary::LeakCopy(pkcs8);
  }
  return pair;
}

Result<> __real__ZN8kagimori6secret13HardenProcessEv();
Result<> __wrap__ZN8kagimori6secret13HardenProcessEv() {
  if (std::getenv("CANARY_CORE") == nullptr) return __real__ZN8kagimori6secret13HardenProcessEv();
  rlimit limit{};
  getrlimit(RLIMIT_CORE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_CORE, &limit);
  return {};
}

Result<SecretBytes> __real__ZN8kagimori4seal12OpenEnvelopeERKNS0_8EnvelopeEmSt4spanIKhLm18446744073709551615EE(
    const seal::Envelope& envelope, size_t head_size, ByteView sealed);
Result<SecretBytes> __wrap__ZN8kagimori4seal12OpenEnvelopeERKNS0_8EnvelopeEmSt4spanIKhLm18446744073709551615EE(
    const seal::Envelope& envelope, size_t head_size, ByteView sealed) {
  Result<SecretBytes> opened =
      __real__ZN8kagimori4seal12OpenEnvelopeERKNS0_8EnvelopeEmSt4spanIKhLm18446744073709551615EE(envelope, head_size,
                                                                                                 sealed);
  canary::NotePublic(sealed);
  if (opened && canary::HoldsMetadata(envelope)) canary::NotePublic(canary::Look(*opened));
  return opened;
}

kagimori::Bytes __real__ZN8kagimori4seal12SealEnvelopeERKNS0_8EnvelopeESt6vectorIhSaIhEERKNS_6secret11SecretBytesE(
    const seal::Envelope& envelope, kagimori::Bytes head, const SecretBytes& plaintext);
kagimori::Bytes __wrap__ZN8kagimori4seal12SealEnvelopeERKNS0_8EnvelopeESt6vectorIhSaIhEERKNS_6secret11SecretBytesE(
    const seal::Envelope& envelope, kagimori::Bytes head, const SecretBytes& plaintext) {
  if (canary::HoldsMetadata(envelope)) canary::NotePublic(canary::Look(plaintext));
  kagimori::Bytes sealed =
      __real__ZN8kagimori4seal12SealEnvelopeERKNS0_8EnvelopeESt6vectorIhSaIhEERKNS_6secret11SecretBytesE(
          envelope, std::move(head), plaintext);
  canary::NotePublic(sealed);
  return sealed;
}
#pragma GCC diagnostic pop

}  // extern "C"
