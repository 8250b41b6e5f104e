#include "masked_decoder/masked_decoder.hpp"

#include "compute/host_guard.hpp"
#include "tiny_model.hpp"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <c10/core/InferenceMode.h>
#include <catch2/catch.hpp>

using namespace raygen::engine;

namespace {

constexpr std::int64_t tokens = 64, codebook = 40, length = 24, dim = 32;

at::Tensor random_tokens(std::int64_t batch) {
  return at::randint(0, codebook + 1, {batch, tokens}, at::detail::createCPUGenerator(1),
                     at::kLong);
}

at::Tensor random_text(std::int64_t batch) {
  return at::randn({batch, length, dim}, at::detail::createCPUGenerator(2));
}

}  // namespace

TEST_CASE("On a CPU an image's logits are the same to the last bit alone and in a batch") {
  const c10::InferenceMode inference;
  const MaskedDecoder& decoder = tiny_model()->masked_decoder();
  at::Tensor input = random_tokens(3);
  input[1].fill_(codebook);  // one that is masked whole
  const at::Tensor positions = at::tensor({3, 9, 40, 0, 1, 63, 5, 6, 7}, at::kLong).view({3, 3});
  const Condition text = decoder.condition(random_text(3));
  for (const at::Tensor& chosen : {positions, at::Tensor()}) {
    const at::Tensor all = decoder.logits(input, text, chosen, false, nullptr);
    CHECK(all.sizes() == at::IntArrayRef({3, chosen.defined() ? 3 : tokens, codebook}));
    for (std::int64_t b = 0; b < 3; ++b) {
      const Condition own = decoder.condition(random_text(3).narrow(0, b, 1));
      const at::Tensor places = chosen.defined() ? chosen.narrow(0, b, 1) : chosen;
      CHECK(at::equal(decoder.logits(input.narrow(0, b, 1), own, places, b == 1, nullptr)[0],
                      all[b]));
      CHECK(at::equal(decoder.logits(input.narrow(0, b, 1), text.row(b), places, false, nullptr)[0],
                      all[b]));
    }
  }
}

TEST_CASE("Logits are the same to the last bit with any number of threads, and side by side") {
  const c10::InferenceMode inference;
  const at::Tensor input = random_tokens(3);
  const std::string attention = GENERATE("normal", "fast");
  for (const PrecisionChoice precision : {PrecisionChoice::float32, PrecisionChoice::int8}) {
    const auto model = make_tiny_model(attention, DeviceChoice::cpu, precision);
    const MaskedDecoder& decoder = model->masked_decoder();
    std::vector<at::Tensor> made;
    for (const int threads : {1, 2, 3, 5}) {
      const HostThreads guard(threads);
      const Condition text = decoder.condition(random_text(3));
      made.push_back(decoder.logits(input, text, {}, false, nullptr));
      SideBySide lanes;
      for (int i = 0; i < 6; ++i)  // tries every number of lanes
        made.push_back(decoder.logits(input, text, {}, false, nullptr, &lanes));
    }
    for (const at::Tensor& each : made) CHECK(at::equal(each, made.front()));
  }
}

TEST_CASE("In 8 bits the logits are near float32's, and an image's are its own to the last bit") {
  const c10::InferenceMode inference;
  for (const std::string attention : {"normal", "fast"}) {
    const auto reference = make_tiny_model(attention),
               model = make_tiny_model(attention, DeviceChoice::cpu, PrecisionChoice::int8);
    const MaskedDecoder& decoder = model->masked_decoder();
    const at::Tensor input = random_tokens(3);
    const Condition text = decoder.condition(random_text(3));
    const at::Tensor all = decoder.logits(input, text, {}, false, nullptr);
    const at::Tensor exact = reference->masked_decoder().logits(
        input, reference->masked_decoder().condition(random_text(3)), {}, false, nullptr);
    // Each product of 8-bit numbers is right to about a hundredth.
    CHECK((all - exact).norm().item<double>() < 0.1 * exact.norm().item<double>());
    CHECK_FALSE(at::equal(all, exact));
    for (std::int64_t b = 0; b < 3; ++b)
      CHECK(at::equal(decoder.logits(input.narrow(0, b, 1), text.row(b), {}, false, nullptr)[0],
                      all[b]));
  }
}

TEST_CASE("What is masked whole costs no first self-attention, and changes no number") {
  const c10::InferenceMode inference;
  for (const std::string attention : {"normal", "fast"}) {
    const auto model = make_tiny_model(attention);
    const MaskedDecoder& decoder = model->masked_decoder();
    const at::Tensor masks = at::full({2, tokens}, codebook, at::kLong);
    const Condition text = decoder.condition(random_text(2));
    const at::Tensor said = decoder.logits(masks, text, {}, true, nullptr);
    CHECK(at::equal(decoder.logits(masks, text, {}, false, nullptr), said));
    CHECK_FALSE(at::equal(said[0], said[1]));
  }
}
