#include "binding.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace raygen::python {

namespace {

py::dict info_of(const Model& model) {
  const ModelInfo info = model.info();
  py::dict result;
  result["image_size"] = info.image_size;
  result["image_channels"] = info.image_channels;
  result["grid"] = py::make_tuple(info.grid.height, info.grid.width);
  result["codebook_size"] = info.grid.codebook_size;
  result["feature_channels"] = info.feature_channels;
  result["text_length"] = info.text_length;
  result["text_dim"] = info.text_dim;
  result["projection_dim"] = info.projection_dim;
  result["device"] = info.device == Device::cuda ? "cuda:" + std::to_string(info.device_index)
                                                 : std::string("cpu");
  result["precision"] = info.precision == Precision::int8       ? "int8"
                        : info.precision == Precision::bfloat16 ? "bfloat16"
                                                                : "float32";
  py::list parts;
  for (const auto& [part, name] : {std::pair(Parts::text_encoder, "text_encoder"),
                                   std::pair(Parts::masked_decoder, "masked_decoder"),
                                   std::pair(Parts::image_decoder, "image_decoder"),
                                   std::pair(Parts::image_encoder, "image_encoder"),
                                   std::pair(Parts::classifier, "classifier")}) {
    if (info.has(part)) parts.append(name);
  }
  result["parts"] = parts;
  return result;
}

Model open_model(const std::string& path, const ModelOptions& options) {
  expect_no_fork();
  const Running running;
  const py::gil_scoped_release release;
  return Model::open(path, options);
}

Model open_memory(const std::map<std::string, py::buffer>& files, const ModelOptions& options) {
  expect_no_fork();
  using Kept = std::vector<py::buffer_info>;
  const std::shared_ptr<Kept> kept(new Kept, [](Kept* held) {
    if (!Py_IsInitialized()) return;  // nothing of Python's can be freed any more
    const py::gil_scoped_acquire acquire;
    delete held;
  });
  std::vector<MemoryFile> memory;
  for (const auto& [name, buffer] : files) {
    kept->push_back(buffer.request());
    const py::buffer_info& bytes = kept->back();
    memory.push_back(
        {name, bytes.ptr,
         static_cast<std::size_t>(bytes.size) * static_cast<std::size_t>(bytes.itemsize)});
  }
  const Running running;
  const py::gil_scoped_release release;
  return Model::open_memory(memory, kept, options);
}

void add_options(py::module_& module) {
  using Bytes = py::array_t<std::uint8_t, py::array::c_style | py::array::forcecast>;
  py::class_<Options>(module, "Options")
      .def(py::init<>())
      .def_readwrite("seed", &Options::seed)
      .def_readwrite("first_image", &Options::first_image)
      .def_readwrite("config", &Options::config)
      .def_readwrite("overrides", &Options::overrides)
      .def_readwrite("images_per_prompt", &Options::images_per_prompt)
      .def_readwrite("batch_size", &Options::batch_size)
      .def_readwrite("preview", &Options::preview)
      .def_readwrite("seeds", &Options::seeds)
      .def_readwrite("indices", &Options::indices)
      .def_readwrite("image_configs", &Options::image_configs)
      .def_readwrite("attempts", &Options::attempts)
      .def(
          "reject_near",
          [](Options& self, const TrainingIndex& index, std::int32_t tries) {
            self.reject_near = &index;
            self.reject_tries = tries;
          },
          py::keep_alive<1, 2>())
      .def_readwrite("prompts_per_mix", &Options::prompts_per_mix)
      .def_readwrite("prompt_weights", &Options::prompt_weights)
      .def("start_from",
           [](Options& self, const Tokens& tokens) { self.start_tokens = values_of(tokens); })
      .def("edit", [](Options& self, const Bytes& where) { self.editable = values_of(where); });
  module.def("config_schema", [](const std::string& kind) {
    return config_schema(kind == "experiment"   ? ConfigKind::experiment
                         : kind == "evaluation" ? ConfigKind::evaluation
                         : kind == "training"   ? ConfigKind::training
                                                : ConfigKind::sampling);
  });
}

void add_settings(py::module_& module) {
  py::class_<Settings>(module, "Settings")
      .def(py::init(&Settings::parse))
      .def_property_readonly("prompts", &Settings::prompts)
      .def_property_readonly("weights", &Settings::weights)
      .def_property_readonly("seed", &Settings::seed)
      .def_property_readonly("image", &Settings::image)
      .def_property_readonly("attempt", &Settings::attempt)
      .def("config", [](const Settings& self, const Options& over) { return self.config(over); })
      .def("check_model", &Settings::check_model);
}

void add_limits(py::module_& module) {
  using Most = std::optional<std::uint64_t>;
  py::class_<Limits>(
      module, "Limits",
      "What a file or a caller may ask for at most; more is an Error(\"limit\"). What is not given "
      "is the library's default.")
      .def(py::init([](Most file_bytes, Most pixels, Most prompt_bytes, Most batch, Most memory) {
             Limits limits;
             limits.max_file_bytes = file_bytes.value_or(limits.max_file_bytes);
             limits.max_pixels = pixels.value_or(limits.max_pixels);
             limits.max_prompt_bytes = prompt_bytes.value_or(limits.max_prompt_bytes);
             limits.max_batch = batch.value_or(limits.max_batch);
             limits.max_memory_bytes = memory.value_or(limits.max_memory_bytes);
             return limits;
           }),
           py::kw_only(), py::arg("max_file_bytes") = py::none(),
           py::arg("max_pixels") = py::none(), py::arg("max_prompt_bytes") = py::none(),
           py::arg("max_batch") = py::none(), py::arg("max_memory_bytes") = py::none())
      .def_readwrite("max_file_bytes", &Limits::max_file_bytes, "One file read.")
      .def_readwrite("max_pixels", &Limits::max_pixels, "Width x height of one image.")
      .def_readwrite("max_prompt_bytes", &Limits::max_prompt_bytes, "One prompt.")
      .def_readwrite("max_batch", &Limits::max_batch, "Prompts x images per prompt in one call.")
      .def_readwrite("max_memory_bytes", &Limits::max_memory_bytes,
                     "Weights of one model, or one result.");
}

}  // namespace

