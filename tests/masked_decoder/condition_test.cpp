#include "masked_decoder/condition.hpp"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

using namespace raygen::engine;

namespace {

/// Two layers of [batch,2,3,4].
Condition make(std::int64_t batch, at::Device device = at::kCPU) {
  Condition::Layers layers;
  for (int layer = 0; layer < 2; ++layer) {
    layers.push_back(
        {at::randn({batch, 2, 3, 4}).to(device), at::randn({batch, 2, 3, 4}).to(device)});
  }
  return Condition(layers);
}

const float* keys_of(const Condition& condition, std::size_t block, std::size_t layer = 1) {
  return condition.block(block)[layer].keys.const_data_ptr<float>();
}

}  // namespace

TEST_CASE("On a CPU a condition is a list of rows, and nothing copies a row") {
  const Condition one = make(1), three = make(3);
  CHECK(Condition().batch() == 0);
  CHECK(one.batch() == 1);
  CHECK(three.batch() == 3);
  CHECK(three.blocks() == 3);

  const Condition joined = Condition::join({one, three, one});
  REQUIRE(joined.batch() == 5);
  CHECK(joined.blocks() == 5);
  CHECK(keys_of(joined, 0) == keys_of(one, 0));
  CHECK(keys_of(joined, 3) == keys_of(three, 2));
  CHECK(keys_of(joined, 4) == keys_of(one, 0));

  const Condition row = joined.row(2);
  CHECK(row.batch() == 1);
  CHECK(keys_of(row, 0) == keys_of(three, 1));

  const Condition repeated = three.repeat(2);
  REQUIRE(repeated.batch() == 6);
  for (std::size_t i = 0; i < 6; ++i) CHECK(keys_of(repeated, i) == keys_of(three, i % 3));
}

TEST_CASE("Elsewhere a condition is one batch") {
  const Condition one = make(1, at::kMeta), three = make(3, at::kMeta);
  CHECK(three.blocks() == 1);
  const Condition joined = Condition::join({one, three});
  CHECK(joined.blocks() == 1);
  CHECK(joined.batch() == 4);
  CHECK(joined.block(0)[1].values.sizes() == at::IntArrayRef({4, 2, 3, 4}));
  CHECK(joined.row(3).batch() == 1);
  CHECK(three.repeat(2).batch() == 6);

  const Condition five = one.repeat(5);
  CHECK(five.batch() == 5);
  CHECK(five.block(0)[0].keys.stride(0) == 0);  // a view
}
