// Radiographs in DICOM files, through DCMTK: its parser, its decoders (JPEG, JPEG-LS, RLE) and its
// grey-scale pipeline (signed and odd bit depths, modality and VOI transformations, MONOCHROME1).

#include <dcmtk/config/osconfig.h>

#include "error.hpp"
#include "image/codec.hpp"

#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcfilefo.h>
#include <dcmtk/dcmdata/dcistrmb.h>
#include <dcmtk/dcmdata/dcmetinf.h>
#include <dcmtk/dcmdata/dcrledrg.h>
#include <dcmtk/dcmdata/dcuid.h>
#include <dcmtk/dcmdata/dcxfer.h>
#include <dcmtk/dcmimage/diregist.h>
#include <dcmtk/dcmimgle/dcmimage.h>
#include <dcmtk/dcmjpeg/djdecode.h>
#include <dcmtk/dcmjpls/djdecode.h>
#include <dcmtk/oflog/oflog.h>

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

namespace raygen::engine {
namespace {

constexpr std::size_t preamble_bytes = 128;
constexpr std::string_view dicom_prefix = "DICM";

/// DCMTK's log is the process's, and so is its list of decoders. While one of our calls runs its
/// log is off, and the last one to end gives it back as it was. Decoders are registered before each
/// use, for the host may have taken them away; they stay, for the host may use them.
class DcmtkCall {
 public:
  DcmtkCall() {
    const std::lock_guard lock(mutex);
    if (calls++ == 0) {
      level = dcmtk::log4cplus::Logger::getRoot().getLogLevel();
      dcmtk::log4cplus::Logger::getRoot().setLogLevel(dcmtk::log4cplus::OFF_LOG_LEVEL);
    }
    DJDecoderRegistration::registerCodecs();
    DJLSDecoderRegistration::registerCodecs();
    DcmRLEDecoderRegistration::registerCodecs();
  }
  ~DcmtkCall() {
    const std::lock_guard lock(mutex);
    if (--calls == 0) dcmtk::log4cplus::Logger::getRoot().setLogLevel(level);
  }
  DcmtkCall(const DcmtkCall&) = delete;
  DcmtkCall& operator=(const DcmtkCall&) = delete;

