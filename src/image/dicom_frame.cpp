#include "image/dicom_frame.hpp"

#include "error.hpp"
#include "image/codec.hpp"
#include "image/jpeg2000.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace raygen::engine {
namespace {

constexpr std::string_view rle_syntax = "1.2.840.10008.1.2.5",
                           encapsulated_uncompressed_syntax = "1.2.840.10008.1.2.1.98",
                           big_endian_pixels_syntax = "1.2.840.113619.5.2";  // private, of GE

/// What is known and not read, so that a message can name it.
constexpr std::array<std::pair<std::string_view, std::string_view>, 23> unsupported_syntaxes{{
    {"1.2.840.10008.1.2.4.92", "JPEG 2000 Part 2 Lossless"},
    {"1.2.840.10008.1.2.4.93", "JPEG 2000 Part 2"},
    {"1.2.840.10008.1.2.4.94", "JPIP Referenced"},
    {"1.2.840.10008.1.2.4.95", "JPIP Referenced Deflate"},
    {"1.2.840.10008.1.2.4.100", "MPEG2 Main Profile / Main Level"},
    {"1.2.840.10008.1.2.4.101", "MPEG2 Main Profile / High Level"},
    {"1.2.840.10008.1.2.4.102", "MPEG-4 AVC/H.264 High Profile"},
    {"1.2.840.10008.1.2.4.103", "MPEG-4 AVC/H.264 BD-compatible"},
    {"1.2.840.10008.1.2.4.104", "MPEG-4 AVC/H.264 High Profile for 2D Video"},
    {"1.2.840.10008.1.2.4.105", "MPEG-4 AVC/H.264 High Profile for 3D Video"},
    {"1.2.840.10008.1.2.4.106", "MPEG-4 AVC/H.264 Stereo High Profile"},
    {"1.2.840.10008.1.2.4.107", "HEVC/H.265 Main Profile"},
    {"1.2.840.10008.1.2.4.108", "HEVC/H.265 Main 10 Profile"},
    {"1.2.840.10008.1.2.4.110", "JPEG XL Lossless"},
    {"1.2.840.10008.1.2.4.111", "JPEG XL JPEG Recompression"},
    {"1.2.840.10008.1.2.4.112", "JPEG XL"},
    {"1.2.840.10008.1.2.4.201", "High-Throughput JPEG 2000 Lossless (HTJ2K)"},
    {"1.2.840.10008.1.2.4.202", "High-Throughput JPEG 2000 Lossless RPCL (HTJ2K)"},
    {"1.2.840.10008.1.2.4.203", "High-Throughput JPEG 2000 (HTJ2K)"},
    {"1.2.840.10008.1.2.4.204", "JPIP HTJ2K Referenced"},
    {"1.2.840.10008.1.2.4.205", "JPIP HTJ2K Referenced Deflate"},
    {"1.2.840.10008.1.2.6.1", "RFC 2557 MIME encapsulation"},
    {"1.2.840.10008.1.2.8.1", "Deflated Image Frame Compression"},
}};

/// What the file says of its pixels.
struct Description {
  DicomFrame frame;  // without values
  int bits_allocated = 0, high_bit = 0;
  bool is_planar = false;
  std::size_t samples() const {
    return static_cast<std::size_t>(frame.width * frame.height * frame.channels);
  }
};

std::int64_t whole_number(const DicomElements& data, DicomTag tag, const char* name,
                          const std::string& where) {
  const auto value = data.number(tag);
  if (!value) fail(Status::format, "{}: the DICOM file does not tell its {}", where, name);
  if (*value < 0 || *value > 65535)
    fail(Status::format, "{}: the DICOM file's {} is {}, expected 0 to 65535", where, name, *value);
  return static_cast<std::int64_t>(*value);
}

void check_photometric(const DicomFrame& frame, const std::string& where) {
  const std::string& name = frame.photometric;
  if (name.empty())
    fail(Status::format, "{}: the DICOM file does not tell its PhotometricInterpretation", where);
  const bool is_known =
      frame.channels == 1
          ? name == "MONOCHROME1" || name == "MONOCHROME2" || name == "PALETTE COLOR"
          : name == "RGB" || name == "YBR_FULL" || name == "YBR_FULL_422" || name == "YBR_RCT" ||
                name == "YBR_ICT";
  if (!is_known)
    fail(Status::unsupported,
         "{}: Photometric Interpretation \"{}\" with {} samples a pixel is not read: expected "
         "MONOCHROME1, MONOCHROME2 or PALETTE COLOR with 1, RGB or YBR_… with 3",
         where, name, frame.channels);
}

Description describe(const DicomElements& data, const std::string& where, const Limits& limits) {
  using namespace dicom_tag;
  if (data.find(pixel_data) == nullptr) {
    if (data.find(float_pixel_data) != nullptr || data.find(double_float_pixel_data) != nullptr)
      fail(Status::unsupported, "{}: a DICOM file of floating-point pixels, which are not read",
           where);
    fail(Status::format, "{}: a DICOM file without pixel data", where);
  }
  Description described;
  DicomFrame& frame = described.frame;
  frame.height = whole_number(data, rows, "Rows", where);
  frame.width = whole_number(data, columns, "Columns", where);
  const std::int64_t samples = whole_number(data, samples_per_pixel, "SamplesPerPixel", where),
                     allocated = whole_number(data, bits_allocated, "BitsAllocated", where);
  if (frame.height == 0 || frame.width == 0)
    fail(Status::format, "{}: the DICOM image is {} x {} pixels", where, frame.width, frame.height);
  check_pixel_count(static_cast<std::uint64_t>(frame.width),
                    static_cast<std::uint64_t>(frame.height), where, limits);
  if (samples != 1 && samples != 3)
    fail(Status::unsupported, "{}: {} samples a pixel, 1 or 3 are read", where, samples);
  if (allocated != 8 && allocated != 16)
    fail(Status::unsupported, "{}: {} bits allocated to a sample, 8 or 16 are read", where,
         allocated);
  const double frames = data.number(number_of_frames).value_or(1);
  if (frames > 1) fail(Status::unsupported, "{}: {} frames, a radiograph has one", where, frames);
  const double stored = data.number(bits_stored).value_or(static_cast<double>(allocated));
  if (!(stored >= 1 && stored <= static_cast<double>(allocated)))
    fail(Status::format, "{}: {} bits stored of {} allocated to a sample", where, stored,
         allocated);
  frame.channels = static_cast<int>(samples);
  frame.bits = static_cast<int>(stored);
  frame.is_signed = data.number(pixel_representation).value_or(0) == 1;
  frame.photometric = data.text(photometric_interpretation);
  check_photometric(frame, where);
  const double high = data.number(high_bit).value_or(stored - 1);
  described.bits_allocated = static_cast<int>(allocated);
  described.high_bit = high >= stored - 1 && high < static_cast<double>(allocated)
                           ? static_cast<int>(high)
                           : frame.bits - 1;
  described.is_planar = samples == 3 && data.number(planar_configuration).value_or(0) == 1;
  return described;
}

std::int32_t sign_extended(std::int32_t value, int bits) {
  value &= (1 << bits) - 1;
  return (value >> (bits - 1)) != 0 ? value - (1 << bits) : value;
}

/// A stored word's value: the bits that are stored, for the rest may hold anything (overlays).
class StoredBits {
 public:
  explicit StoredBits(const Description& described)
      : bits_(described.frame.bits),
        shift_(described.high_bit + 1 - bits_),
        signed_(described.frame.is_signed) {}
  std::int32_t operator()(std::uint16_t word) const {
    const std::int32_t value = word >> shift_;
    return signed_ ? sign_extended(value, bits_) : value & ((1 << bits_) - 1);
  }

