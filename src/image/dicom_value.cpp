#include "image/dicom_value.hpp"

#include "formatted.hpp"
#include "storage/number.hpp"
#include "storage/utf8.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace raygen::engine {
namespace {

constexpr std::array<std::pair<std::string_view, std::size_t>, 11> most_characters{{{"AS", 4},
                                                                                    {"CS", 16},
                                                                                    {"DA", 8},
                                                                                    {"DS", 16},
                                                                                    {"IS", 12},
                                                                                    {"LO", 64},
                                                                                    {"LT", 10240},
                                                                                    {"SH", 16},
                                                                                    {"ST", 1024},
                                                                                    {"TM", 14},
                                                                                    {"UI", 64}}};
constexpr std::size_t longest_name_group = 64, most_name_groups = 3, most_name_components = 5;

/// 0: no limit.
std::size_t longest_of(std::string_view vr) {
  const auto* found = std::find_if(most_characters.begin(), most_characters.end(),
                                   [&](const auto& each) { return each.first == vr; });
  return found == most_characters.end() ? 0 : found->second;
}

bool starts_character(char byte) { return (byte & '\xc0') != '\x80'; }
std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts_character));
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\x7f'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool all_digits(std::string_view text) { return std::all_of(text.begin(), text.end(), is_digit); }
int number(std::string_view digits) {
  int value = 0;
  for (const char digit : digits) value = 10 * value + (digit - '0');
  return value;
}

bool is_date(std::string_view text) {
  if (text.size() != 8 || !all_digits(text)) return false;
  const int year = number(text.substr(0, 4)), month = number(text.substr(4, 2)),
            day = number(text.substr(6, 2));
  constexpr std::array days{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month < 1 || month > 12 || day < 1 || day > days[static_cast<std::size_t>(month - 1)])
    return false;
  const bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return month != 2 || day < 29 || is_leap;
}

/// HH, HHMM, HHMMSS, and a fraction of one to six digits.
bool is_time(std::string_view text) {
  const std::size_t dot = text.find('.');
  const std::string_view whole = text.substr(0, dot);
  if (whole.size() % 2 != 0 || whole.empty() || whole.size() > 6 || !all_digits(whole))
    return false;
  if (dot != std::string_view::npos) {
    const std::string_view fraction = text.substr(dot + 1);
    if (whole.size() != 6 || fraction.empty() || fraction.size() > 6 || !all_digits(fraction))
      return false;
  }
  constexpr std::array most{23, 59, 60};  // a leap second
  for (std::size_t i = 0; 2 * i < whole.size(); ++i)
    if (number(whole.substr(2 * i, 2)) > most[i]) return false;
  return true;
}

bool is_age(std::string_view text) {
  return text.size() == 4 && all_digits(text.substr(0, 3)) &&
         std::string_view("DWMY").find(text[3]) != std::string_view::npos;
}

bool is_uid(std::string_view text) {
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('.', at), text.size());
    const std::string_view component = text.substr(at, end - at);
    if (component.empty() || !all_digits(component)) return false;
    if (component.size() > 1 && component[0] == '0') return false;
    at = end + 1;
  }
  return true;
}

bool is_decimal(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  return parse_number(text, value) && std::isfinite(value);
}

bool is_code(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || is_digit(c) || c == ' ' || c == '_';
  });
}

/// Groups of letters apart by =, components by ^.
std::string name_fault(std::string_view text) {
  std::size_t groups = 0;
  for (std::size_t at = 0; at <= text.size(); ++groups) {
    const std::size_t end = std::min(text.find('=', at), text.size());
    const std::string_view group = text.substr(at, end - at);
    if (characters(group) > longest_name_group)
      return formatted("has {} characters in a group, at most {} are allowed", characters(group),
                       longest_name_group);
    if (std::count(group.begin(), group.end(), '^') >=
        static_cast<std::ptrdiff_t>(most_name_components))
      return formatted("has more than {} components", most_name_components);
    at = end + 1;
  }
  return groups > most_name_groups ? formatted("has more than {} groups", most_name_groups) : "";
}

}  // namespace

std::string dicom_value_fault(std::string_view vr, std::string_view text) {
  if (text.empty()) return "";
  if (const std::size_t valid = utf8::valid_bytes(text); valid < text.size())
    return formatted("is not UTF-8 at byte {}", valid);
  const bool is_long_text = vr == "ST" || vr == "LT" || vr == "UT";
  const bool has_control = std::any_of(text.begin(), text.end(), [&](char c) {
    const bool breaks_lines = c == '\n' || c == '\r' || c == '\f' || c == '\t';
    return is_control(c) && !(is_long_text && breaks_lines);
  });
  if (has_control) return "holds a control character";
  if (!is_long_text && text.find('\\') != std::string_view::npos)
    return "holds a backslash, which parts values";
  if (const std::size_t most = longest_of(vr); most > 0 && characters(text) > most)
    return formatted("is {} characters long, at most {} are allowed", characters(text), most);
  if (vr == "PN") return name_fault(text);
  if (vr == "DA" && !is_date(text)) return "is no date as YYYYMMDD";
  if (vr == "TM" && !is_time(text)) return "is no time as HHMMSS";
  if (vr == "AS" && !is_age(text)) return "is no age as 042Y";
  if (vr == "UI" && !is_uid(text)) return "is no UID: numbers without leading zeros, apart by dots";
  if (vr == "CS" && !is_code(text)) return "holds more than capital letters, digits, _ and space";
  if (vr == "DS" && !is_decimal(text)) return "is no number";
  return "";
}

std::string dicom_text_cut(std::string_view vr, std::string text) {
  const bool is_long_text = vr == "ST" || vr == "LT" || vr == "UT";
  for (char& c : text)
    if (is_control(c) || (!is_long_text && c == '\\')) c = ' ';
  const std::size_t most = longest_of(vr);
  if (most == 0 || text.size() <= most) return text;
  constexpr std::string_view more = "...";
  std::size_t end = most - more.size();  // in bytes, since some programs count these
  while (end > 0 && !starts_character(text[end])) --end;
  return text.substr(0, end).append(more);
}

std::string dicom_decimal(double value) { return formatted("{:.9g}", value); }

}  // namespace raygen::engine
