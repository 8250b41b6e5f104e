#include "binding.hpp"

namespace raygen::python {

namespace {

using Doubles = py::array_t<double, py::array::c_style | py::array::forcecast>;
using Labels = py::array_t<std::uint8_t, py::array::c_style | py::array::forcecast>;

EvaluationOptions options_of(const std::string& config, const std::string& name,
                             const std::vector<std::string>& overrides) {
  EvaluationOptions options;
  options.config = config;
  options.config_name = name;
  options.overrides = overrides;
  return options;
}

/// run: evaluate() or experiment().
template <std::string (*run)(const EvaluationOptions&)>
std::string report(const std::string& config, const std::string& name,
                   const std::vector<std::string>& overrides, Job* job,
                   const py::object& progress) {
  expect_no_fork();
  EvaluationOptions options = options_of(config, name, overrides);
  Interruptible running(job);
  options.job = running.job();
  options.progress = [&](const EvaluationProgress& now) {
    const py::gil_scoped_acquire acquire;
    return go_on(running, progress, now.stage, now.done, now.total, now.seconds_left);
  };
  return running.call_without_gil([&] { return run(options); });
}

double compare(const std::string& metric, const Doubles& real, const Doubles& synthetic,
               const std::vector<std::string>& overrides) {
  expect_no_fork();
  const auto width = static_cast<std::size_t>(real.shape(1));
  const std::vector<double> one = values_of(real), other = values_of(synthetic);
  const Running running;
  const py::gil_scoped_release release;
  return compare_features(metric, one, other, width, options_of("", "", overrides));
}

py::tuple estimate(const Doubles& scores, const Labels& labels,
                   const std::vector<std::string>& groups, const Doubles& others,
                   const std::vector<std::string>& overrides) {
  expect_no_fork();
  const Estimate found = auroc(values_of(scores), values_of(labels), groups, values_of(others),
                               options_of("", "", overrides));
  return py::make_tuple(found.value, found.low, found.high, found.standard_error, found.draws);
}

std::string fairness_rows(const Doubles& scores, const Labels& labels,
                          const std::vector<std::string>& findings, const Doubles& thresholds,
                          std::int64_t no_finding, const std::vector<std::string>& patients,
                          const std::vector<std::string>& groups,
                          const std::vector<std::string>& overrides) {
  expect_no_fork();
  const JudgedImages images{
      findings, values_of(scores), values_of(labels), values_of(thresholds), no_finding, patients,
      groups};
  const Running running;
  const py::gil_scoped_release release;
  return fairness(images, options_of("", "", overrides));
}

void write_index(const Model& model, const std::string& dataset, const std::string& out,
                 double quantile, bool named, Job* job, const py::object& progress) {
  expect_no_fork();
  Interruptible running(job);
  IndexOptions options;
  options.quantile = quantile;
  options.named = named;
  options.job = running.job();
  options.progress = [&](const DataProgress& now) {
    const py::gil_scoped_acquire acquire;
    return go_on(running, progress, now.done, now.total, now.skipped, now.description);
  };
  running.call_without_gil([&] { build_index(model, dataset, out, options); });
}

}  // namespace

void add_evaluation(py::module_& module) {
  py::class_<TrainingIndex>(module, "TrainingIndex")
      .def(py::init([](const std::string& path) { return TrainingIndex::open(path); }))
      .def_property_readonly("images", &TrainingIndex::images)
      .def_property_readonly("digest", &TrainingIndex::digest);
  module.def("build_index", &write_index);
  module.def("evaluate", &report<&evaluate>);
  module.def("experiment", &report<&experiment>);
  module.def("evaluation_config", [](const std::string& config, const std::string& name,
                                     const std::vector<std::string>& overrides) {
    return evaluation_config(options_of(config, name, overrides));
  });
  module.def("experiment_config", [](const std::string& config, const std::string& name,
                                     const std::vector<std::string>& overrides) {
    return experiment_config(options_of(config, name, overrides));
  });
  module.def("compare_features", &compare);
  module.def("nearness",
             [](const std::string& measure, const Doubles& training, const Doubles& synthetic) {
               expect_no_fork();
               const auto width = static_cast<std::size_t>(training.shape(1));
               const std::vector<double> one = values_of(training), other = values_of(synthetic);
               std::vector<double> values;
               {
                 const Running running;
                 const py::gil_scoped_release release;
                 values = nearness(measure, one, other, width);
               }
               return Doubles(static_cast<py::ssize_t>(values.size()), values.data());
             });
  module.def("radiomics", [](const Floats& image) {
    expect_no_fork();
    const Image pixels = image_of(image);
    const Running running;
    const py::gil_scoped_release release;
    return radiomics(pixels);
  });
  module.def("score_metric", [](const std::string& metric, const Doubles& scores,
                                const Labels& labels, double parameter) {
    return score_metric(metric, values_of(scores), values_of(labels), parameter);
  });
  module.def("auroc", &estimate);
  module.def("fairness", &fairness_rows);
  module.def("similarity", [](const std::string& metric, const Floats& image, const Floats& other) {
    expect_no_fork();
    return similarity(metric, image_of(image), image_of(other));
  });
  py::class_<Lpips>(module, "Lpips")
      .def(py::init([](const std::string& network, const std::vector<std::string>& files) {
        return Lpips::open(network, files);
      }))
      .def("distance", [](const Lpips& lpips, const Floats& image, const Floats& other) {
        expect_no_fork();
        const Image one = image_of(image), two = image_of(other);
        const Running running;
        const py::gil_scoped_release release;
        return lpips.distance(one, two);
      });
  module.def("read_labels", &read_labels);
  module.def("label_rules", &label_rules);
}

}  // namespace raygen::python
