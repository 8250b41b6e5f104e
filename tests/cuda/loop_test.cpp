// The whole loop on the device: the CPU's tokens, the same images again, and calls that are
// stopped.

#include "cuda/device.hpp"

#include "compute/device_kernel.hpp"
#include "error.hpp"
#include "sampling/config.hpp"

using namespace raygen::engine;

TEST_CASE("At temperature 0 the tokens are the CPU's") {
  if (no_device()) return;
  for (const Preset& preset : sampling_presets()) {
    GenerateOptions options = call_of(preset.options, sized(8, 3));
    options.sampling.temperature = 0;
    options.sampling.choice_temperature = 0;
    Session cpu(phantom_model(DeviceChoice::cpu)), device(phantom_model(tested_device()));
    INFO(preset.name);
    // Two choices that are close may fall the other way: seldom.
    CHECK(common_share(generate(cpu, sentences, options), generate(device, sentences, options)) >=
          0.99);
  }
}

TEST_CASE("With noise too, float32 draws the CPU's tokens but for close choices") {
  if (no_device()) return;
  Session cpu(phantom_model(DeviceChoice::cpu)), device(phantom_model(tested_device()));
  const GenerateOptions options = call_of({}, sized(8, 3));
  CHECK(common_share(generate(cpu, sentences, options), generate(device, sentences, options)) >=
        0.95);
}

TEST_CASE("An image is the same from run to run: computed, recorded, replayed, in a new session") {
  if (no_device()) return;
  for (const auto precision : {PrecisionChoice::float32, PrecisionChoice::automatic}) {
    const auto model = phantom_model(tested_device(), precision);
    Session session(model), other(model);
    const GenerateOptions options = call_of(model->sampling_defaults(), sized(8, 2));
    const auto first = generate(session, sentences, options);
    for (int run = 0; run < sized(5, 2); ++run)
      CHECK(same_pixels(generate(session, sentences, options), first));
    CHECK(same_pixels(generate(other, sentences, options), first));
    session.trim();
    CHECK(same_pixels(generate(session, sentences, options), first));
  }
}

TEST_CASE("Kernels and recordings change no token but for close choices") {
  if (no_device()) return;
  Session session(phantom_model(tested_device()));
  const GenerateOptions options = call_of({}, sized(8, 2));
  (void)generate(session, sentences, options);
  const auto recorded = generate(session, sentences, options);
  for (const CudaUse use : {CudaUse::kernels, CudaUse::plain}) {
    const LimitedCudaUse limited(use);
    CHECK(common_share(generate(session, sentences, options), recorded) >= 0.95);
  }
}

TEST_CASE("A call that is stopped at any step leaves the session as good as new") {
  if (no_device()) return;
  const std::int64_t steps = sized(8, 3);
  Session session(phantom_model(tested_device()));
  const GenerateOptions options = call_of({}, steps);
  const auto expected = generate(session, sentences, options);
  for (std::int64_t stop = 1; stop <= steps; ++stop) {
    GenerateOptions stopped = options;
    stopped.progress = [&](const Progress& progress) { return progress.step < stop; };
    CHECK_THROWS_AS(generate(session, sentences, stopped), Error);
    Job job;  // and from the side
    stopped.job = &job;
    stopped.progress = [&](const Progress& progress) {
      if (progress.step == stop) job.cancel();
      return true;
    };
    CHECK_THROWS_AS(generate(session, sentences, stopped), Error);
    CHECK(same_pixels(generate(session, sentences, options), expected));
  }
}

TEST_CASE("A host that watches sees every step, and the same images") {
  if (no_device()) return;
  Session session(phantom_model(tested_device()));
  GenerateOptions options = call_of({}, sized(6, 2));
  const auto expected = generate(session, sentences, options);
  std::size_t told = 0;
  options.preview = true;
  options.progress = [&](const Progress& progress) {
    ++told;
    return progress.preview != nullptr;
  };
  const auto watched = generate(session, sentences, options);
  CHECK(told == sentences.size() * static_cast<std::size_t>(options.sampling.steps));
  CHECK(same_pixels(watched, expected));
}

TEST_CASE("A policy that counts by itself ends where it ends on the CPU") {
  if (no_device()) return;
  SamplingOptions sampling;
  sampling.position_choice = "entropy";
  sampling.entropy_bound = 5;
  sampling.temperature = 0;
  Session cpu(phantom_model(DeviceChoice::cpu)), device(phantom_model(tested_device()));
  const GenerateOptions options = call_of(sampling, sized(64, 12));
  const auto expected = generate(cpu, sentences, options),
             images = generate(device, sentences, options);
  CHECK(common_share(images, expected) >= 0.99);
  for (std::size_t i = 0; i < images.size(); ++i)
    CHECK(std::abs(images[i].steps - expected[i].steps) <= 1);
}
