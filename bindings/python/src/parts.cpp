#include "binding.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace raygen::python {

namespace {

/// Runs `f(generator, options)` with the call's own job and callback.
template <typename F>
py::list images_of(Guarded<Generator>& self, Options options, Job* job, const py::object& progress,
                   const F& f) {
  expect_no_fork();
  Interruptible running(job);
  options.job = running.job();
  options.progress = [&](const Progress& now) {
    const py::gil_scoped_acquire acquire;
    if (progress.is_none()) return go_on(running, progress);
    const py::object shown =
        now.preview != nullptr ? py::object(picture(*now.preview)) : py::none();
    const auto count = static_cast<py::ssize_t>(now.tokens.size());
    return go_on(running, progress, now.image, now.image_number, now.image_count, now.step,
                 now.steps, copied(now.tokens, {count}), now.masked_count, shown,
                 py::array_t<bool>(count, reinterpret_cast<const bool*>(now.masked.data())));
  };
  Generation made = running.call(
      [&] { return self.call([&](Generator& generator) { return f(generator, options); }); });
  py::list images;
  for (std::size_t i = 0; i < made.size(); ++i) {
    const auto tokens = copied(made.tokens(i), {static_cast<py::ssize_t>(made.tokens(i).size())});
    const py::tuple drawn = picture(std::move(made[i]));
    images.append(py::make_tuple(drawn[0], drawn[1], tokens));
  }
  return images;
}

using Prompts = std::vector<std::string>;

py::list generate(Guarded<Generator>& self, const Prompts& prompts, const Options& options,
                  Job* job, const py::object& progress) {
  return images_of(self, options, job, progress, [&](Generator& generator, const Options& own) {
    return generator.generate(prompts, own);
  });
}

/// A picture that the host has, or the name of its file, so that its sum is written down.
using Source = std::variant<std::string, Floats>;

Image source_image(const Source& source) {
  if (const auto* pixels = std::get_if<Floats>(&source)) return image_of(*pixels);
  const py::gil_scoped_release release;
  return Image::read(std::get<std::string>(source));
}

py::list edit(Guarded<Generator>& self, const Source& image, const std::optional<Source>& mask,
              const std::vector<std::array<std::int32_t, 4>>& boxes,
              const std::array<std::int32_t, 4>& outpaint, std::int32_t grow, std::int32_t feather,
              bool close, const Prompts& prompts, const Options& options, Job* job,
              const py::object& progress) {
  const Image film = source_image(image), drawn = mask ? source_image(*mask) : Image(nullptr);
  Edit where;
  if (mask) where.mask = &drawn;
  for (const auto& [x, y, width, height] : boxes) where.boxes.push_back({x, y, width, height});
  where.outpaint = {outpaint[0], outpaint[1], outpaint[2], outpaint[3]};
  where.grow = grow;
  where.feather = feather;
  if (close) where.region = EditRegion::mask;
  return images_of(self, options, job, progress, [&](Generator& generator, const Options& own) {
    return generator.edit(film, where, prompts, own);
  });
}

py::list vary(Guarded<Generator>& self, const Source& image, double strength,
              const Prompts& prompts, const Options& options, Job* job,
              const py::object& progress) {
  const Image film = source_image(image);
  return images_of(self, options, job, progress, [&](Generator& generator, const Options& own) {
    return generator.vary(film, strength, prompts, own);
  });
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
  py::class_<Guarded<Generator>>(module, "Generator")
      .def(py::init<const Model&>())
      .def("generate", &generate)
      .def("edit", &edit)
      .def("vary", &vary);
  module.attr("AUTOMATIC_FEATHER") = Edit::automatic_feather;
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
      .def("encode_with_features",
           [](Codec& self, const Floats& pixels) {
             const Image image = image_of(pixels);
             const EncodedImage encoded =
                 self.call([&](Encoder& codec) { return codec.encode_with_features(image); });
             const auto size = [](const auto& values) {
               return static_cast<py::ssize_t>(values.size());
             };
             return py::make_tuple(
                 copied(Span<std::int32_t>(encoded.tokens), {size(encoded.tokens)}),
                 copied(Span<float>(encoded.features), {size(encoded.features)}));
           })
      .def("decode", [](Codec& self, const Tokens& tokens) {
        return picture(self.call([&](Encoder& codec) { return codec.decode(span_of(tokens)); }));
      });

  using Loop = Guarded<Sampler>;
  py::class_<Loop>(module, "Sampler")
      .def(py::init([](const Model& model, std::size_t batch, const Options& options) {
        return std::make_unique<Loop>(model.grid(), options, batch);
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
