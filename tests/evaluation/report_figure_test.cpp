#include "evaluation/report_axis.hpp"
#include "evaluation/report_charts.hpp"
#include "evaluation/report_text.hpp"

#include <catch2/catch.hpp>

#include <cmath>

using namespace raygen::engine;
using Catch::Contains;

namespace {

std::vector<std::string> labels(const Axis& axis) {
  std::vector<std::string> labels;
  for (const double tick : axis.ticks) labels.push_back(axis.label(tick));
  return labels;
}

using Labels = std::vector<std::string>;

}  // namespace

TEST_CASE("Ticks stand at round numbers, and say no more digits than they need") {
  CHECK(labels(make_axis(0, 1, 0, 300, 5, 12)) == Labels{"0.0", "0.2", "0.4", "0.6", "0.8", "1.0"});
  CHECK(labels(make_axis(-0.17, 0.121, 0, 300, 6, 12)) ==
        Labels{"−0.15", "−0.10", "−0.05", "0.00", "0.05", "0.10"});
  CHECK(labels(make_axis(3, 26, 0, 300, 5, 12)) == Labels{"5", "10", "15", "20", "25"});
  CHECK(labels(make_axis(0, 8e5, 0, 300, 4, 12)) ==
        Labels{"0", "200,000", "400,000", "600,000", "800,000"});
  CHECK(labels(make_axis(0, 4e-8, 0, 300, 4, 12)) ==
        Labels{"0", "1e-08", "2e-08", "3e-08", "4e-08"});
}

TEST_CASE("Labels of an axis do not run into each other") {
  const Axis axis = make_axis(0, 8e5, 0, 120, 6, 12);
  REQUIRE(axis.ticks.size() >= 2);
  for (std::size_t i = 1; i < axis.ticks.size(); ++i)
    CHECK(axis.place(axis.ticks[i]) - axis.place(axis.ticks[i - 1]) >=
          text_width(axis.label(axis.ticks[i])) + 12);
}

TEST_CASE("An axis of one value, and of values that hardly differ, has ticks around them") {
  for (const double value : {0.0, 3.0, -1e17, 1e100, 1e-100}) {
    const Axis axis = make_axis(value, value, 0, 300, 5, 12);
    CHECK(axis.low < value);
    CHECK(axis.high > value);
    CHECK(axis.place(value) == Approx(150));
    CHECK(!axis.ticks.empty());
  }
  CHECK(make_axis(1e17, 1e17 + 16, 0, 300, 5, 12).ticks.size() < 20);
}

TEST_CASE("Numbers have groups, a minus sign, and none before zero") {
  CHECK(html::number(1234.5, 2) == "1,234.50");
  CHECK(html::number(-0.0304, 3) == "−0.030");
  CHECK(html::number(-0.0004, 3) == "0.000");
  CHECK(html::number(999999.5, 0) == "1,000,000");
  CHECK(html::number(-1.25e15, 2) == "−1.25e+15");
  CHECK(html::count(1234567) == "1,234,567");
  CHECK(html::counted(1, "draw") == "1 draw");
  CHECK(html::counted(2000, "draw") == "2,000 draws");
}

TEST_CASE("Names are cut between characters") {
  CHECK(cut_to_width("short", 100) == "short");
  CHECK(cut_to_width("ééééééééé", text_width("ééééé")) == "éééé…");
}

TEST_CASE("A histogram's outline has the shares of each bin") {
  Histograms histograms;
  histograms.groups = {{"a", {0.5, 1.5, 1.5, 1.5, 4.5}}};
  const std::string html = histograms_html(histograms, {});
  // Bins of width 1 from 0 to 5: 20, 60, 0, 0 and 20 %. The plot is 194 high for 1.05 · 60 %.
  const auto at = [](double share) { return 202 - 194 * share / 63; };
  const std::size_t path = html.find("class=\"line group-0\" d=\"M", html.find("chart"));
  REQUIRE(path != std::string::npos);
  std::vector<double> heights;
  for (std::size_t i = html.find('V', path); i < html.find("\"/>", path); i = html.find('V', i + 1))
    heights.push_back(std::stod(html.substr(i + 1)));
  REQUIRE(heights.size() == 6);
  const double shares[] = {20, 60, 0, 0, 20, 0};
  for (std::size_t i = 0; i < 6; ++i) CHECK(heights[i] == Approx(at(shares[i])).margin(0.06));
  CHECK_THAT(html, Contains("a (n = 5)"));
}

TEST_CASE("More than four groups have a panel each; none is drawn in a colour of another") {
  Curves curves;
  for (const char* name : {"a", "b", "c", "d"}) curves.curves.push_back({name, {{0, 0}, {1, 1}}});
  const std::string four = curves_html(curves, {});
  CHECK_THAT(four, Contains("line group-3") && Contains("legend") && !Contains("panels"));
  curves.curves.push_back({"e", {}});
  const std::string five = curves_html(curves, {});
  CHECK_THAT(five, Contains("panels") && !Contains("group-1") && !Contains("legend"));
}

TEST_CASE("Nothing to draw is said") {
  CHECK_THAT(histograms_html({{{"a", {}}}, 1.0, "mark"}, {}), Contains("nothing to draw"));
  CHECK_THAT(curves_html({}, {}), Contains("nothing to draw"));
  CHECK_THAT(bars_html({}, {}), Contains("nothing to draw"));
  CHECK(floor_strip({}).empty());
}

TEST_CASE("Bars begin at zero; a forest has its line") {
  Bars bars;
  bars.rows = {{"a", 0.5, {}}, {"b", 1.0, {}}};
  const std::string plain = bars_html(bars, {});
  CHECK_THAT(plain, Contains("class=\"bar\" x=\"10.0\""));
  bars.rows = {{"a", -0.5, {{-1, 0.1}}}, {"b", 0.5, {}}};
  bars.zero = 0;
  const std::string forest = bars_html(bars, {});
  CHECK_THAT(forest, Contains("class=\"zero\"") && Contains("class=\"whisker\"") &&
                         !Contains("class=\"bar\"") && Contains("−0.50 [−1.00, 0.10]"));
}

TEST_CASE("A strip compares at the floor's count, without the interval of another count") {
  Measure measure;
  measure.value = 14.2;
  measure.interval = {13.1, 15.6};
  measure.floor = Floor{3.41, 0.22, 1000, 10};
  measure.decimals = 2;
  CHECK_THAT(floor_strip(measure),
             Contains("this set 14.20, real against real 3.41 ± 0.22") && Contains("whisker"));
  measure.at_floor_count = 15.03;
  CHECK_THAT(floor_strip(measure), Contains("this set 15.03") && !Contains("whisker"));
}
