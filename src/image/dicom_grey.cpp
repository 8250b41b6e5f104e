// From stored values to what is shown: the modality transformation (PS3.3, C.11.1), the VOI LUT or
// window (C.11.2), MONOCHROME1, and padding (C.7.5.1.1.2). All of it depends on the stored value
// only, so it is computed once for each value that 16 bits can hold.

#include "image/dicom_grey.hpp"

#include "image/dicom_lookup_table.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

namespace raygen::engine {
namespace {

/// One number for each stored value from the least to the most.
class StoredRange {
 public:
  explicit StoredRange(const DicomFrame& frame)
      : least_(frame.is_signed ? -(1 << (frame.bits - 1)) : 0),
        most_(least_ + (1 << frame.bits) - 1) {
    said_ = {static_cast<double>(least_), static_cast<double>(most_)};
    // Of a compressed frame, the values may be wider than said.
    const auto [smallest, largest] = std::minmax_element(frame.values.begin(), frame.values.end());
    least_ = std::min(least_, *smallest), most_ = std::max(most_, *largest);
    counts_.resize(static_cast<std::size_t>(most_ - least_ + 1));
    for (const std::int32_t value : frame.values) ++counts_[index(value)];
  }
  std::size_t size() const { return counts_.size(); }
  std::size_t index(std::int32_t value) const { return static_cast<std::size_t>(value - least_); }
  double value(std::size_t index) const { return least_ + static_cast<double>(index); }
  std::size_t& count(std::size_t index) { return counts_[index]; }
  /// What the stored bits can hold.
  ValueRange said() const { return said_; }

 private:
  std::int32_t least_, most_;
  ValueRange said_;
  std::vector<std::size_t> counts_;
};

/// Modality LUT, or slope and intercept, or nothing. A slope of 0 would make all pixels one.
class Modality {
 public:
  Modality(const DicomElements& data, ValueRange stored, const std::string& where) {
    if (const auto item = data.first_item(dicom_tag::modality_lut_sequence, where))
      table_ = DicomLookupTable::read(*item, dicom_tag::lut_descriptor, dicom_tag::lut_data, stored,
                                      where);
    const auto slope = data.number(dicom_tag::rescale_slope),
               intercept = data.number(dicom_tag::rescale_intercept);
    if (slope && intercept && *slope != 0) slope_ = *slope, intercept_ = *intercept;
    output_ = {(*this)(stored.least), (*this)(stored.most)};
    if (output_.least > output_.most) std::swap(output_.least, output_.most);
    if (table_) output_ = {0, static_cast<double>(table_->most())};
  }
  double operator()(double stored) const {
    return table_ ? table_->at(stored) : stored * slope_ + intercept_;
  }
  ValueRange output() const { return output_; }

