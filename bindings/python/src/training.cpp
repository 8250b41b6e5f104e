#include "binding.hpp"

#include <map>

namespace raygen::python {

namespace {

DataCallback data_callback(Interruptible& running, const py::object& progress) {
  return [&](const DataProgress& now) {
    const py::gil_scoped_acquire acquire;
    return go_on(running, progress, now.done, now.total, now.skipped, now.description);
  };
}

/// `options` is a copy, for the call's own job and callback.
template <typename Source, typename Prepare>
py::dict prepare(const Source& source, const std::string& out, PrepareOptions options, Job* job,
                 const py::object& progress, Prepare prepare) {
  expect_no_fork();
  Interruptible running(job);
  options.job = running.job();
  options.progress = data_callback(running, progress);
  const DatasetSummary made =
      running.call_without_gil([&] { return prepare(source, out, options); });
  py::dict result;
  result["images"] = made.images;
  result["skipped"] = made.skipped;
  const char* const splits[] = {"train", "val", "test"};
  for (std::size_t i = 0; i < 3; ++i) result[splits[i]] = made.images_of[i];
  return result;
}

py::dict from_table(const std::vector<std::pair<std::string, std::string>>& files,
                    const std::map<std::string, std::string>& columns,
                    const std::vector<std::string>& label_columns, bool patient_per_image,
                    bool text_from_findings, const std::string& root, double test_fraction,
                    const std::string& out, const PrepareOptions& options, Job* job,
                    const py::object& progress) {
  static const std::map<std::string, Split> splits = {
      {"", Split::by_patient}, {"train", Split::train}, {"val", Split::val}, {"test", Split::test}};
  static const std::map<std::string, std::string TableSource::*> names = {
      {"path", &TableSource::path_column},       {"text", &TableSource::text_column},
      {"patient", &TableSource::patient_column}, {"split", &TableSource::split_column},
      {"view", &TableSource::view_column},       {"findings", &TableSource::findings_column},
      {"id", &TableSource::id_column},           {"sex", &TableSource::sex_column},
      {"age", &TableSource::age_column}};
  TableSource source;
  for (const auto& [file, split] : files) source.files.push_back({file, splits.at(split)});
  for (const auto& [column, name] : columns) source.*names.at(column) = name;
  source.label_columns = label_columns;
  source.patient_per_image = patient_per_image;
  source.text_from_findings = text_from_findings;
  source.root = root;
  source.test_fraction = test_fraction;
  return prepare(source, out, options, job, progress, prepare_table);
}

py::dict from_mimic(const std::string& root, const std::string& reports, const std::string& view,
                    bool exact, const std::string& out, const PrepareOptions& options, Job* job,
                    const py::object& progress) {
  return prepare(MimicSource{root, reports, view, exact}, out, options, job, progress,
                 prepare_mimic);
}

void draw(const std::string& out, PhantomOptions options, Job* job, const py::object& progress) {
  expect_no_fork();
  Interruptible running(job);
  options.job = running.job();
  options.progress = data_callback(running, progress);
  running.call_without_gil([&] { write_phantoms(out, options); });
}

TrainingOptions training_options(const std::string& config, const std::string& name,
                                 const std::vector<std::string>& overrides) {
  TrainingOptions options;
  options.config = config;
  options.config_name = name;
  options.overrides = overrides;
  return options;
}

void run_training(const std::string& config, const std::string& name,
                  const std::vector<std::string>& overrides, Job* job, const py::object& progress) {
  expect_no_fork();
  TrainingOptions options = training_options(config, name, overrides);
  Interruptible running(job);
  options.job = running.job();
  options.progress = [&](const TrainingProgress& now) {
    const py::gil_scoped_acquire acquire;
    return go_on(running, progress, now.stage, now.event, now.step, now.steps,
                 now.images_per_second, now.seconds_left, now.metrics);
  };
  running.call_without_gil([&] { train(options); });
}

std::vector<std::string> convert_checkpoint(
    const std::string& out, const std::string& decoder, const std::string& vqgan,
    const std::string& vqgan_config, const std::string& text_encoder, const std::string& vocabulary,
    const std::string& decoder_config, const std::string& text_config,
    std::optional<std::int32_t> heads, const std::vector<std::string>& ignore,
    const std::string& classifier, const std::string& classifier_kind,
    const std::string& classifier_config, const std::string& model,
    const std::string& stored_precision, bool overwrite, Job* job) {
  expect_no_fork();
  ConvertOptions options;
  options.decoder = decoder;
  options.vqgan = vqgan;
  options.vqgan_config = vqgan_config;
  options.text_encoder = text_encoder;
  options.vocabulary = vocabulary;
  options.decoder_config = decoder_config;
  options.text_config = text_config;
  options.heads = heads;
  options.ignore = ignore;
  options.classifier = classifier;
  options.classifier_kind = classifier_kind;
  options.classifier_config = classifier_config;
  options.model = model;
  options.stored_precision = stored_precision;
  options.overwrite = overwrite;
  Interruptible running(job);
  options.job = running.job();
  return running.call_without_gil([&] { return convert(options, out); });
}

}  // namespace

void add_data_and_training(py::module_& module) {
  py::class_<PhantomOptions>(module, "PhantomOptions")
      .def(py::init<>())
      .def_readwrite("seed", &PhantomOptions::seed)
      .def_readwrite("first_phantom", &PhantomOptions::first_phantom)
      .def_readwrite("count", &PhantomOptions::count)
      .def_readwrite("size", &PhantomOptions::size)
      .def_readwrite("masks", &PhantomOptions::masks)
      .def_readwrite("healthy", &PhantomOptions::healthy);
  module.def("write_phantoms", &draw);
  py::class_<PrepareOptions>(module, "PrepareOptions")
      .def(py::init<>())
      .def_readwrite("image_size", &PrepareOptions::image_size)
      .def_readwrite("val_fraction", &PrepareOptions::val_fraction)
      .def_readwrite("seed", &PrepareOptions::seed)
      .def_readwrite("limits", &PrepareOptions::limits);
  module.attr("TEST_FRACTION") = TableSource().test_fraction;
  module.def("prepare_table", &from_table);
  module.def("prepare_mimic", &from_mimic);
  module.def("train", &run_training);
  module.def("training_config", [](const std::string& config, const std::string& name,
                                   const std::vector<std::string>& overrides) {
    return training_config(training_options(config, name, overrides));
  });
  module.def("convert", &convert_checkpoint);
}

}  // namespace raygen::python
