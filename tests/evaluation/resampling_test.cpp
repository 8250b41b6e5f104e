#include "evaluation/resampling.hpp"

#include "error.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <set>

using namespace raygen::engine;
using Catch::Contains;

TEST_CASE("A subset holds different rows, is ascending, and differs from draw to draw") {
  const std::vector<std::int64_t> first = subset(3, 0, 40, 100);
  CHECK(std::set<std::int64_t>(first.begin(), first.end()).size() == 40);
  CHECK(std::is_sorted(first.begin(), first.end()));
  CHECK(first == subset(3, 0, 40, 100));
  CHECK(first != subset(3, 1, 40, 100));
  CHECK(first != subset(4, 0, 40, 100));
  CHECK(subset(3, 0, 5, 5) == std::vector<std::int64_t>{0, 1, 2, 3, 4});
  CHECK_THROWS_WITH(subset(3, 0, 6, 5), Contains("6 of 5"));
}

TEST_CASE("The bootstrap's interval of a mean is that of the normal distribution") {
  constexpr std::size_t rows = 400;
  std::vector<double> values;
  std::vector<std::string> groups;
  double sum = 0, squares = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    values.push_back(std::sin(1.7 * static_cast<double>(i)));
    groups.push_back(std::to_string(i));
    sum += values.back(), squares += values.back() * values.back();
  }
  const auto mean = [&](const std::vector<std::int64_t>& chosen) {
    double total = 0;
    for (const std::int64_t i : chosen) total += values[static_cast<std::size_t>(i)];
    return std::optional<double>(total / static_cast<double>(chosen.size()));
  };
  const Interval interval = *bootstrap(groups, mean, 4000, 11);
  const double error = std::sqrt(squares / rows - sum / rows * (sum / rows)) / std::sqrt(rows);
  CHECK(interval.value == Approx(sum / rows).margin(1e-12));
  CHECK(interval.low == Approx(sum / rows - 1.96 * error).margin(0.1 * error));
  CHECK(interval.high == Approx(sum / rows + 1.96 * error).margin(0.1 * error));
  CHECK(interval.draws == 4000);
  CHECK(interval.low == bootstrap(groups, mean, 4000, 11)->low);
}

TEST_CASE("Patients are drawn whole: their images agree, so that the interval is wider") {
  std::vector<std::string> patients, images;
  for (int i = 0; i < 300; ++i) {
    patients.push_back("p" + std::to_string(i / 10));
    images.push_back(std::to_string(i));
  }
  const auto mean = [](const std::vector<std::int64_t>& chosen) {
    double total = 0;  // all ten images of a patient have one value
    for (const std::int64_t i : chosen) total += std::sin(2.3 * static_cast<double>(i / 10));
    return std::optional<double>(total / static_cast<double>(chosen.size()));
  };
  const Interval by_patient = *bootstrap(patients, mean, 1000, 1),
                 by_image = *bootstrap(images, mean, 1000, 1);
  const double ratio = (by_patient.high - by_patient.low) / (by_image.high - by_image.low);
  CHECK(ratio == Approx(std::sqrt(10.0)).epsilon(0.15));
}

TEST_CASE("Undefined draws are left out and counted") {
  const std::vector<std::string> groups{"a", "b", "c"};
  const auto some = [](const std::vector<std::int64_t>& rows) {
    const bool has_first = std::find(rows.begin(), rows.end(), 0) != rows.end();
    return has_first ? std::optional<double>(static_cast<double>(rows.size())) : std::nullopt;
  };
  const std::optional<Interval> interval = bootstrap(groups, some, 1000, 1);
  REQUIRE(interval);
  CHECK(interval->draws == Approx(1000 * 19.0 / 27).margin(45));  // 1 - (2/3)^3
  CHECK(!bootstrap(
      groups, [](const auto&) { return std::optional<double>(); }, 100, 1));
  CHECK_THROWS_WITH(bootstrap({}, some, 100, 1), Contains("no rows"));
  CHECK_THROWS_WITH(bootstrap(groups, some, 99, 1), Contains("draws is 99"));
}

TEST_CASE("Halves hold every row once, and keep groups whole") {
  std::vector<std::string> groups;
  for (int i = 0; i < 101; ++i) groups.push_back(std::to_string(i / 3));
  const auto [one, other] = halves(groups, 5, 0);
  std::vector<std::int64_t> all = one;
  all.insert(all.end(), other.begin(), other.end());
  std::sort(all.begin(), all.end());
  for (std::size_t i = 0; i < groups.size(); ++i) CHECK(all.at(i) == static_cast<std::int64_t>(i));
  CHECK(all.size() == groups.size());
  std::set<std::string> here;
  for (const std::int64_t row : one) here.insert(groups[static_cast<std::size_t>(row)]);
  for (const std::int64_t row : other)
    CHECK(here.count(groups[static_cast<std::size_t>(row)]) == 0);
  CHECK(here.size() == 17);  // of 34
  CHECK(halves(groups, 5, 0).first == one);
  CHECK(halves(groups, 5, 1).first != one);
  CHECK_THROWS_AS(halves({"a", "a"}, 5, 0), Error);
}
