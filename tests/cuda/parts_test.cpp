// Every part on the device against the same part in float32 on the CPU, and our kernels against the
// operators that they stand for.

#include "cuda/device.hpp"

#include "compute/device_kernel.hpp"
#include "compute/group_norm.hpp"
#include "compute/relative_error.hpp"
#include "compute/weight_file.hpp"
#include "noise/tensor_noise.hpp"
#include "sampling/policies.hpp"

#include <ATen/CPUGeneratorImpl.h>
#include <c10/core/InferenceMode.h>

using namespace raygen::engine;

namespace {

at::Generator generator(std::uint64_t seed) { return at::detail::createCPUGenerator(seed); }

at::Tensor random_tokens(const Model& model, std::int64_t images, std::int64_t masks) {
  return at::randint(0, model.codebook() + masks, {images, model.token_count()}, generator(1),
                     at::kLong);
}

/// A model on the CPU and on the device.
struct Both {
  Session cpu, device;
  double tolerance;  // of the root mean square
};

/// The shipped model and those of random weights, in float32; bfloat16 keeps two to three digits.
template <typename Test>
void with_models(const Test& test) {
  const double exact = 1e-3, narrow = 0.1;
  const auto cpu = DeviceChoice::cpu, device = tested_device();
  for (const std::string attention : {"normal", "fast"}) {
    Both both{Session(make_tiny_model(attention)), Session(make_tiny_model(attention, device)),
              exact};
    test(both);
  }
  Both shipped{Session(phantom_model(cpu)), Session(phantom_model(device)), exact};
  test(shipped);
  if (tested_on_cpu()) return;  // not every CPU has bfloat16
  Both fast{Session(phantom_model(cpu)), Session(phantom_model(device, PrecisionChoice::automatic)),
            narrow};
  test(fast);
}

at::Tensor on_cpu(const at::Tensor& tensor) { return tensor.to(at::kCPU, at::kDouble); }

}  // namespace

TEST_CASE("The text encoder on the device is that of the CPU") {
  if (no_device()) return;
  with_models([](Both& both) {
    const EncodedText expected = both.cpu.encode_text(sentences),
                      text = both.device.encode_text(sentences);
    CHECK(relative_error(on_cpu(text.last_hidden_state), on_cpu(expected.last_hidden_state)) <
          both.tolerance);
    CHECK(relative_error(on_cpu(text.normalized), on_cpu(expected.normalized)) < both.tolerance);
  });
}

TEST_CASE("The masked decoder on the device is that of the CPU") {
  if (no_device()) return;
  with_models([](Both& both) {
    const Model& model = both.cpu.model();
    const std::int64_t images = static_cast<std::int64_t>(sentences.size());
    const at::Device device = both.device.model().compute().device;
    at::Tensor tokens = random_tokens(model, images, 1);
    const at::Tensor text = both.cpu.encode_text(sentences).normalized;
    const at::Tensor positions =
        at::stack({at::randperm(model.token_count(), generator(2), at::kLong).narrow(0, 0, 5),
                   at::randperm(model.token_count(), generator(3), at::kLong).narrow(0, 0, 5)})
            .repeat({images / 2, 1});
    const Condition cpu = both.cpu.condition(text), own = both.device.condition(text);
    for (const bool all_masked : {false, true}) {
      if (all_masked) tokens = at::full_like(tokens, model.codebook());
      for (const at::Tensor& chosen : {positions, at::Tensor()}) {
        const at::Tensor expected = both.cpu.logits(cpu, tokens, chosen, all_masked);
        const at::Tensor places = chosen.defined() ? chosen.to(device) : chosen;
        const at::Tensor logits = both.device.logits(own, tokens.to(device), places, all_masked);
        CHECK(relative_error(on_cpu(logits), on_cpu(expected)) < 10 * both.tolerance);
        if (!chosen.defined()) continue;
        // The same three times: computed, recorded, replayed.
        for (int call = 0; call < 3; ++call) {
          const at::Tensor step =
              both.device.step_logits(own, tokens.to(device), places, all_masked);
          CHECK(relative_error(on_cpu(step), on_cpu(expected)) < 10 * both.tolerance);
        }
      }
    }
  });
}

