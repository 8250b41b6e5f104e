#include "training/optimizer.hpp"

#include "error.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

using namespace raygen::engine;

namespace {

OptimizerConfig plain() {
  OptimizerConfig config;
  config.learning_rate = 0.1;
  config.warmup_steps = 0;
  config.schedule = "constant";
  config.weight_decay = 0;
  config.gradient_clip = 0;
  config.ema_decay = 0;
  return config;
}

}  // namespace

TEST_CASE("the learning rate warms up, then follows its schedule") {
  OptimizerConfig config = plain();
  config.warmup_steps = 4;
  CHECK(scheduled_rate(config, 0, 100) == Approx(0.025));
  CHECK(scheduled_rate(config, 3, 100) == Approx(0.1));
  CHECK(scheduled_rate(config, 99, 100) == Approx(0.1));
  config.schedule = "cosine";
  config.learning_rate_floor = 0.01;
  CHECK(scheduled_rate(config, 4, 104) == Approx(0.1));
  CHECK(scheduled_rate(config, 54, 104) == Approx(0.055));
  CHECK(scheduled_rate(config, 104, 104) == Approx(0.01));
}

TEST_CASE(
    "the plateau schedule halves the rate after patience is over, as PyTorch's ReduceLROnPlateau "
    "does") {
  OptimizerConfig config = plain();
  config.schedule = "plateau";
  config.plateau_patience = 2;
  config.learning_rate_floor = 0.03;
  Parameters parameters;
  parameters.add("w", at::ones({1}));
  Optimizer optimizer("o", parameters, config, 10);
  optimizer.validated(1.0);
  for (int i = 0; i < 2; ++i) optimizer.validated(1.0);
  CHECK(optimizer.rate(0) == Approx(0.1));
  optimizer.validated(1.0);
  CHECK(optimizer.rate(0) == Approx(0.05));
  optimizer.validated(0.5);
  for (int i = 0; i < 6; ++i) optimizer.validated(0.5);
  CHECK(optimizer.rate(0) == Approx(0.03));  // not below the floor
}

TEST_CASE("adamw lets matrices decay and vectors not; adam neither") {
  for (const char* algorithm : {"adamw", "adam"}) {
    OptimizerConfig config = plain();
    config.algorithm = algorithm;
    config.weight_decay = 0.5;
    Parameters parameters;
    parameters.add("matrix", at::ones({1, 1}));
    parameters.add("vector", at::ones({1}));
    Optimizer optimizer("o", parameters, config, 10);
    for (const at::Tensor& gradient : optimizer.gradients()) gradient.zero_();
    optimizer.step(0);
    CHECK(parameters["matrix"].item<float>() ==
          Approx(std::string(algorithm) == "adamw" ? 0.95 : 1.0));
    CHECK(parameters["vector"].item<float>() == 1.0f);
  }
}

TEST_CASE("rows that begin anew have no moments, and their average begins with them") {
  OptimizerConfig config = plain();
  config.ema_decay = 0.9;
  Parameters parameters;
  parameters.add("table", at::zeros({2, 1}));
  parameters.add("untrained", at::zeros({2, 1}), /*trained=*/false);
  Optimizer optimizer("o", parameters, config, 10);
  for (const at::Tensor& gradient : optimizer.gradients()) gradient.fill_(1);
  optimizer.step(0);
  const float moved = optimizer.averages()[0][0].item<float>();
  parameters["table"].detach()[1].fill_(7);
  optimizer.begin_rows("table", at::tensor({1}, at::kLong));
  optimizer.begin_rows("untrained", at::tensor({1}, at::kLong));
  CHECK(optimizer.averages()[0][0].item<float>() == moved);
  CHECK(optimizer.averages()[0][1].item<float>() == 7);
  for (const at::Tensor& gradient : optimizer.gradients()) gradient.zero_();
  optimizer.step(1);
  CHECK(parameters["table"][0].item<float>() < -0.1f);  // goes on by its momentum
  CHECK(parameters["table"][1].item<float>() == 7);
}

TEST_CASE("gradients are clipped by their norm together") {
  OptimizerConfig config = plain();
  config.gradient_clip = 1;
  Parameters parameters;
  parameters.add("a", at::zeros({1}));
  parameters.add("b", at::zeros({1}));
  Optimizer optimizer("o", parameters, config, 10);
  const auto gradients = optimizer.gradients();
  gradients[0].fill_(3);
  gradients[1].fill_(4);
  CHECK(optimizer.step(0) == Approx(5));  // what is told is the norm before
  TrainingState state;
  optimizer.save(state);
  CHECK(state.tensors.at("o.first.a").item<float>() == Approx(0.1 * 3 / 5.0).epsilon(1e-4));
}

TEST_CASE("gradients that are not numbers change nothing") {
  Parameters parameters;
  parameters.add("w", at::ones({2}));
  Optimizer optimizer("o", parameters, plain(), 10);
  optimizer.gradients()[0].fill_(std::numeric_limits<float>::quiet_NaN());
  CHECK_THROWS_AS(optimizer.step(0), Error);
  CHECK(at::equal(parameters["w"].detach(), at::ones({2})));
}

TEST_CASE("averages follow the weights, quickly while they are young") {
  OptimizerConfig config = plain();
  config.ema_decay = 0.5;
  Parameters parameters;
  parameters.add("w", at::zeros({1}));
  Optimizer optimizer("o", parameters, config, 10);
  optimizer.gradients()[0].fill_(-1);
  optimizer.step(0);
  const float weight = parameters["w"].item<float>(), decay = std::min(0.5f, 2.0f / 11.0f);
  CHECK(weight == Approx(0.1));
  CHECK(optimizer.averages()[0].item<float>() == Approx(weight * (1 - decay)));
  CHECK(parameters.snapshot(optimizer.averages()).at("w").item<float>() ==
        Approx(weight * (1 - decay)));
}

TEST_CASE("running statistics are averaged as the weights are, and kept with them") {
  OptimizerConfig config = plain();
  config.ema_decay = 0.5;
  Parameters parameters;
  parameters.add("norm.weight", at::ones({1}));
  parameters.add_statistic("norm.running_mean", at::zeros({1}));
  Optimizer optimizer("o", parameters, config, 10);
  const Parameters averaged = parameters.without_gradients(optimizer.averages());
  parameters["norm.running_mean"].fill_(11);
  optimizer.gradients();
  optimizer.step(0);
  const float decay = 2.0f / 11.0f;
  CHECK(averaged["norm.running_mean"].item<float>() == Approx(11 * (1 - decay)));
  CHECK(parameters.snapshot(optimizer.averages()).at("norm.running_mean").item<float>() ==
        Approx(11 * (1 - decay)));
  CHECK(parameters.snapshot().at("norm.running_mean").item<float>() == 11);

  TrainingState state;
  optimizer.save(state);
  Optimizer again("o", parameters, config, 10);
  again.load(state);
  CHECK(at::equal(again.averages()[1], optimizer.averages()[1]));
}
