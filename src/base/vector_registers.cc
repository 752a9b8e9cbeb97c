#include "base/vector_registers.h"

namespace kagimori {
namespace {

#if defined(__x86_64__)

[[gnu::target("avx512f")]] void ClearUpperSixteen() {
  asm volatile(
      "vpxorq %%zmm16, %%zmm16, %%zmm16\n\t"
      "vpxorq %%zmm17, %%zmm17, %%zmm17\n\t"
      "vpxorq %%zmm18, %%zmm18, %%zmm18\n\t"
      "vpxorq %%zmm19, %%zmm19, %%zmm19\n\t"
      "vpxorq %%zmm20, %%zmm20, %%zmm20\n\t"
      "vpxorq %%zmm21, %%zmm21, %%zmm21\n\t"
      "vpxorq %%zmm22, %%zmm22, %%zmm22\n\t"
      "vpxorq %%zmm23, %%zmm23, %%zmm23\n\t"
      "vpxorq %%zmm24, %%zmm24, %%zmm24\n\t"
      "vpxorq %%zmm25, %%zmm25, %%zmm25\n\t"
      "vpxorq %%zmm26, %%zmm26, %%zmm26\n\t"
      "vpxorq %%zmm27, %%zmm27, %%zmm27\n\t"
      "vpxorq %%zmm28, %%zmm28, %%zmm28\n\t"
      "vpxorq %%zmm29, %%zmm29, %%zmm29\n\t"
      "vpxorq %%zmm30, %%zmm30, %%zmm30\n\t"
      "vpxorq %%zmm31, %%zmm31, %%zmm31"
      :
      :
      : "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22", "xmm23", "xmm24", "xmm25", "xmm26", "xmm27",
        "xmm28", "xmm29", "xmm30", "xmm31");
}

// The first sixteen, at their whole width.
[[gnu::target("avx")]] void ClearLowerSixteen() {
  asm volatile("vzeroall"
               :
               :
               : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11",
                 "xmm12", "xmm13", "xmm14", "xmm15");
}

#endif

// All that a function may change, by the compiler's own knowledge of the machine, at the width that the program is
// built for.
[[gnu::noinline, gnu::zero_call_used_regs("all")]] void ClearCallUsed() { asm volatile(""); }

}  // namespace

void ClearVectorRegisters() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) ClearUpperSixteen();
  if (__builtin_cpu_supports("avx")) return ClearLowerSixteen();
#endif
  ClearCallUsed();
}

}  // namespace kagimori
