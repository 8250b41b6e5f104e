#include "binding.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <map>
#include <memory>
#include <new>
#include <string_view>

namespace raygen::python {

py::array_t<std::int32_t> copied(Span<std::int32_t> values, std::vector<py::ssize_t> shape) {
  return py::array_t<std::int32_t>(std::move(shape), values.data());
}
py::array_t<float> copied(Span<float> values, std::vector<py::ssize_t> shape) {
  return py::array_t<float>(std::move(shape), values.data());
}

namespace {

constexpr std::size_t kLine = 64;  // bytes of a cache line

/// Whole cache lines: JAX copies what does not begin at one.
py::array_t<float> aligned(Span<float> values, std::vector<py::ssize_t> shape) {
  const std::size_t bytes = values.size() * sizeof(float);
  void* const room = std::aligned_alloc(kLine, (bytes + kLine - 1) / kLine * kLine);
  std::unique_ptr<float, decltype(&std::free)> memory(static_cast<float*>(room), std::free);
  if (!memory) throw std::bad_alloc();
  std::copy(values.begin(), values.end(), memory.get());
  const py::capsule owner(memory.get(), [](void* held) { std::free(held); });
  return py::array_t<float>(std::move(shape), memory.release(), owner);
}

std::vector<py::ssize_t> shape_of(const Image& image) {
  return {image.height(), image.width(), image.channels()};
}

py::dict text_of(const Image& image) {
  py::dict text;
  for (const char* keyword : {"Comment", "Description", "Software", "raygen"}) {
    if (const std::string value = image.text(keyword); !value.empty()) text[keyword] = value;
  }
  return text;
}

}  // namespace

py::tuple picture(const Image& image) {
  return py::make_tuple(aligned(image.pixels(), shape_of(image)), text_of(image));
}

py::tuple picture(Image&& image) {
  const float* pixels = image.pixels().data();
  if (reinterpret_cast<std::uintptr_t>(pixels) % kLine != 0) return picture(std::as_const(image));
  const auto shape = shape_of(image);
  const py::dict text = text_of(image);
  auto kept = std::make_unique<Image>(std::move(image));
  const py::capsule owner(kept.get(), [](void* held) { delete static_cast<Image*>(held); });
  kept.release();
  return py::make_tuple(py::array_t<float>(shape, pixels, owner), text);
}

Image image_of(const Floats& pixels) {
  if (pixels.ndim() != 3)
    throw Error(Status::invalid_argument, "an image has three dimensions: height, width, channels");
  for (py::ssize_t i = 0; i < 3; ++i) {
    if (pixels.shape(i) > std::numeric_limits<std::int32_t>::max())
      throw Error(Status::limit, "the image is too large");
  }
  return Image(static_cast<std::int32_t>(pixels.shape(1)),
               static_cast<std::int32_t>(pixels.shape(0)),
               static_cast<std::int32_t>(pixels.shape(2)), pixels.data());
}

namespace {

using Texts = std::map<std::string, std::string>;

Image with_texts(const Floats& pixels, const Texts& texts) {
  Image image = image_of(pixels);
  for (const auto& [keyword, value] : texts) image.set_text(keyword, value);
  return image;
}

void add_dicom(py::module_& module) {
  py::class_<DicomOptions>(module, "DicomOptions")
      .def(py::init<>())
      .def_property(
          "sop_class", [](const DicomOptions& o) { return static_cast<int>(o.sop_class); },
          [](DicomOptions& o, int value) { o.sop_class = static_cast<DicomClass>(value); })
      .def_readwrite("bit_depth", &DicomOptions::bit_depth)
      .def_property(
          "annotation", [](const DicomOptions& o) { return static_cast<int>(o.annotation); },
          [](DicomOptions& o, int value) { o.annotation = static_cast<DicomAnnotation>(value); })
      .def_property(
          "template_path", [](const DicomOptions& o) { return py::bytes(o.template_path); },
          [](DicomOptions& o, const py::bytes& path) { o.template_path = path; })
      .def_readwrite("derived_from_template", &DicomOptions::derived_from_template)
      .def_readwrite("study_uid", &DicomOptions::study_uid)
      .def_readwrite("series_uid", &DicomOptions::series_uid)
      .def_readwrite("series_description", &DicomOptions::series_description)
      .def_readwrite("date_time", &DicomOptions::date_time)
      .def_readwrite("series_number", &DicomOptions::series_number)
      .def_readwrite("instance_number", &DicomOptions::instance_number)
      .def_readwrite("pixel_spacing", &DicomOptions::pixel_spacing)
      .def_readwrite("limits", &DicomOptions::limits);
  module.def("write_dicom", [](const Floats& pixels, const Texts& texts, const std::string& path,
                               const DicomOptions& options) {
    const Image image = with_texts(pixels, texts);
    const py::gil_scoped_release release;
    return image.write_dicom(path, options);
  });
  module.def("encode_dicom",
             [](const Floats& pixels, const Texts& texts, const DicomOptions& options) {
               const Image image = with_texts(pixels, texts);
               std::vector<std::string> warnings;
               const auto encode = [&] {
                 const py::gil_scoped_release release;
                 return image.encode_dicom(options, &warnings);
               };
               const std::vector<std::uint8_t> file = encode();
               return py::make_tuple(
                   py::bytes(reinterpret_cast<const char*>(file.data()), file.size()), warnings);
             });
  module.def("dicom_uid", [](const py::bytes& name) { return dicom_uid(name); });
}

}  // namespace

void add_images(py::module_& module) {
  raygen_png_options png;
  raygen_png_options_init(&png);
  module.attr("BIT_DEPTH") = png.bit_depth;
  module.def("read_image", [](const std::string& path, const Limits& limits) {
    const auto read = [&] {
      const py::gil_scoped_release release;
      return Image::read(path, limits);
    };
    return picture(read());
  });
  module.def("decode_image", [](const py::bytes& bytes, const Limits& limits) {
    const std::string_view view(bytes);
    const auto read = [&] {
      const py::gil_scoped_release release;
      return Image::read_memory(view.data(), view.size(), limits);
    };
    return picture(read());
  });
  module.def("write_png", [](const Floats& pixels, const Texts& texts, const std::string& path,
                             std::int32_t bit_depth) {
    const Image image = with_texts(pixels, texts);
    const py::gil_scoped_release release;
    image.write_png(path, bit_depth);
  });
  module.def("write_png_like", [](const Floats& pixels, const Texts& texts, const std::string& path,
                                  const py::bytes& original, std::int32_t left, std::int32_t top) {
    const Image image = with_texts(pixels, texts);
    const std::string_view bytes(original);
    const py::gil_scoped_release release;
    image.write_png_like(path, {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()},
                         left, top);
  });
  module.def("read_phantom_region", [](const std::string& path, const std::string& region) {
    return picture(read_phantom_region(path, region));
  });
  module.def("encode_png", [](const Floats& pixels, const Texts& texts, std::int32_t bit_depth) {
    const Image image = with_texts(pixels, texts);
    const auto encode = [&] {
      const py::gil_scoped_release release;
      return image.encode_png(bit_depth);
    };
    const std::vector<std::uint8_t> bytes = encode();
    return py::bytes(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  });
  add_dicom(module);
}

}  // namespace raygen::python