TEST_CASE("The VQ-GAN on the device is that of the CPU") {
  if (no_device()) return;
  with_models([](Both& both) {
    const at::Tensor tokens =
        random_tokens(both.cpu.model(), 9, 0);  // more than are decoded together
    const std::vector<Image> expected = both.cpu.decode_tokens(tokens);
    for (int call = 0; call < 3; ++call) {
      const std::vector<Image> images = both.device.decode_tokens(tokens);
      REQUIRE(images.size() == expected.size());
      for (std::size_t i = 0; i < images.size(); ++i) {
        const auto pixels = [](const Image& image) {
          return at::tensor(at::ArrayRef<float>(image.pixels));
        };
        CHECK(relative_error(pixels(images[i]).to(at::kDouble),
                             pixels(expected[i]).to(at::kDouble)) < 10 * both.tolerance);
      }
    }
    const EncodedImage own = both.device.encode_image(expected[0]),
                       reference = both.cpu.encode_image(expected[0]);
    CHECK(relative_error(on_cpu(own.features), on_cpu(reference.features)) < 10 * both.tolerance);
  });
}

TEST_CASE("Group norm by our kernels is group norm by operators") {
  if (no_device()) return;
  const at::Device device = tested_on_cpu() ? at::kCPU : at::kCUDA;
  for (const std::int64_t channels : {32, 128, 512}) {
    const WeightFile file({{"n.weight", at::randn({channels}, generator(1))},
                           {"n.bias", at::randn({channels}, generator(2))}});
    for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
      const WeightSource source(SafetensorsFile::open(file.path()), Compute{device, type});
      const GroupNorm norm = GroupNorm::load(source, "n");
      for (const std::int64_t images :
           tested_on_cpu() ? std::vector<std::int64_t>{1} : std::vector<std::int64_t>{1, 3}) {
        const at::Tensor x = (at::randn({images, channels, 40, 24}, generator(3)) * 2 + 1)
                                 .to(device, type)
                                 .contiguous(at::MemoryFormat::ChannelsLast);
        const at::Tensor own = at::empty_like(x), plain = at::empty_like(x);
        norm.apply(x, own, true);
        {
          const LimitedCudaUse limited(CudaUse::plain);
          norm.apply(x, plain, true);
        }
        CHECK(relative_error(on_cpu(own), on_cpu(plain)) < (type == at::kFloat ? 1e-4 : 0.05));
      }
    }
  }
  INFO(kernel_problem());
  CHECK(kernel_problem().empty());
}

TEST_CASE("The draw by our kernel is the draw by operators") {
  if (no_device()) return;
  const at::Device device = tested_on_cpu() ? at::kCPU : at::kCUDA;
  for (const std::string& name : token_choice_names()) {
    for (const std::int64_t codebook : {40, 1024, 1037}) {
      SamplingOptions options;
      options.token_choice = name;
      options.temperature = 1.3;
      SamplerState state;
      state.step = 3;
      state.steps = 9;
      state.keys = noise_keys({{1, 2}, {3, 4}}).to(device);
      const at::Tensor logits = (at::randn({2, 200, codebook}, generator(5)) * 3).to(device),
                       positions =
                           at::randint(0, 4096, {2, 200}, generator(6), at::kLong).to(device);
      const auto choice = make_token_choice(options);
      const Draw own = choice->draw(logits, positions, state);
      const LimitedCudaUse limited(CudaUse::plain);
      const Draw plain = choice->draw(logits, positions, state);
      INFO(name << ", codebook " << codebook);
      // One in a thousand may lie so near to another that a logarithm's last bit decides.
      const at::Tensor same = own.tokens == plain.tokens;
      CHECK(same.sum().item<std::int64_t>() >= same.numel() - 1);
      CHECK((own.confidence - plain.confidence)
                .masked_fill(same.bitwise_not(), 0)
                .abs()
                .max()
                .item<float>() < 1e-5F);
    }
  }
}
