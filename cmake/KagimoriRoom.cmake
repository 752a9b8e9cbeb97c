# A room is a folder under src/ and one static library `kagimori_<room>` of every *.cc in it, plus, where there are *_test.cc
# files, one test program `<room>_test`.
#
#   kagimori_room(NAME <room> [ROOMS <room>...] [LIBRARIES <outside target>...] [SOURCES <generated file>...])
#
# A room may have a room as a folder of its own inside (store/rocksdb); files below such a folder belong to the room all the same.
function(kagimori_room)
  cmake_parse_arguments(ROOM "" "NAME" "ROOMS;LIBRARIES;SOURCES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cc")
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "(_test|_main)\\.cc$|/testing/")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$|/testing/.*\\.cc$")
  list(FILTER tests EXCLUDE REGEX "_compile_fail_test\\.cc$")
  list(TRANSFORM ROOM_ROOMS PREPEND kagimori_)
  if(sources OR ROOM_SOURCES)
    add_library(kagimori_${ROOM_NAME} STATIC ${sources} ${ROOM_SOURCES})
    target_link_libraries(kagimori_${ROOM_NAME} PUBLIC kagimori_options ${ROOM_ROOMS} ${ROOM_LIBRARIES})
  else()
    add_library(kagimori_${ROOM_NAME} INTERFACE)
    target_link_libraries(kagimori_${ROOM_NAME} INTERFACE kagimori_options ${ROOM_ROOMS} ${ROOM_LIBRARIES})
  endif()
  if(KAGIMORI_TESTS AND tests)
    add_executable(${ROOM_NAME}_test ${tests})
    target_link_libraries(${ROOM_NAME}_test PRIVATE kagimori_${ROOM_NAME} GTest::gmock GTest::gtest_main)
    gtest_discover_tests(${ROOM_NAME}_test TEST_PREFIX "${ROOM_NAME}." DISCOVERY_MODE PRE_TEST)
  endif()
endfunction()

# kagimori_all_rooms(OUT): the targets of every room that is there, except the program's own.
function(kagimori_all_rooms out)
  set(found "")
  foreach(room base secret crypto wire net store shapes policy sigv4 audit attest oidc seal identity parameters keys authz replicate kms sts iam ssm seed gateway)
    if(TARGET kagimori_${room})
      list(APPEND found kagimori_${room})
    endif()
  endforeach()
  set(${out} ${found} PARENT_SCOPE)
endfunction()
