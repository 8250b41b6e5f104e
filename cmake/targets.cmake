# How our own targets are compiled: one interface target for the rooms of the engine, one for everything that lives outside the door.

add_library(raygen_warnings INTERFACE)
target_compile_options(raygen_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow $<$<BOOL:${RAYGEN_WERROR}>:-Werror>)
if(RAYGEN_SANITIZE)
  target_compile_options(raygen_warnings INTERFACE -fsanitize=${RAYGEN_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(raygen_warnings INTERFACE -fsanitize=${RAYGEN_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    target_compile_options(raygen_warnings INTERFACE -Wno-maybe-uninitialized)  # false alarms in instrumented library code
  endif()
  if(RAYGEN_SANITIZE MATCHES undefined)
    target_compile_options(raygen_warnings INTERFACE -fno-sanitize=vptr)  # LibTorch's classes carry no instrumentation
  endif()
endif()

add_library(raygen_torch INTERFACE)
target_link_libraries(raygen_torch INTERFACE LibTorch::LibTorch)
# A process must have one OpenMP only: LibTorch's, libgomp, which it brings or takes from the system. GCC's own is the same, and at::parallel_for,
# a template over OpenMP, uses it; Clang's is another, so that what Clang compiles of our own loops runs on one thread.
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  target_compile_options(raygen_torch INTERFACE -fopenmp)
endif()
if(raygen_libgomp)
  target_link_libraries(raygen_torch INTERFACE ${raygen_libgomp})
  target_compile_definitions(raygen_torch INTERFACE RAYGEN_LIBGOMP)
endif()

# What becomes a part of libraygen.so, out of which nothing but raygen_* is seen.
function(raygen_compile_for_library target)
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    CXX_EXTENSIONS OFF)
endfunction()

# LibTorch carries fmt's headers, of a version of its own, but not its library: header-only works with whichever is found first. It is
# compiled in one place: two to three seconds less for many a file.
add_library(raygen_format STATIC ${PROJECT_SOURCE_DIR}/src/formatted.cpp)
raygen_compile_for_library(raygen_format)
target_compile_features(raygen_format PUBLIC cxx_std_20)
target_include_directories(raygen_format PUBLIC ${PROJECT_SOURCE_DIR}/src)
target_link_libraries(raygen_format PUBLIC raygen_warnings raygen_torch fmt::fmt-header-only)

add_library(raygen_room INTERFACE)
target_link_libraries(raygen_room INTERFACE raygen_format Threads::Threads)

# One precompiled LibTorch for all rooms. The file is not written again when CMake runs again, for then it would be compiled again, with all
# that uses it.
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/precompiled.cpp CONTENT "// Carries the precompiled headers.\n")
add_library(raygen_precompiled STATIC ${PROJECT_BINARY_DIR}/precompiled.cpp)
target_link_libraries(raygen_precompiled PUBLIC raygen_room)
target_precompile_headers(raygen_precompiled PRIVATE <ATen/ATen.h> <fmt/format.h>)
raygen_compile_for_library(raygen_precompiled)

# Our own files that include LibTorch: with LibTorch precompiled, and together.
function(raygen_compile_as_room target)
  raygen_compile_for_library(${target})
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${RAYGEN_UNITY_BUILD})
  target_precompile_headers(${target} REUSE_FROM raygen_precompiled)
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND RAYGEN_UNITY_BUILD)
    target_compile_options(${target} PRIVATE -Wno-subobject-linkage)  # it takes files that are compiled together for headers
  endif()
endfunction()

# raygen_add_room(NAME name SOURCES … [NEEDS rooms and libraries]): one folder of src/ as a static library that knows only what it needs.
function(raygen_add_room)
  cmake_parse_arguments(room "" "NAME" "SOURCES;NEEDS" ${ARGN})
  add_library(raygen_${room_NAME} STATIC ${room_SOURCES})
  target_link_libraries(raygen_${room_NAME} PUBLIC raygen_room PRIVATE ${room_NEEDS})
  raygen_compile_as_room(raygen_${room_NAME})
endfunction()

# raygen_embed_kernel(room FILE.cu HEADER SYMBOL): the text of a kernel, which is compiled when the program runs, as the std::string_view
# SYMBOL that HEADER declares. A change of it configures anew.
function(raygen_embed_kernel room kernel_file kernel_header kernel_symbol)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${kernel_file})
  file(READ ${kernel_file} kernel_text)
  set(source ${CMAKE_CURRENT_BINARY_DIR}/${kernel_symbol}.cpp)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/kernel_source.cpp.in ${source} @ONLY)
  target_sources(raygen_${room} PRIVATE ${source})
endfunction()
