#include "image/jpeg2000.hpp"

#include "error.hpp"
#include "image/codec.hpp"
#include "image/number_at.hpp"

#include <openjpeg.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <memory>

namespace raygen::engine {
namespace {

constexpr std::string_view jp2_signature("\0\0\0\x0cjP  \r\n\x87\n", 12),
    codestream_signature("\xff\x4f\xff\x51", 4);
constexpr std::uint32_t most_tiles = 4096;  // OpenJPEG keeps some 10 KiB for each

std::uint32_t big_endian(std::string_view bytes, std::size_t at, std::size_t count) {
  return number_at(bytes, at, count, /*little_endian=*/false);
}

/// What of a JP2 file is used: its codestream, and which colours it says to hold.
struct Container {
  std::string_view codestream;
  std::uint32_t colours = 0;  // enumerated (15444-1, table I.10); 0: not said
};

/// Calls `use(type, content)` for each box until it returns false (15444-1, I.4).
template <typename Use>
void for_each_box(std::string_view bytes, const Use& use) {
  while (bytes.size() >= 8) {
    std::uint64_t length = big_endian(bytes, 0, 4);
    std::size_t header = 8;
    if (length == 1) {
      if (bytes.size() < 16 || big_endian(bytes, 8, 4) != 0) return;
      length = big_endian(bytes, 12, 4);
      header = 16;
    }
    if (length == 0 || length > bytes.size()) length = bytes.size();  // the last one
    if (length < header) return;
    const auto size = static_cast<std::size_t>(length);
    if (!use(bytes.substr(4, 4), bytes.substr(header, size - header))) return;
    bytes.remove_prefix(size);
  }
}

/// The container is read here: OpenJPEG would expand palettes and boxes whose sizes nobody checked.
Container opened(std::string_view bytes, const std::string& where) {
  if (!bytes.starts_with(jp2_signature)) return {.codestream = bytes};
  Container container;
  for_each_box(bytes, [&](std::string_view type, std::string_view content) {
    if (type == "jp2c") {
      container.codestream = content;
      return false;
    }
    if (type != "jp2h") return true;
    for_each_box(content, [&](std::string_view inner, std::string_view value) {
      if (inner == "pclr")
        fail(Status::unsupported, "{}: a JPEG 2000 file with a palette is not read", where);
      if (inner == "colr" && container.colours == 0 && value.size() >= 7 && value[0] == 1)
        container.colours = big_endian(value, 3, 4);
      return true;
    });
    return true;
  });
  if (!container.codestream.starts_with(codestream_signature))
    fail(Status::format, "{}: a JPEG 2000 file without a codestream", where);
  constexpr std::uint32_t cmyk = 12, srgb = 16, grey = 17, sycc = 18;
  const std::uint32_t said = container.colours;
  if (said != 0 && said != srgb && said != grey && said != sycc)
    fail(Status::unsupported, "{}: a JPEG 2000 file of {} is not read: expected grey, sRGB or sYCC",
         where, said == cmyk ? std::string("CMYK") : formatted("colour space {}", said));
  return container;
}

/// What OpenJPEG allocates by.
struct Sizes {
  std::uint64_t width = 0, height = 0, tile_width = 0, tile_height = 0;
  std::size_t components = 0;
  std::uint64_t tiles = 0;
};

/// From the SIZ segment, which comes first (15444-1, A.5.1).
Sizes checked_sizes(std::string_view stream, const std::string& where, const Limits& limits) {
  constexpr std::size_t fixed = 42;  // up to the components
  if (stream.size() < fixed)
    fail(Status::format, "{}: not a whole, valid JPEG 2000 codestream: it ends in its header",
         where);
  const auto field = [&](std::size_t i) { return std::uint64_t{big_endian(stream, 8 + 4 * i, 4)}; };
  const std::uint64_t x1 = field(0), y1 = field(1), x0 = field(2), y0 = field(3),
                      tile_x0 = field(6), tile_y0 = field(7);
  Sizes sizes{x1 - x0, y1 - y0, field(4), field(5), big_endian(stream, 40, 2), 0};
  if (sizes.components < 1 || sizes.components > 4)
    fail(Status::unsupported, "{}: a JPEG 2000 image of {} components, 1 to 4 are read", where,
         sizes.components);
  if (stream.size() < fixed + 3 * sizes.components || x1 <= x0 || y1 <= y0 ||
      sizes.tile_width == 0 || sizes.tile_height == 0 || tile_x0 > x0 || tile_y0 > y0)
    fail(Status::format, "{}: not a valid JPEG 2000 codestream: its sizes make no image", where);
  check_pixel_count(sizes.width, sizes.height, where, limits);
  const std::uint64_t across = (x1 - tile_x0 + sizes.tile_width - 1) / sizes.tile_width,
                      down = (y1 - tile_y0 + sizes.tile_height - 1) / sizes.tile_height;
  if (across > most_tiles || down > most_tiles || across * down > most_tiles)
    fail(Status::limit, "{}: a JPEG 2000 image of {} x {} tiles, more than the limit of {}", where,
         across, down, most_tiles);
  sizes.tiles = across * down;
  for (std::size_t i = 0; i < sizes.components; ++i) {
    const std::size_t at = fixed + 3 * i;
    if (stream[at] != stream[fixed] || stream[at + 1] != 1 || stream[at + 2] != 1)
      fail(Status::unsupported,
           "{}: a JPEG 2000 image whose components differ in size, depth or sign is not read",
           where);
  }
  const std::uint32_t bits = (big_endian(stream, fixed, 1) & 0x7f) + 1;
  if (bits > 16)
    fail(Status::unsupported, "{}: a JPEG 2000 image of {} bits, at most 16 are read", where, bits);
  return sizes;
}

constexpr std::uint32_t capabilities_marker = 0xff50, coding_marker = 0xff52,
                        component_coding_marker = 0xff53, tile_part_marker = 0xff90,
                        data_marker = 0xff93;

/// Calls `use(marker, content, is_of_tile)` for each segment of the main header and of each
/// tile-part's (A.2). Stops where the stream is not valid: OpenJPEG says why. Returns where the
/// last tile-part ends, 0 where that is not known.
template <typename Use>
std::size_t for_each_segment(std::string_view stream, const Use& use) {
  std::size_t at = 2, part_end = 0;
  bool is_open = false;  // the last part says no size: it goes to the end
  while (at + 4 <= stream.size()) {
    const std::uint32_t marker = big_endian(stream, at, 2), length = big_endian(stream, at + 2, 2);
    if (marker == data_marker) {
      if (part_end <= at) return 0;
      at = part_end;
      continue;
    }
    if (marker < 0xff00 || length < 2 || at + 2 + length > stream.size()) break;
    const std::string_view content = stream.substr(at + 4, length - 2);
    if (marker == tile_part_marker && content.size() >= 8) {
      const std::size_t size = big_endian(content, 2, 4);
      is_open = size == 0;
      part_end = is_open ? stream.size() : at + size;
    }
    use(marker, content, part_end != 0);
    at += 2 + length;
  }
  return at == part_end && !is_open ? part_end : 0;
}

/// How many packets a picture of one component and one layer has: one for each resolution and
/// precinct (B.6). `coding` begins with the number of decomposition levels (table A.15).
double packets_of(std::string_view coding, bool has_precincts, std::uint64_t width,
                  std::uint64_t height) {
  if (coding.empty()) return 0;
  const std::size_t levels = std::min<std::size_t>(static_cast<unsigned char>(coding[0]), 32);
  double packets = 0;
  for (std::size_t r = 0; r <= levels; ++r) {
    const std::uint32_t log2_sizes =
        has_precincts && 5 + r < coding.size() ? big_endian(coding, 5 + r, 1) : 0xff;
    const auto along = [&](std::uint64_t side, std::uint32_t log2_size) {
      return static_cast<double>(std::max<std::uint64_t>(1, side >> (levels - r) >> log2_size));
    };
    packets += along(width, log2_sizes & 15) * along(height, log2_sizes >> 4);
  }
  return packets;
}

/// Of each tile, how many parts are there and how many it says to have (0: not said). OpenJPEG
/// leaves a tile black that is missing.
class TileParts {
 public:
  explicit TileParts(std::uint64_t tiles) : parts_(static_cast<std::size_t>(tiles)) {}
  void add(std::string_view content) {
    const std::size_t tile = big_endian(content, 0, 2);
    if (tile >= parts_.size()) return;
    ++parts_[tile].found;
    parts_[tile].said = std::max(parts_[tile].said, big_endian(content, 7, 1));
  }
  void check(const std::string& where) const {
    for (std::size_t tile = 0; tile < parts_.size(); ++tile)
      if (parts_[tile].found == 0 || parts_[tile].found < parts_[tile].said)
        fail(Status::format,
             "{}: not a whole JPEG 2000 codestream: of tile {}, {} parts are there, expected {}",
             where, tile, parts_[tile].found, std::max<std::uint32_t>(parts_[tile].said, 1));
  }

