#include "dataset/report_text.hpp"

#include "dataset/csv_table.hpp"
#include "storage/utf8.hpp"

namespace raygen::engine {

std::string_view impression_of(std::string_view report) {
  constexpr std::string_view heading = "IMPRESSION:";
  const std::size_t at = report.rfind(heading);
  return at == std::string_view::npos ? report : report.substr(at + heading.size());
}

std::string clean_report(std::string_view text, bool exact) {
  std::string clean;
  for (const char c : text) {
    if (const char lower = ascii_lower(c); lower >= 'a' && lower <= 'z') {
      clean += lower;
    } else if (exact ? c == ' ' : !clean.empty() && clean.back() != ' ') {
      clean += ' ';
    }
  }
  return std::string(trimmed(clean));
}

}  // namespace raygen::engine
