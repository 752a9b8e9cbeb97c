# Checks of the whole tree, as tests of ctest; exit code 0 = holds. The layers are checked in each full build besides. What needs
# the Python environment of the tests (tools/model_check.py: botocore) is run by `./dev test`.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
function(kagimori_check name script)
  add_test(NAME ${name} COMMAND "${Python3_EXECUTABLE}" "${CMAKE_SOURCE_DIR}/tools/${script}" ${ARGN})
endfunction()
kagimori_check(layers check_layers.py)
kagimori_check(operations_matrix operations_matrix.py --check)
add_custom_target(layers ALL COMMAND "${Python3_EXECUTABLE}" "${CMAKE_SOURCE_DIR}/tools/check_layers.py" VERBATIM
  COMMENT "Holding includes and calls against the rooms' floors")
