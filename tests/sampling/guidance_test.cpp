#include "sampling/guidance.hpp"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <catch2/catch.hpp>

#include <cmath>

using namespace raygen::engine;

namespace {

SamplingOptions ramp(const char* kind, double scale, std::int64_t first, std::int64_t steps) {
  SamplingOptions options;
  options.guidance_ramp = kind;
  options.guidance_scale = scale;
  options.guidance_first_step = first;
  options.steps = steps;
  return options;
}

}  // namespace

TEST_CASE("Guidance rises as its ramp says, from its first step to the last") {
  constexpr std::int64_t steps = 9;
  for (const double scale : {0.0, 0.5, 3.0}) {
    for (const std::int64_t first : {0, 3, 7}) {
      for (std::int64_t step = 0; step < steps; ++step) {
        INFO("scale " << scale << ", from step " << first << ", at step " << step);
        const double x = static_cast<double>(step - first) / static_cast<double>(8 - first);
        const bool begun = step >= first;
        CHECK(guidance_at(ramp("constant", scale, first, steps), step) == (begun ? scale : 1));
        CHECK(guidance_at(ramp("linear", scale, first, steps), step) ==
              Approx(begun ? (1 - x) + x * scale : 1).margin(1e-12));
        // (1 − cos πx)/2 = sin²(πx/2)
        const double risen = std::pow(std::sin(M_PI / 2 * x), 2);
        CHECK(guidance_at(ramp("cosine", scale, first, steps), step) ==
              Approx(begun ? (1 - risen) + risen * scale : 1).margin(1e-12));
      }
    }
  }
}

TEST_CASE("A ramp of one step has its full scale") {
  for (const char* const kind : {"constant", "linear", "cosine"}) {
    CHECK(guidance_at(ramp(kind, 4, 0, 1), 0) == 4);
    CHECK(guidance_at(ramp(kind, 4, 5, 6), 4) == 1);
    CHECK(guidance_at(ramp(kind, 4, 5, 6), 5) == 4);
  }
}

TEST_CASE("Scale 1 is no guidance at any step, to the last bit") {
  for (const char* const kind : {"constant", "linear", "cosine"})
    for (std::int64_t step = 0; step < 18; ++step)
      CHECK(guidance_at(ramp(kind, 1, 2, 18), step) == 1);
}

TEST_CASE("Guided logits are empty + s (prompt - empty)") {
  const auto random = [](std::uint64_t seed) {
    return at::randn({2, 5, 30}, at::detail::createCPUGenerator(seed)) * 4;
  };
  const at::Tensor prompt = random(1), empty = random(2);
  for (const double scale : {0.0, 0.3, 1.0, 2.5, 100.0}) {
    const at::Tensor expected =
        empty.to(at::kDouble) + (prompt.to(at::kDouble) - empty.to(at::kDouble)) * scale;
    const at::Tensor given = guided(prompt, empty, scale);
    // A few roundings of float32.
    CHECK(at::allclose(given.to(at::kDouble), expected, 1e-6, 1e-6 * (scale + 1) * 20));
    CHECK(at::equal(guided(prompt, prompt, scale), prompt));
  }
  CHECK(at::equal(guided(prompt, empty, 1), prompt));
  CHECK(at::equal(guided(prompt, empty, 0), empty));
}
