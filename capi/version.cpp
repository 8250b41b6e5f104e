#include "door.hpp"

#include <ATen/Version.h>
#include <torch/version.h>

namespace {

#define RAYGEN_TEXT(number) #number
#define RAYGEN_DOTTED(major, minor, patch) \
  RAYGEN_TEXT(major) "." RAYGEN_TEXT(minor) "." RAYGEN_TEXT(patch)
constexpr const char* version =
    RAYGEN_DOTTED(RAYGEN_VERSION_MAJOR, RAYGEN_VERSION_MINOR, RAYGEN_VERSION_PATCH);

}  // namespace

extern "C" {

const char* raygen_version(void) { return version; }

int32_t raygen_abi_version(void) { return RAYGEN_ABI_VERSION; }

const char* raygen_build_info(void) {
  try {
    // CPU capability is what LibTorch's kernels were chosen for: DEFAULT, AVX2, AVX512, …
    static const std::string info =
        fmt::format(R"({{"version":"{}","compiler":"{}","libtorch":"{}","cpu":"{}","cuda":{}}})",
                    version, RAYGEN_COMPILER, TORCH_VERSION, at::get_cpu_capability(),
                    RAYGEN_WITH_CUDA ? "true" : "false");
    return info.c_str();
  } catch (...) {
    return "{}";
  }
}

}  // extern "C"
