# The target lint: clang-tidy with the checks of .clang-tidy over our own sources. Clang reads no precompiled headers of GCC, so the compile
# commands are those of the preset lint, of which nothing is built.
find_program(RAYGEN_RUN_CLANG_TIDY NAMES run-clang-tidy-14 run-clang-tidy)
set(RAYGEN_LINT "src/(files|storage|noise|csv)/|capi/" CACHE STRING "Which sources the target lint checks: a regular expression")
if(RAYGEN_RUN_CLANG_TIDY)
  add_custom_target(lint
    COMMAND ${CMAKE_COMMAND} --preset lint --log-level=WARNING
    COMMAND ${RAYGEN_RUN_CLANG_TIDY} -quiet -p build/lint "${PROJECT_SOURCE_DIR}/(${RAYGEN_LINT})"
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} USES_TERMINAL VERBATIM)
endif()
