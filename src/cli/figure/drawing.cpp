#include "figure/drawing.hpp"

#include <raygen/error.hpp>

#include <cmath>
#include <memory>
#include <vector>

#ifdef RAYGEN_HAS_RSVG
#include <librsvg/rsvg.h>
#endif

namespace raygen::cli {
namespace {

constexpr double longest_surface_side = 32767;  // of a surface of Cairo

}  // namespace

void check_drawn_size(double width, double height, double scale) {
  const double across = std::ceil(width * scale), down = std::ceil(height * scale);
  const auto limit = static_cast<double>(Limits().max_pixels);
  const auto text = [](double value) { return std::to_string(static_cast<std::uint64_t>(value)); };
  if (across * down > limit || across > longest_surface_side || down > longest_surface_side)
    throw Error(Status::limit, "the figure would have " + text(across) + " x " + text(down) +
                                   " pixels; at most " + text(limit) + ", and " +
                                   text(longest_surface_side) +
                                   " in a row or column, are allowed: fewer or smaller pictures "
                                   "(--cell), a smaller --dpi or an SVG do");
}

#ifdef RAYGEN_HAS_RSVG

namespace {

int pixels(double length, double scale) { return static_cast<int>(std::ceil(length * scale)); }

struct Release {
  void operator()(void* object) const { g_object_unref(object); }
  void operator()(GError* error) const { g_error_free(error); }
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
  void operator()(cairo_t* context) const { cairo_destroy(context); }
};
template <typename T>
using Owned = std::unique_ptr<T, Release>;

[[noreturn]] void fail(const std::string& why) {
  throw Error(Status::internal, "the figure cannot be drawn: " + why);
}

void check(bool done, GError* error) {
  const Owned<GError> owned(error);
  if (!done) fail(error != nullptr ? error->message : "unknown error of librsvg");
}

void check(cairo_status_t status) {
  if (status == CAIRO_STATUS_NO_MEMORY) throw std::bad_alloc();
  if (status != CAIRO_STATUS_SUCCESS) fail(cairo_status_to_string(status));
}

Owned<RsvgHandle> read(const std::string& svg) {
  const Owned<GInputStream> stream(
      g_memory_input_stream_new_from_data(svg.data(), static_cast<gssize>(svg.size()), nullptr));
  GError* error = nullptr;
  Owned<RsvgHandle> handle(rsvg_handle_new_from_stream_sync(
      stream.get(), nullptr, RSVG_HANDLE_FLAG_UNLIMITED, nullptr, &error));
  check(handle != nullptr, error);
  return handle;
}

/// The pixels of an opaque surface of 32 bits: blue, green, red in a word of this machine.
Image image_of(cairo_surface_t* surface) {
  cairo_surface_flush(surface);
  const int width = cairo_image_surface_get_width(surface),
            height = cairo_image_surface_get_height(surface);
  std::vector<float> values;
  values.reserve(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
  for (int y = 0; y < height; ++y) {
    const auto* const row = reinterpret_cast<const std::uint32_t*>(
        cairo_image_surface_get_data(surface) +
        static_cast<std::ptrdiff_t>(y) * cairo_image_surface_get_stride(surface));
    for (int x = 0; x < width; ++x)
      for (const int shift : {16, 8, 0})
        values.push_back(static_cast<float>(row[x] >> shift & 0xFF) / 255.0F);
  }
  return {width, height, 3, values.data()};
}

}  // namespace

bool can_draw() { return true; }

Image drawn(const std::string& svg, double width, double height, double scale) {
  check_drawn_size(width, height, scale);
  const Owned<RsvgHandle> handle = read(svg);
  const Owned<cairo_surface_t> surface(
      cairo_image_surface_create(CAIRO_FORMAT_RGB24, pixels(width, scale), pixels(height, scale)));
  check(cairo_surface_status(surface.get()));
  const Owned<cairo_t> context(cairo_create(surface.get()));
  cairo_set_source_rgb(context.get(), 1, 1, 1);
  cairo_paint(context.get());
  const RsvgRectangle viewport{0, 0, width * scale, height * scale};
  GError* error = nullptr;
  check(rsvg_handle_render_document(handle.get(), context.get(), &viewport, &error) != 0, error);
  check(cairo_status(context.get()));
  return image_of(surface.get());
}

#else

bool can_draw() { return false; }

Image drawn(const std::string&, double, double, double) {
  throw Error(Status::unsupported,
              "figures as PNG need librsvg, without which this command was built: an SVG needs "
              "nothing");
}

#endif

}  // namespace raygen::cli
