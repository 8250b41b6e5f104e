// BMP, TGA, GIF and PSD through stb_image. It makes up zeros where a file ends early, and believes
// some of what a file says: what is checked here is what it does not check.

#include "error.hpp"
#include "image/codec.hpp"
#include "image/number_at.hpp"
#include "image/orientation.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <optional>
#include <utility>

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_NO_STDIO
#define STBI_NO_PNG
#define STBI_NO_JPEG
#define STBI_NO_PNM
#define STBI_NO_PIC
#define STBI_NO_HDR
#define STBI_NO_LINEAR
#define STBI_ASSERT(condition) ((void)0)  // the library never aborts
#include <stb/stb_image.h>

namespace raygen::engine {
namespace {

/// Numbers of a file; reading beyond its end is an error.
class Fields {
 public:
  Fields(std::string_view bytes, const std::string& where) : bytes_(bytes), where_(where) {}
  std::uint32_t little(std::size_t at, std::size_t size) const { return number(at, size, true); }
  std::uint32_t big(std::size_t at, std::size_t size) const { return number(at, size, false); }
  std::size_t size() const { return bytes_.size(); }

 private:
  std::uint32_t number(std::size_t at, std::size_t size, bool little) const {
    if (at > bytes_.size() || bytes_.size() - at < size)
      fail(Status::format, "{}: the image ends too early", where_);
    return number_at(bytes_, at, size, little);
  }

  std::string_view bytes_;
  const std::string& where_;
};

/// What stb_image reads from. It fills its own buffer with what there is, and asks anywhere else
/// for exactly what it needs; so it is known whether it needed more than there was.
struct Source {
  std::string_view bytes;
  std::size_t at = 0;
  char* buffer = nullptr;
  bool beyond_end = false;

