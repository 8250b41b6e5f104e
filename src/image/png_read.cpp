// libpng reports errors by longjmp. Every call into it goes through PngReader::call, whose frame,
// and the lambda's, hold nothing with a destructor.

#include "error.hpp"
#include "image/codec.hpp"
#include "image/orientation.hpp"
#include "storage/utf8.hpp"

#include <png.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <optional>
#include <utility>

namespace raygen::engine {
namespace {

class PngReader {
 public:
  PngReader(std::string_view bytes, const std::string& where) : bytes_(bytes), where_(where) {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, on_error, on_warning);
    if (png_ == nullptr) throw std::bad_alloc();
    info_ = png_create_info_struct(png_);
    if (info_ == nullptr) {
      png_destroy_read_struct(&png_, nullptr, nullptr);
      throw std::bad_alloc();
    }
  }
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  Decoded read(const Limits& limits);

 private:
  template <typename Function>
  void call(const Function& function) {
    if (!attempt(function)) {
      if (std::strstr(message_.data(), "memory") != nullptr) throw std::bad_alloc();
      fail(Status::format, "{}: not a whole, valid PNG: {}", where_, message_.data());
    }
  }
  template <typename Function>
  [[gnu::noinline]] bool attempt(const Function& function) {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    function();
    return true;
  }

  void read_header(const Limits& limits);
  void read_rows(Image& image);
  void append_row(Image& image, const png_byte* row) const;
  void read_text(Image& image);
  std::optional<int> declared_bits();
  int orientation(Image& image);

  [[noreturn]] static void on_error(png_structp png, png_const_charp message) {
    auto* self = static_cast<PngReader*>(png_get_error_ptr(png));
    std::snprintf(self->message_.data(), self->message_.size(), "%s", message);
    png_longjmp(png, 1);
  }
  static void on_warning(png_structp, png_const_charp) {}
  static void on_read(png_structp png, png_bytep out, std::size_t size) {
    auto* self = static_cast<PngReader*>(png_get_io_ptr(png));
    if (size > self->bytes_.size() - self->at_) png_error(png, "it ends too early");
    std::memcpy(out, self->bytes_.data() + self->at_, size);
    self->at_ += size;
  }

  std::string_view bytes_;
  const std::string& where_;
  std::size_t at_ = 0;
  std::array<char, 256> message_{};
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  png_uint_32 width_ = 0, height_ = 0;
  int file_channels_ = 0,
      file_depth_ = 0;  // after palettes, small depths and transparency are expanded
  int passes_ = 1;
};

void PngReader::read_header(const Limits& limits) {
  call([&] {
    png_set_read_fn(png_, this, on_read);
    png_set_crc_action(png_, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    png_set_user_limits(png_, 0x7fffffff, 0x7fffffff);  // ours are checked below
    png_set_chunk_malloc_max(png_, 4 << 20);            // compressed text may not grow beyond
    png_set_chunk_cache_max(png_, 128);
    // Colour profiles and the like are not used: not parsing them is the safest.
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
    static const png_byte known_chunks[] = "tEXt\0zTXt\0iTXt\0sBIT";
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_AS_DEFAULT, known_chunks, 4);
    static const png_byte exif_chunk[] = "eXIf";  // as it is: libpng would judge it
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_ALWAYS, exif_chunk, 1);
    png_read_info(png_, info_);
    width_ = png_get_image_width(png_, info_);
    height_ = png_get_image_height(png_, info_);
  });
  check_pixel_count(width_, height_, where_, limits);
  call([&] {
    png_set_expand(png_);
    passes_ = png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    file_channels_ = png_get_channels(png_, info_);
    file_depth_ = png_get_bit_depth(png_, info_);
  });
}

