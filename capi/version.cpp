#include "compute/cuda_driver.hpp"
#include "door.hpp"
#include "storage/json.hpp"

#include <ATen/Version.h>
#include <torch/version.h>

namespace {

std::string build_info() {
  nlohmann::ordered_json info = {{"version", RAYGEN_VERSION_STRING},
                                 {"compiler", RAYGEN_COMPILER},
                                 {"libtorch", TORCH_VERSION},
                                 // What LibTorch's kernels were chosen for: DEFAULT, AVX2, AVX512…
                                 {"cpu", at::get_cpu_capability()},
                                 {"cuda", RAYGEN_WITH_CUDA != 0}};
  if (RAYGEN_WITH_CUDA != 0)
    if (const std::string problem = raygen::engine::cuda_problem(); !problem.empty())
      info["cuda_problem"] = problem;
  return raygen::engine::json_text(info);
}

}  // namespace

extern "C" {

const char* raygen_version(void) { return RAYGEN_VERSION_STRING; }

int32_t raygen_abi_version(void) { return RAYGEN_ABI_VERSION; }

const char* raygen_build_info(void) {
  try {
    static const std::string info = build_info();
    return info.c_str();
  } catch (...) {
    return "{}";
  }
}

}  // extern "C"
