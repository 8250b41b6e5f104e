#include "image/dicom_data_set.hpp"

#include "error.hpp"
#include "image/dicom_value.hpp"

#include <cstdint>
#include <utility>

namespace raygen::engine {
namespace {

constexpr std::size_t longest_short_value = 0xfffe, longest_value = 0xfffffffe;

void append_little_endian(std::string& bytes, std::uint64_t value, std::size_t width) {
  for (std::size_t i = 0; i < width; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xff);
}

void append_tag(std::string& bytes, DicomTag tag) {
  append_little_endian(bytes, tag >> 16, 2);
  append_little_endian(bytes, tag & 0xffff, 2);
}

}  // namespace

void DicomDataSet::put(DicomTag tag, std::string_view vr, std::string value, char padding) {
  if (value.size() % 2 != 0) value += padding;
  const std::size_t longest = has_long_length(vr) ? longest_value : longest_short_value;
  if (value.size() > longest)
    fail(Status::limit, "the DICOM element ({:04x},{:04x}) would have {} bytes, at most {} fit",
         tag >> 16, tag & 0xffff, value.size(), longest);
  elements_.insert_or_assign(tag, Element{std::string(vr), std::move(value)});
}

void DicomDataSet::put_text(DicomTag tag, std::string_view vr, std::string_view text) {
  put_texts(tag, vr, {text});
}

void DicomDataSet::put_texts(DicomTag tag, std::string_view vr,
                             std::initializer_list<std::string_view> texts) {
  std::string value;
  bool is_first = true;
  for (const std::string_view text : texts) {
    if (const std::string fault = dicom_value_fault(vr, text); !fault.empty())
      fail(Status::internal, "the DICOM element ({:04x},{:04x}) {} {}", tag >> 16, tag & 0xffff, vr,
           fault);
    if (!std::exchange(is_first, false)) value += '\\';
    value += text;
  }
  put(tag, vr, std::move(value), vr == "UI" ? '\0' : ' ');
}

void DicomDataSet::put_number(DicomTag tag, int value) {
  std::string bytes;
  append_little_endian(bytes, static_cast<std::uint64_t>(value), 2);
  put(tag, value < 0 ? "SS" : "US", std::move(bytes));
}

void DicomDataSet::put_length(DicomTag tag, std::size_t bytes) {
  std::string value;
  append_little_endian(value, bytes, 4);
  put(tag, "UL", std::move(value));
}

void DicomDataSet::put_bytes(DicomTag tag, std::string_view vr, std::string bytes) {
  put(tag, vr, std::move(bytes));
}

void DicomDataSet::put_item(DicomTag tag, const DicomDataSet& item) {
  const std::string content = item.encoded();
  std::string bytes;
  append_tag(bytes, dicom_tag::item);
  append_little_endian(bytes, content.size(), 4);
  put(tag, "SQ", bytes + content);
}

std::string DicomDataSet::encoded() const {
  std::string bytes;
  for (const auto& [tag, element] : elements_) {
    append_tag(bytes, tag);
    bytes += element.vr;
    if (has_long_length(element.vr)) {
      bytes.append(2, '\0');
      append_little_endian(bytes, element.value.size(), 4);
    } else {
      append_little_endian(bytes, element.value.size(), 2);
    }
    bytes += element.value;
  }
  return bytes;
}

}  // namespace raygen::engine
