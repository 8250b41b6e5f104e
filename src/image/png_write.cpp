// libpng reports errors by longjmp: see png_read.cpp for how destructors are kept out of its way.

#include "error.hpp"
#include "image/codec.hpp"
#include "image/film_depth.hpp"

#include <png.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <csetjmp>
#include <cstdio>
#include <new>
#include <vector>

namespace raygen::engine {
namespace {

class Writer {
 public:
  Writer() {
    png_ = png_create_write_struct(PNG_LIBPNG_VER_STRING, this, on_error,
                                   [](png_structp, png_const_charp) {});
    if (png_ == nullptr) throw std::bad_alloc();
    info_ = png_create_info_struct(png_);
    if (info_ == nullptr) {
      png_destroy_write_struct(&png_, nullptr);
      throw std::bad_alloc();
    }
  }
  ~Writer() { png_destroy_write_struct(&png_, &info_); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// significant: what sBIT says; 0: there is none.
  std::string write(const Image& image, int bit_depth, int significant);

 private:
  template <typename Function>
  void call(const Function& function) {
    if (attempt(function)) return;
    if (out_of_memory_) throw std::bad_alloc();
    fail(Status::internal, "cannot encode a PNG: {}", message_.data());
  }
  template <typename Function>
  [[gnu::noinline]] bool attempt(const Function& function) {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    function();
    return true;
  }

  [[noreturn]] static void on_error(png_structp png, png_const_charp message) {
    auto* self = static_cast<Writer*>(png_get_error_ptr(png));
    std::snprintf(self->message_.data(), self->message_.size(), "%s", message);
    png_longjmp(png, 1);
  }
  static void on_write(png_structp png, png_bytep data, std::size_t size) {
    auto* self = static_cast<Writer*>(png_get_io_ptr(png));
    try {
      self->out_.append(reinterpret_cast<const char*>(data), size);
    } catch (const std::exception&) {
      self->out_of_memory_ = true;
    }
    if (self->out_of_memory_) png_error(png, "out of memory");
  }

  std::string out_;
  bool out_of_memory_ = false;
  std::array<char, 256> message_{};
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
};

/// The text in the encodings that its chunks will have; png_text points into these strings.
struct TextChunk {
  std::string keyword, text;
  int compression;
};

bool printable(const std::string& keyword) {
  return std::all_of(keyword.begin(), keyword.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte >= 32 && byte <= 126) || byte >= 161;
  });
}

TextChunk text_chunk(const std::string& keyword, const std::string& text) {
  const auto latin1 = utf8_to_latin1(keyword, "a PNG keyword");
  const bool spaces =
      keyword.starts_with(' ') || keyword.ends_with(' ') || keyword.find("  ") != std::string::npos;
  if (!latin1 || latin1->empty() || latin1->size() > 79 || spaces || !printable(*latin1)) {
    fail(Status::invalid_argument,
         "\"{}\" cannot be a PNG keyword: it must be 1 to 79 printable Latin-1 characters, words "
         "apart by one space",
         keyword.substr(0, 100));
  }
  if (text.find('\0') != std::string::npos)
    fail(Status::invalid_argument,
         "the text under the PNG keyword \"{}\" holds a zero byte, which PNG cannot keep", keyword);
  auto plain = utf8_to_latin1(text, formatted("the text under the PNG keyword \"{}\"", keyword));
  if (plain) return {*latin1, std::move(*plain), PNG_TEXT_COMPRESSION_NONE};
  return {*latin1, text, PNG_ITXT_COMPRESSION_NONE};
}

void check(const Image& image, int bit_depth) {
  if (bit_depth != 8 && bit_depth != 16)
    fail(Status::invalid_argument, "a PNG of {} bits cannot be written: 8 or 16", bit_depth);
  if (image.channels != 1 && image.channels != 3)
    fail(Status::invalid_argument, "an image of {} channels cannot be written: 1 (grey) or 3 (RGB)",
         image.channels);
  if (image.width < 1 || image.height < 1 || image.width > PNG_UINT_31_MAX ||
      image.height > PNG_UINT_31_MAX)
    fail(Status::invalid_argument, "an image of {} x {} pixels cannot be written", image.width,
         image.height);
  const std::uint64_t pixels =
      static_cast<std::uint64_t>(image.width) * static_cast<std::uint64_t>(image.height);
  if (image.pixels.size() % static_cast<std::size_t>(image.channels) != 0 ||
      image.pixels.size() / static_cast<std::size_t>(image.channels) != pixels) {
    fail(Status::invalid_argument, "an image of {} x {} x {} needs as many values, it holds {}",
         image.width, image.height, image.channels, image.pixels.size());
  }
}

/// Row y in PNG's bytes, 16 bits big-endian.
void quantize_row(const Image& image, std::int64_t y, int bit_depth, std::vector<png_byte>& row) {
  const auto values = static_cast<std::size_t>(image.width * image.channels);
  const float* pixels = image.pixels.data() + static_cast<std::size_t>(y) * values;
  const double white = bit_depth == 16 ? 65535 : 255;
  for (std::size_t i = 0; i < values; ++i) {
    if (std::isnan(pixels[i])) {
      fail(Status::numeric, "the image's pixel at column {}, row {} is not a number",
           static_cast<std::int64_t>(i) / image.channels, y);
    }
    const unsigned level = sample_of(pixels[i], white);
    if (bit_depth == 16) {
      row[2 * i] = static_cast<png_byte>(level >> 8);
      row[2 * i + 1] = static_cast<png_byte>(level & 0xff);
    } else {
      row[i] = static_cast<png_byte>(level);
    }
  }
}

std::string Writer::write(const Image& image, int bit_depth, int significant) {
  std::vector<TextChunk> chunks;
  for (const auto& [keyword, text] : image.text) chunks.push_back(text_chunk(keyword, text));
  std::vector<png_text> texts(chunks.size());
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    texts[i].compression = chunks[i].compression;
    texts[i].key = chunks[i].keyword.data();
    texts[i].text = chunks[i].text.data();
  }
  std::vector<png_byte> row(static_cast<std::size_t>(image.width * image.channels) *
                            static_cast<std::size_t>(bit_depth / 8));
  call([&] {
    png_set_write_fn(png_, this, on_write, nullptr);
    png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_IHDR(png_, info_, static_cast<png_uint_32>(image.width),
                 static_cast<png_uint_32>(image.height), bit_depth,
                 image.channels == 3 ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (significant > 0) {
      const auto each = static_cast<png_byte>(significant);
      const png_color_8 bits{each, each, each, each, 0};
      png_set_sBIT(png_, info_, &bits);
    }
    png_set_text(png_, info_, texts.data(), static_cast<int>(texts.size()));
    png_write_info(png_, info_);
  });
  for (std::int64_t y = 0; y < image.height; ++y) {
    quantize_row(image, y, bit_depth, row);
    call([&] { png_write_row(png_, row.data()); });
  }
  call([&] { png_write_end(png_, nullptr); });
  return std::move(out_);
}

}  // namespace

void check_png_text(const std::string& keyword, const std::string& text) {
  text_chunk(keyword, text);
}

std::string encode_png(const Image& image, int bit_depth, bool declare_bits) {
  check(image, bit_depth);
  const bool mistakable = bit_depth == 16 && !is_own(image) && film_bits(image) != 16;
  return Writer().write(image, bit_depth, declare_bits && mistakable ? 16 : 0);
}

std::string encode_film_png(const Image& image, int bits) {
  check(image, 16);
  return Writer().write(image, 16, bits);
}

}  // namespace raygen::engine