  static int read(void* user, char* out, int size) {
    auto& self = *static_cast<Source*>(user);
    const auto wanted = static_cast<std::size_t>(std::max(size, 0));
    const std::size_t count = std::min(wanted, self.bytes.size() - self.at);
    if (self.buffer == nullptr) self.buffer = out;
    if (count == 0 || (out != self.buffer && count < wanted)) self.beyond_end = true;
    std::memcpy(out, self.bytes.data() + self.at, count);
    self.at += count;
    return static_cast<int>(count);
  }
  static void skip(void* user, int count) {
    auto& self = *static_cast<Source*>(user);
    const auto wanted = static_cast<std::size_t>(std::max(count, 0));
    if (wanted > self.bytes.size() - self.at) self.beyond_end = true;
    self.at += std::min(wanted, self.bytes.size() - self.at);
  }
  static int at_end(void* user) {
    const auto& self = *static_cast<Source*>(user);
    return self.at == self.bytes.size() ? 1 : 0;
  }
};

// TGA has no signature. Its header is believed when the file is as long as it says, or has the
// footer of the format's second version.
constexpr std::size_t tga_header_bytes = 18;
constexpr std::string_view tga_footer("TRUEVISION-XFILE.\0", 18);

/// Where a TGA's pixels end; nothing when the header is none, or the file ends before.
std::optional<std::size_t> end_of_tga(std::string_view bytes) {
  if (bytes.size() < tga_header_bytes) return std::nullopt;
  const auto byte = [&](std::size_t at) {
    return std::size_t{static_cast<unsigned char>(bytes[at])};
  };
  const auto word = [&](std::size_t at) { return byte(at) | byte(at + 1) << 8; };
  const std::size_t mapped = byte(1), type = byte(2), colours = word(5), colour_bits = byte(7),
                    pixels = word(12) * word(14), bits = byte(16);
  const bool run_length = type >= 9;
  const std::size_t base = run_length ? type - 8 : type;
  const auto known_depth = [](std::size_t depth) {
    return depth == 8 || depth == 15 || depth == 16 || depth == 24 || depth == 32;
  };
  if (mapped > 1 || base < 1 || base > 3 || (mapped == 1) != (base == 1) || pixels == 0 ||
      (byte(17) & 0xc0) != 0)
    return std::nullopt;
  if (mapped == 1 ? (bits != 8 && bits != 16) || !known_depth(colour_bits) || colours == 0
                  : !known_depth(bits) || (base == 3 && bits != 8 && bits != 16) ||
                        (base == 2 && bits == 8))
    return std::nullopt;
  const std::size_t pixel_bytes = (bits + 7) / 8;
  std::size_t at =
      tga_header_bytes + byte(0) + (mapped == 1 ? colours * ((colour_bits + 7) / 8) : 0);
  if (!run_length) at += pixels * pixel_bytes;
  for (std::size_t done = 0; run_length && done < pixels;) {
    if (at >= bytes.size()) return std::nullopt;
    const std::size_t packet = byte(at), count = (packet & 0x7f) + 1;
    done += count;
    at += 1 + ((packet & 0x80) != 0 ? 1 : std::min(count, pixels - (done - count))) * pixel_bytes;
  }
  return at <= bytes.size() ? std::optional(at) : std::nullopt;
}

bool is_tga(std::string_view bytes) {
  const auto end = end_of_tga(bytes);
  return end && (*end == bytes.size() || bytes.ends_with(tga_footer));
}

/// The kinds of BMP that stb_image reads rightly.
void check_bmp_kind(std::string_view bytes, const std::string& where) {
  const Fields fields(bytes, where);
  const std::uint32_t header = fields.little(14, 4);
  if (header != 40 && header != 56 && header != 108 && header != 124)
    fail(Status::unsupported, "{}: a BMP whose header has {} bytes is not read", where, header);
  const std::uint32_t bits = fields.little(28, 2), compression = fields.little(30, 4);
  constexpr std::uint32_t none = 0, bit_fields = 3;
  if (compression != none && compression != bit_fields)
    fail(Status::unsupported, "{}: a compressed BMP (kind {}) is not read", where, compression);
  if (bits != 1 && bits != 4 && bits != 8 && bits != 16 && bits != 24 && bits != 32)
    fail(Status::unsupported, "{}: a BMP of {} bits a pixel is not read", where, bits);
}

/// A palette may be shorter than the pixels need: stb_image would read beyond it.
void check_bmp_palette(std::string_view bytes, const std::string& where, std::uint64_t width,
                       std::uint64_t height) {
  const Fields fields(bytes, where);
  const std::size_t pixels = fields.little(10, 4), headers = 14 + fields.little(14, 4);
  const std::uint32_t bits = fields.little(28, 2);
  if (bits > 8) return;
  if (pixels < headers || pixels > bytes.size())
    fail(Status::format, "{}: the BMP's pixels begin at byte {} of {}", where, pixels,
         bytes.size());
  const std::size_t colours = (pixels - headers) / 4;
  const std::uint64_t row = (width * bits + 31) / 32 * 4;
  if (height * row > bytes.size() - pixels)
    fail(Status::format, "{}: the BMP ends too early: {} x {} pixels need {} bytes, it has {}",
         where, width, height, height * row, bytes.size() - pixels);
  if (colours >= (std::size_t{1} << bits)) return;
  for (std::uint64_t y = 0; y < height; ++y) {
    for (std::uint64_t x = 0; x < width; ++x) {
      const auto byte = static_cast<unsigned char>(bytes[pixels + y * row + x * bits / 8]);
      const std::uint64_t index = byte >> (8 - bits - x * bits % 8) & ((1U << bits) - 1);
      if (index >= colours)
        fail(Status::format, "{}: the BMP's palette has {} colours, a pixel has number {}", where,
             colours, index);
    }
  }
}

/// Its blocks are whole, and only one of them is a picture.
void check_gif(std::string_view bytes, const std::string& where) {
  const Fields fields(bytes, where);
  const auto palette = [&](std::uint32_t flags) {
    return (flags & 0x80) != 0 ? std::size_t{6} << (flags & 7) : 0;
  };
  std::size_t at = 13 + palette(fields.little(10, 1));
  const auto pass_blocks = [&] {
    while (const std::uint32_t size = fields.little(at, 1)) at += 1 + size;
    ++at;
  };
  int pictures = 0;
  for (;;) {
    const std::uint32_t kind = fields.little(at, 1);
    if (kind == 0x3b) break;
    if (kind == 0x21) {
      at += 2;
    } else if (kind == 0x2c) {
      ++pictures;
      at += 11 + palette(fields.little(at + 9, 1));
    } else {
      fail(Status::format, "{}: not a valid GIF: no block begins with {}", where, kind);
    }
    pass_blocks();
  }
  if (pictures == 0) fail(Status::format, "{}: a GIF without a picture", where);
  if (pictures > 1)
    fail(Status::unsupported, "{}: a GIF of {} pictures; a radiograph is one", where, pictures);
}

/// The kinds of PSD that stb_image shows rightly. True for sixteen bits.
bool check_psd(std::string_view bytes, const std::string& where) {
  const Fields fields(bytes, where);
  const std::uint32_t channels = fields.big(12, 2), bits = fields.big(22, 2),
                      colours = fields.big(24, 2);
  std::size_t at = 26;
  for (int section = 0; section < 3; ++section) {
    const std::size_t size = fields.big(at, 4);
    if (size > bytes.size() - at - 4) fail(Status::format, "{}: the PSD ends too early", where);
    at += 4 + size;
  }
  const std::uint32_t compression = fields.big(at, 2);
  constexpr std::uint32_t rgb = 3;
  if (fields.big(4, 2) != 1 || colours != rgb || channels < 3 || channels > 16 ||
      (bits != 8 && bits != 16) || compression > 1 || (bits == 16 && compression == 1))
    fail(Status::unsupported,
         "{}: a kind of PSD that is not read: RGB of 8 bits, or of 16 uncompressed, is", where);
  return bits == 16;
}

std::string_view name_of(std::string_view bytes) {
  if (bytes.starts_with("BM")) return "BMP";
  if (bytes.starts_with("GIF8")) return "GIF";
  if (bytes.starts_with("8BPS")) return "PSD";
  return "TGA";
}

[[noreturn]] void refuse(std::string_view name, const std::string& where) {
  const char* told = stbi_failure_reason();
  const std::string_view reason = told == nullptr ? "damaged" : told;
  if (reason == "outofmem") throw std::bad_alloc();
  fail(Status::format, "{}: not a whole, valid {}: {}", where, name, reason);
}

/// Alpha is laid over black; one that is zero everywhere was never set.
template <typename Sample>
void append_pixels(Image& image, const Sample* samples, int channels) {
  const std::size_t count = static_cast<std::size_t>(image.width * image.height);
  const auto step = static_cast<std::size_t>(channels),
             kept = static_cast<std::size_t>(image.channels);
  bool alpha = false;
  for (std::size_t i = 0; kept < step && i < count && !alpha; ++i)
    alpha = samples[i * step + kept] != 0;
  constexpr auto white = static_cast<float>(static_cast<Sample>(~Sample{0}));
  image.pixels.reserve(count * kept);
  for (std::size_t i = 0; i < count; ++i) {
    const float opacity = alpha ? static_cast<float>(samples[i * step + kept]) / white : 1.0F;
    for (std::size_t c = 0; c < kept; ++c)
      image.pixels.push_back(static_cast<float>(samples[i * step + c]) / white * opacity);
  }
}

/// BMP, GIF and PSD have no greys of their own: three equal colours are one.
void join_equal_channels(Image& image) {
  for (std::size_t i = 0; i < image.pixels.size(); i += 3)
    if (image.pixels[i] != image.pixels[i + 1] || image.pixels[i] != image.pixels[i + 2]) return;
  for (std::size_t i = 0; i < image.pixels.size(); i += 3) image.pixels[i / 3] = image.pixels[i];
  image.pixels.resize(image.pixels.size() / 3);
  image.channels = 1;
}

}  // namespace

bool is_stb_format(std::string_view bytes) {
  return bytes.starts_with("BM") || bytes.starts_with("GIF87a") || bytes.starts_with("GIF89a") ||
         bytes.starts_with("8BPS") || is_tga(bytes);
}

Decoded decode_stb_format(std::string_view bytes, const std::string& where, const Limits& limits) {
  const std::string_view name = name_of(bytes);
  if (name == "BMP") check_bmp_kind(bytes, where);
  if (name == "GIF") check_gif(bytes, where);
  const bool sixteen_bits = name == "PSD" && check_psd(bytes, where);
  constexpr std::size_t head = 4096;  // the size stands in the first bytes
  int width = 0, height = 0, channels = 0;
  if (stbi_info_from_memory(reinterpret_cast<const stbi_uc*>(bytes.data()),
                            static_cast<int>(std::min(bytes.size(), head)), &width, &height,
                            &channels) == 0)
    refuse(name, where);
  const bool upside_down = name == "BMP" && height < 0;  // which stb_image turns
  const std::int64_t rows = upside_down ? -std::int64_t{height} : height;
  if (width < 1 || rows < 1)
    fail(Status::format, "{}: the {} is {} x {} pixels", where, name, width, height);
  check_pixel_count(static_cast<std::uint64_t>(width), static_cast<std::uint64_t>(rows), where,
                    limits);
  if (name == "BMP")
    check_bmp_palette(bytes, where, static_cast<std::uint64_t>(width),
                      static_cast<std::uint64_t>(rows));
  if (name == "TGA" && Fields(bytes, where).little(1, 1) == 1 &&
      Fields(bytes, where).little(3, 2) != 0)
    fail(Status::unsupported, "{}: a TGA whose palette does not begin at colour 0 is not read",
         where);

  Source source{bytes};
  const stbi_io_callbacks callbacks{Source::read, Source::skip, Source::at_end};
  Image image;
  const auto take = [&](auto* samples) {
    const std::unique_ptr<void, decltype(&stbi_image_free)> owner(samples, &stbi_image_free);
    if (source.beyond_end) fail(Status::format, "{}: the {} ends too early", where, name);
    if (samples == nullptr) refuse(name, where);
    image.width = width;
    image.height = height;
    image.channels = channels >= 3 ? 3 : 1;
    append_pixels(image, samples, channels);
  };
  if (sixteen_bits)
    take(stbi_load_16_from_callbacks(&callbacks, &source, &width, &height, &channels, 0));
  else
    take(stbi_load_from_callbacks(&callbacks, &source, &width, &height, &channels, 0));
  if (name != "TGA" && image.channels == 3) join_equal_channels(image);
  // stb_image reads rows from the left, whatever a TGA says.
  constexpr std::uint32_t from_the_right = 0x10;
  constexpr int mirrored = 2;
  if (name == "TGA" && (Fields(bytes, where).little(17, 1) & from_the_right) != 0)
    image = turned(std::move(image), mirrored);
  return {std::move(image), {sixteen_bits ? 16 : 8, sixteen_bits, std::nullopt}};
}

}  // namespace raygen::engine
