/* NVIDIA's driver as far as cuda_facts() asks it, with the answers of the environment. */
#include <stdlib.h>

static int answer(const char* name) {
  const char* text = getenv(name);
  return text == NULL ? 0 : atoi(text);
}

int cuInit(unsigned flags) {
  (void)flags;
  return answer("RAYGEN_TEST_CUDA_START");
}

int cuDriverGetVersion(int* version) {
  *version = answer("RAYGEN_TEST_CUDA_VERSION");
  return 0;
}

int cuDeviceGetCount(int* count) {
  *count = answer("RAYGEN_TEST_CUDA_DEVICES");
  return 0;
}
