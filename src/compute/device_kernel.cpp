#include "compute/device_kernel.hpp"

#include "error.hpp"
#include "formatted.hpp"

#include <ATen/Context.h>
#include <c10/core/DeviceGuard.h>
#include <c10/core/Stream.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <mutex>
#include <tuple>
#include <utility>
#include <vector>

namespace raygen::engine {

namespace {

// Handles and results of NVIDIA's C interfaces, which stay as they are from version to version: no
// header of theirs is needed for them.
using Program = void*;
using Module = void*;
using Function = void*;
using Context = void*;

/// The functions of NVRTC and of the driver that are called here, where LibTorch has them.
struct Compiler {
  // NVRTC
  int (*version)(int*, int*);
  int (*create)(Program*, const char*, const char*, int, const char* const*, const char* const*);
  int (*compile)(Program, int, const char* const*);
  int (*log_size)(Program, std::size_t*);
  int (*log)(Program, char*);
  int (*code_size)(Program, std::size_t*);
  int (*code)(Program, char*);
  int (*destroy)(Program*);
  // the driver
  int (*device)(int*, int);
  int (*attribute)(int*, int, int);
  int (*current_context)(Context*);
  int (*set_context)(Context);
  int (*retain_context)(Context*, int);
  int (*load)(Module*, const void*);
  int (*function)(Function*, Module, const char*);
  int (*launch)(Function, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned,
                void*, void**, void**);

  std::string problem;  // why there is none
};

template <typename F>
bool find(void* library, const char* name, F*& function) {
  function = reinterpret_cast<F*>(::dlsym(library, name));
  return function != nullptr;
}

bool find_all(void* library, Compiler& c) {
  return find(library, "nvrtcVersion", c.version) &&
         find(library, "nvrtcCreateProgram", c.create) &&
         find(library, "nvrtcCompileProgram", c.compile) &&
         find(library, "nvrtcGetProgramLogSize", c.log_size) &&
         find(library, "nvrtcGetProgramLog", c.log) &&
         find(library, "nvrtcGetCUBINSize", c.code_size) &&
         find(library, "nvrtcGetCUBIN", c.code) &&
         find(library, "nvrtcDestroyProgram", c.destroy) &&
         find(library, "cuDeviceGet", c.device) &&
         find(library, "cuDeviceGetAttribute", c.attribute) &&
         find(library, "cuCtxGetCurrent", c.current_context) &&
         find(library, "cuCtxSetCurrent", c.set_context) &&
         find(library, "cuDevicePrimaryCtxRetain", c.retain_context) &&
         find(library, "cuModuleLoadData", c.load) &&
         find(library, "cuModuleGetFunction", c.function) &&
         find(library, "cuLaunchKernel", c.launch);
}

/// The folder of the library that holds an address.
std::filesystem::path folder_of(const void* address) {
  Dl_info info{};
  if (::dladdr(address, &info) == 0 || info.dli_fname == nullptr) return {};
  return std::filesystem::path(info.dli_fname).parent_path();
}

std::string loader_error() {
  const char* const error = ::dlerror();
  return error != nullptr ? error : "";
}

/// NVRTC looks for its built-in functions beside itself only where the loader has been told so.
void load_builtins(const Compiler& c) {
  int major = 0, minor = 0;
  if (c.version(&major, &minor) != 0) return;
  const auto file = folder_of(reinterpret_cast<const void*>(c.compile)) /
                    formatted("libnvrtc-builtins.so.{}.{}", major, minor);
  ::dlopen(file.c_str(), RTLD_NOW | RTLD_GLOBAL);  // where it is not there, NVRTC may find another
}

Compiler load_compiler() {
  Compiler c{};
  // LibTorch's own door to NVRTC and the driver, which is linked with both.
  const auto stub =
      folder_of(reinterpret_cast<const void*>(&at::globalContext)) / "libcaffe2_nvrtc.so";
  void* const library = ::dlopen(stub.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    c.problem = formatted("LibTorch's NVRTC cannot be loaded: {}", loader_error());
  } else if (!find_all(library, c)) {
    c.problem = formatted("LibTorch's NVRTC lacks a function: {}", loader_error());
  } else {
    load_builtins(c);
  }
  return c;
}

const Compiler& compiler() {
  static const Compiler found = load_compiler();
  return found;
}

void check(int result, const char* call) {
  if (result != 0) fail(Status::device, "{} failed with CUDA's error {}", call, result);
}

std::string log_of(const Compiler& c, Program program) {
  std::size_t size = 0;
  if (c.log_size(program, &size) != 0 || size == 0) return {};
  std::string log(size, '\0');
  c.log(program, log.data());
  return log;
}

/// A source as machine code for devices of a compute capability, 90 for 9.0.
std::string compiled(const Compiler& c, std::string_view source, int capability) {
  const std::string text(source), architecture = formatted("--gpu-architecture=sm_{}", capability);
  Program program = nullptr;
  check(c.create(&program, text.c_str(), "raygen.cu", 0, nullptr, nullptr), "nvrtcCreateProgram");
  // Products are rounded before they are added, as on a CPU.
  const std::array<const char*, 3> options{architecture.c_str(), "--std=c++17", "--fmad=false"};
  std::string code;
  try {
    if (c.compile(program, static_cast<int>(options.size()), options.data()) != 0)
      fail(Status::device, "NVRTC compiles no kernel for {}: {}", architecture, log_of(c, program));
    std::size_t size = 0;
    check(c.code_size(program, &size), "nvrtcGetCUBINSize");
    code.resize(size);
    check(c.code(program, code.data()), "nvrtcGetCUBIN");
  } catch (...) {
    c.destroy(&program);
    throw;
  }
  c.destroy(&program);
  return code;
}

/// A thread that has computed nothing on the device yet has no context; LibTorch's is the primary
/// one. It is retained once and lives as long as the program.
void make_current(const Compiler& c, int device) {
  Context context = nullptr;
  check(c.current_context(&context), "cuCtxGetCurrent");
  if (context != nullptr) return;
  check(c.retain_context(&context, device), "cuDevicePrimaryCtxRetain");
  check(c.set_context(context), "cuCtxSetCurrent");
}

Module load_module(std::string_view source, at::Device device) {
  constexpr int capability_major = 75, capability_minor = 76;  // CUdevice_attribute
  const Compiler& c = compiler();
  if (!c.problem.empty()) fail(Status::device, "{}", c.problem);
  const c10::DeviceGuard guard(device);
  int number = 0, major = 0, minor = 0;
  check(c.device(&number, device.index()), "cuDeviceGet");
  check(c.attribute(&major, capability_major, number), "cuDeviceGetAttribute");
  check(c.attribute(&minor, capability_minor, number), "cuDeviceGetAttribute");
  make_current(c, number);
  const std::string code = compiled(c, source, 10 * major + minor);
  Module module = nullptr;
  check(c.load(&module, code.data()), "cuModuleLoadData");
  return module;  // as long as the program
}

/// What was compiled, and what could not be.
class Modules {
 public:
  static Modules& all() {
    static Modules* const modules = new Modules;  // outlives threads that end after main
    return *modules;
  }