 private:
  inline static std::mutex mutex;
  inline static int calls = 0;
  inline static dcmtk::log4cplus::LogLevel level = 0;
};

/// DCMTK reads nested sequences by recursion, without a bound. Each level opens an item, so their
/// number bounds the depth.
void check_nesting(std::string_view bytes, const std::string& where) {
  constexpr std::size_t most = 512;  // needs less than 1 MiB of stack; a radiograph has tens
  for (const std::string_view item :
       {std::string_view("\xfe\xff\x00\xe0", 4), std::string_view("\xff\xfe\xe0\x00", 4)}) {
    std::size_t count = 0;
    for (std::size_t at = bytes.find(item); at != std::string_view::npos;
         at = bytes.find(item, at + item.size())) {
      if (++count > most)
        fail(Status::limit, "{}: the DICOM file has more than {} items", where, most);
    }
  }
}

void check_read(const OFCondition& condition, const std::string& where) {
  if (condition.bad())
    fail(Status::format, "{}: not a whole, valid DICOM file: {}", where, condition.text());
}

void parse(DcmFileFormat& file, std::string_view bytes, const std::string& where) {
  DcmInputBufferStream stream;
  stream.setBuffer(bytes.data(), static_cast<offile_off_t>(bytes.size()));
  stream.setEos();
  // Not deflated ones: they are not images, and what they inflate to has no bound.
  DcmMetaInfo meta;
  meta.transferInit();
  check_read(meta.read(stream), where);
  meta.transferEnd();
  OFString syntax;
  meta.findAndGetOFString(DCM_TransferSyntaxUID, syntax);
  if (syntax == UID_DeflatedExplicitVRLittleEndianTransferSyntax)
    fail(Status::unsupported,
         "{}: the whole DICOM file is compressed (deflated), which is not read", where);

  DcmInputBufferStream again;
  again.setBuffer(bytes.data(), static_cast<offile_off_t>(bytes.size()));
  again.setEos();
  file.transferInit();
  check_read(file.read(again), where);
  file.transferEnd();
}

std::uint16_t number(DcmDataset& data, const DcmTagKey& tag, const char* name,
                     const std::string& where) {
  Uint16 value = 0;
  if (data.findAndGetUint16(tag, value).bad())
    fail(Status::format, "{}: the DICOM file does not tell its {}", where, name);
  return value;
}

/// What the file says of its pixels, before any of them is decoded.
void check_pixel_data(DcmDataset& data, const std::string& where, const Limits& limits) {
  DcmElement* pixels = nullptr;
  if (data.findAndGetElement(DCM_PixelData, pixels).bad())
    fail(Status::format, "{}: a DICOM file without pixel data", where);
  const std::uint64_t rows = number(data, DCM_Rows, "Rows", where),
                      columns = number(data, DCM_Columns, "Columns", where);
  const std::uint64_t samples = number(data, DCM_SamplesPerPixel, "SamplesPerPixel", where);
  const std::uint64_t bits = number(data, DCM_BitsAllocated, "BitsAllocated", where);
  if (rows == 0 || columns == 0)
    fail(Status::format, "{}: the DICOM image is {} x {} pixels", where, columns, rows);
  check_pixel_count(columns, rows, where, limits);
  if (samples != 1 && samples != 3)
    fail(Status::unsupported, "{}: {} samples a pixel, 1 or 3 are read", where, samples);
  if (bits != 8 && bits != 16)
    fail(Status::unsupported, "{}: {} bits allocated to a sample, 8 or 16 are read", where, bits);
  Sint32 frames = 0;  // stays 0 when the file does not tell
  data.findAndGetSint32(DCM_NumberOfFrames, frames);
  if (frames > 1) fail(Status::unsupported, "{}: {} frames, a radiograph has one", where, frames);
  const std::uint64_t expected = rows * columns * samples * bits / 8;
  const bool encapsulated = DcmXfer(data.getOriginalXfer()).isEncapsulated();
  if (!encapsulated && pixels->getLength() < expected)
    fail(Status::format, "{}: {} bytes of pixel data, {} x {} pixels need {}", where,
         pixels->getLength(), columns, rows, expected);
}

void decompress(DcmDataset& data, const std::string& where) {
  const DcmXfer syntax(data.getOriginalXfer());
  if (!syntax.isEncapsulated()) return;
  const OFCondition condition = data.chooseRepresentation(EXS_LittleEndianExplicit, nullptr);
  if (condition == EC_CannotChangeRepresentation || condition == EC_UnsupportedEncoding)
    fail(Status::unsupported, "{}: DICOM pixels compressed as {} are not read", where,
         syntax.getXferName());
  if (condition.bad())
    fail(Status::format, "{}: the DICOM file's {} cannot be decoded: {}", where,
         syntax.getXferName(), condition.text());
}

/// Stored values as numbers, of the bits that are stored: the rest may hold anything.
class StoredValues {
 public:
  explicit StoredValues(DcmDataset& data) {
    Uint16 stored = 16, high = 15, representation = 0;
    if (data.findAndGetUint16(DCM_BitsStored, stored).bad() || stored == 0 || stored > 16)
      stored = 16;
    if (data.findAndGetUint16(DCM_HighBit, high).bad() || high > 15 || high + 1 < stored)
      high = static_cast<Uint16>(stored - 1);
    data.findAndGetUint16(DCM_PixelRepresentation, representation);
    bits_ = stored, shift_ = high + 1 - stored, signed_ = representation == 1;
  }
  std::int32_t of_pixel(std::uint16_t raw) const {
    return of_attribute(static_cast<std::uint16_t>(raw >> shift_));
  }
  std::int32_t of_attribute(std::uint16_t raw) const {
    const std::int32_t value = raw & ((1 << bits_) - 1);
    return signed_ && (value >> (bits_ - 1)) != 0 ? value - (1 << bits_) : value;
  }

