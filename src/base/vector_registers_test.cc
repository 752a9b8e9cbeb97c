#include "base/vector_registers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace kagimori {
namespace {

#if defined(__x86_64__)

constexpr uint8_t kFill = 0xA5;
using Content = std::array<uint8_t, 6 * 64>;

void DoNothing() {}

// Fills registers with `content`, calls `function` and stores them back into `content`: in one piece, since between two
// the compiler may use any of them. The stack pointer steps over the red zone and is aligned, as for any call.
#define KAGIMORI_CALL_BETWEEN(fill, store)                                                                           \
  asm volatile("movq %%rsp, %%rbx\n\tsubq $128, %%rsp\n\tandq $-64, %%rsp\n\t" fill "callq *%[function]\n\t" store   \
               "movq %%rbx, %%rsp"                                                                                   \
               :                                                                                                     \
               : [at] "r"(content->data()), [function] "r"(function)                                                 \
               : "memory", "cc", "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "xmm0", "xmm7", \
                 "xmm15")

[[gnu::noinline]] void FillSse(Content* content, void (*function)()) {
  KAGIMORI_CALL_BETWEEN("movdqu (%[at]), %%xmm0\n\tmovdqa %%xmm0, %%xmm7\n\tmovdqa %%xmm0, %%xmm15\n\t",
                        "movdqu %%xmm0, (%[at])\n\tmovdqu %%xmm7, 16(%[at])\n\tmovdqu %%xmm15, 32(%[at])\n\t");
}

[[gnu::noinline, gnu::target("avx")]] void FillAvx(Content* content, void (*function)()) {
  KAGIMORI_CALL_BETWEEN("vmovdqu (%[at]), %%ymm0\n\tvmovdqa %%ymm0, %%ymm7\n\tvmovdqa %%ymm0, %%ymm15\n\t",
                        "vmovdqu %%ymm0, (%[at])\n\tvmovdqu %%ymm7, 32(%[at])\n\tvmovdqu %%ymm15, 64(%[at])\n\t");
}

[[gnu::noinline, gnu::target("avx512f")]] void FillAvx512(Content* content, void (*function)()) {
  KAGIMORI_CALL_BETWEEN(
      "vmovdqu64 (%[at]), %%zmm0\n\tvmovdqa64 %%zmm0, %%zmm7\n\tvmovdqa64 %%zmm0, %%zmm15\n\t"
      "vmovdqa64 %%zmm0, %%zmm16\n\tvmovdqa64 %%zmm0, %%zmm23\n\tvmovdqa64 %%zmm0, %%zmm31\n\t",
      "vmovdqu64 %%zmm0, (%[at])\n\tvmovdqu64 %%zmm7, 64(%[at])\n\tvmovdqu64 %%zmm15, 128(%[at])\n\t"
      "vmovdqu64 %%zmm16, 192(%[at])\n\tvmovdqu64 %%zmm23, 256(%[at])\n\tvmovdqu64 %%zmm31, 320(%[at])\n\t");
}

// How many of the first `size` bytes of what the registers held are left after `function`.
size_t Left(void (*fill)(Content*, void (*)()), void (*function)(), size_t size) {
  Content content;
  content.fill(kFill);
  fill(&content, function);
  return static_cast<size_t>(std::count(content.begin(), content.begin() + static_cast<ptrdiff_t>(size), kFill));
}

TEST(VectorRegistersTest, NothingIsLeftInSse) {
  EXPECT_EQ(Left(FillSse, DoNothing, 48), 48U);
  EXPECT_EQ(Left(FillSse, ClearVectorRegisters, 48), 0U);
}

TEST(VectorRegistersTest, NothingIsLeftInAvx) {
  if (!__builtin_cpu_supports("avx")) GTEST_SKIP() << "this machine has no AVX";
  EXPECT_EQ(Left(FillAvx, DoNothing, 96), 96U);
  EXPECT_EQ(Left(FillAvx, ClearVectorRegisters, 96), 0U);
}

TEST(VectorRegistersTest, NothingIsLeftInAvx512) {
  if (!__builtin_cpu_supports("avx512f")) GTEST_SKIP() << "this machine has no AVX-512";
  EXPECT_EQ(Left(FillAvx512, DoNothing, 384), 384U);
  EXPECT_EQ(Left(FillAvx512, ClearVectorRegisters, 384), 0U);
}

#else

TEST(VectorRegistersTest, TheirContentIsLookedAtOnX86Only) {
  ClearVectorRegisters();
  GTEST_SKIP() << "no test of this machine's registers";
}

#endif

}  // namespace
}  // namespace kagimori
