#include "binding.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>

namespace raygen::python {

py::array_t<std::int32_t> copied(Span<std::int32_t> values, std::vector<py::ssize_t> shape) {
  return py::array_t<std::int32_t>(std::move(shape), values.data());
}
py::array_t<float> copied(Span<float> values, std::vector<py::ssize_t> shape) {
  return py::array_t<float>(std::move(shape), values.data());
}

namespace {

/// Whole cache lines: JAX copies what does not begin at one.
py::array_t<float> aligned(Span<float> values, std::vector<py::ssize_t> shape) {
  constexpr std::size_t kLine = 64;
  const std::size_t bytes = values.size() * sizeof(float);
  void* const room = std::aligned_alloc(kLine, (bytes + kLine - 1) / kLine * kLine);
  std::unique_ptr<float, decltype(&std::free)> memory(static_cast<float*>(room), std::free);
  if (!memory) throw std::bad_alloc();
  std::copy(values.begin(), values.end(), memory.get());
  const py::capsule owner(memory.get(), [](void* held) { std::free(held); });
  return py::array_t<float>(std::move(shape), memory.release(), owner);
}

}  // namespace

py::tuple picture(const Image& image) {
  py::dict text;
  for (const char* keyword : {"Description", "raygen"}) {
    if (const std::string value = image.text(keyword); !value.empty()) text[keyword] = value;
  }
  return py::make_tuple(aligned(image.pixels(), {image.height(), image.width(), image.channels()}),
                        text);
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

void add_images(py::module_& module) {
  module.def("read_image", [](const std::string& path) {
    const auto read = [&] {
      const py::gil_scoped_release release;
      return Image::read(path);
    };
    return picture(read());
  });
  module.def("write_png", [](const Floats& pixels, const std::map<std::string, std::string>& text,
                             const std::string& path, int bit_depth) {
    Image image = image_of(pixels);
    for (const auto& [keyword, value] : text) image.set_text(keyword, value);
    const py::gil_scoped_release release;
    image.write_png(path, bit_depth);
  });
}

}  // namespace raygen::python
