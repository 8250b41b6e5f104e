#include "door.hpp"

#include <ATen/Version.h>
#include <torch/version.h>

extern "C" {

const char* raygen_version(void) { return RAYGEN_VERSION_STRING; }

int32_t raygen_abi_version(void) { return RAYGEN_ABI_VERSION; }

const char* raygen_build_info(void) {
  try {
    // CPU capability is what LibTorch's kernels were chosen for: DEFAULT, AVX2, AVX512, …
    static const std::string info = raygen::engine::formatted(
        R"({{"version":"{}","compiler":"{}","libtorch":"{}","cpu":"{}","cuda":{}}})",
        RAYGEN_VERSION_STRING, RAYGEN_COMPILER, TORCH_VERSION, at::get_cpu_capability(),
        RAYGEN_WITH_CUDA ? "true" : "false");
    return info.c_str();
  } catch (...) {
    return "{}";
  }
}

}  // extern "C"