 private:
  struct Parts {
    std::uint32_t found = 0, said = 0;
  };
  std::vector<Parts> parts_;
};

struct Coding {
  bool has_colour_transform = false;
  std::size_t end = 0;  // of the last tile-part; 0: not known
};

/// OpenJPEG keeps something for each packet, and each is at least a byte of the file: a header that
/// says more than that is not allocated for.
Coding checked_coding(std::string_view stream, const Sizes& sizes, const std::string& where) {
  constexpr double slack = 65536;
  Coding coding;
  TileParts parts(sizes.tiles);
  double layers = 1;
  const auto check = [&](std::uint32_t marker, std::string_view content, bool is_of_tile) {
    if (marker == capabilities_marker && content.size() >= 4 &&
        (big_endian(content, 0, 4) & 0x20000) != 0)  // part 15
      fail(Status::unsupported, "{}: High-Throughput JPEG 2000 (HTJ2K) is not read", where);
    if (marker == tile_part_marker && content.size() >= 8) parts.add(content);
    const bool is_coding = marker == coding_marker && content.size() >= 10;
    if (!is_coding && (marker != component_coding_marker || content.size() < 7)) return;
    if (is_coding) {
      layers = big_endian(content, 2, 2);
      if (!is_of_tile) coding.has_colour_transform = content[4] != 0;
    }
    const bool has_precincts = (content[is_coding ? 0 : 1] & 1) != 0;
    const double packets =
        packets_of(content.substr(is_coding ? 5 : 2), has_precincts,
                   is_of_tile ? std::min(sizes.width, sizes.tile_width) : sizes.width,
                   is_of_tile ? std::min(sizes.height, sizes.tile_height) : sizes.height) *
        layers * static_cast<double>(is_coding ? sizes.components : 1);
    if (packets > static_cast<double>(stream.size()) + slack)
      fail(Status::limit, "{}: a JPEG 2000 codestream of {} packets in {} bytes", where, packets,
           stream.size());
  };
  coding.end = for_each_segment(stream, check);
  parts.check(where);
  return coding;
}

class Decoder {
 public:
  Decoder(std::string_view bytes, const std::string& where)
      : bytes_(bytes), where_(where), codec_(opj_create_decompress(OPJ_CODEC_J2K)) {
    if (!codec_) throw std::bad_alloc();
    opj_set_error_handler(codec_.get(), on_error, this);
    opj_set_warning_handler(codec_.get(), ignore, nullptr);
    opj_set_info_handler(codec_.get(), ignore, nullptr);
    opj_dparameters_t parameters;
    opj_set_default_decoder_parameters(&parameters);
    check(opj_setup_decoder(codec_.get(), &parameters));
    // Not as many as the environment says (OPJ_NUM_THREADS).
    check(opj_codec_set_threads(codec_.get(), 0));
    check(opj_decoder_set_strict_mode(codec_.get(), OPJ_TRUE));
    open_stream();
  }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  Jpeg2000 read();

