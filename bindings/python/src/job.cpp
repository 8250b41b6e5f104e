#include "binding.hpp"

namespace raygen::python {

void add_job(py::module_& module) {
  py::class_<Job>(module, "Job")
      .def(py::init<>())
      .def("cancel", &Job::cancel)
      .def_property_readonly("cancelled", &Job::cancelled);
}

}  // namespace raygen::python