 private:
  int bits_, shift_;
  bool signed_;
};

/// Uncompressed pixel data as words of one sample each.
class NativeSamples {
 public:
  NativeSamples(const DicomElement& element, int bits, bool big_endian)
      : bytes_(element.value),
        // 8-bit pixels may come as words, two in each (PS3.5, 8.1.1).
        words_swapped_(big_endian && bits == 8 && element.vr == "OW"),
        wide_(bits == 16),
        big_endian_(big_endian) {}
  std::size_t size() const { return wide_ ? bytes_.size() / 2 : bytes_.size(); }
  std::uint16_t operator[](std::size_t i) const {
    if (!wide_) return byte(words_swapped_ && (i ^ 1) < bytes_.size() ? i ^ 1 : i);
    const std::uint16_t first = byte(2 * i), second = byte(2 * i + 1);
    return static_cast<std::uint16_t>(big_endian_ ? first << 8 | second : second << 8 | first);
  }

 private:
  std::uint16_t byte(std::size_t at) const { return static_cast<unsigned char>(bytes_[at]); }
  std::string_view bytes_;
  bool words_swapped_, wide_, big_endian_;
};

/// Y Y Cb Cr for each two pixels of a row (PS3.3, C.7.6.3.1.2): the two share their colour.
void unpack_422(DicomFrame& frame, const NativeSamples& samples, const StoredBits& stored) {
  const auto pixels = static_cast<std::size_t>(frame.width * frame.height);
  for (std::size_t pixel = 0; pixel < pixels; ++pixel) {
    const std::size_t pair = pixel / 2 * 4;
    frame.values.push_back(stored(samples[pair + pixel % 2]));
    frame.values.push_back(stored(samples[pair + 2]));
    frame.values.push_back(stored(samples[pair + 3]));
  }
  frame.photometric = "YBR_FULL";
}

DicomFrame unpacked(const Description& described, const NativeSamples& samples,
                    const std::string& where) {
  DicomFrame frame = described.frame;
  const StoredBits stored(described);
  const std::size_t count = described.samples();
  const int bytes_each = described.bits_allocated / 8;
  // Some writers say 422 and do not leave colours out: their number tells.
  const bool is_422 = frame.photometric == "YBR_FULL_422" && samples.size() < count;
  const std::size_t expected = is_422 ? count / 3 * 2 : count;
  if (samples.size() < expected)
    fail(Status::format, "{}: {} bytes of pixel data, {} x {} pixels need {}", where,
         samples.size() * static_cast<std::size_t>(bytes_each), frame.width, frame.height,
         expected * static_cast<std::size_t>(bytes_each));
  frame.values.reserve(count);
  if (is_422) {
    if (frame.width % 2 != 0)
      fail(Status::format, "{}: {} columns in YBR_FULL_422, expected an even number", where,
           frame.width);
    unpack_422(frame, samples, stored);
    return frame;
  }
  const std::size_t plane = count / 3;
  for (std::size_t i = 0; i < count; ++i)
    frame.values.push_back(stored(samples[described.is_planar ? i % 3 * plane + i / 3 : i]));
  if (frame.photometric == "YBR_FULL_422") frame.photometric = "YBR_FULL";
  return frame;
}

void check_size(const DicomFrame& frame, std::int64_t width, std::int64_t height, int components,
                const std::string& where) {
  if (width != frame.width || height != frame.height || components != frame.channels)
    fail(Status::format,
         "{}: the compressed frame has {} x {} pixels of {} samples, the DICOM file says {} x {} "
         "of {}",
         where, width, height, components, frame.width, frame.height, frame.channels);
}

DicomFrame decoded_jpeg2000(DicomFrame frame, const std::string& stream, const std::string& where,
                            const Limits& limits) {
  Jpeg2000 picture = read_jpeg2000(stream, where, limits);
  check_size(frame, picture.width, picture.height, picture.components, where);
  frame.values = std::move(picture.values);
  // The two may disagree on the sign: then the bits are right and the sign is DICOM's.
  if (picture.is_signed != frame.is_signed) {
    for (std::int32_t& value : frame.values)
      value =
          frame.is_signed ? sign_extended(value, picture.bits) : value & ((1 << picture.bits) - 1);
  }
  frame.bits = std::min(frame.bits, picture.bits);
  const bool is_ybr = picture.is_ycc ||
                      (!picture.has_colour_transform && frame.photometric.starts_with("YBR_FULL"));
  if (frame.channels == 3) frame.photometric = is_ybr ? "YBR_FULL" : "RGB";
  return frame;
}

DicomFrame decoded_jpeg(DicomFrame frame, const std::string& stream, const std::string& where) {
  const JpegHeader header = read_jpeg_header(stream, where);
  check_size(frame, header.width, header.height, header.components, where);
  const std::vector<std::uint16_t> samples =
      decode_with_dcmtk(stream, frame, header.process, header.bits, where);
  const bool is_ybr = header.is_ybr(frame.photometric.starts_with("YBR"));
  if (frame.channels == 3) frame.photometric = is_ybr ? "YBR_FULL" : "RGB";
  frame.bits = std::min(frame.bits, header.bits);
  frame.values.reserve(samples.size());
  for (const std::uint16_t sample : samples)
    frame.values.push_back(frame.is_signed ? sign_extended(sample, frame.bits) : sample);
  return frame;
}

DicomFrame decoded_rle(const Description& described, const std::string& stream,
                       const std::string& where) {
  DicomFrame frame = described.frame;
  const StoredBits stored(described);
  const std::vector<std::uint16_t> samples =
      decode_rle(stream, frame, described.bits_allocated, where);
  frame.values.reserve(samples.size());
  for (const std::uint16_t sample : samples) frame.values.push_back(stored(sample));
  if (frame.photometric == "YBR_FULL_422") frame.photometric = "YBR_FULL";
  return frame;
}

/// The stream tells what it is: of two names of JPEG the file may have the wrong one.
DicomFrame decoded(const Description& described, const DicomFile& file, const std::string& where,
                   const Limits& limits) {
  const std::string stream = joined_fragments(*file.data.find(dicom_tag::pixel_data), where);
  if (file.transfer_syntax == rle_syntax) return decoded_rle(described, stream, where);
  if (file.transfer_syntax == encapsulated_uncompressed_syntax) {
    DicomElement element;
    element.value = stream;
    return unpacked(described, {element, described.bits_allocated, false}, where);
  }
  if (is_jpeg2000(stream)) return decoded_jpeg2000(described.frame, stream, where, limits);
  if (stream.starts_with("\xff\xd8")) return decoded_jpeg(described.frame, stream, where);
  if (file.transfer_syntax.starts_with("1.2.840.10008.1.2.4."))
    fail(Status::format,
         "{}: the DICOM file's compressed frame ({}) begins neither as JPEG nor as JPEG 2000",
         where, file.transfer_syntax);
  fail(Status::unsupported, "{}: DICOM pixels of transfer syntax \"{}\" are not read", where,
       file.transfer_syntax);
}

}  // namespace

DicomFrame read_dicom_frame(const DicomFile& file, const std::string& where, const Limits& limits) {
  for (const auto& [uid, name] : unsupported_syntaxes)
    if (file.transfer_syntax == uid)
      fail(Status::unsupported, "{}: DICOM pixels compressed as {} are not read", where, name);
  const Description described = describe(file.data, where, limits);
  const DicomElement& pixels = *file.data.find(dicom_tag::pixel_data);
  // Fragments are sometimes given a length.
  const bool is_compressed = file.transfer_syntax.starts_with("1.2.840.10008.1.2.4.") ||
                             file.transfer_syntax == rle_syntax;
  if (pixels.undefined_length ||
      (is_compressed && pixels.value.starts_with(std::string_view("\xfe\xff\x00\xe0", 4))))
    return decoded(described, file, where, limits);
  const bool big_endian = pixels.big_endian || file.transfer_syntax == big_endian_pixels_syntax;
  return unpacked(described, {pixels, described.bits_allocated, big_endian}, where);
}

}  // namespace raygen::engine
