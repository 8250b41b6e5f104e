#include "evaluation/report.hpp"
#include "csv/csv.hpp"
#include "error.hpp"
#include "evaluation/sample_report.hpp"
#include "storage/json.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <set>

using namespace raygen::engine;
using Catch::Contains;

namespace {

const std::string kHostile =
    "\"'><script>alert(1)</script>&amp;<img src=x onerror='y'>]]>--><!-- \x01\x7f\xff\xc3 =1";

/// Everything that is text is hostile; keys too.
Report hostile_report() {
  Report report = sample_report();
  report.title = report.conclusion = kHostile;
  report.facts.emplace_back(kHostile, kHostile);
  report.warnings.push_back(kHostile);
  for (ReportSection& section : report.sections) {
    section.key += kHostile;
    section.title = section.introduction = kHostile;
    for (Measure& measure : section.measures) {
      measure.key += kHostile;
      measure.name = measure.features = measure.sentence = kHostile;
    }
    for (MeasureTable& table : section.tables) {
      table.title = table.note = kHostile;
      for (TableColumn& column : table.columns) column.name = kHostile;
      for (TableCell& cell : table.rows[0]) cell = {{}, {}, kHostile, Verdict::bad};
    }
    for (ReportFigure& figure : section.figures) {
      figure.title = figure.note = figure.x_title = figure.y_title = kHostile;
      if (figure.histograms) figure.histograms->mark_name = kHostile;
      if (figure.histograms)
        for (auto& group : figure.histograms->groups) group.name = kHostile;
      if (figure.bars)
        for (auto& row : figure.bars->rows) row.name = kHostile;
      if (figure.curves)
        for (auto& curve : figure.curves->curves) curve.name = kHostile;
      if (figure.pictures) {
        for (auto& column : figure.pictures->columns) column = kHostile;
        for (auto& pair : figure.pictures->pairs) pair.caption = kHostile;
      }
    }
  }
  return report;
}

/// The tags of a page in order, every one of which must be closed, attributes quoted. Names of the
/// elements that were seen.
std::set<std::string> check_tags(const std::string& page) {
  std::set<std::string> names;
  std::vector<std::string> open;
  std::size_t at = page.find('\n');  // after the DOCTYPE
  while ((at = page.find('<', at)) != std::string::npos) {
    std::size_t end = at;
    char quote = 0;
    while (++end < page.size() && (quote != 0 || page[end] != '>')) {
      REQUIRE(page[end] != '<');
      if (quote == 0 && page[end] == '"') {
        REQUIRE(page[end - 1] == '=');
        quote = '"';
      } else if (page[end] == quote) {
        quote = 0;
      }
    }
    REQUIRE(end < page.size());
    const bool closes = page[at + 1] == '/', empty = page[end - 1] == '/';
    const std::size_t begin = at + (closes ? 2 : 1);
    const std::string name = page.substr(begin, page.find_first_of(" />", begin) - begin);
    INFO(page.substr(at, 80));
    if (closes) {
      REQUIRE(!open.empty());
      REQUIRE(open.back() == name);
      open.pop_back();
    } else if (!empty) {
      open.push_back(name);
    }
    names.insert(name);
    at = end;
  }
  CHECK(open.empty());
  return names;
}

template <typename Change>
void check_refused(const Change& change, Status status, const std::string& message) {
  Report report = sample_report();
  change(report);
  for (const auto write : {report_html, report_json, report_csv}) {
    try {
      write(report);
      FAIL("not refused: " + message);
    } catch (const Error& error) {
      CHECK(error.status() == status);
      CHECK_THAT(error.what(), Contains(message));
    }
  }
}

std::size_t occurrences(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size())
    ++count;
  return count;
}

}  // namespace

