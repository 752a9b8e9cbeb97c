# Every tools/check_<name>.py is a check of the whole tree, run without arguments, exit code 0 = holds: ctest runs it as
# <name>. The layers are checked in each full build besides.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
file(GLOB check_scripts CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tools/check_*.py")
foreach(script ${check_scripts})
  get_filename_component(name "${script}" NAME_WE)
  string(REPLACE "check_" "" name "${name}")
  add_test(NAME ${name} COMMAND "${Python3_EXECUTABLE}" "${script}" WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
endforeach()
add_custom_target(layers ALL COMMAND "${Python3_EXECUTABLE}" "${CMAKE_SOURCE_DIR}/tools/check_layers.py" VERBATIM
  COMMENT "Holding includes and calls against the rooms' floors")
