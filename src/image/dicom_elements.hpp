#pragma once
// The data elements of a DICOM file (PS3.5, section 7), as far as a picture needs them. They are
// read here and not by DCMTK because DCMTK takes what an element is from a dictionary, a file that
// the host's environment names, and descends into sequences by recursion.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace raygen::engine {

using DicomTag = std::uint32_t;  // group × 65536 + element

namespace dicom_tag {
constexpr DicomTag item = 0xfffee000, transfer_syntax = 0x00020010, samples_per_pixel = 0x00280002,
                   photometric_interpretation = 0x00280004, planar_configuration = 0x00280006,
                   number_of_frames = 0x00280008, rows = 0x00280010, columns = 0x00280011,
                   bits_allocated = 0x00280100, bits_stored = 0x00280101, high_bit = 0x00280102,
                   pixel_representation = 0x00280103, pixel_padding_value = 0x00280120,
                   pixel_padding_range_limit = 0x00280121, window_center = 0x00281050,
                   window_width = 0x00281051, rescale_intercept = 0x00281052,
                   rescale_slope = 0x00281053, voi_lut_function = 0x00281056,
                   red_palette_descriptor = 0x00281101, red_palette_data = 0x00281201,
                   modality_lut_sequence = 0x00283000, lut_descriptor = 0x00283002,
                   lut_data = 0x00283006, voi_lut_sequence = 0x00283010,
                   float_pixel_data = 0x7fe00008, double_float_pixel_data = 0x7fe00009,
                   pixel_data = 0x7fe00010;
}

/// VRs whose length has four bytes, behind two that are zero (PS3.5, table 7.1-1).
bool has_long_length(std::string_view vr);

struct DicomEncoding {
  bool explicit_vr = true, big_endian = false;
};

struct DicomElement {
  DicomTag tag = 0;
  std::string_view vr;     // the two letters; empty where the file has none
  std::string_view value;  // of undefined length: all up to the delimiter
  bool undefined_length = false;
  bool big_endian = false;
};

/// The elements of a data set, or of an item of a sequence. All point into the file's bytes.
class DicomElements {
 public:
  /// Reads up to and with Pixel Data, or to the end of an item; of sequences only where they end.
  /// Nothing is believed of a length before the bytes are there. Throws Error(format | limit).
  DicomElements(std::string_view bytes, DicomEncoding encoding, const std::string& where);

  /// nullptr when it is not there or empty.
  const DicomElement* find(DicomTag tag) const;
  /// The values as numbers, whichever VR holds them; without a VR of its own (implicit, UN) an
  /// element has the standard's. What is no number is NaN.
  std::vector<double> numbers(DicomTag tag) const;
  /// The first of them, if it is a finite number.
  std::optional<double> number(DicomTag tag) const;
  /// Text without the spaces and zeros around it; empty when it is not there.
  std::string text(DicomTag tag) const;
  /// 16-bit words in the file's byte order.
  std::vector<std::uint16_t> words(DicomTag tag) const;
  /// The first item of a sequence, also of one that is stored as UN.
  std::optional<DicomElements> first_item(DicomTag sequence, const std::string& where) const;

 private:
  std::map<DicomTag, DicomElement> elements_;
};

struct DicomFile {
  std::string transfer_syntax;  // the UID; empty when the file has no meta information
  DicomElements data;
};

/// With or without a preamble, "DICM" and meta information. Throws Error(format | limit |
/// unsupported): deflated files are refused, for what they inflate to has no bound.
DicomFile read_dicom_file(std::string_view bytes, const std::string& where);
/// The compressed frame: all fragments of encapsulated pixel data, joined, without the offset
/// table.
std::string joined_fragments(const DicomElement& pixel_data, const std::string& where);

}  // namespace raygen::engine