TEST_CASE("A report with every kind of figure is written, to be looked at") {
  const std::filesystem::path folder = RAYGEN_SAMPLE_REPORT;
  std::filesystem::create_directories(folder);
  const Report report = sample_report();
  const auto write = [&](const char* name, const std::string& text) {
    std::ofstream file(folder / name, std::ios::binary);
    file << text;
    REQUIRE(file.flush());
  };
  write("report.html", report_html(report));
  write("metrics.json", report_json(report));
  write("table.csv", report_csv(report));
  CHECK(report_html(report) == report_html(sample_report()));
  CHECK(report_json(report) == report_json(sample_report()));
}

TEST_CASE("The page needs no network and runs nothing") {
  const std::string page = report_html(sample_report());
  const std::set<std::string> names = check_tags(page);
  for (const char* name : {"script", "link", "iframe", "object", "base", "form"})
    CHECK(names.count(name) == 0);
  CHECK_THAT(page, !Contains("http:") && !Contains("https:") && !Contains("url("));
  CHECK_THAT(page, Contains("default-src 'none'"));
  CHECK(occurrences(page, "src=\"data:image/png;base64,") == 18);
  CHECK_THAT(page, Contains("prefers-color-scheme:dark") && Contains("@media print") &&
                       Contains("width=device-width"));
}

TEST_CASE("The page begins with the conclusion, and says of every measure what it needs") {
  const std::string page = report_html(sample_report());
  CHECK(page.find("The set may be used with limits") < page.find("2 warnings"));
  CHECK(page.find("2 warnings") < page.find("class=\"facts\""));
  CHECK(page.find("class=\"facts\"") < page.find("id=\"summary\""));
  CHECK_THAT(page, Contains("3.41 ± 0.22 (n = 1,000, 10 draws)"));
  CHECK_THAT(page, Contains("This set with n = 1,000, as the floor has</dt><dd>15.03"));
  const std::size_t summary = page.find("id=\"summary\"");
  CHECK_THAT(page.substr(summary, page.find("id=\"section-0\"") - summary), Contains("15.03"));
  CHECK_THAT(page, Contains("2,000 synthetic, 4,210 real"));
  CHECK_THAT(page, Contains("<span class=\"interval\">[13.10, 15.60]</span>"));
  CHECK_THAT(page, Contains("What could not be computed") &&
                       Contains("<li>BioViL-T similarity: Not computed: no BioViL-T weights"));
  for (const char* word : {"Good", "Weak", "Bad", "Undefined", "Not judged"})
    CHECK_THAT(page, Contains(std::string("</svg>") + word));
  // Rows of models compete: the lowest distance and the highest recall.
  CHECK_THAT(page, Contains("<span class=\"best\">14.20</span>") &&
                       Contains("<span class=\"second\">54.23</span>") &&
                       Contains("<span class=\"best\">0.614</span>"));
  // Rows of findings do not: none is bold.
  CHECK(occurrences(page, "class=\"best\"") == 7);
}

TEST_CASE("Hostile text stays text on every page") {
  const Report report = hostile_report();
  const std::string page = report_html(report);
  const std::set<std::string> names = check_tags(page);
  CHECK(names.count("script") == 0);
  CHECK_THAT(page,
             !Contains("<!--") && !Contains("\x01") && !Contains("\x7f") && !Contains("\xff"));
  CHECK_THAT(page, Contains("&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;"));
  CHECK(occurrences(page, "<img ") == 18);

  const Json json = parse_json(report_json(report), "metrics.json");
  CHECK(json["sections"].size() == 3);
  raygen::CsvRow row;
  const std::string table = report_csv(report);
  raygen::CsvReader lines(table, "table.csv");
  int count = 0;
  while (lines.next(row)) {
    CHECK(row.fields.size() == 14);
    ++count;
  }
  CHECK(count == 8);

  Report formula = sample_report();
  formula.sections[0].measures[0].name = "=HYPERLINK(1)";
  CHECK_THAT(report_csv(formula), Contains(",'=HYPERLINK(1),"));
}

