#include "training/codebook.hpp"

#include "training/vqgan_network.hpp"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

using namespace raygen::engine;

namespace {

class Alone final : public Processes {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  int local_rank() const override { return 0; }
  void sum(std::vector<at::Tensor>&) override {}
  void broadcast(std::vector<at::Tensor>&) override {}
  void barrier() override {}
};

VqganTrainingConfig config_of(const char* update, std::int64_t revive_after) {
  VqganTrainingConfig config;
  config.codebook_update = update;
  config.codebook_decay = 0.5;
  config.revive_after = revive_after;
  return config;
}

}  // namespace

TEST_CASE("a feature takes the nearest code") {
  const at::Tensor codebook = at::tensor({0.0, 0.0, 1.0, 1.0}, at::kFloat).view({2, 2});
  const at::Tensor features =
      at::tensor({0.1, 0.9, 0.2, 0.8}, at::kFloat).view({1, 2, 1, 2});  // (0.1, 0.2) and (0.9, 0.8)
  const at::Tensor codes = nearest_codes(features, codebook);
  CHECK(at::equal(codes, at::tensor({0, 1}, at::kLong)));
  CHECK(at::equal(code_map(codes, codebook, 1, 1, 2),
                  at::tensor({0.0, 1.0, 0.0, 1.0}, at::kFloat).view({1, 2, 1, 2})));
}

TEST_CASE("codes move to the mean of what takes them") {
  Alone alone;
  const at::Tensor rows = at::tensor({0.0, 10.0}, at::kFloat).view({2, 1});
  Codebook codebook(rows, config_of("ema", 0), 1);
  const at::Tensor features = at::tensor({2.0, 4.0, 12.0}, at::kFloat).view({3, 1}),
                   codes = at::tensor({0, 0, 1}, at::kLong);
  for (int step = 0; step < 40; ++step) codebook.follow(features, codes, step, alone);
  CHECK(rows[0].item<float>() == Approx(3).epsilon(1e-3));
  CHECK(rows[1].item<float>() == Approx(12).epsilon(1e-3));
}

TEST_CASE("a code that nothing takes is set to a feature, and not before its time") {
  Alone alone;
  const at::Tensor rows = at::tensor({0.0, 1000.0}, at::kFloat).view({2, 1});
  Codebook codebook(rows, config_of("gradient", 3), 1);
  const at::Tensor features = at::tensor({2.0, 4.0}, at::kFloat).view({2, 1}),
                   codes = at::zeros({2}, at::kLong);
  for (int step = 0; step < 2; ++step) codebook.follow(features, codes, step, alone);
  CHECK(rows[1].item<float>() == 1000);
  CHECK(at::equal(codebook.follow(features, codes, 2, alone), at::tensor({1}, at::kLong)));
  CHECK((rows[1].item<float>() == 2 || rows[1].item<float>() == 4));
  CHECK(rows[0].item<float>() == 0);
}
