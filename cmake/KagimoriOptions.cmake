# Flags that every one of our own targets takes, as one interface library.
add_library(kagimori_options INTERFACE)
target_compile_options(kagimori_options INTERFACE -Wall -Wextra -Werror -fstack-protector-strong -fno-omit-frame-pointer)
# No path of this machine in the program, and the same objects from every clone.
target_compile_options(kagimori_options INTERFACE "-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=")
target_compile_definitions(kagimori_options INTERFACE BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_VISIBILITY)
target_include_directories(kagimori_options INTERFACE "${CMAKE_SOURCE_DIR}/src")
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(kagimori_options INTERFACE -Wthread-safety)
else()
  target_compile_options(kagimori_options INTERFACE -fcoroutines)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT KAGIMORI_SANITIZE)
  target_compile_definitions(kagimori_options INTERFACE _FORTIFY_SOURCE=2)
endif()
if(KAGIMORI_SANITIZE)
  target_compile_options(kagimori_options INTERFACE -fsanitize=${KAGIMORI_SANITIZE})
  target_link_options(kagimori_options INTERFACE -fsanitize=${KAGIMORI_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC's manual: instrumented code gives false alarms (here in std::optional<std::vector> and memset). The plain builds keep -Werror.
    target_compile_options(kagimori_options INTERFACE -Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-error)
  endif()
  if(KAGIMORI_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Asio's fences: GCC warns that the sanitizer does not see them. What they order is ordered by locks and atomics, too.
    target_compile_options(kagimori_options INTERFACE -Wno-tsan)
  endif()
  if(KAGIMORI_SANITIZE MATCHES "undefined")
    target_compile_options(kagimori_options INTERFACE -fno-sanitize-recover=all)
  endif()
endif()
# No symbol of a static library (OpenSSL above all) is exported: a shared library in the same process must never bind to ours,
# nor ours to it.
target_link_options(kagimori_options INTERFACE -Wl,-z,relro,-z,now -Wl,--as-needed)
if(KAGIMORI_SANITIZE)
  # clang's sanitizers are static libraries whose malloc and free every shared library must find.
  target_link_options(kagimori_options INTERFACE -Wl,--exclude-libs,libcrypto.a:libssl.a)
else()
  target_link_options(kagimori_options INTERFACE -Wl,--exclude-libs,ALL)
endif()
