#pragma once
// What an evaluation has found, before it is a page: sections of measures, tables and figures. Who
// computes fills it; report_html, report_json and report_csv write it.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace raygen::engine {

enum class Better { neither, lower, higher };

/// What a measure says of the set's use.
enum class Verdict {
  none,       // a number to know, no judgement
  good,       // as good as real images are among themselves
  weak,       // worse than that: the set's use is limited in what the sentence says
  bad,        // the set should not be used for what the sentence says
  undefined,  // there is no number: the sentence says why
};

/// Real images against other real images, measured as the synthetic were and with as many of them.
struct Floor {
  double value = 0;        // mean over the draws
  double deviation = 0;    // with N - 1
  std::int64_t count = 0;  // images a side
  int draws = 0;
};

struct Measure {
  std::string key;   // of metrics.json: "kid"
  std::string name;  // as people know it: "KID × 1000"
  Better better = Better::neither;
  std::optional<double> value;
  std::optional<std::pair<double, double>> interval;  // 95 %
  std::optional<double> at_floor_count;  // the value with as many images as the floor has
  std::optional<Floor> floor;
  std::int64_t real_count = 0, synthetic_count = 0;
  std::string features;  // extractor, first digits of its hash, preprocessing; empty: none
  int decimals = 3;
  Verdict verdict = Verdict::none;
  std::string sentence;  // one or two plain sentences for a stranger
};

/// Rows of cells; a number is printed with the column's decimals, an empty cell as "–".
struct TableCell {
  std::optional<double> number;
  std::optional<std::pair<double, double>> interval;
  std::string text;  // in place of a number
  Verdict verdict = Verdict::none;
};
struct TableColumn {
  std::string name;
  Better better = Better::neither;
  int decimals = 3;
};
struct MeasureTable {
  std::string key, title, note;
  std::vector<TableColumn> columns;  // the first one names the row
  std::vector<std::vector<TableCell>> rows;
  /// The rows compete, as models do: a column's best number is bold, the second underlined.
  bool rows_compete = false;
};

struct Histograms {  // of several groups over one axis, as outlines
  struct Group {
    std::string name;
    std::vector<double> values;
  };
  std::vector<Group> groups;
  std::optional<double> mark;  // a threshold, with its name
  std::string mark_name;
};
struct Bars {  // values with intervals, one row each: a forest plot where `zero` is set
  struct Row {
    std::string name;
    double value = 0;
    std::optional<std::pair<double, double>> interval;
  };
  std::vector<Row> rows;
  std::optional<double> zero;  // where a vertical line stands
};
struct Curves {  // y over x, both 0..1: reliability, ROC
  struct Curve {
    std::string name;
    std::vector<std::pair<double, double>> points;
  };
  std::vector<Curve> curves;
  bool diagonal = true;
};
struct PicturePairs {  // side by side: a synthetic image, the nearest real one, their difference
  struct Pair {
    std::string caption;
    std::vector<std::string> pngs;  // bytes of PNG files, shown beside each other
  };
  std::vector<std::string> columns;  // what is shown
  std::vector<Pair> pairs;
};
struct ReportFigure {
  std::string key, title, note;  // the note says what to look for
  std::string x_title, y_title;
  std::optional<Histograms> histograms;  // exactly one of these
  std::optional<Bars> bars;
  std::optional<Curves> curves;
  std::optional<PicturePairs> pictures;
};

struct ReportSection {
  std::string key, title, introduction;
  std::vector<Measure> measures;
  std::vector<MeasureTable> tables;
  std::vector<ReportFigure> figures;
};

/// Words of a page that depend on what it is about.
struct ReportWords {
  std::string headline;  // above the conclusion; empty: whether the set may be used
  std::string value = "This set";
  // What these verdicts of measures mean.
  std::string good = "as good as real images are among themselves";
  std::string weak =
      "worse than real images are among themselves: the use of the set is limited as its sentence "
      "says";
  std::string bad = "the set should not be used for what its sentence says";
};

struct Report {
  std::string title;
  ReportWords words;
  std::string conclusion;  // may the set be used, and for what: three sentences at most
  Verdict verdict = Verdict::none;
  /// What was compared and how: "real", "synthetic", "model", "version", "seed", "command" …, in
  /// the order in which they are shown.
  std::vector<std::pair<std::string, std::string>> facts;
  std::vector<ReportSection> sections;
  std::vector<std::string> warnings;  // duplicates, sizes that differ, what was left out
};

// All three replace what is not UTF-8, and throw Error(numeric), naming the measure, table or
// figure, for NaN and infinity, and Error(invalid_argument) for what contradicts itself: two equal
// keys in one section, a verdict without a value, a row that is longer than its table's columns, a
// figure without exactly one content.

/// One HTML file that needs no network: the figures are SVG or embedded PNG, light and dark after
/// the reader's system, readable on a phone and on paper.
std::string report_html(const Report& report);
/// metrics.json: all numbers with all that belongs to them; a number that is not there is null and
/// has its reason. Without the pictures.
std::string report_json(const Report& report);
/// table.csv: one measure a line: section, key, name, value, low, high, floor, floor_deviation,
/// better, verdict, real_count, synthetic_count, features, sentence. A text that a spreadsheet
/// would take for a formula has an apostrophe before it.
std::string report_csv(const Report& report);

/// FOLDER/report.html, metrics.json and table.csv, each whole or not at all.
void write_report(const Report& report, const std::filesystem::path& folder);

}  // namespace raygen::engine
