# The target lint: clang-tidy over our own sources, with the checks of .clang-tidy, as the compile commands of this build folder have them.
# Clang does not read GCC's precompiled headers and some of GCC's options.
find_program(RAYGEN_RUN_CLANG_TIDY NAMES run-clang-tidy-14 run-clang-tidy)
set(RAYGEN_LINT "src/(storage|noise|csv)/|capi/" CACHE STRING "Which sources the target lint checks: a regular expression")
if(RAYGEN_RUN_CLANG_TIDY)
  add_custom_target(lint
    COMMAND ${RAYGEN_RUN_CLANG_TIDY} -quiet -p ${PROJECT_BINARY_DIR} -extra-arg=-Wno-unknown-warning-option -extra-arg=-Wno-ignored-optimization-argument
      "${PROJECT_SOURCE_DIR}/(${RAYGEN_LINT})"
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} USES_TERMINAL VERBATIM)
endif()