void add_models(py::module_& module) {
  add_limits(module);
  add_options(module);
  py::enum_<Device>(module, "Device")
      .value("auto", Device::automatic)
      .value("cpu", Device::cpu)
      .value("cuda", Device::cuda);
  py::enum_<Precision>(module, "Precision")
      .value("auto", Precision::automatic)
      .value("float32", Precision::float32)
      .value("bfloat16", Precision::bfloat16)
      .value("int8", Precision::int8);
  py::class_<ModelOptions>(module, "ModelOptions")
      .def(py::init<>())
      .def_readwrite("device", &ModelOptions::device)
      .def_readwrite("device_index", &ModelOptions::device_index)
      .def_readwrite("precision", &ModelOptions::precision)
      .def_readwrite("threads", &ModelOptions::threads)
      .def_readwrite("verify", &ModelOptions::verify)
      .def_readwrite("limits", &ModelOptions::limits);
  py::class_<Model>(module, "Model")
      .def(py::init(&open_model))
      .def("info", &info_of)
      .def("manifest", &Model::manifest)
      .def("digest", &Model::digest)
      .def("memory", &Model::memory)
      .def("count_tokens", &Model::count_tokens, py::call_guard<py::gil_scoped_release>())
      .def("settings",
           [](const Model& self, const Options& options, const std::vector<std::string>& prompts) {
             return prompts.empty() ? resolve(self, options) : resolve(self, options, prompts);
           })
      .def("config",
           [](const Model& self, const Options& options) { return print_config(self, options); })
      .def("prepare", [](const Model& self) {
        expect_no_fork();
        const Running running;
        const py::gil_scoped_release release;
        self.prepare();
      });
  module.def("open_memory", &open_memory);
  add_settings(module);
}

}  // namespace raygen::python