TEST_CASE("metrics.json has every number, and null with a reason for what has none") {
  const Json json = parse_json(report_json(sample_report()), "metrics.json");
  CHECK(json["version"] == 1);
  CHECK(json["verdict"] == "weak");
  CHECK(json["facts"]["Seed"] == "7");
  CHECK(json["warnings"].size() == 2);
  const Json& frechet = json["sections"]["fidelity"]["measures"]["frechet"];
  CHECK(frechet["value"] == 14.2);
  CHECK(frechet["interval"] == Json::array({13.1, 15.6}));
  CHECK(frechet["at_floor_count"] == 15.03);
  CHECK(frechet["floor"] ==
        Json{{"value", 3.41}, {"deviation", 0.22}, {"count", 1000}, {"draws", 10}});
  CHECK(frechet["better"] == "lower");
  CHECK(frechet["verdict"] == "weak");
  CHECK(frechet["real_count"] == 4210);
  CHECK(frechet["synthetic_count"] == 2000);
  CHECK(!frechet.contains("reason"));
  const Json& biovil = json["sections"]["fidelity"]["measures"]["biovil"];
  CHECK(biovil["value"].is_null());
  CHECK(biovil["interval"].is_null());
  CHECK(biovil["floor"].is_null());
  CHECK(biovil["verdict"] == "undefined");
  CHECK_THAT(biovil["reason"].get<std::string>(), Contains("no BioViL-T weights"));
  const Json& models = json["sections"]["fidelity"]["tables"]["models"];
  CHECK(models["columns"][2] == Json{{"name", "FID"}, {"better", "lower"}});
  CHECK(models["rows"][1][3]["number"] == 0.016);
  CHECK(models["rows"][0][4]["number"].is_null());
  const Json& findings = json["sections"]["findings"]["figures"];
  CHECK(findings["forest"]["bars"]["zero"] == 0.0);
  CHECK(findings["forest"]["bars"]["rows"].size() == 10);
  CHECK(findings["roc"]["curves"]["curves"][3]["points"].size() == 201);
  const Json& copies = json["sections"]["memorisation"]["figures"];
  CHECK(copies["distances"]["histograms"]["groups"][0]["values"].size() == 2000);
  CHECK(copies["distances"]["histograms"]["mark"] == 2.0);
  CHECK(copies["nearest"]["pictures"]["captions"].size() == 6);
}

TEST_CASE("table.csv has a line for every measure") {
  const std::string table = report_csv(sample_report());
  raygen::CsvReader reader(table, "table.csv");
  raygen::CsvRow row;
  std::vector<std::vector<std::string>> rows;
  while (reader.next(row)) rows.push_back(row.fields);
  REQUIRE(rows.size() == 8);
  CHECK(rows[0] == std::vector<std::string>{"section", "key", "name", "value", "low", "high",
                                            "floor", "floor_deviation", "better", "verdict",
                                            "real_count", "synthetic_count", "features",
                                            "sentence"});
  CHECK(std::vector<std::string>(rows[1].begin(), rows[1].begin() + 12) ==
        std::vector<std::string>{"fidelity", "frechet", "Fréchet distance", "14.2", "13.1", "15.6",
                                 "3.41", "0.22", "lower", "weak", "4210", "2000"});
  CHECK(rows[3][3].empty());
  CHECK(rows[3][9] == "undefined");
}

