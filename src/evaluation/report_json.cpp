#include "evaluation/report.hpp"
#include "evaluation/report_check.hpp"
#include "evaluation/report_text.hpp"
#include "storage/json.hpp"

namespace raygen::engine {

namespace {

using Ordered = nlohmann::ordered_json;

constexpr int kMetricsVersion = 1;

Ordered json_of(const std::optional<double>& number) {
  return number ? Ordered(*number) : Ordered();
}

Ordered json_of(const std::optional<std::pair<double, double>>& interval) {
  return interval ? Ordered::array({interval->first, interval->second}) : Ordered();
}

Ordered json_of(const std::optional<Floor>& floor) {
  if (!floor) return {};
  return {{"value", floor->value},
          {"deviation", floor->deviation},
          {"count", floor->count},
          {"draws", floor->draws}};
}

Ordered json_of(const Measure& measure) {
  Ordered json{{"name", measure.name},
               {"better", better_name(measure.better)},
               {"value", json_of(measure.value)},
               {"interval", json_of(measure.interval)},
               {"at_floor_count", json_of(measure.at_floor_count)},
               {"floor", json_of(measure.floor)},
               {"real_count", measure.real_count},
               {"synthetic_count", measure.synthetic_count},
               {"features", measure.features},
               {"verdict", verdict_name(verdict_of(measure))},
               {"sentence", measure.sentence}};
  if (!measure.value) json["reason"] = measure.sentence;
  return json;
}

Ordered json_of(const MeasureTable& table) {
  Ordered columns = Ordered::array(), rows = Ordered::array();
  for (const TableColumn& column : table.columns)
    columns.push_back({{"name", column.name}, {"better", better_name(column.better)}});
  for (const std::vector<TableCell>& row : table.rows) {
    Ordered cells = Ordered::array();
    for (const TableCell& cell : row) {
      cells.push_back({{"number", json_of(cell.number)},
                       {"interval", json_of(cell.interval)},
                       {"text", cell.text},
                       {"verdict", verdict_name(cell.verdict)}});
    }
    rows.push_back(std::move(cells));
  }
  return {{"title", table.title}, {"note", table.note}, {"columns", columns}, {"rows", rows}};
}

Ordered json_of(const Histograms& histograms) {
  Ordered groups = Ordered::array();
  for (const Histograms::Group& group : histograms.groups)
    groups.push_back({{"name", group.name}, {"values", group.values}});
  return {
      {"groups", groups}, {"mark", json_of(histograms.mark)}, {"mark_name", histograms.mark_name}};
}

Ordered json_of(const Bars& bars) {
  Ordered rows = Ordered::array();
  for (const Bars::Row& row : bars.rows)
    rows.push_back({{"name", row.name}, {"value", row.value}, {"interval", json_of(row.interval)}});
  return {{"rows", rows}, {"zero", json_of(bars.zero)}};
}

Ordered json_of(const Curves& curves) {
  Ordered all = Ordered::array();
  for (const Curves::Curve& curve : curves.curves) {
    Ordered points = Ordered::array();
    for (const auto& [x, y] : curve.points) points.push_back(Ordered::array({x, y}));
    all.push_back({{"name", curve.name}, {"points", points}});
  }
  return {{"curves", all}, {"diagonal", curves.diagonal}};
}

Ordered json_of(const PicturePairs& pictures) {
  Ordered captions = Ordered::array();
  for (const PicturePairs::Pair& pair : pictures.pairs) captions.push_back(pair.caption);
  return {{"columns", pictures.columns}, {"captions", captions}};
}

Ordered json_of(const ReportFigure& figure) {
  Ordered json{{"title", figure.title},
               {"note", figure.note},
               {"x_title", figure.x_title},
               {"y_title", figure.y_title}};
  if (figure.histograms) json["histograms"] = json_of(*figure.histograms);
  if (figure.bars) json["bars"] = json_of(*figure.bars);
  if (figure.curves) json["curves"] = json_of(*figure.curves);
  if (figure.pictures) json["pictures"] = json_of(*figure.pictures);
  return json;
}

/// {key: …}, in the order of the report; check_report has seen that keys differ.
template <typename Part>
Ordered json_by_key(const std::vector<Part>& parts) {
  Ordered json = Ordered::object();
  for (const Part& part : parts) json[part.key] = json_of(part);
  return json;
}

Ordered json_of(const ReportSection& section) {
  return {{"title", section.title},
          {"introduction", section.introduction},
          {"measures", json_by_key(section.measures)},
          {"tables", json_by_key(section.tables)},
          {"figures", json_by_key(section.figures)}};
}

}  // namespace

std::string report_json(const Report& report) {
  check_report(report);
  Ordered facts = Ordered::object(), sections = Ordered::object();
  for (const auto& [name, value] : report.facts) facts[name] = value;
  for (const ReportSection& section : report.sections) sections[section.key] = json_of(section);
  const Ordered json{{"version", kMetricsVersion},
                     {"title", report.title},
                     {"verdict", verdict_name(report.verdict)},
                     {"conclusion", report.conclusion},
                     {"facts", facts},
                     {"warnings", report.warnings},
                     {"sections", sections}};
  return json_text(json, 2) + "\n";
}

}  // namespace raygen::engine
