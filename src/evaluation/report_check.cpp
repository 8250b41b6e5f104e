#include "evaluation/report_check.hpp"

#include "error.hpp"
#include "storage/json.hpp"
#include "storage/utf8.hpp"

#include <cmath>
#include <set>
#include <string_view>
#include <utility>

namespace raygen::engine {

namespace {

using Range = std::optional<std::pair<double, double>>;

constexpr int kMostDecimals = 12;
constexpr double kLargestNumber = 1e100;
constexpr std::size_t kLargestPicture = std::size_t{64} << 20;

/// `what` owns the number and `which` is its part: measure 'kid' of section 'fidelity': value.
void check_finite(double number, const std::string& what, std::string_view which) {
  if (!std::isfinite(number))
    fail(Status::numeric, "{}: {} is {}; a finite number was expected", what, which, number);
  if (std::abs(number) > kLargestNumber)  // the ends of an axis must have a finite difference
    fail(Status::numeric, "{}: {} is {}; {} at most was expected", what, which, number,
         kLargestNumber);
}

void check_range(const Range& range, const std::string& what, std::string_view which) {
  if (!range) return;
  check_finite(range->first, what, which);
  check_finite(range->second, what, which);
  if (range->first > range->second)
    fail(Status::invalid_argument, "{}: {} is [{}, {}]; the lower end was expected first", what,
         which, range->first, range->second);
}

void check_decimals(int decimals, const std::string& what) {
  if (decimals < 0 || decimals > kMostDecimals)
    fail(Status::invalid_argument, "{}: decimals is {}; 0 to {} were expected", what, decimals,
         kMostDecimals);
}

/// Keys of one kind in one section, each of which may be there once.
class Keys {
 public:
  Keys(std::string kind, std::string place) : kind_(std::move(kind)), place_(std::move(place)) {}

  /// What the thing of this key is called in messages.
  std::string add(const std::string& key) {
    if (key.empty())
      fail(Status::invalid_argument, "a {}{} has no key; one was expected", kind_, place_);
    const std::string name = formatted("{} {}{}", kind_, in_quotes(key), place_);
    if (!seen_.insert(utf8::repair(key)).second)
      fail(Status::invalid_argument, "{} is there twice; different keys were expected", name);
    return name;
  }

 private:
  std::string kind_, place_;
  std::set<std::string> seen_;
};

void check_measure(const Measure& measure, const std::string& what) {
  check_decimals(measure.decimals, what);
  if (measure.value) check_finite(*measure.value, what, "value");
  check_range(measure.interval, what, "interval");
  if (measure.at_floor_count) check_finite(*measure.at_floor_count, what, "at_floor_count");
  if (measure.floor) {
    check_finite(measure.floor->value, what, "floor.value");
    check_finite(measure.floor->deviation, what, "floor.deviation");
    if (measure.floor->deviation < 0)
      fail(Status::invalid_argument, "{}: floor.deviation is {}; 0 or more was expected", what,
           measure.floor->deviation);
  }
  if (measure.value) return;
  if (measure.verdict != Verdict::none && measure.verdict != Verdict::undefined)
    fail(Status::invalid_argument, "{} has a verdict and no value that it could rest on", what);
  if (measure.sentence.empty())
    fail(Status::invalid_argument, "{} has no value and no sentence that says why", what);
}

void check_table(const MeasureTable& table, const std::string& what) {
  for (const TableColumn& column : table.columns) check_decimals(column.decimals, what);
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    if (table.rows[row].size() > table.columns.size())
      fail(Status::invalid_argument, "{}: row {} has {} cells; {} at most were expected", what, row,
           table.rows[row].size(), table.columns.size());
    for (std::size_t column = 0; column < table.rows[row].size(); ++column) {
      const TableCell& cell = table.rows[row][column];
      const std::string place =
          formatted("row {}, column {}", row, in_quotes(table.columns[column].name));
      if (cell.number) check_finite(*cell.number, what, place);
      check_range(cell.interval, what, place);
    }
  }
}

void check_curves(const Curves& curves, const std::string& what) {
  constexpr double rounding = 1e-9;
  const auto check = [&](double coordinate, const std::string& name) {
    check_finite(coordinate, what, name);
    if (coordinate < -rounding || coordinate > 1 + rounding)
      fail(Status::invalid_argument, "{}: {} has the coordinate {}; 0 to 1 was expected", what,
           name, coordinate);
  };
  for (const Curves::Curve& curve : curves.curves) {
    for (const auto& [x, y] : curve.points) {
      check(x, in_quotes(curve.name));
      check(y, in_quotes(curve.name));
    }
  }
}

void check_pictures(const PicturePairs& pictures, const std::string& what) {
  constexpr std::string_view signature = "\x89PNG\r\n\x1a\n";
  for (const PicturePairs::Pair& pair : pictures.pairs) {
    if (!pictures.columns.empty() && pair.pngs.size() != pictures.columns.size())
      fail(Status::invalid_argument, "{}: {} has {} pictures; {} were expected, one a column", what,
           in_quotes(pair.caption), pair.pngs.size(), pictures.columns.size());
    for (const std::string& png : pair.pngs) {
      if (!png.starts_with(signature))
        fail(Status::invalid_argument, "{}: a picture of {} is no PNG", what,
             in_quotes(pair.caption));
      if (png.size() > kLargestPicture)
        fail(Status::limit, "{}: a picture of {} has {} bytes; {} at most were expected", what,
             in_quotes(pair.caption), png.size(), kLargestPicture);
    }
  }
}

void check_figure(const ReportFigure& figure, const std::string& what) {
  const int contents = int{figure.histograms.has_value()} + int{figure.bars.has_value()} +
                       int{figure.curves.has_value()} + int{figure.pictures.has_value()};
  if (contents != 1)
    fail(Status::invalid_argument,
         "{} has {} contents; one of histograms, bars, curves and pictures was expected", what,
         contents);
  if (figure.histograms) {
    if (figure.histograms->mark) check_finite(*figure.histograms->mark, what, "mark");
    for (const Histograms::Group& group : figure.histograms->groups)
      for (const double value : group.values) check_finite(value, what, in_quotes(group.name));
  }
  if (figure.bars) {
    if (figure.bars->zero) check_finite(*figure.bars->zero, what, "zero");
    for (const Bars::Row& row : figure.bars->rows) {
      check_finite(row.value, what, in_quotes(row.name));
      check_range(row.interval, what, in_quotes(row.name));
    }
  }
  if (figure.curves) check_curves(*figure.curves, what);
  if (figure.pictures) check_pictures(*figure.pictures, what);
}

}  // namespace

void check_report(const Report& report) {
  Keys facts("fact", ""), sections("section", "");
  for (const auto& [name, value] : report.facts) facts.add(name);
  for (const ReportSection& section : report.sections) {
    sections.add(section.key);
    const std::string place = formatted(" of section {}", in_quotes(section.key));
    Keys measures("measure", place), tables("table", place), figures("figure", place);
    for (const Measure& measure : section.measures)
      check_measure(measure, measures.add(measure.key));
    for (const MeasureTable& table : section.tables) check_table(table, tables.add(table.key));
    for (const ReportFigure& figure : section.figures)
      check_figure(figure, figures.add(figure.key));
  }
}

}  // namespace raygen::engine
