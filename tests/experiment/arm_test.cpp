#include "experiment/arm.hpp"

#include "error.hpp"

#include <catch2/catch.hpp>

using namespace raygen::engine;
using Catch::Matchers::Contains;

TEST_CASE("Arms are read from a list, a ratio that is not said is 1") {
  const std::vector<Arm> arms = arms_of("real, mix:0.5,replace:0.25 , synthetic, pretrain : 2");
  REQUIRE(arms.size() == 5);
  CHECK(arms[0].kind == ArmKind::real);
  CHECK(arms[1].name == "mix:0.5");
  CHECK(arms[1].folder == "mix_0.5");
  CHECK(arms[2].ratio == 0.25);
  CHECK(arms[3].name == "synthetic:1");
  CHECK(arms[4].kind == ArmKind::pretrain);
  CHECK(arms[4].ratio == 2);
  CHECK(title_of(arms[1]) == "real + 50 %");
  CHECK(title_of(arms[3]) == "synthetic only");
}

TEST_CASE("An arm says how many images of each kind it takes") {
  const std::vector<Arm> arms = arms_of("real, mix:0.5, replace:0.25, synthetic:3, pretrain");
  const auto counts = [&](std::size_t i) {
    return std::pair(arms[i].real_images(100), arms[i].synthetic_images(100));
  };
  CHECK(counts(0) == std::pair<std::int64_t, std::int64_t>(100, 0));
  CHECK(counts(1) == std::pair<std::int64_t, std::int64_t>(100, 50));
  CHECK(counts(2) == std::pair<std::int64_t, std::int64_t>(75, 25));
  CHECK(counts(3) == std::pair<std::int64_t, std::int64_t>(0, 300));
  CHECK(counts(4) == std::pair<std::int64_t, std::int64_t>(100, 100));
}

TEST_CASE("What is no arm is refused by name") {
  CHECK_THROWS_WITH(arms_of("real, mixed:1"), Contains("mixed") && Contains("mix?"));
  CHECK_THROWS_WITH(arms_of("real, mix:1, mix"), Contains("mix:1") && Contains("twice"));
  CHECK_THROWS_WITH(arms_of("real:1"), Contains("has a ratio"));
  CHECK_THROWS_WITH(arms_of("replace:1.5"), Contains("at most 1"));
  for (const char* bad : {"mix:0", "mix:-1", "mix:x", "mix:nan", "mix:", "mix:101"})
    CHECK_THROWS_WITH(arms_of(bad), Contains("ratio"));
  CHECK_THROWS_AS(arms_of(""), Error);
  CHECK_THROWS_AS(arms_of("real,"), Error);
}