TEST_CASE("A number that is none is refused, naming where it stands") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN(),
                   infinity = std::numeric_limits<double>::infinity();
  const auto first = [](Report& report) -> Measure& { return report.sections[0].measures[0]; };
  const std::string name = "measure 'frechet' of section 'fidelity': ";
  check_refused([&](Report& report) { first(report).value = nan; }, Status::numeric,
                name + "value is nan");
  check_refused(
      [&](Report& report) {
        first(report).interval = {1, infinity};
      },
      Status::numeric, name + "interval is inf");
  check_refused([&](Report& report) { first(report).at_floor_count = -infinity; }, Status::numeric,
                name + "at_floor_count is -inf");
  check_refused([&](Report& report) { first(report).floor->deviation = nan; }, Status::numeric,
                name + "floor.deviation is nan");
  check_refused([&](Report& report) { report.sections[0].tables[0].rows[1][2].number = nan; },
                Status::numeric, "table 'models' of section 'fidelity': row 1, column 'FID'");
  check_refused([&](Report& report) { report.sections[1].figures[0].bars->rows[2].value = nan; },
                Status::numeric, "figure 'forest' of section 'findings': 'Consolidation'");
  check_refused(
      [&](Report& report) {
        report.sections[1].figures[1].curves->curves[0].points[0].first = nan;
      },
      Status::numeric, "figure 'reliability' of section 'findings': 'real'");
  check_refused(
      [&](Report& report) { report.sections[2].figures[0].histograms->groups[1].values[5] = nan; },
      Status::numeric, "'held-out patients' is nan");
}

TEST_CASE("A report that contradicts itself is refused") {
  const auto first = [](Report& report) -> Measure& { return report.sections[0].measures[0]; };
  check_refused([&](Report& report) { first(report).key = "kid"; }, Status::invalid_argument,
                "measure 'kid' of section 'fidelity' is there twice");
  check_refused([&](Report& report) { first(report).key.clear(); }, Status::invalid_argument,
                "a measure of section 'fidelity' has no key");
  check_refused([&](Report& report) { first(report).value.reset(); }, Status::invalid_argument,
                "has a verdict and no value");
  check_refused([&](Report& report) { report.sections[0].measures[2].sentence.clear(); },
                Status::invalid_argument, "no sentence that says why");
  check_refused(
      [&](Report& report) {
        first(report).interval = {2, 1};
      },
      Status::invalid_argument, "interval is [2, 1]");
  check_refused([&](Report& report) { first(report).decimals = -1; }, Status::invalid_argument,
                "decimals is -1");
  check_refused([&](Report& report) { report.sections[0].tables[0].rows[0].resize(10); },
                Status::invalid_argument, "row 0 has 10 cells; 9 at most");
  check_refused([&](Report& report) { report.sections[1].figures[0].curves.emplace(); },
                Status::invalid_argument, "has 2 contents");
  check_refused([&](Report& report) { report.sections[1].figures[0].bars.reset(); },
                Status::invalid_argument, "has 0 contents");
  check_refused(
      [&](Report& report) { report.sections[2].figures[1].pictures->pairs[0].pngs[0] = "GIF89a"; },
      Status::invalid_argument, "is no PNG");
  check_refused(
      [&](Report& report) { report.sections[2].figures[1].pictures->pairs[0].pngs.pop_back(); },
      Status::invalid_argument, "has 2 pictures; 3 were expected");
  check_refused(
      [&](Report& report) {
        report.sections[1].figures[1].curves->curves[0].points[0].second = 1.5;
      },
      Status::invalid_argument, "has the coordinate 1.5");
}

TEST_CASE("An empty report is a page that says so") {
  const std::string page = report_html({});
  check_tags(page);
  CHECK_THAT(page, Contains("The set was not judged") && Contains("Nothing was measured."));
  CHECK(parse_json(report_json({}), "metrics.json")["sections"].empty());
  CHECK(report_csv({}).find('\n') == report_csv({}).size() - 1);
}

TEST_CASE("Two hundred rows are folded") {
  Report report = sample_report();
  MeasureTable& table = report.sections[1].tables[0];
  Bars& bars = *report.sections[1].figures[0].bars;
  table.rows.resize(200, table.rows[0]);
  bars.rows.resize(200, bars.rows[0]);
  const std::string page = report_html(report);
  check_tags(page);
  CHECK(occurrences(page, "<details><summary>All 200 rows</summary>") == 2);
  CHECK(occurrences(page, "Atelectasis</th>") == 190);
}
