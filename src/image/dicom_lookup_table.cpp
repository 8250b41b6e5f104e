#include "image/dicom_lookup_table.hpp"

#include "error.hpp"

#include <algorithm>
#include <bit>

namespace raygen::engine {
namespace {

/// The first mapped value is signed where the pixels are, which a table behind a rescaling does not
/// tell. A reading of it by which all values lie beside the table is not meant.
double first_mapped(std::uint16_t word, bool is_signed, std::size_t count, ValueRange inputs) {
  const double plain = word, negative = static_cast<std::int16_t>(word);
  const auto covers = [&](double first) {
    return first <= inputs.most && first + static_cast<double>(count) > inputs.least;
  };
  const double said = is_signed ? negative : plain, other = is_signed ? plain : negative;
  return !covers(said) && covers(other) ? other : said;
}

}  // namespace

std::optional<DicomLookupTable> DicomLookupTable::read(const DicomElements& data,
                                                       DicomTag descriptor, DicomTag entries,
                                                       ValueRange inputs,
                                                       const std::string& where) {
  const std::vector<std::uint16_t> header = data.words(descriptor);
  const DicomElement* content = data.find(entries);
  if (header.size() < 3 || content == nullptr) return std::nullopt;
  const std::size_t count = header[0] == 0 ? 65536 : header[0], size = content->value.size();
  if (size < count)
    fail(Status::format, "{}: a look-up table of {} bytes, its descriptor says {} entries", where,
         size, count);
  DicomLookupTable table;
  if (size < 2 * count) {  // 8 bits each
    table.entries_.resize(count);
    const bool are_swapped = content->big_endian && content->vr != "OB";
    for (std::size_t i = 0; i < count; ++i)
      table.entries_[i] =
          static_cast<unsigned char>(content->value[are_swapped && (i ^ 1) < size ? i ^ 1 : i]);
  } else {
    table.entries_ = data.words(entries);
    table.entries_.resize(count);
  }
  table.first_ = first_mapped(header[1], data.find(descriptor)->vr == "SS", count, inputs);
  const std::uint16_t largest = *std::max_element(table.entries_.begin(), table.entries_.end());
  table.most_ = static_cast<std::uint16_t>(std::bit_ceil(std::max(largest + 1U, 2U)) - 1);
  return table;
}

std::uint16_t DicomLookupTable::at(double value) const {
  const double last = static_cast<double>(entries_.size()) - 1;
  return entries_[static_cast<std::size_t>(std::clamp(value - first_, 0.0, last))];
}

}  // namespace raygen::engine
