#include "sampling/policies.hpp"

#include <catch2/catch.hpp>

using namespace raygen::engine;

TEST_CASE("The cosine schedule counts as the original does, in float32") {
  const auto schedule = make_schedule({});
  CHECK(schedule->masked(0, 1, 1024) == 1024);
  CHECK(schedule->masked(0, 3, 1024) == 1024);
  CHECK(schedule->masked(1, 3, 1024) == 724);
  CHECK(schedule->masked(2, 3, 1024) == 1);
  CHECK(schedule->masked(6, 10, 1024) ==
        511);  // torch.cos(torch.linspace(0,1,10)[6]*pi*0.5)*1024 is 511.99997
  CHECK(schedule->masked(34, 52, 1024) == 512);  // here float32 is above, float64 below
}

TEST_CASE("The schedule starts with all, never rises and never reaches none") {
  const auto schedule = make_schedule({});
  for (const std::int64_t tokens : {1, 4, 64, 256, 1024}) {
    for (const std::int64_t steps : {1, 2, 3, 18, 100}) {
      std::int64_t before = tokens;
      CHECK(schedule->masked(0, steps, tokens) == tokens);
      for (std::int64_t step = 0; step < steps; ++step) {
        const std::int64_t now = schedule->masked(step, steps, tokens);
        REQUIRE(now >= 1);
        REQUIRE(now <= before);
        before = now;
      }
    }
  }
}
