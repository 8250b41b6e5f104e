#pragma once
// JPEG 2000 codestreams and JP2 files as tests want them, written with OpenJPEG.

#include <openjpeg.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace raygen::engine {

struct Jpeg2000File {
  std::uint32_t width = 16, height = 16, components = 1, bits = 8;
  bool is_signed = false, lossless = true, colour_transform = false, jp2 = false, alpha = false;
  std::uint32_t tile = 0;                            // its side; 0: one tile
  std::uint32_t subsampled = 1;                      // of the components behind the first
  OPJ_COLOR_SPACE colours = OPJ_CLRSPC_UNSPECIFIED;  // JP2 says so
  std::vector<std::int32_t> values{};                // interleaved

  std::string bytes() const {
    std::vector<opj_image_cmptparm_t> parts(components);
    for (std::uint32_t c = 0; c < components; ++c) {
      const std::uint32_t step = c == 0 ? 1 : subsampled;
      parts[c] = {};
      parts[c].dx = parts[c].dy = step;
      parts[c].w = (width + step - 1) / step, parts[c].h = (height + step - 1) / step;
      parts[c].prec = bits, parts[c].sgnd = is_signed ? 1 : 0;
    }
    const std::unique_ptr<opj_image_t, decltype(&opj_image_destroy)> image(
        opj_image_create(components, parts.data(), colours), opj_image_destroy);
    image->x1 = width, image->y1 = height;
    for (std::uint32_t c = 0; c < components; ++c) {
      if (alpha && c + 1 == components) image->comps[c].alpha = 1;
      for (std::uint32_t i = 0; i < parts[c].w * parts[c].h; ++i)
        image->comps[c].data[i] = values.at(std::size_t{i} * components + c);
    }
    opj_cparameters_t parameters;
    opj_set_default_encoder_parameters(&parameters);
    parameters.tcp_numlayers = 1, parameters.cp_disto_alloc = 1;
    parameters.tcp_rates[0] = lossless ? 0 : 8;
    parameters.irreversible = lossless ? 0 : 1;
    parameters.tcp_mct = colour_transform ? 1 : 0;
    parameters.numresolution = 3;
    if (tile != 0) {
      parameters.tile_size_on = OPJ_TRUE;
      parameters.cp_tdx = parameters.cp_tdy = static_cast<int>(tile);
    }
    opj_codec_t* codec = opj_create_compress(jp2 ? OPJ_CODEC_JP2 : OPJ_CODEC_J2K);
    Written written;
    opj_stream_t* stream = opj_stream_create(4096, OPJ_FALSE);
    opj_stream_set_user_data(stream, &written, nullptr);
    opj_stream_set_write_function(stream, [](void* from, OPJ_SIZE_T size, void* to) {
      static_cast<Written*>(to)->put(static_cast<const char*>(from), size);
      return size;
    });
    opj_stream_set_seek_function(stream, [](OPJ_OFF_T at, void* to) -> OPJ_BOOL {
      static_cast<Written*>(to)->at = static_cast<std::size_t>(at);
      return OPJ_TRUE;
    });
    opj_stream_set_skip_function(stream, [](OPJ_OFF_T count, void* to) {
      static_cast<Written*>(to)->at += static_cast<std::size_t>(count);
      return count;
    });
    const bool done = opj_setup_encoder(codec, &parameters, image.get()) &&
                      opj_start_compress(codec, image.get(), stream) && opj_encode(codec, stream) &&
                      opj_end_compress(codec, stream);
    opj_stream_destroy(stream);
    opj_destroy_codec(codec);
    if (!done) throw std::runtime_error("OpenJPEG cannot encode the test's image");
    return written.bytes;
  }

 private:
  struct Written {
    std::string bytes;
    std::size_t at = 0;
    void put(const char* from, std::size_t size) {
      bytes.resize(std::max(bytes.size(), at + size));
      std::memcpy(bytes.data() + at, from, size);
      at += size;
    }
  };
};

/// As many values as the image needs: 0, step, 2 × step, …, within `bits`.
inline std::vector<std::int32_t> jpeg2000_ramp(std::size_t count, std::uint32_t bits,
                                               bool is_signed = false, std::int32_t step = 1) {
  std::vector<std::int32_t> values(count);
  const std::int32_t range = 1 << bits, least = is_signed ? -(range / 2) : 0;
  for (std::size_t i = 0; i < count; ++i)
    values[i] = least + static_cast<std::int32_t>(i) * step % range;
  return values;
}

}  // namespace raygen::engine
