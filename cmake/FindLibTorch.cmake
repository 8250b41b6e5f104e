# Finds LibTorch: its headers, libtorch_cpu and libc10, and libtorch_cuda where that can be linked. LibTorch's own CMake package is not used,
# because in a build with CUDA it demands the CUDA toolkit, which nothing here needs.
#
# Looked for in Torch_DIR, LibTorch_ROOT and CMAKE_PREFIX_PATH (torch's folder, or its share/cmake), then in the torch of RAYGEN_PYTHON, then in
# the system. Gives
#   LibTorch::LibTorch        the target to link
#   LibTorch_VERSION          2.13.0
#   LibTorch_INCLUDE_DIRS     the first of them holds ATen/
#   LibTorch_LIBRARY_DIR      where its libraries lie
#   LibTorch_LIBRARIES        the files that are linked
#   LibTorch_CUDA             whether libtorch_cuda is among them

find_path(LibTorch_INCLUDE_DIR ATen/ATen.h HINTS ${Torch_DIR}/../../.. PATH_SUFFIXES ../../include NO_CMAKE_SYSTEM_PATH NO_SYSTEM_ENVIRONMENT_PATH)
if(NOT LibTorch_INCLUDE_DIR)
  execute_process(COMMAND ${RAYGEN_PYTHON} ${CMAKE_CURRENT_LIST_DIR}/torch_folder.py
    OUTPUT_VARIABLE libtorch_of_python OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  find_path(LibTorch_INCLUDE_DIR ATen/ATen.h HINTS ${libtorch_of_python}/include)
endif()
get_filename_component(LibTorch_INCLUDE_DIR "${LibTorch_INCLUDE_DIR}" ABSOLUTE)
get_filename_component(libtorch_root ${LibTorch_INCLUDE_DIR} DIRECTORY)
foreach(library torch_cpu c10)
  find_library(LibTorch_${library} ${library} HINTS ${libtorch_root}/lib)
endforeach()

# Newer releases have the number in torch/headeronly.
foreach(header torch/csrc/api/include/torch/version.h torch/headeronly/version.h)
  if(NOT LibTorch_VERSION AND EXISTS ${LibTorch_INCLUDE_DIR}/${header})
    file(STRINGS ${LibTorch_INCLUDE_DIR}/${header} libtorch_version REGEX "^#define TORCH_VERSION_(MAJOR|MINOR|PATCH) ")
    string(REGEX REPLACE "[^0-9;]" "" libtorch_version "${libtorch_version}")
    list(JOIN libtorch_version . LibTorch_VERSION)
  endif()
endforeach()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibTorch REQUIRED_VARS LibTorch_torch_cpu LibTorch_c10 LibTorch_INCLUDE_DIR VERSION_VAR LibTorch_VERSION
  REASON_FAILURE_MESSAGE "Set CMAKE_PREFIX_PATH to it, or install torch for this Python: ${RAYGEN_PYTHON} -m pip install torch==2.13.0.")
if(NOT LibTorch_FOUND)
  return()
endif()

if(LibTorch_torch_cpu MATCHES "^(/usr)?/lib/" AND EXISTS /usr/share/doc/libtorch-dev)
  message(FATAL_ERROR "Debian's LibTorch (${LibTorch_torch_cpu}) brings libprotobuf, and Debian's sentencepiece has an older protobuf inside: a "
    "program that loads both ends at once. Take PyPI's: ${RAYGEN_PYTHON} -m pip install torch==2.13.0, or run scripts/set_up.sh.")
endif()

# What LibTorch was compiled with decides how its users are compiled: it says so in its own CMake package only.
get_filename_component(LibTorch_LIBRARY_DIR ${LibTorch_torch_cpu} DIRECTORY)
set(libtorch_package ${libtorch_root}/share/cmake)
if(NOT EXISTS ${libtorch_package}/Caffe2/Caffe2Targets.cmake)
  set(libtorch_package ${LibTorch_LIBRARY_DIR}/cmake)
endif()
foreach(file Torch/TorchConfig.cmake Caffe2/Caffe2Targets.cmake)
  if(EXISTS ${libtorch_package}/${file})
    file(READ ${libtorch_package}/${file} text)
    string(APPEND libtorch_says "${text}")
  endif()
endforeach()
set(libtorch_definitions "")
foreach(definition USE_DISTRIBUTED USE_C10D_GLOO USE_C10D_NCCL USE_RPC USE_TENSORPIPE)
  if(libtorch_says MATCHES "[^A-Z_]${definition}[^A-Z_]")
    list(APPEND libtorch_definitions ${definition})
  endif()
endforeach()
if(libtorch_says MATCHES "_GLIBCXX_USE_CXX11_ABI=0")
  list(APPEND libtorch_definitions _GLIBCXX_USE_CXX11_ABI=0)
  set(LibTorch_OLD_ABI TRUE)
endif()

set(LibTorch_INCLUDE_DIRS ${LibTorch_INCLUDE_DIR})
if(EXISTS ${LibTorch_INCLUDE_DIR}/torch/csrc/api/include)
  list(APPEND LibTorch_INCLUDE_DIRS ${LibTorch_INCLUDE_DIR}/torch/csrc/api/include)
endif()
set(LibTorch_LIBRARIES ${LibTorch_torch_cpu} ${LibTorch_c10})

# libtorch_cuda needs gigabytes of libraries beside it; a torch installed without them computes on the CPU.
set(LibTorch_CUDA FALSE)
if(EXISTS ${LibTorch_LIBRARY_DIR}/libtorch_cuda.so)
  set(libtorch_cuda_libraries ${LibTorch_LIBRARY_DIR}/libtorch_cuda.so ${LibTorch_LIBRARY_DIR}/libc10_cuda.so)
  message(CHECK_START "Linking libtorch_cuda")
  file(WRITE ${PROJECT_BINARY_DIR}/links_cuda.cpp "int main() {}\n")
  try_compile(libtorch_links_cuda ${PROJECT_BINARY_DIR}/links_cuda ${PROJECT_BINARY_DIR}/links_cuda.cpp
    LINK_OPTIONS LINKER:--no-as-needed LINKER:--no-allow-shlib-undefined
    LINK_LIBRARIES ${LibTorch_LIBRARIES} ${libtorch_cuda_libraries})
  if(libtorch_links_cuda)
    message(CHECK_PASS "yes")
    set(LibTorch_CUDA TRUE)
    list(APPEND LibTorch_LIBRARIES ${libtorch_cuda_libraries})
  else()
    message(CHECK_FAIL "no: what it needs is not there, so this build computes on the CPU only")
    list(REMOVE_ITEM libtorch_definitions USE_C10D_NCCL)
  endif()
  unset(libtorch_links_cuda CACHE)  # asked anew each time: the libraries may come later
endif()

if(NOT TARGET LibTorch::LibTorch)
  add_library(LibTorch::LibTorch INTERFACE IMPORTED)
  target_include_directories(LibTorch::LibTorch SYSTEM INTERFACE ${LibTorch_INCLUDE_DIRS})
  target_compile_definitions(LibTorch::LibTorch INTERFACE ${libtorch_definitions})
  # Its operators register themselves when a library is loaded: libtorch_cuda is needed though no symbol of it is.
  target_link_libraries(LibTorch::LibTorch INTERFACE ${LibTorch_torch_cpu} ${LibTorch_c10})
  if(LibTorch_CUDA)
    target_link_libraries(LibTorch::LibTorch INTERFACE "-Wl,--push-state,--no-as-needed" ${libtorch_cuda_libraries} "-Wl,--pop-state")
  endif()
endif()
