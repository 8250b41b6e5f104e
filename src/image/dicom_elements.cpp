#include "image/dicom_elements.hpp"

#include "error.hpp"
#include "image/codec.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

namespace raygen::engine {
namespace {

constexpr std::size_t preamble_bytes = 128;
constexpr std::string_view dicom_prefix = "DICM";
constexpr DicomTag item_start = dicom_tag::item, item_end = 0xfffee00d, sequence_end = 0xfffee0dd;
constexpr std::uint32_t undefined = 0xffffffff;
constexpr std::string_view deflated_syntax = "1.2.840.10008.1.2.1.99",
                           implicit_syntax = "1.2.840.10008.1.2",
                           big_endian_syntax = "1.2.840.10008.1.2.2";

constexpr std::array<std::string_view, 13> long_vrs{"OB", "OD", "OF", "OL", "OV", "OW", "SQ",
                                                    "SV", "UC", "UN", "UR", "UT", "UV"};
constexpr std::array<std::string_view, 21> short_vrs{"AE", "AS", "AT", "CS", "DA", "DS", "DT",
                                                     "FD", "FL", "IS", "LO", "LT", "PN", "SH",
                                                     "SL", "SS", "ST", "TM", "UI", "UL", "US"};

bool is_vr(std::string_view letters) {
  return has_long_length(letters) ||
         std::find(short_vrs.begin(), short_vrs.end(), letters) != short_vrs.end();
}
bool is_vr_like(std::string_view letters) {
  return std::all_of(letters.begin(), letters.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

template <typename Integer>
Integer integer_at(std::string_view bytes, std::size_t at, bool big_endian) {
  Integer value = 0;
  for (std::size_t i = 0; i < sizeof(Integer); ++i) {
    const std::size_t shift = 8 * (big_endian ? sizeof(Integer) - 1 - i : i);
    value |= static_cast<Integer>(static_cast<Integer>(static_cast<unsigned char>(bytes[at + i]))
                                  << shift);
  }
  return value;
}

/// One element after another.
class ElementReader {
 public:
  ElementReader(std::string_view bytes, DicomEncoding encoding, const std::string& where)
      : bytes_(bytes), encoding_(encoding), where_(where) {}

  bool at_end() const { return at_ >= bytes_.size(); }
  std::size_t position() const { return at_; }

  DicomElement next() {
    const Header header = read_header(encoding_);
    DicomElement element{
        header.tag, header.vr, {}, header.length == undefined, encoding_.big_endian};
    const std::size_t start = at_;
    if (header.tag == dicom_tag::pixel_data) {
      // Its fragments are walked, and its length is looked at, when the frame is read.
      at_ =
          element.undefined_length ? bytes_.size() : std::min(bytes_.size(), start + header.length);
      element.value = bytes_.substr(start, at_ - start);
    } else if (element.undefined_length && header.tag != item_start) {
      element.value = bytes_.substr(start, skip_items(header.inner) - start);
    } else if (!element.undefined_length) {
      skip(header.length);
      element.value = bytes_.substr(start, header.length);
    }
    return element;
  }

 private:
  struct Header {
    DicomTag tag = 0;
    std::string_view vr;
    std::uint32_t length = 0;
    DicomEncoding inner;  // how items inside are written
  };

  void need(std::size_t count) const {
    if (count > bytes_.size() - at_)
      fail(
          Status::format,
          "{}: not a whole, valid DICOM file: it ends within an element ({} bytes are there of {})",
          where_, bytes_.size() - at_, count);
  }
  void skip(std::size_t count) {
    need(count);
    at_ += count;
  }

  Header read_header(DicomEncoding encoding) {
    need(8);
    const bool big = encoding.big_endian;
    Header header;
    header.inner = encoding;
    header.tag = static_cast<DicomTag>(integer_at<std::uint16_t>(bytes_, at_, big)) << 16 |
                 integer_at<std::uint16_t>(bytes_, at_ + 2, big);
    const std::string_view letters = bytes_.substr(at_ + 4, 2);
    // Where no letters are, the element is written without a VR, whatever the file says of others.
    if (!encoding.explicit_vr || header.tag >> 16 == 0xfffe || !is_vr_like(letters)) {
      header.length = integer_at<std::uint32_t>(bytes_, at_ + 4, big);
      at_ += 8;
      return header;
    }
    if (is_vr(letters)) header.vr = letters;
    const bool is_long =
        has_long_length(letters) ||
        (!is_vr(letters) && bytes_.substr(at_ + 6, 2) == std::string_view("\0\0", 2));
    if (is_long) need(12);
    header.length = is_long ? integer_at<std::uint32_t>(bytes_, at_ + 8, big)
                            : integer_at<std::uint16_t>(bytes_, at_ + 6, big);
    at_ += is_long ? 12 : 8;
    if (letters == "UN") header.inner = {.explicit_vr = false};  // PS3.5, 6.2.2, note 2
    return header;
  }

  /// Behind the items of a sequence of undefined length; returns where its delimiter begins.
  /// Without recursion, and no deeper than a bound: hostile files nest by the million.
  std::size_t skip_items(DicomEncoding inner) {
    constexpr std::size_t deepest = 512;
    struct Level {
      bool is_item;
      DicomEncoding encoding;
    };
    std::vector<Level> levels{{false, inner}};
    std::size_t last = at_;
    while (!levels.empty()) {
      const Level level = levels.back();
      last = at_;
      const Header header = read_header(level.encoding);
      if (header.tag == sequence_end) {
        if (level.is_item) levels.pop_back();  // whose own end is missing
        levels.pop_back();
      } else if (header.tag == item_end) {
        if (level.is_item) levels.pop_back();
      } else if (header.length != undefined) {
        skip(header.length);
      } else if (levels.size() >= 2 * deepest) {  // a sequence and its item are two
        fail(Status::limit, "{}: sequences of the DICOM file are nested more than {} deep", where_,
             deepest);
      } else {
        levels.push_back({header.tag == item_start, header.inner});
        // Within UN, some writers go on with VRs.
        if (header.tag == item_start && at_ + 6 <= bytes_.size() &&
            is_vr(bytes_.substr(at_ + 4, 2)))
          levels.back().encoding.explicit_vr = true;
      }
    }
    return last;
  }

  std::string_view bytes_;
  DicomEncoding encoding_;
  const std::string& where_;
  std::size_t at_ = 0;
};

/// How the first element is written decides, not what the meta information says of it.
DicomEncoding encoding_of(std::string_view bytes, DicomEncoding said) {
  if (bytes.size() < 8) return said;
  return {is_vr(bytes.substr(4, 2)), bytes[0] == 0 && bytes[1] != 0};
}

bool begins_with_group(std::string_view bytes, unsigned char group) {
  return bytes.size() >= 8 && static_cast<unsigned char>(bytes[0]) == group && bytes[1] == 0;
}

/// An element of group 8 (or of the meta information) that can be the first of a file. Other
/// formats have no such beginning.
bool begins_as_data_set(std::string_view bytes) {
  if (bytes.size() < 16) return false;
  const bool big = bytes[0] == 0;
  const auto group = integer_at<std::uint16_t>(bytes, 0, big);
  if (group != 8 && (group != 2 || big)) return false;
  if (is_vr(bytes.substr(4, 2))) return true;
  const std::uint64_t length = integer_at<std::uint32_t>(bytes, 4, false);
  if (big || length > 1024 || length % 2 != 0 || length + 16 > bytes.size()) return false;
  const std::size_t next = 8 + static_cast<std::size_t>(length);
  return integer_at<std::uint16_t>(bytes, next, false) == group &&
         integer_at<std::uint16_t>(bytes, next + 2, false) >
             integer_at<std::uint16_t>(bytes, 2, false);
}

/// Groups of the picture, of patient and study, and of what libraygen writes of its own (9).
bool is_kept(std::uint32_t group) {
  constexpr std::array<std::uint32_t, 9> kept{0x0002, 0x0008, 0x0009, 0x0010, 0x0012,
                                              0x0018, 0x0020, 0x0028, 0x7fe0};
  return std::find(kept.begin(), kept.end(), group) != kept.end();
}

std::string_view trimmed(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\0' || c == '\t' || c == '\n'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

double parsed_number(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size()
             ? value
             : std::numeric_limits<double>::quiet_NaN();
}

std::vector<double> numbers_of_text(std::string_view text) {
  std::vector<double> values;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('\\', at), text.size());
    values.push_back(parsed_number(text.substr(at, end - at)));
    at = end + 1;
  }
  return values;
}

template <typename Integer, typename Value>
std::vector<double> binary_numbers(const DicomElement& element) {
  std::vector<double> values;
  for (std::size_t at = 0; at + sizeof(Integer) <= element.value.size(); at += sizeof(Integer))
    values.push_back(static_cast<double>(
        std::bit_cast<Value>(integer_at<Integer>(element.value, at, element.big_endian))));
  return values;
}

/// The VR that the standard gives to the elements that are asked for as numbers.
std::string_view standard_vr(DicomTag tag) {
  using namespace dicom_tag;
  const bool is_text = tag == number_of_frames || tag == window_center || tag == window_width ||
                       tag == rescale_intercept || tag == rescale_slope;
  return is_text ? "DS" : "US";
}

}  // namespace

bool has_long_length(std::string_view vr) {
  return std::find(long_vrs.begin(), long_vrs.end(), vr) != long_vrs.end();
}

DicomElements::DicomElements(std::string_view bytes, DicomEncoding encoding,
                             const std::string& where) {
  ElementReader reader(bytes, encoding, where);
  while (!reader.at_end()) {
    const DicomElement element = reader.next();
    if (element.tag == item_end || element.tag == sequence_end) break;
    // Other groups hold nothing that is asked for: they are not kept, however many they are.
    if (is_kept(element.tag >> 16)) elements_[element.tag] = element;
    if (element.tag == dicom_tag::pixel_data) break;
  }
}

const DicomElement* DicomElements::find(DicomTag tag) const {
  const auto found = elements_.find(tag);
  return found == elements_.end() || found->second.value.empty() ? nullptr : &found->second;
}

std::vector<double> DicomElements::numbers(DicomTag tag) const {
  const DicomElement* element = find(tag);
  if (element == nullptr) return {};
  std::string_view vr = element->vr;
  if (vr.empty() || vr == "UN" || vr == "OB" || vr == "OW") vr = standard_vr(tag);
  if (vr == "US") return binary_numbers<std::uint16_t, std::uint16_t>(*element);
  if (vr == "SS") return binary_numbers<std::uint16_t, std::int16_t>(*element);
  if (vr == "UL") return binary_numbers<std::uint32_t, std::uint32_t>(*element);
  if (vr == "SL") return binary_numbers<std::uint32_t, std::int32_t>(*element);
  if (vr == "FL") return binary_numbers<std::uint32_t, float>(*element);
  if (vr == "FD") return binary_numbers<std::uint64_t, double>(*element);
  return numbers_of_text(element->value);
}

std::optional<double> DicomElements::number(DicomTag tag) const {
  const std::vector<double> values = numbers(tag);
  if (values.empty() || !std::isfinite(values.front())) return std::nullopt;
  return values.front();
}

std::string DicomElements::text(DicomTag tag) const {
  const DicomElement* element = find(tag);
  return element == nullptr ? std::string() : std::string(trimmed(element->value));
}

std::vector<std::uint16_t> DicomElements::words(DicomTag tag) const {
  std::vector<std::uint16_t> words;
  const DicomElement* element = find(tag);
  if (element == nullptr) return words;
  words.reserve(element->value.size() / 2);
  for (std::size_t at = 0; at + 2 <= element->value.size(); at += 2)
    words.push_back(integer_at<std::uint16_t>(element->value, at, element->big_endian));
  return words;
}

std::optional<DicomElements> DicomElements::first_item(DicomTag sequence,
                                                       const std::string& where) const {
  const DicomElement* element = find(sequence);
  if (element == nullptr || element->value.size() < 8) return std::nullopt;
  std::string_view bytes = element->value;
  // Inside UN the file's own encoding need not hold: the item's first bytes tell.
  const bool big_endian = bytes[0] != '\xfe';
  if (integer_at<std::uint16_t>(bytes, 0, big_endian) != item_start >> 16) return std::nullopt;
  const auto length = integer_at<std::uint32_t>(bytes, 4, big_endian);
  bytes.remove_prefix(8);
  if (length != undefined) bytes = bytes.substr(0, length);
  return DicomElements(bytes, {encoding_of(bytes, {}).explicit_vr, big_endian}, where);
}

bool is_dicom(std::string_view bytes) {
  return (bytes.size() >= preamble_bytes &&
          bytes.substr(preamble_bytes).starts_with(dicom_prefix)) ||
         bytes.starts_with(dicom_prefix) || begins_as_data_set(bytes);
}

DicomFile read_dicom_file(std::string_view bytes, const std::string& where) {
  if (bytes.size() >= preamble_bytes && bytes.substr(preamble_bytes).starts_with(dicom_prefix))
    bytes.remove_prefix(preamble_bytes);
  if (bytes.starts_with(dicom_prefix)) bytes.remove_prefix(dicom_prefix.size());

  std::size_t meta_end = 0;
  while (begins_with_group(bytes.substr(meta_end), 2)) {
    const std::string_view rest = bytes.substr(meta_end);
    ElementReader reader(rest, encoding_of(rest, {}), where);
    reader.next();
    meta_end += reader.position();
  }
  const std::string_view meta_bytes = bytes.substr(0, meta_end);
  const DicomElements meta(meta_bytes, encoding_of(meta_bytes, {}), where);
  const std::string syntax = meta.text(dicom_tag::transfer_syntax);
  if (syntax == deflated_syntax)
    fail(Status::unsupported,
         "{}: the whole DICOM file is compressed (deflated), which is not read", where);
  const std::string_view data = bytes.substr(meta_end);
  const DicomEncoding said{syntax != implicit_syntax, syntax == big_endian_syntax};
  return {syntax, DicomElements(data, encoding_of(data, said), where)};
}

std::string joined_fragments(const DicomElement& pixel_data, const std::string& where) {
  ElementReader reader(pixel_data.value, {true, pixel_data.big_endian}, where);
  std::string frame;
  bool is_offset_table = true;
  while (!reader.at_end()) {  // a missing end of the sequence is forgiven
    const DicomElement fragment = reader.next();
    if (fragment.tag == sequence_end) break;
    if (fragment.tag != item_start || fragment.undefined_length)
      fail(Status::format, "{}: the DICOM file's compressed pixel data are not fragments", where);
    if (!is_offset_table) frame += fragment.value;
    is_offset_table = false;
  }
  if (frame.empty())
    fail(Status::format, "{}: the DICOM file's compressed pixel data are empty", where);
  return frame;
}

}  // namespace raygen::engine
