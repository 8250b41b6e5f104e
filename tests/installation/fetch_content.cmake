# libraygen as a part of another project, by FetchContent: it builds and its programs run.
include(${CMAKE_CURRENT_LIST_DIR}/running.cmake)

file(MAKE_DIRECTORY ${WORK})
run(${MAKE_BUNDLE} ${WORK}/tiny ${SOURCE}/tests/data/tiny_architecture.json)
run_consumer(${WORK}/consumer ${CC} ${CXX} -D RAYGEN_SOURCE=${SOURCE} -D LibTorch_ROOT=${LIBTORCH} -D CMAKE_CXX_FLAGS_RELEASE=-O0)
