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

namespace {

std::unique_ptr<Schedule> schedule_of(const std::string& name, const std::string& time_grid) {
  SamplingOptions options;
  options.schedule = name;
  options.time_grid = time_grid;
  return make_schedule(options);
}

}  // namespace

TEST_CASE("Every schedule starts with all, never rises and never reaches none") {
  for (const std::string& name : schedule_names()) {
    for (const std::string time_grid : {"raygen", "maskgit"}) {
      const auto schedule = schedule_of(name, time_grid);
      for (const std::int64_t tokens : {1, 2, 4, 63, 256, 1024}) {
        for (const std::int64_t steps : {1, 2, 3, 18, 100, 1024}) {
          INFO(name << " on the grid of " << time_grid << ", " << tokens << " tokens, " << steps
                    << " steps");
          std::int64_t before = tokens;
          CHECK(schedule->masked(0, steps, tokens) == tokens);
          for (std::int64_t step = 1; step < steps; ++step) {
            const std::int64_t now = schedule->masked(step, steps, tokens);
            REQUIRE(now >= 1);
            REQUIRE(now <= before);
            // MaskGIT's grid wastes no step while there is more than one token.
            if (time_grid == "maskgit" && before > 1) REQUIRE(now < before);
            before = now;
          }
        }
      }
    }
  }
}

TEST_CASE("Schedules on MaskGIT's grid count as its code does") {
  // gamma((i + 1) / 4) * 256, rounded down: what is masked after each of four steps.
  const std::pair<const char*, std::vector<std::int64_t>> expected[] = {
      {"cosine", {236, 181, 97}}, {"linear", {192, 128, 64}}, {"square", {240, 192, 112}},
      {"root", {128, 74, 34}},    {"log", {64, 32, 13}},      {"exponential", {252, 240, 192}}};
  for (const auto& [name, counts] : expected) {
    const auto schedule = schedule_of(name, "maskgit");
    for (std::int64_t step = 1; step < 4; ++step) {
      INFO(name << ", step " << step);
      CHECK(schedule->masked(step, 4, 256) == counts[static_cast<std::size_t>(step - 1)]);
    }
  }
}

TEST_CASE("The arccos schedule keeps what Halton-MaskGIT's code keeps") {
  // int((1 - acos((i + 1) / 8) / (pi / 2)) * 1024), i = 0 to 6.
  const std::int64_t kept[] = {81, 164, 250, 341, 440, 552, 694};
  const auto schedule = schedule_of("arccos", "maskgit");
  for (std::int64_t step = 1; step < 8; ++step)
    CHECK(1024 - schedule->masked(step, 8, 1024) == kept[step - 1]);
}
