#include "training/decoder_network.hpp"
#include "training/precision.hpp"

#include "compute/relative_error.hpp"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

using namespace raygen::engine;

namespace {

MaskedDecoderArchitecture small() {
  MaskedDecoderArchitecture architecture;
  architecture.tokens = 16;
  architecture.codebook = 24;
  architecture.hidden = architecture.text_hidden = 32;
  architecture.intermediate = 48;
  architecture.layers = 2;
  architecture.heads = 4;
  architecture.text_projector = false;
  return architecture;
}

struct Result {
  at::Tensor hidden, gradient;  // float64
};

/// The hidden states of some places, and the gradient of a weight of the first layer's attention.
Result run(at::ScalarType type, std::optional<at::ScalarType> mixed) {
  const MaskedDecoderArchitecture architecture = small();
  at::Generator generator = weight_generator(3);
  Parameters parameters(at::kCPU, type);
  for (const auto& [name, weight] : initial_decoder_weights(architecture, 6, generator))
    parameters.add(name, weight);
  const at::Tensor tokens = at::arange(32, at::kLong).view({2, 16}).remainder(25),
                   text = at::randn({2, 6, 32}, generator).to(type),
                   places = at::arange(1, 32, 3, at::kLong);
  const MixedPrecision precision(at::kCPU, mixed);
  const DecoderNetwork network(architecture, parameters, /*checkpointing=*/false);
  const at::Tensor hidden = network.hidden(tokens, text, places);
  const at::Tensor pull = at::randn(hidden.sizes(), generator).to(type);
  (hidden.to(type) * pull).sum().backward();
  return {hidden.detach().to(at::kDouble),
          parameters["transformer.dec_layers.0.mha.mha.in_proj_weight"].grad().to(at::kDouble)};
}

}  // namespace

TEST_CASE(
    "Attention in bfloat16, by products of all heads at once, is the exact one to its rounding") {
  const Result exact = run(at::kDouble, std::nullopt), single = run(at::kFloat, std::nullopt),
               mixed = run(at::kFloat, at::kBFloat16);
  CHECK(relative_rms_error(single.hidden, exact.hidden) < 1e-5);
  CHECK(relative_rms_error(single.gradient, exact.gradient) < 1e-5);
  CHECK(relative_rms_error(mixed.hidden, exact.hidden) < 0.02);
  CHECK(relative_rms_error(mixed.gradient, exact.gradient) < 0.05);
  CHECK(relative_rms_error(mixed.hidden, exact.hidden) > 1e-5);  // it was bfloat16
}
