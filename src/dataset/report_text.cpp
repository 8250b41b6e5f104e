#include "dataset/report_text.hpp"

#include "dataset/csv_table.hpp"

namespace raygen::engine {

std::string_view impression_of(std::string_view report) {
  constexpr std::string_view heading = "IMPRESSION:";
  const std::size_t at = report.rfind(heading);
  return at == std::string_view::npos ? report : report.substr(at + heading.size());
}

std::string clean_report(std::string_view text, bool exact) {
  std::string clean;
  for (const char c : text) {
    if (c >= 'A' && c <= 'Z') {
      clean += static_cast<char>(c - 'A' + 'a');
    } else if (c >= 'a' && c <= 'z') {
      clean += c;
    } else if (exact ? c == ' ' : !clean.empty() && clean.back() != ' ') {
      clean += ' ';
    }
  }
  return std::string(trimmed(clean));
}

}  // namespace raygen::engine