 private:
  int bits_, shift_;
  bool signed_;
};

/// An attribute that is signed or not as the pixels are.
std::optional<std::uint16_t> raw_value(DcmDataset& data, const DcmTagKey& tag) {
  Uint16 value = 0;
  Sint16 negative = 0;
  if (data.findAndGetUint16(tag, value).good()) return value;
  if (data.findAndGetSint16(tag, negative).good()) return static_cast<std::uint16_t>(negative);
  return std::nullopt;
}

/// Which pixels only fill the rectangle around what was exposed (Pixel Padding Value, Pixel Padding
/// Range Limit); empty when none does, or all do.
std::vector<bool> padding(DcmDataset& data, std::size_t count) {
  const auto value = raw_value(data, DCM_PixelPaddingValue);
  if (!value) return {};
  const StoredValues stored(data);
  const std::int32_t one = stored.of_attribute(*value);
  const std::int32_t other =
      stored.of_attribute(raw_value(data, DCM_PixelPaddingRangeLimit).value_or(*value));
  DcmElement* pixels = nullptr;
  Uint16 bits = 0;
  data.findAndGetUint16(DCM_BitsAllocated, bits);
  Uint8* bytes = nullptr;
  Uint16* words = nullptr;
  if (data.findAndGetElement(DCM_PixelData, pixels).bad() || pixels->getLength() < count * bits / 8)
    return {};
  // 8-bit pixels may come as words, two in each.
  if (bits == 8 && pixels->getUint8Array(bytes).bad() && pixels->getUint16Array(words).good())
    bytes = reinterpret_cast<Uint8*>(words);
  if (bits == 16 && pixels->getUint16Array(words).bad()) words = nullptr;
  if (bits == 8 ? bytes == nullptr : words == nullptr) return {};
  std::vector<bool> is_padding(count);
  std::size_t found = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::int32_t pixel = stored.of_pixel(bits == 8 ? bytes[i] : words[i]);
    is_padding[i] = pixel >= std::min(one, other) && pixel <= std::max(one, other);
    found += is_padding[i] ? 1 : 0;
  }
  if (found == 0 || found == count) return {};
  return is_padding;
}

/// Stretches the values so that all but 0.5 % at either end keep apart: what is done for files of
/// more than 8 bits that name no window. Padding does not count.
void stretch(std::vector<float>& pixels, const std::vector<std::uint16_t>& values,
             const std::vector<bool>& is_padding) {
  constexpr double tail = 0.005;
  std::vector<std::size_t> histogram(65536);
  std::size_t count = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!is_padding.empty() && is_padding[i]) continue;
    ++histogram[values[i]], ++count;
  }
  const auto most = static_cast<std::size_t>(tail * static_cast<double>(count));
  std::size_t low = 0, high = histogram.size() - 1;
  for (std::size_t below = histogram[low]; below <= most; below += histogram[low]) ++low;
  for (std::size_t above = histogram[high]; above <= most; above += histogram[high]) --high;
  const auto first = static_cast<float>(low),
             range = static_cast<float>(std::max<std::size_t>(high, low + 1) - low);
  for (std::size_t i = 0; i < values.size(); ++i)
    pixels[i] = std::clamp((static_cast<float>(values[i]) - first) / range, 0.0F, 1.0F);
}

Image render(DcmDataset& data, const std::string& where) {
  DicomImage source(&data, data.getCurrentXfer(), CIF_NeverAccessEmbeddedOverlays, 0, 1);
  if (const EI_Status status = source.getStatus(); status != EIS_Normal) {
    const bool kind = status == EIS_NotSupportedValue;
    fail(kind ? Status::unsupported : Status::format, "{}: the DICOM image cannot be read: {}",
         where, DicomImage::getString(status));
  }
  source.hideAllOverlays();
  bool windowed = true;
  if (source.isMonochrome()) {
    windowed = (source.getVoiLutCount() > 0 && source.setVoiLut(0) == 1) ||
               (source.getWindowCount() > 0 && source.setWindow(0) == 1);
    double least = 0, most = 0;  // that the bits, rescaled, can hold
    if (!windowed && source.getMinMaxValues(least, most, 1) == 1)
      source.setWindow((least + most + 1) / 2, most - least + 1);
  }
  Image image;
  image.width = static_cast<std::int64_t>(source.getWidth());
  image.height = static_cast<std::int64_t>(source.getHeight());
  image.channels = source.isMonochrome() ? 1 : 3;
  std::vector<std::uint16_t> values(
      static_cast<std::size_t>(image.width * image.height * image.channels));
  if (source.getOutputData(values.data(),
                           static_cast<unsigned long>(values.size() * sizeof(std::uint16_t)),
                           16) != 1)
    fail(Status::format, "{}: the DICOM image cannot be rendered", where);
  image.pixels.resize(values.size());
  Uint16 bits = 0;
  data.findAndGetUint16(DCM_BitsStored, bits);
  const std::vector<bool> is_padding =
      image.channels == 1 ? padding(data, values.size()) : std::vector<bool>();
  if (!windowed && bits > 8) {
    stretch(image.pixels, values, is_padding);
  } else {
    std::transform(values.begin(), values.end(), image.pixels.begin(),
                   [](std::uint16_t value) { return static_cast<float>(value) / 65535.0F; });
  }
  for (std::size_t i = 0; i < is_padding.size(); ++i)
    if (is_padding[i]) image.pixels[i] = 0;  // background
  return image;
}

}  // namespace

bool is_dicom(std::string_view bytes) {
  return bytes.size() >= preamble_bytes && bytes.substr(preamble_bytes).starts_with(dicom_prefix);
}

Image decode_dicom(std::string_view bytes, const std::string& where, const Limits& limits) {
  check_nesting(bytes, where);
  const DcmtkCall call;
  DcmFileFormat file;
  parse(file, bytes, where);
  DcmDataset& data = *file.getDataset();
  check_pixel_data(data, where, limits);
  decompress(data, where);
  return render(data, where);
}

}  // namespace raygen::engine
