// libjpeg reports errors by longjmp: see png_read.cpp for how destructors are kept out of its way.

#include "error.hpp"
#include "image/codec.hpp"
#include "image/jpeg_scan.hpp"
#include "image/orientation.hpp"

#include <cstdio>

#include <jpeglib.h>

#include <jerror.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <new>

namespace raygen::engine {
namespace {

constexpr int max_scans = 200;  // a progressive file with more only means to keep us busy

class JpegReader {
 public:
  explicit JpegReader(const std::string& where) : where_(where) {
    info_.err = jpeg_std_error(&errors_);
    info_.client_data = this;
    errors_.error_exit = on_error;
    errors_.emit_message = on_message;
    errors_.output_message = [](j_common_ptr) {};
    progress_.progress_monitor = on_progress;
    call([&] { jpeg_create_decompress(&info_); });
  }
  ~JpegReader() { jpeg_destroy_decompress(&info_); }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;

  Image read(std::string_view bytes, const Limits& limits);

 private:
  template <typename Function>
  void call(const Function& function) {
    if (attempt(function)) return;
    switch (code_) {
      case JERR_OUT_OF_MEMORY:
        throw std::bad_alloc();
      case JERR_IMAGE_TOO_BIG:
        fail(Status::limit, "{}: {}", where_, message_.data());
      case JERR_BAD_PRECISION:
      case JERR_SOF_UNSUPPORTED:
      case JERR_ARITH_NOTIMPL:
      case JERR_CONVERSION_NOTIMPL:
        fail(Status::unsupported, "{}: a kind of JPEG that is not read: {}", where_,
             message_.data());
      default:
        fail(Status::format, "{}: not a whole, valid JPEG: {}", where_, message_.data());
    }
  }
  template <typename Function>
  [[gnu::noinline]] bool attempt(const Function& function) {
    if (setjmp(jump_) != 0) return false;
    function();
    return true;
  }

  [[noreturn]] static void on_error(j_common_ptr info) {
    auto* self = static_cast<JpegReader*>(info->client_data);
    std::array<char, JMSG_LENGTH_MAX> text;
    info->err->format_message(info, text.data());
    self->stop(info->err->msg_code, text.data());
  }
  /// Most warnings mean that libjpeg goes on with made-up data (the file ends early, a code is
  /// wrong): not for a radiograph. Some files are only badly written, and decode whole.
  static void on_message(j_common_ptr info, int level) {
    auto* self = static_cast<JpegReader*>(info->client_data);
    if (level >= 0)
      self->note(info->err->msg_code);
    else if (!self->harmless(*info->err))
      on_error(info);
  }
  /// libjpeg tells what it reads, marker by marker.
  void note(int code);
  bool harmless(const jpeg_error_mgr& warning) const;
  int orientation() const;

  static void on_progress(j_common_ptr info) {
    const auto* decompress = reinterpret_cast<j_decompress_ptr>(info);
    if (decompress->input_scan_number > max_scans)
      static_cast<JpegReader*>(info->client_data)
          ->stop(JERR_BAD_SCAN_SCRIPT, "it has too many scans");
  }
  [[noreturn]] void stop(int code, const char* message) {
    code_ = code;
    std::snprintf(message_.data(), message_.size(), "%s", message);
    std::longjmp(jump_, 1);
  }

