# LibTorch: from CMAKE_PREFIX_PATH, else from the Python on the path. The rest comes from the system's packages.
if(RAYGEN_BUILD_PYTHON)
  find_package(Python REQUIRED COMPONENTS Interpreter)
  set(RAYGEN_PYTHON ${Python_EXECUTABLE})
elseif(EXISTS ${PROJECT_SOURCE_DIR}/.venv/bin/python3)
  set(RAYGEN_PYTHON ${PROJECT_SOURCE_DIR}/.venv/bin/python3)
else()
  find_program(RAYGEN_PYTHON NAMES python3 DOC "A Python with torch installed" NO_CACHE)
endif()
list(APPEND CMAKE_MODULE_PATH ${CMAKE_CURRENT_LIST_DIR})
find_package(LibTorch 2.4 REQUIRED)
if(LibTorch_OLD_ABI)
  message(FATAL_ERROR "LibTorch ${LibTorch_VERSION} in ${LibTorch_LIBRARY_DIR} was compiled with the C++ ABI from before GCC 5, which the system's "
    "libraries (yaml-cpp, sentencepiece) do not have. PyPI's torch has the new one from 2.7 on; for older releases take one that is named cxx11-abi.")
endif()

find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(PNG REQUIRED)
find_package(JPEG REQUIRED)
find_package(ZLIB REQUIRED)
find_package(DCMTK REQUIRED CONFIG)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(yaml-cpp REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(UTF8PROC REQUIRED IMPORTED_TARGET libutf8proc)
pkg_check_modules(SENTENCEPIECE REQUIRED IMPORTED_TARGET sentencepiece)
pkg_check_modules(LIBZIP REQUIRED IMPORTED_TARGET libzip)
pkg_check_modules(OPENJPEG REQUIRED IMPORTED_TARGET libopenjp2>=2.5)
find_path(STB_INCLUDE_DIR stb/stb_image.h REQUIRED)  # headers only: compiled into src/image/stb_formats.cpp
find_package(Threads REQUIRED)

# What an installed libraygen.a is linked with: system libraries by their names, LibTorch where it lies.
file(GLOB raygen_libgomp ${LibTorch_LIBRARY_DIR}/libgomp*.so* ${LibTorch_LIBRARY_DIR}/../../torch.libs/libgomp*.so*)
set(RAYGEN_STATIC_LIBRARIES dcmjpls dcmjpeg dcmdata oflog ofstd sentencepiece_train sentencepiece utf8proc yaml-cpp zip png jpeg openjp2
  z crypto ${LibTorch_LIBRARIES} ${raygen_libgomp} stdc++ m pthread dl)
