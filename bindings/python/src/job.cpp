#include "binding.hpp"

namespace raygen::python {

void add_job(py::module_& module) {
  py::class_<Job>(module, "Job", "Cancels the calls that it is given to, from any thread.")
      .def(py::init<>())
      .def("cancel", &cancel, "For good: calls that are given a cancelled job end at once.")
      .def_property_readonly("cancelled", &Job::cancelled, "Whether cancel() was called.")
      .def("__reduce_ex__", [](const Job&, const py::object&) -> py::object {
        throw py::type_error(
            "a Job holds native memory and cannot be pickled or copied: make one in each process");
      });
}

}  // namespace raygen::python
