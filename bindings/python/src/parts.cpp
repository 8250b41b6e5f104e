#include "binding.hpp"

namespace raygen::python {

namespace {

py::dict info_of(const Model& model) {
  const ModelInfo& info = model.info();
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
  result["precision"] = info.precision == Precision::bfloat16 ? "bfloat16" : "float32";
  return result;
}

Model open_model(const std::string& path, Device device, std::int32_t device_index,
                 Precision precision, std::int32_t threads, bool verify) {
  ModelOptions options;
  options.device = device;
  options.device_index = device_index;
  options.precision = precision;
  options.threads = threads;
  options.verify = verify;
  expect_no_fork();
  const Running running;
  const py::gil_scoped_release release;
  return Model::open(path, options);
}

Options sampling_options(std::uint64_t seed, std::uint64_t first_image, std::int32_t steps,
                         double temperature, double top_k_threshold,
                         raygen_position_choice position_choice) {
  Options options;
  options.seed = seed;
  options.first_image = first_image;
  options.steps = steps;
  options.temperature = temperature;
  options.top_k_threshold = top_k_threshold;
  options.position_choice = position_choice;
  return options;
}

py::list generate(Guarded<Generator>& self, const std::vector<std::string>& prompts,
                  std::uint64_t seed, std::uint64_t first_image, std::int32_t steps,
                  double temperature, double top_k_threshold, double guidance_scale,
                  raygen_position_choice position_choice, std::int32_t images_per_prompt,
                  std::int32_t batch_size, bool preview, Job* job, const py::object& progress) {
  Options options =
      sampling_options(seed, first_image, steps, temperature, top_k_threshold, position_choice);
  options.guidance_scale = guidance_scale;
  options.images_per_prompt = images_per_prompt;
  options.batch_size = batch_size;
  options.preview = preview;
  expect_no_fork();
  Interruptible running(job);
  options.job = running.job();
  options.progress = [&](const Progress& now) {
    const py::gil_scoped_acquire acquire;
    if (progress.is_none()) return go_on(running, progress);
    const py::object shown =
        now.preview != nullptr ? py::object(picture(*now.preview)) : py::none();
    return go_on(running, progress, now.image, now.image_number, now.image_count, now.step,
                 now.steps, copied(now.tokens, {static_cast<py::ssize_t>(now.tokens.size())}),
                 now.masked_count, shown);
  };
  const Generation made = running.call([&] {
    return self.call([&](Generator& generator) { return generator.generate(prompts, options); });
  });
  py::list images;
  for (std::size_t i = 0; i < made.size(); ++i) {
    const py::tuple drawn = picture(made[i]);
    images.append(
        py::make_tuple(drawn[0], drawn[1],
                       copied(made.tokens(i), {static_cast<py::ssize_t>(made.tokens(i).size())})));
  }
  return images;
}

py::dict encode_text(Guarded<TextEncoder>& self, const std::vector<std::string>& prompts) {
  const Text text = self.call([&](TextEncoder& encoder) { return encoder.encode(prompts); });
  const auto count = static_cast<py::ssize_t>(text.count()),
             length = static_cast<py::ssize_t>(text.length()),
             dim = static_cast<py::ssize_t>(text.dim());
  py::dict result;
  result["input_ids"] = copied(text.input_ids(), {count, length});
  result["attention_mask"] = copied(text.attention_mask(), {count, length});
  result["last_hidden_state"] = copied(text.last_hidden_state(), {count, length, dim});
  result["normalized"] = copied(text.normalized(), {count, length, dim});
  const Span<float> projection = text.projection();
  result["projection"] = py::none();
  if (!projection.empty())
    result["projection"] =
        copied(projection, {count, static_cast<py::ssize_t>(projection.size()) / count});
  std::vector<std::size_t> token_counts;
  for (std::size_t i = 0; i < text.count(); ++i) token_counts.push_back(text.token_count(i));
  result["token_counts"] = token_counts;
  return result;
}

Condition condition(Guarded<MaskedDecoder>& self, const Floats& embeddings) {
  if (embeddings.ndim() != 3)
    throw Error(Status::invalid_argument,
                "embeddings have three dimensions: prompts, tokens, channels");
  const auto size = [&](py::ssize_t i) { return static_cast<std::size_t>(embeddings.shape(i)); };
  return self.call([&](MaskedDecoder& decoder) {
    return decoder.condition(span_of(embeddings), size(0), size(1), size(2));
  });
}

py::array_t<float> logits(Guarded<MaskedDecoder>& self, const Tokens& tokens, Condition& given,
                          const py::object& positions) {
  const auto batch = static_cast<py::ssize_t>(given.batch());
  const bool all = positions.is_none();
  const Tokens chosen = all ? Tokens(0) : positions.cast<Tokens>();
  const std::vector<float> values = self.call([&](MaskedDecoder& decoder) {
    return all ? decoder.logits(span_of(tokens), given)
               : decoder.logits(span_of(tokens), given, span_of(chosen));
  });
  const py::ssize_t rows = (all ? tokens.size() : chosen.size()) / batch;
  return copied(
      Span<float>(values),
      {batch, rows, rows > 0 ? static_cast<py::ssize_t>(values.size()) / (batch * rows) : 0});
}

}  // namespace

void add_parts(py::module_& module) {
  py::enum_<Device>(module, "Device")
      .value("auto", Device::automatic)
      .value("cpu", Device::cpu)
      .value("cuda", Device::cuda);
  py::enum_<Precision>(module, "Precision")
      .value("auto", Precision::automatic)
      .value("float32", Precision::float32)
      .value("bfloat16", Precision::bfloat16);
  py::class_<Model>(module, "Model")
      .def(py::init(&open_model))
      .def("info", &info_of)
      .def("manifest", &Model::manifest)
      .def("digest", &Model::digest)
      .def("memory", &Model::memory)
      .def("prepare", [](const Model& self, std::uint32_t parts) {
        expect_no_fork();
        const Running running;
        const py::gil_scoped_release release;
        self.prepare(static_cast<Parts>(parts));
      });

  py::class_<Guarded<Generator>>(module, "Generator")
      .def(py::init<const Model&>())
      .def("generate", &generate);
  py::class_<Guarded<TextEncoder>>(module, "TextEncoder")
      .def(py::init<const Model&>())
      .def("encode", &encode_text);
  py::class_<Condition>(module, "Condition").def_property_readonly("batch", &Condition::batch);
  py::class_<Guarded<MaskedDecoder>>(module, "MaskedDecoder")
      .def(py::init<const Model&>())
      .def("condition", &condition)
      .def("empty_condition",
           [](Guarded<MaskedDecoder>& self, std::size_t batch) {
             return self.call(
                 [&](MaskedDecoder& decoder) { return decoder.empty_condition(batch); });
           })
      .def("logits", &logits, py::arg("tokens"), py::arg("condition"),
           py::arg("positions") = py::none());

  using Codec = Guarded<Encoder>;
  py::class_<Codec>(module, "Encoder")
      .def(py::init<const Model&>())
      .def("encode",
           [](Codec& self, const Floats& pixels) {
             const Image image = image_of(pixels);
             const std::vector<std::int32_t> tokens =
                 self.call([&](Encoder& codec) { return codec.encode(image); });
             return copied(Span<std::int32_t>(tokens), {static_cast<py::ssize_t>(tokens.size())});
           })
      .def("features",
           [](Codec& self, const Floats& pixels) {
             const Image image = image_of(pixels);
             const std::vector<float> features =
                 self.call([&](Encoder& codec) { return codec.features(image); });
             return copied(Span<float>(features), {static_cast<py::ssize_t>(features.size())});
           })
      .def("decode", [](Codec& self, const Tokens& tokens) {
        return picture(self.call([&](Encoder& codec) { return codec.decode(span_of(tokens)); }));
      });

  using Loop = Guarded<Sampler>;
  py::class_<Loop>(module, "Sampler")
      .def(py::init([](const Model& model, std::size_t batch, std::uint64_t seed,
                       std::uint64_t first_image, std::int32_t steps, double temperature,
                       double top_k_threshold, raygen_position_choice position_choice) {
        return std::make_unique<Loop>(model.grid(),
                                      sampling_options(seed, first_image, steps, temperature,
                                                       top_k_threshold, position_choice),
                                      batch);
      }))
      .def("done",
           [](Loop& self) { return self.call([](Sampler& sampler) { return sampler.done(); }); })
      .def("step_index",
           [](Loop& self) {
             return self.call([](Sampler& sampler) { return sampler.step_index(); });
           })
      .def("tokens",
           [](Loop& self) {
             const auto values = self.call([](Sampler& sampler) {
               return std::vector<std::int32_t>(sampler.tokens().begin(), sampler.tokens().end());
             });
             return copied(Span<std::int32_t>(values), {static_cast<py::ssize_t>(values.size())});
           })
      .def("masked",
           [](Loop& self) {
             const auto values = self.call([](Sampler& sampler) {
               return std::vector<std::int32_t>(sampler.masked().begin(), sampler.masked().end());
             });
             return copied(Span<std::int32_t>(values), {static_cast<py::ssize_t>(values.size())});
           })
      .def("step", [](Loop& self, const Floats& logits) {
        self.call([&](Sampler& sampler) { sampler.step(span_of(logits)); });
      });
}

}  // namespace raygen::python