 private:
  struct Free {
    void operator()(opj_codec_t* codec) const { opj_destroy_codec(codec); }
    void operator()(opj_image_t* image) const { opj_image_destroy(image); }
  };
  struct FreeStream {
    void operator()(opj_stream_t* stream) const { opj_stream_destroy(stream); }
  };

  void open_stream() {
    constexpr OPJ_SIZE_T buffer = 64 << 10;
    stream_.reset(opj_stream_create(buffer, OPJ_TRUE));
    if (!stream_) throw std::bad_alloc();
    opj_stream_set_user_data(stream_.get(), this, nullptr);
    opj_stream_set_user_data_length(stream_.get(), bytes_.size());
    opj_stream_set_read_function(stream_.get(), [](void* to, OPJ_SIZE_T size, void* data) {
      auto* self = static_cast<Decoder*>(data);
      const std::size_t count = std::min<std::size_t>(size, self->bytes_.size() - self->at_);
      if (count == 0) return static_cast<OPJ_SIZE_T>(-1);  // the end
      std::memcpy(to, self->bytes_.data() + self->at_, count);
      self->at_ += count;
      return static_cast<OPJ_SIZE_T>(count);
    });
    opj_stream_set_skip_function(stream_.get(), [](OPJ_OFF_T count, void* data) -> OPJ_OFF_T {
      auto* self = static_cast<Decoder*>(data);
      if (count < 0) return -1;
      const auto left = static_cast<OPJ_OFF_T>(self->bytes_.size() - self->at_);
      self->at_ += static_cast<std::size_t>(std::min(count, left));
      return std::min(count, left);
    });
    opj_stream_set_seek_function(stream_.get(), [](OPJ_OFF_T to, void* data) -> OPJ_BOOL {
      auto* self = static_cast<Decoder*>(data);
      if (to < 0 || static_cast<std::size_t>(to) > self->bytes_.size()) return OPJ_FALSE;
      self->at_ = static_cast<std::size_t>(to);
      return OPJ_TRUE;
    });
  }
  void check(OPJ_BOOL done) const {
    if (!done)
      fail(Status::format, "{}: not a whole, valid JPEG 2000 codestream: {}", where_,
           message_[0] != 0 ? message_.data() : "it ends too early");
  }
  static void ignore(const char*, void*) {}
  static void on_error(const char* message, void* data) {
    auto& text = static_cast<Decoder*>(data)->message_;
    if (text[0] != 0) return;  // the first is the cause
    std::snprintf(text.data(), text.size(), "%s", message);
    text[std::strcspn(text.data(), "\n")] = 0;
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
  const std::string& where_;
  std::array<char, 200> message_{};
  std::unique_ptr<opj_codec_t, Free> codec_;
  std::unique_ptr<opj_stream_t, FreeStream> stream_;
};

Jpeg2000 Decoder::read() {
  opj_image_t* header = nullptr;
  const OPJ_BOOL has_header = opj_read_header(stream_.get(), codec_.get(), &header);
  const std::unique_ptr<opj_image_t, Free> image(header);
  check(has_header);
  check(opj_decode(codec_.get(), stream_.get(), image.get()));

  const opj_image_comp_t& first = image->comps[0];
  Jpeg2000 picture;
  picture.width = first.w, picture.height = first.h;
  picture.components = static_cast<int>(image->numcomps);
  picture.bits = static_cast<int>(first.prec);
  picture.is_signed = first.sgnd != 0;
  const std::size_t count = std::size_t{first.w} * first.h, components = image->numcomps;
  picture.values.resize(count * components);
  for (std::size_t c = 0; c < components; ++c) {
    const opj_image_comp_t& component = image->comps[c];
    if (component.data == nullptr || component.w != first.w || component.h != first.h)
      fail(Status::format, "{}: not a whole, valid JPEG 2000 codestream: component {} is missing",
           where_, c);
    for (std::size_t i = 0; i < count; ++i) picture.values[i * components + c] = component.data[i];
  }
  return picture;
}

}  // namespace

bool is_jpeg2000(std::string_view bytes) {
  return bytes.starts_with(jp2_signature) || bytes.starts_with(codestream_signature);
}

Jpeg2000 read_jpeg2000(std::string_view bytes, const std::string& where, const Limits& limits) {
  const Container container = opened(bytes, where);
  const Sizes sizes = checked_sizes(container.codestream, where, limits);
  const Coding coding = checked_coding(container.codestream, sizes, where);
  std::string_view stream = container.codestream;
  // The end's marker alone is missing in some files: all tiles are there.
  constexpr std::string_view end_marker = "\xff\xd9";
  std::string ended;
  if (coding.end != 0 && coding.end <= stream.size() &&
      !stream.substr(coding.end).starts_with(end_marker)) {
    ended = std::string(stream.substr(0, coding.end)) + std::string(end_marker);
    stream = ended;
  }
  Jpeg2000 picture = Decoder(stream, where).read();
  picture.has_colour_transform = coding.has_colour_transform;
  constexpr std::uint32_t sycc = 18;
  picture.is_ycc = container.colours == sycc;
  return picture;
}

/// As a file: alpha, the second or fourth component, is dropped over black.
Decoded decode_jpeg2000(std::string_view bytes, const std::string& where, const Limits& limits) {
  const Jpeg2000 picture = read_jpeg2000(bytes, where, limits);
  const auto components = static_cast<std::size_t>(picture.components);
  const std::size_t channels = components < 3 ? 1 : 3;
  Image image{picture.width, picture.height, static_cast<std::int64_t>(channels), {}, {}};
  const auto most = static_cast<float>((1 << picture.bits) - 1);
  const std::int32_t least = picture.is_signed ? -(1 << (picture.bits - 1)) : 0;
  image.pixels.reserve(picture.values.size() / components * channels);
  for (std::size_t at = 0; at < picture.values.size(); at += components) {
    const auto value = [&](std::size_t c) {
      return std::clamp(static_cast<float>(picture.values[at + c] - least) / most, 0.0F, 1.0F);
    };
    const float alpha = components > channels ? value(channels) : 1.0F;
    std::array<float, 3> colour{};
    for (std::size_t c = 0; c < channels; ++c) colour[c] = value(c);
    if (picture.is_ycc && channels == 3) colour = rgb_of_ybr(colour);
    for (std::size_t c = 0; c < channels; ++c) image.pixels.push_back(colour[c] * alpha);
  }
  // Sixteen bits are what a converter writes that knows no better; fewer are meant.
  return {std::move(image), {picture.bits, picture.bits == 16 && !picture.is_signed, std::nullopt}};
}

}  // namespace raygen::engine
