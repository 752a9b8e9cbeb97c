#ifndef KAGIMORI_BASE_VECTOR_REGISTERS_H_
#define KAGIMORI_BASE_VECTOR_REGISTERS_H_

namespace kagimori {

// Zeros the calling thread's vector registers. memcpy and base64 leave up to their whole width of what they moved in
// them, where it stays for as long as the thread sleeps; a core dump takes it to a disk, a new thread inherits it, and
// the dynamic linker saves it on the stack when it binds a function. So whoever ends the life of a secret calls this
// (secret/pool.cc), and a thread that may have read one whose life another thread ends, before it waits. (On x86-64
// also ZMM16 to ZMM31, of which glibc's copying makes use.) Some nanoseconds.
void ClearVectorRegisters();

}  // namespace kagimori

#endif  // KAGIMORI_BASE_VECTOR_REGISTERS_H_
