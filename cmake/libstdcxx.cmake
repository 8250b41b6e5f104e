# A GCC that is older than the system's (Debian 13 has 13 beside 14) links a libstdc++ of its own, which lacks what the system's libraries
# ask for, because a newer GCC compiled them. What is loaded at run time is the system's libstdc++: it is linked, too.
foreach(file libstdc++.so libstdc++.so.6)
  execute_process(COMMAND ${CMAKE_CXX_COMPILER} -print-file-name=${file} OUTPUT_VARIABLE found OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  file(REAL_PATH "${found}" found)
  list(APPEND libstdcxx ${found})
endforeach()
list(GET libstdcxx 0 compilers_own)
list(GET libstdcxx 1 systems)
if(EXISTS "${compilers_own}" AND EXISTS "${systems}" AND NOT compilers_own STREQUAL systems)
  string(APPEND CMAKE_CXX_STANDARD_LIBRARIES " ${systems}")
  # For programs that are linked with libraygen.so: LDFLAGS=-L… (docs/cpp.md).
  set(RAYGEN_LIBSTDCXX_FOLDER ${PROJECT_BINARY_DIR}/libstdcxx)
  file(MAKE_DIRECTORY ${RAYGEN_LIBSTDCXX_FOLDER})
  file(CREATE_LINK ${systems} ${RAYGEN_LIBSTDCXX_FOLDER}/libstdc++.so SYMBOLIC)
endif()