 private:
  std::optional<DicomLookupTable> table_;
  double slope_ = 1, intercept_ = 0;
  ValueRange output_;
};

double in_window(double value, double centre, double width, const std::string& function) {
  if (function == "SIGMOID") return 1 / (1 + std::exp(-4 * (value - centre) / width));
  // A LINEAR window narrower than 1 has no meaning; an exact one has.
  if (function != "LINEAR_EXACT" && width >= 1) centre -= 0.5, width -= 1;
  if (value <= centre - width / 2) return 0;
  if (value > centre + width / 2) return 1;
  return (value - centre) / width + 0.5;
}

/// Through the first window that is one. False when there is none.
bool apply_window(std::vector<double>& values, const DicomElements& data) {
  const std::vector<double> centres = data.numbers(dicom_tag::window_center),
                            widths = data.numbers(dicom_tag::window_width);
  const std::string function = data.text(dicom_tag::voi_lut_function);
  for (std::size_t i = 0; i < std::min(centres.size(), widths.size()); ++i) {
    if (!std::isfinite(centres[i]) || !std::isfinite(widths[i]) || widths[i] <= 0) continue;
    for (double& value : values) value = in_window(value, centres[i], widths[i], function);
    return true;
  }
  return false;
}

bool apply_voi_lut(std::vector<double>& values, const DicomElements& data, ValueRange inputs,
                   const std::string& where) {
  const auto item = data.first_item(dicom_tag::voi_lut_sequence, where);
  if (!item) return false;
  const auto table =
      DicomLookupTable::read(*item, dicom_tag::lut_descriptor, dicom_tag::lut_data, inputs, where);
  if (!table) return false;
  for (double& value : values) value = static_cast<double>(table->at(value)) / table->most();
  return true;
}

void scale(std::vector<double>& values, double least, double most) {
  const double range = most > least ? most - least : 1;
  for (double& value : values) value = std::clamp((value - least) / range, 0.0, 1.0);
}

/// So that all pixels but 0.5 % at either end keep apart: what is done for files of more than 8
/// bits that name no window.
void stretch(std::vector<double>& values, StoredRange& stored) {
  constexpr double tail = 0.005;
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::size_t total = 0;
  for (std::size_t i = 0; i < stored.size(); ++i) total += stored.count(i);
  const auto most = static_cast<std::size_t>(tail * static_cast<double>(total));
  const auto beyond_tail = [&](auto begin, auto end) {
    std::size_t passed = 0;
    const auto found =
        std::find_if(begin, end, [&](std::size_t i) { return (passed += stored.count(i)) > most; });
    return values[*found];
  };
  const double low = beyond_tail(order.begin(), order.end()),
               high = beyond_tail(order.rbegin(), order.rend());
  scale(values, low, high);
}

/// Which stored values only fill the rectangle around what was exposed. None where no pixel has
/// one, or all have: then the attribute is not believed. Their pixels are no longer counted.
std::vector<bool> padding(const DicomElements& data, const DicomFrame& frame, StoredRange& stored) {
  const auto attribute = [&](DicomTag tag) -> std::optional<double> {
    const auto value = data.number(tag);
    if (!value || *value < -32768 || *value > 65535) return std::nullopt;
    // Signed or not as the pixels are, whatever its VR says.
    const auto word = static_cast<std::uint16_t>(static_cast<std::int32_t>(*value));
    return frame.is_signed ? static_cast<double>(static_cast<std::int16_t>(word))
                           : static_cast<double>(word);
  };
  std::vector<bool> is_padding(stored.size());
  const auto value = attribute(dicom_tag::pixel_padding_value);
  if (!value) return is_padding;
  const double limit = attribute(dicom_tag::pixel_padding_range_limit).value_or(*value);
  std::size_t found = 0;
  for (std::size_t i = 0; i < stored.size(); ++i) {
    is_padding[i] =
        stored.value(i) >= std::min(*value, limit) && stored.value(i) <= std::max(*value, limit);
    if (is_padding[i]) found += stored.count(i);
  }
  if (found == frame.values.size()) return std::vector<bool>(stored.size());
  for (std::size_t i = 0; i < stored.size(); ++i)
    if (is_padding[i]) stored.count(i) = 0;
  return is_padding;
}

}  // namespace

Image shown_grey(const DicomElements& data, const DicomFrame& frame, const std::string& where) {
  StoredRange stored(frame);
  const Modality modality(data, stored.said(), where);
  const std::vector<bool> is_padding = padding(data, frame, stored);
  std::vector<double> values(stored.size());
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = modality(stored.value(i));

  if (!apply_voi_lut(values, data, modality.output(), where) && !apply_window(values, data)) {
    if (frame.bits > 8)
      stretch(values, stored);
    else
      scale(values, modality.output().least, modality.output().most);
  }
  // Presentation LUT Shape may say the same once more, or the contrary: it is not asked.
  if (frame.photometric == "MONOCHROME1")
    for (double& value : values) value = 1 - value;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (is_padding[i]) values[i] = 0;  // background

  Image image{frame.width, frame.height, 1, {}, {}};
  image.pixels.reserve(frame.values.size());
  for (const std::int32_t value : frame.values)
    image.pixels.push_back(static_cast<float>(values[stored.index(value)]));
  return image;
}

}  // namespace raygen::engine
