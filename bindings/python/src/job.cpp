#include "binding.hpp"

namespace raygen::python {

void add_job(py::module_& module) {
  py::class_<Job>(module, "Job")
      .def(py::init<>())
      .def("cancel", &Job::cancel)
      .def_property_readonly("cancelled", &Job::cancelled)
      .def("__reduce_ex__", [](const Job&, const py::object&) -> py::object {
        throw py::type_error("a Job holds native memory and cannot be pickled or copied: make one in each process");
      });
}

}  // namespace raygen::python