void PngReader::append_row(Image& image, const png_byte* row) const {
  const int bytes = file_depth_ / 8;
  const float scale = file_depth_ == 16 ? 65535.0F : 255.0F;
  const auto value = [&](std::size_t i) {
    const png_byte* at = row + i * static_cast<std::size_t>(bytes);
    return static_cast<float>(bytes == 2 ? at[0] << 8 | at[1] : at[0]) / scale;
  };
  const auto channels = static_cast<std::size_t>(image.channels),
             file_channels = static_cast<std::size_t>(file_channels_);
  for (std::size_t x = 0; x < width_; ++x) {
    const float alpha = file_channels > channels ? value(x * file_channels + channels) : 1.0F;
    for (std::size_t c = 0; c < channels; ++c)
      image.pixels.push_back(value(x * file_channels + c) * alpha);
  }
}

void PngReader::read_rows(Image& image) {
  const std::size_t row_bytes = png_get_rowbytes(png_, info_);
  // An interlaced image needs all rows at once. calloc and reserve give untouched pages: a header
  // that lies about its size costs nothing.
  const std::size_t rows = passes_ > 1 ? height_ : 1;
  const std::unique_ptr<png_byte, decltype(&std::free)> buffer(
      static_cast<png_bytep>(std::calloc(rows, row_bytes)), &std::free);
  if (!buffer) throw std::bad_alloc();
  image.pixels.reserve(std::size_t{width_} * height_ * static_cast<std::size_t>(image.channels));
  for (int pass = 0; pass < passes_; ++pass) {
    for (png_uint_32 y = 0; y < height_; ++y) {
      png_bytep row = buffer.get() + (rows > 1 ? y * row_bytes : 0);
      call([&] { png_read_row(png_, row, nullptr); });
      if (pass == passes_ - 1) append_row(image, row);
    }
  }
}

void PngReader::read_text(Image& image) {
  png_textp texts = nullptr;
  int count = 0;
  call([&] {
    png_read_end(png_, info_);
    png_get_text(png_, info_, &texts, &count);
  });
  for (int i = 0; i < count; ++i) {
    if (texts[i].key == nullptr || texts[i].text == nullptr) continue;
    const bool utf8 = texts[i].compression >= PNG_ITXT_COMPRESSION_NONE;
    image.text.insert_or_assign(latin1_to_utf8(texts[i].key),
                                utf8 ? utf8::repair(texts[i].text) : latin1_to_utf8(texts[i].text));
  }
}

/// sBIT, of the channel that has the most.
std::optional<int> PngReader::declared_bits() {
  png_color_8p bits = nullptr;
  if (png_get_sBIT(png_, info_, &bits) == 0 || bits == nullptr) return std::nullopt;
  if ((png_get_color_type(png_, info_) & PNG_COLOR_MASK_COLOR) == 0) return bits->gray;
  return std::max({bits->red, bits->green, bits->blue});
}

int PngReader::orientation(Image& image) {
  png_unknown_chunkp chunks = nullptr;
  const int count = png_get_unknown_chunks(png_, info_, &chunks);
  for (int i = 0; i < count; ++i) {
    if (std::memcmp(chunks[i].name, "eXIf", 4) == 0)
      return exif_orientation({reinterpret_cast<const char*>(chunks[i].data),
                               static_cast<std::size_t>(chunks[i].size)});
  }
  for (const char* keyword : {"Raw profile type exif", "Raw profile type APP1"}) {
    const auto found = image.text.find(keyword);
    if (found == image.text.end()) continue;
    const int orientation = text_profile_orientation(found->second);
    if (orientation != 1) image.text.erase(found);  // once it is turned, that is no longer true
    return orientation;
  }
  return 1;
}

Decoded PngReader::read(const Limits& limits) {
  read_header(limits);
  Image image;
  image.width = width_;
  image.height = height_;
  image.channels = file_channels_ >= 3 ? 3 : 1;
  read_rows(image);
  read_text(image);
  const SampleDepth depth{file_depth_, file_depth_ == 16, declared_bits()};
  const int orientation = this->orientation(image);
  return {turned(std::move(image), orientation), depth};
}

}  // namespace

Decoded decode_png(std::string_view bytes, const std::string& where, const Limits& limits) {
  return PngReader(bytes, where).read(limits);
}

}  // namespace raygen::engine
