#include "compute/cuda_driver.hpp"

#include "formatted.hpp"

#include <ATen/Context.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>

#include <dlfcn.h>

#include <cstdlib>
#include <string_view>

namespace raygen::engine {

namespace {

// CUresult, as NVIDIA's driver API promises it.
constexpr int no_device = 100, stub_library = 34, system_driver_mismatch = 803,
              compatibility_not_supported = 804;

template <typename Function>
Function function(void* library, const char* name) {
  return reinterpret_cast<Function>(::dlsym(library, name));
}

/// "13.0" of 13000.
std::string version_text(long version) {
  return formatted("{}.{}", version / 1000, version % 1000 / 10);
}

/// A LibTorch without a device says that it has no CUDA; its hooks know better.
bool built_with_cuda() { return c10::impl::hasDeviceGuardImpl(c10::DeviceType::CUDA); }

void ask_driver(void* library, CudaFacts& facts) {
  if (auto* const version = function<int (*)(int*)>(library, "cuDriverGetVersion"))
    version(&facts.driver_version);
  auto* const start = function<int (*)(unsigned)>(library, "cuInit");
  if (start == nullptr) {
    facts.driver_error = "it has no cuInit";
    return;
  }
  facts.start_error = start(0);
  if (facts.start_error != 0) return;
  if (auto* const count = function<int (*)(int*)>(library, "cuDeviceGetCount"))
    count(&facts.devices);
}

/// What a driver that does not start lacks.
std::string start_problem(const CudaFacts& facts) {
  switch (facts.start_error) {
    case no_device:
      if (facts.visible_set)
        return formatted("CUDA_VISIBLE_DEVICES is \"{}\", which leaves no CUDA device",
                         facts.visible);
      return "this machine has no CUDA device";
    case stub_library:
      return "the libcuda.so.1 that is found is the CUDA toolkit's stub, not NVIDIA's driver";
    case system_driver_mismatch:
      return "the driver's library and its kernel module are of different versions (restart the "
             "machine after an update)";
    case compatibility_not_supported:
      return "this device cannot use the driver's compatibility library";
    default:
      return formatted("the NVIDIA driver does not start (error {} of cuInit)", facts.start_error);
  }
}

}  // namespace

CudaFacts cuda_facts(const char* driver) {
  CudaFacts facts;
  facts.built_in = built_with_cuda();
  try {
    if (facts.built_in) facts.runtime_version = at::detail::getCUDAHooks().versionCUDART();
  } catch (...) {  // a LibTorch that does not tell
  }
  if (const char* const visible = std::getenv("CUDA_VISIBLE_DEVICES")) {
    facts.visible = visible;
    facts.visible_set = true;
  }
  void* const library = ::dlopen(driver, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* const error = ::dlerror();
    facts.driver_error = error != nullptr ? error : driver;
    return facts;
  }
  ask_driver(library, facts);
  return facts;  // the library stays: LibTorch has it open as well
}

std::string why_no_cuda(const CudaFacts& facts) {
  if (!facts.built_in) return "this LibTorch was built without CUDA";
  if (!facts.driver_error.empty())
    return formatted("this machine has no NVIDIA driver that can be loaded ({})",
                     facts.driver_error);
  if (facts.driver_version > 0 && facts.driver_version / 1000 < facts.runtime_version / 1000)
    return formatted("the NVIDIA driver is too old: it knows CUDA {}, and this LibTorch needs {}",
                     version_text(facts.driver_version), version_text(facts.runtime_version));
  if (facts.start_error != 0) return start_problem(facts);
  if (facts.devices == 0) return "this machine has no CUDA device";
  return formatted("LibTorch finds none of the {} CUDA devices that the driver counts",
                   facts.devices);
}

std::string cuda_problem() {
  if (at::hasCUDA()) return {};
  return why_no_cuda(built_with_cuda() ? cuda_facts() : CudaFacts{});  // loads no driver in vain
}

}  // namespace raygen::engine
