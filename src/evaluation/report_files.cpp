#include "evaluation/report.hpp"
#include "storage/atomic_file.hpp"

namespace raygen::engine {

void write_report(const Report& report, const std::filesystem::path& folder) {
  write_whole_file(folder / "report.html", report_html(report));
  write_whole_file(folder / "metrics.json", report_json(report));
  write_whole_file(folder / "table.csv", report_csv(report));
}

}  // namespace raygen::engine
