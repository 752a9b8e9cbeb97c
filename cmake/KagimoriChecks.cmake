# The layers, in each full build and as a test of ctest. The other checks of the tree (the model, the operations matrix) need the
# Python environment of the tests and are tests of pytest, under tests/.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
set(check_layers "${Python3_EXECUTABLE}" "${CMAKE_SOURCE_DIR}/tools/check_layers.py")
add_test(NAME layers COMMAND ${check_layers})
add_custom_target(layers ALL COMMAND ${check_layers} VERBATIM
  COMMENT "Holding includes and calls against the rooms' floors")