  /// NULL where it cannot be compiled; that is tried once.
  Module of(std::string_view source, at::Device device) {
    const std::lock_guard lock(mutex_);
    const auto key = std::make_pair(static_cast<const void*>(source.data()), device.index());
    const auto [entry, fresh] = modules_.try_emplace(key, nullptr);
    if (!fresh) return entry->second;
    try {
      entry->second = load_module(source, device);
    } catch (const std::exception& error) {
      problem_ = error.what();
    }
    return entry->second;
  }

  std::string problem() {
    const std::lock_guard lock(mutex_);
    return problem_;
  }

  Function function(Module module, const char* name) {
    const std::lock_guard lock(mutex_);
    const auto [entry, fresh] = functions_.try_emplace({module, name}, nullptr);
    if (fresh) check(compiler().function(&entry->second, module, name), "cuModuleGetFunction");
    return entry->second;
  }

 private:
  std::mutex mutex_;
  std::map<std::pair<const void*, int>, Module> modules_;
  std::map<std::pair<Module, std::string>, Function> functions_;
  std::string problem_;
};

/// A stream as the driver knows it; older LibTorches do not tell.
template <typename Stream>
constexpr bool tells_handle = requires(const Stream& stream) {
  stream.native_handle();
};

template <typename Stream>
void* handle_of(const Stream& stream) {
  if constexpr (tells_handle<Stream>)
    return stream.native_handle();
  else
    return nullptr;
}

CudaUse asked_use() {
  const char* const asked = std::getenv("RAYGEN_CUDA");
  const std::string_view use = asked != nullptr ? asked : "";
  return use == "plain" ? CudaUse::plain : use == "kernels" ? CudaUse::kernels : CudaUse::graphs;
}

thread_local CudaUse most_use = CudaUse::graphs;

}  // namespace

CudaUse cuda_use() {
  static const CudaUse asked = asked_use();
  return std::min(asked, most_use);
}

LimitedCudaUse::LimitedCudaUse(CudaUse most) : before_(std::exchange(most_use, most)) {}
LimitedCudaUse::~LimitedCudaUse() { most_use = before_; }

bool DeviceKernels::ready(at::Device device) const {
  return device.is_cuda() && cuda_use() != CudaUse::plain && tells_handle<c10::Stream> &&
         Modules::all().of(source_, device) != nullptr;
}

void DeviceKernels::launch_with(at::Device device, const char* function, const LaunchShape& shape,
                                void** arguments) const {
  const Compiler& c = compiler();
  const c10::DeviceGuard guard(device);
  make_current(c, device.index());
  Modules& modules = Modules::all();
  const Function called = modules.function(modules.of(source_, device), function);
  const c10::Stream stream = c10::impl::VirtualGuardImpl(device.type()).getStream(device);
  check(c.launch(called, static_cast<unsigned>(shape.blocks_x),
                 static_cast<unsigned>(shape.blocks_y), 1, static_cast<unsigned>(shape.threads), 1,
                 1, 0, handle_of(stream), arguments, nullptr),
        function);
}

std::string kernel_problem() { return Modules::all().problem(); }

}  // namespace raygen::engine
