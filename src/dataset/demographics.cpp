#include "dataset/demographics.hpp"

#include "dataset/csv_table.hpp"
#include "formatted.hpp"
#include "storage/number.hpp"
#include "storage/utf8.hpp"

#include <algorithm>
#include <utility>

namespace raygen::engine {

std::string sex_of(std::string_view cell) {
  const std::string lower = ascii_lower(trimmed(cell));
  if (lower == "f" || lower == "female" || lower == "woman") return "F";
  if (lower == "m" || lower == "male" || lower == "man") return "M";
  return {};
}

std::optional<double> age_of(std::string_view cell) {
  // DICOM's value representation AS; a plain number is years, as most tables have it.
  static constexpr std::pair<char, double> units_a_year[] = {
      {'Y', 1}, {'M', 12}, {'W', 52.1775}, {'D', 365.2425}};
  std::string_view number = trimmed(cell);
  double divisor = 1;
  for (const auto& [unit, a_year] : units_a_year) {
    if (number.empty() || (number.back() != unit && number.back() != unit - 'A' + 'a')) continue;
    divisor = a_year;
    number.remove_suffix(1);
    break;
  }
  double value = 0;
  if (!parse_number(number, value)) return std::nullopt;
  const double years = value / divisor;
  if (!(years >= 0 && years <= max_age)) return std::nullopt;
  return years;
}

std::string age_text(std::optional<double> age) {
  return age ? formatted("{:.6g}", *age) : std::string();
}

}  // namespace raygen::engine
