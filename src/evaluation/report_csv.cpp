#include "csv/csv.hpp"
#include "evaluation/report.hpp"
#include "evaluation/report_check.hpp"
#include "evaluation/report_text.hpp"
#include "formatted.hpp"
#include "storage/utf8.hpp"

namespace raygen::engine {

namespace {

std::string csv_text(std::string_view text) {
  const bool formula =
      !text.empty() && std::string_view("=+-@\t\r").find(text[0]) != std::string_view::npos;
  return formatted("{}{}", formula ? "'" : "", utf8::repair(text));
}

std::string csv_number(const std::optional<double>& number) {
  return number ? formatted("{}", *number) : std::string();
}

std::vector<std::string> csv_fields(const std::string& section, const Measure& measure) {
  std::optional<double> low, high, floor, deviation;
  if (measure.interval) low = measure.interval->first, high = measure.interval->second;
  if (measure.floor) floor = measure.floor->value, deviation = measure.floor->deviation;
  return {csv_text(section),
          csv_text(measure.key),
          csv_text(measure.name),
          csv_number(measure.value),
          csv_number(low),
          csv_number(high),
          csv_number(floor),
          csv_number(deviation),
          std::string(better_name(measure.better)),
          std::string(verdict_name(verdict_of(measure))),
          std::to_string(measure.real_count),
          std::to_string(measure.synthetic_count),
          csv_text(measure.features),
          csv_text(measure.sentence)};
}

}  // namespace

std::string report_csv(const Report& report) {
  check_report(report);
  std::string table =
      csv_line({"section", "key", "name", "value", "low", "high", "floor", "floor_deviation",
                "better", "verdict", "real_count", "synthetic_count", "features", "sentence"});
  for (const ReportSection& section : report.sections)
    for (const Measure& measure : section.measures)
      table += csv_line(csv_fields(section.key, measure));
  return table;
}

}  // namespace raygen::engine
