#pragma once
// JPEG files, by libjpeg.

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <jpeglib.h>

namespace raygen::engine {

struct JpegKind {
  int channels = 1, restart_interval = 0;
  bool progressive = false;
  int quality = 90;
};

/// Of a square picture's samples, rows from the top, channels interleaved.
inline std::string jpeg_file(std::vector<JSAMPLE> samples, unsigned side,
                             const JpegKind& kind = {}) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* out = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &out, &size);
  info.image_width = info.image_height = side;
  info.input_components = kind.channels;
  info.in_color_space = kind.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, kind.quality, TRUE);
  if (kind.progressive) jpeg_simple_progression(&info);
  info.restart_interval = static_cast<unsigned>(kind.restart_interval);
  jpeg_start_compress(&info, TRUE);
  const std::size_t width = side * static_cast<std::size_t>(kind.channels);
  for (unsigned y = 0; y < side; ++y) {
    JSAMPROW at = samples.data() + y * width;
    jpeg_write_scanlines(&info, &at, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  std::string bytes(reinterpret_cast<const char*>(out), size);
  std::free(out);
  return bytes;
}

}  // namespace raygen::engine