  const std::string& where_;
  std::string_view bytes_;
  bool behind_scan_ = false;  // the last marker began a scan
  jpeg_decompress_struct info_{};
  jpeg_error_mgr errors_{};
  jpeg_progress_mgr progress_{};
  std::jmp_buf jump_{};
  int code_ = 0;
  std::array<char, JMSG_LENGTH_MAX> message_{};
};

void JpegReader::note(int code) {
  switch (code) {
    case JTRC_SOS:
      behind_scan_ = true;
      break;
    case JTRC_DHT:
    case JTRC_DQT:
    case JTRC_DRI:
    case JTRC_DAC:
    case JTRC_JFIF:
    case JTRC_APP0:
    case JTRC_APP14:
    case JTRC_ADOBE:
    case JTRC_MISC_MARKER:
      behind_scan_ = false;
      break;
    default:
      break;
  }
}

bool JpegReader::harmless(const jpeg_error_mgr& warning) const {
  switch (warning.msg_code) {
    case JWRN_JFIF_MAJOR:      // a version that is not 1
    case JWRN_ADOBE_XFORM:     // an unknown transform is taken for YCbCr
    case JWRN_NOT_SEQUENTIAL:  // a sequential scan needs no spectral selection
      return true;
    case JWRN_EXTRANEOUS_DATA: {
      const int strays = warning.msg_parm.i[0], marker = warning.msg_parm.i[1];
      if (!behind_scan_) return true;  // between segments, which tell their lengths
      constexpr int first_restart = 0xd0, last_restart = 0xd7;
      if (marker >= first_restart && marker <= last_restart) return false;
      const auto* begin = reinterpret_cast<const JOCTET*>(bytes_.data());
      const JOCTET* next = info_.src->next_input_byte;
      if (next < begin || next > begin + bytes_.size()) return false;
      const JOCTET* at = std::find(next, begin + bytes_.size(), JOCTET{0xff});
      return strays_only(info_, bytes_, static_cast<std::size_t>(at - begin),
                         static_cast<std::size_t>(strays));
    }
    default:
      return false;
  }
}

int JpegReader::orientation() const {
  for (const jpeg_marker_struct* marker = info_.marker_list; marker != nullptr;
       marker = marker->next) {
    const std::string_view data(reinterpret_cast<const char*>(marker->data), marker->data_length);
    if (data.starts_with(exif_prefix)) return exif_orientation(data);  // XMP has the same marker
  }
  return 1;
}

Image JpegReader::read(std::string_view bytes, const Limits& limits) {
  bytes_ = bytes;
  call([&] {
    jpeg_mem_src(&info_, reinterpret_cast<const unsigned char*>(bytes.data()),
                 static_cast<unsigned long>(bytes.size()));
    jpeg_save_markers(&info_, JPEG_APP0 + 1, 0xffff);
    jpeg_read_header(&info_, TRUE);
  });
  check_pixel_count(info_.image_width, info_.image_height, where_, limits);
  switch (info_.jpeg_color_space) {
    case JCS_GRAYSCALE:
      info_.out_color_space = JCS_GRAYSCALE;
      break;
    case JCS_YCbCr:
    case JCS_RGB:
      info_.out_color_space = JCS_RGB;
      break;
    default:
      fail(Status::unsupported,
           "{}: a JPEG of {} colour components ({}) is not read: grey, YCbCr or RGB", where_,
           info_.num_components,
           info_.jpeg_color_space == JCS_CMYK || info_.jpeg_color_space == JCS_YCCK
               ? "CMYK"
               : "unknown colours");
  }
  call([&] {
    info_.progress = &progress_;
    info_.dct_method = JDCT_ISLOW;
    jpeg_start_decompress(&info_);
  });
  Image image;
  image.width = info_.output_width;
  image.height = info_.output_height;
  image.channels = info_.output_components;
  // Reserved, not filled: the pages of a header that lies about its size are never touched.
  image.pixels.reserve(static_cast<std::size_t>(image.width * image.height * image.channels));
  std::vector<JSAMPLE> row(static_cast<std::size_t>(image.width * image.channels));
  while (info_.output_scanline < info_.output_height) {
    JSAMPROW at = row.data();
    call([&] { jpeg_read_scanlines(&info_, &at, 1); });
    for (const JSAMPLE sample : row) image.pixels.push_back(static_cast<float>(sample) / 255.0F);
  }
  const int orientation = this->orientation();
  call([&] { jpeg_finish_decompress(&info_); });
  return turned(std::move(image), orientation);
}

}  // namespace

Image decode_jpeg(std::string_view bytes, const std::string& where, const Limits& limits) {
  constexpr std::string_view jpeg_ls("\xff\xd8\xff\xf7", 4);
  if (bytes.starts_with(jpeg_ls))
    fail(Status::unsupported, "{}: a JPEG-LS file is not read, except inside of DICOM", where);
  return JpegReader(where).read(bytes, limits);
}

}  // namespace raygen::engine
