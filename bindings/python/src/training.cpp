#include "binding.hpp"

namespace raygen::python {

namespace {

DataCallback data_callback(const py::object& progress) {
  return [&progress](const DataProgress& now) {
    const py::gil_scoped_acquire acquire;
    return go_on(progress, now.done, now.total, now.skipped);
  };
}

py::dict prepare(const std::vector<std::string>& csv, const std::string& out, std::int32_t image_size, double val_fraction,
                 double test_fraction, std::uint64_t seed, const std::string& root, Job* job, const py::object& progress) {
  expect_no_fork();
  TableSource source;
  for (const std::string& file : csv) source.files.push_back({file});
  source.root = root;
  source.test_fraction = test_fraction;
  PrepareOptions options;
  options.image_size = image_size;
  options.val_fraction = val_fraction;
  options.seed = seed;
  Interruptible running(job);
  options.job = running.job();
  options.progress = data_callback(progress);
  const auto made = running.call_without_gil([&] { return prepare_table(source, out, options); });
  py::dict result;
  result["images"] = made.images;
  result["skipped"] = made.skipped;
  const char* const splits[] = {"train", "val", "test"};
  for (std::size_t i = 0; i < 3; ++i) result[splits[i]] = made.images_of[i];
  return result;
}

void draw(const std::string& out, std::uint64_t count, std::uint64_t seed, std::uint64_t first, std::int32_t size, bool masks, Job* job,
          const py::object& progress) {
  expect_no_fork();
  PhantomOptions options;
  options.count = count;
  options.seed = seed;
  options.first_phantom = first;
  options.size = size;
  options.masks = masks;
  Interruptible running(job);
  options.job = running.job();
  options.progress = data_callback(progress);
  running.call_without_gil([&] { write_phantoms(out, options); });
}

TrainingOptions training_options(const std::string& config, const std::string& name, const std::vector<std::string>& overrides) {
  TrainingOptions options;
  options.config = config;
  options.config_name = name;
  options.overrides = overrides;
  return options;
}

void run_training(const std::string& config, const std::string& name, const std::vector<std::string>& overrides, Job* job,
                  const py::object& progress) {
  expect_no_fork();
  TrainingOptions options = training_options(config, name, overrides);
  Interruptible running(job);
  options.job = running.job();
  options.progress = [&progress](const TrainingProgress& now) {
    const py::gil_scoped_acquire acquire;
    return go_on(progress, now.stage, now.event, now.step, now.steps, now.images_per_second, now.seconds_left, now.metrics);
  };
  running.call_without_gil([&] { train(options); });
}

std::vector<std::string> convert_checkpoint(const std::string& out, const std::string& decoder, const std::string& vqgan,
                                            const std::string& vqgan_config, const std::string& text_encoder, const std::string& vocabulary,
                                            const std::string& decoder_config, bool overwrite, Job* job) {
  expect_no_fork();
  ConvertOptions options;
  options.decoder = decoder;
  options.vqgan = vqgan;
  options.vqgan_config = vqgan_config;
  options.text_encoder = text_encoder;
  options.vocabulary = vocabulary;
  options.decoder_config = decoder_config;
  options.overwrite = overwrite;
  Interruptible running(job);
  options.job = running.job();
  return running.call_without_gil([&] { return convert(options, out); });
}

}  // namespace

void add_data_and_training(py::module_& module) {
  module.def("write_phantoms", &draw);
  module.def("prepare_table", &prepare);
  module.def("train", &run_training);
  module.def("training_config", [](const std::string& config, const std::string& name, const std::vector<std::string>& overrides) {
    return training_config(training_options(config, name, overrides));
  });
  module.def("convert", &convert_checkpoint);
}

}  // namespace raygen::python
