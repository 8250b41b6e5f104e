// Compressed frames of DICOM files through DCMTK's decoders: JPEG (8 and 12 bits, lossless) and
// JPEG-LS. They are called directly. DCMTK's list of them is the host's, which may have
// registered them with other options or taken them away.

#include <dcmtk/config/osconfig.h>

#include "error.hpp"
#include "image/dcmtk_log.hpp"
#include "image/dicom_frame.hpp"

#include <dcmtk/dcmdata/dcdatset.h>
#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>
#include <dcmtk/dcmdata/dcvrcs.h>
#include <dcmtk/dcmdata/dcvrus.h>
#include <dcmtk/dcmjpeg/djcparam.h>
#include <dcmtk/dcmjpeg/djdecsv1.h>
#include <dcmtk/dcmjpls/djcodecd.h>
#include <dcmtk/dcmjpls/djcparam.h>

#include <algorithm>
#include <memory>

namespace raygen::engine {
namespace {

/// Elements with the standard's VR: DCMTK would look into its dictionary for it, which may be
/// another program's or missing.
class DecoderInput {
 public:
  DecoderInput(const DicomFrame& frame, int bits) {
    number(DCM_SamplesPerPixel, frame.channels);
    number(DCM_PlanarConfiguration, 0);
    number(DCM_Rows, frame.height);
    number(DCM_Columns, frame.width);
    number(DCM_BitsAllocated, bits > 8 ? 16 : 8);
    number(DCM_BitsStored, bits);
    number(DCM_HighBit, bits - 1);
    number(DCM_PixelRepresentation, frame.is_signed ? 1 : 0);
    auto name = std::make_unique<DcmCodeString>(DcmTag(DCM_PhotometricInterpretation, EVR_CS));
    name->putString(frame.channels == 3 ? "RGB" : "MONOCHROME2");
    insert(std::move(name));
  }
  DcmItem& item() { return item_; }

 private:
  void number(const DcmTagKey& tag, std::int64_t value) {
    auto element = std::make_unique<DcmUnsignedShort>(DcmTag(tag, EVR_US));
    element->putUint16(static_cast<Uint16>(value));
    insert(std::move(element));
  }
  void insert(std::unique_ptr<DcmElement> element) {
    if (item_.insert(element.get(), OFTrue).good()) element.release();
  }
  DcmDataset item_;
};

void append_fragment(DcmPixelSequence& sequence, const std::string& bytes) {
  auto fragment = std::make_unique<DcmPixelItem>(DcmTag(DCM_Item, EVR_OB));
  fragment->putUint8Array(reinterpret_cast<const Uint8*>(bytes.data()),
                          static_cast<unsigned long>(bytes.size()));
  if (sequence.insert(fragment.get()).good()) fragment.release();
}

OFCondition decode(int process, DcmPixelSequence& sequence, DcmItem& item, void* to, Uint32 size) {
  Uint32 fragment = 1;  // after the offset table
  OFString colours;
  if (process == jpeg_ls_process) {
    const DJLSCodecParameter options;
    return DJLSLosslessDecoder().decodeFrame(nullptr, &sequence, &options, &item, 0, fragment, to,
                                             size, colours);
  }
  // One decoder knows all of JPEG's processes: the stream tells it which.
  const DJCodecParameter options(ECC_lossyYCbCr, EDC_never, EUC_never, EPC_colorByPixel);
  return DJDecoderP14SV1().decodeFrame(nullptr, &sequence, &options, &item, 0, fragment, to, size,
                                       colours);
}

}  // namespace

std::vector<std::uint16_t> decode_with_dcmtk(const std::string& stream, const DicomFrame& frame,
                                             int process, int bits, const std::string& where) {
  const DcmtkIsQuiet quiet(dcmtk_log);
  DecoderInput input(frame, bits);
  DcmPixelSequence sequence(DcmTag(DCM_PixelData, EVR_OB));
  append_fragment(sequence, {});
  append_fragment(sequence, stream);
  const auto count = static_cast<std::size_t>(frame.width * frame.height * frame.channels);
  std::vector<std::uint16_t> samples(count);
  const std::size_t bytes_each = bits > 8 ? 2 : 1;
  const OFCondition condition = decode(process, sequence, input.item(), samples.data(),
                                       static_cast<Uint32>(count * bytes_each));
  if (condition.bad())
    fail(Status::format, "{}: the DICOM file's {} frame cannot be decoded: {}", where,
         process == jpeg_ls_process ? "JPEG-LS" : "JPEG", condition.text());
  if (bytes_each == 1) {  // from the end: each byte lies before its word
    const auto* bytes = reinterpret_cast<const unsigned char*>(samples.data());
    for (std::size_t i = count; i-- > 0;) samples[i] = bytes[i];
  }
  return samples;
}

bool JpegHeader::is_ybr(bool said) const {
  if (has_rgb_names) return false;
  if (has_jfif) return true;
  return adobe_transform < 0 ? said : adobe_transform == 1;
}

JpegHeader read_jpeg_header(std::string_view stream, const std::string& where) {
  const auto byte = [&](std::size_t at) -> int { return static_cast<unsigned char>(stream[at]); };
  const auto word = [&](std::size_t at) { return byte(at) << 8 | byte(at + 1); };
  JpegHeader header;
  std::size_t at = 2;
  while (at + 4 <= stream.size()) {
    const int marker = byte(at + 1);
    if (byte(at) != 0xff || marker == 0xff || marker == 0 || marker == 1 ||
        (marker >= 0xd0 && marker <= 0xd8)) {
      ++at;  // fill bytes and markers without a length
      continue;
    }
    if (marker == 0xda || marker == 0xd9) break;
    const auto length = static_cast<std::size_t>(word(at + 2));
    const std::string_view segment = stream.substr(at + 4, std::max<std::size_t>(length, 2) - 2);
    if (length < 2 || segment.size() != length - 2) break;
    const bool is_frame =
        (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc) ||
        marker == 0xf7;
    if (is_frame && header.components == 0 && segment.size() >= 6) {
      header.process = marker - 0xc0;
      header.bits = byte(at + 4);
      header.height = word(at + 5), header.width = word(at + 7);
      header.components = byte(at + 9);
      const auto name = [&](std::size_t i) {
        return segment.size() > 6 + 3 * i ? segment[6 + 3 * i] | 0x20 : 0;
      };
      header.has_rgb_names =
          header.components == 3 && name(0) == 'r' && name(1) == 'g' && name(2) == 'b';
    }
    if (marker == 0xe0 && segment.starts_with("JFIF")) header.has_jfif = true;
    if (marker == 0xee && segment.starts_with("Adobe") && segment.size() >= 12)
      header.adobe_transform = static_cast<unsigned char>(segment[11]);
    at += 2 + length;
  }
  if (header.components == 0)
    fail(Status::format, "{}: the DICOM file's JPEG frame has no header", where);
  const bool is_read = header.process <= 3 || header.process == jpeg_ls_process;
  if (!is_read || header.bits < 2 || header.bits > 16)
    fail(
        Status::unsupported,
        "{}: a kind of JPEG that is not read: process {} of {} bits, expected 0 to 3 or JPEG-LS of "
        "2 to 16 bits",
        where, header.process, header.bits);
  return header;
}

}  // namespace raygen::engine
