#include "error.hpp"
#include "weight_file.hpp"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <limits>

using namespace raygen::engine;

TEST_CASE("A weight that is not a number is refused by name, in every type") {
  for (const at::ScalarType type : {at::kFloat, at::kHalf, at::kBFloat16}) {
    for (const float bad :
         {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
          -std::numeric_limits<float>::infinity()}) {
      at::Tensor values = at::randn({1000});
      values[777] = bad;
      const WeightFile file({{"good", at::randn({10})}, {"bad", values.to(type)}});
      const WeightSource source = file.source();
      CHECK(source.load("good").numel() == 10);
      CHECK_THROWS_WITH(source.load("bad"),
                        Catch::Contains("bad") && Catch::Contains(file.path().filename().string()));
    }
  }
}

TEST_CASE("Large but finite weights are fine") {
  CHECK(is_finite(at::full({100000}, 3e38F)));
  CHECK(is_finite(at::full({100}, 60000).to(at::kHalf)));
  CHECK(is_finite(at::empty({0})));
}

TEST_CASE("Devices and precisions that are not there are refused") {
  if (!at::hasCUDA())
    CHECK_THROWS_WITH(resolve_compute(DeviceChoice::cuda, 0, PrecisionChoice::float32),
                      Catch::Contains("CUDA"));
  CHECK(resolve_compute(DeviceChoice::cpu, 0, PrecisionChoice::float32).type == at::kFloat);
  CHECK(resolve_compute(DeviceChoice::cpu, 0, PrecisionChoice::automatic).device.is_cpu());
}
