// raygen._raygen: the C++ classes of the public headers as Python sees them. What is pleasant about
// the package is in its Python files.
#include "binding.hpp"

#include <unistd.h>

namespace raygen::python {

void expect_no_fork() {
  static std::atomic<pid_t> home{0};
  pid_t first = 0;
  if (home.compare_exchange_strong(first, getpid()) || first == getpid()) return;
  throw Error(Status::unsupported,
              "raygen was used before this process was forked, and LibTorch's threads do not "
              "survive a fork: start "
              "processes with multiprocessing's \"spawn\" method and load the model there");
}

namespace {

const char* name_of(Status status) {
  switch (status) {
    case Status::invalid_argument:
      return "invalid_argument";
    case Status::io:
      return "io";
    case Status::format:
      return "format";
    case Status::unsupported:
      return "unsupported";
    case Status::limit:
      return "limit";
    case Status::cancelled:
      return "cancelled";
    case Status::out_of_memory:
      return "out_of_memory";
    case Status::device:
      return "device";
    case Status::numeric:
      return "numeric";
    case Status::internal:
      return "internal";
  }
  return "internal";
}

}  // namespace

PYBIND11_MODULE(_raygen, module) {
  if (raygen_abi_version() != RAYGEN_ABI_VERSION) {
    throw py::import_error(
        "raygen was compiled for libraygen's ABI " + std::to_string(RAYGEN_ABI_VERSION) +
        ", the library that is loaded has ABI " + std::to_string(raygen_abi_version()));
  }
  static py::exception<Error> error(module, "Error", PyExc_RuntimeError);
  py::register_exception_translator([](std::exception_ptr thrown) {
    try {
      if (thrown) std::rethrow_exception(thrown);
    } catch (const Error& caught) {
      py::object instance = py::reinterpret_borrow<py::object>(error.ptr())(caught.what());
      instance.attr("status") = name_of(caught.status());
      PyErr_SetObject(error.ptr(), instance.ptr());
    }
  });
  module.def(
      "version", [] { return std::string(raygen_version()); },
      "The library's version: major, minor and patch with dots between.");
  module.def(
      "build_info", [] { return std::string(raygen_build_info()); },
      "JSON: version, compiler, LibTorch's version, CPU features in use, whether CUDA was built "
      "in.");
  error.attr("__doc__") =
      "What goes wrong in the library. status: \"invalid_argument\", \"io\", \"format\", "
      "\"unsupported\", \"limit\", \"cancelled\", "
      "\"out_of_memory\", \"device\", \"numeric\" or \"internal\".";
  error.attr("status") = "internal";  // of one that Python itself makes
  add_end(module);
  add_images(module);
  add_models(module);
  add_job(module);
  add_parts(module);
  add_data_and_training(module);
  add_evaluation(module);
  add_classifier(module);
}

}  // namespace raygen::python
