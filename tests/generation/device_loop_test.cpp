// From the prompt to the pixels on a device without memory, where every read-back fails.

#include "generation/batch_run.hpp"
#include "generation/three_prompts.hpp"
#include "meta_operators.hpp"
#include "sampling/config.hpp"

#include <catch2/catch.hpp>

using namespace raygen::engine;

namespace {

/// Every preset and every policy, in six steps.
std::vector<SamplingOptions> all_sampling() {
  std::vector<SamplingOptions> all;
  for (const Preset& preset : sampling_presets()) all.push_back(preset.options);
  const auto add = [&all](auto SamplingOptions::*option, const std::vector<std::string>& names) {
    for (const std::string& name : names) all.emplace_back().*option = name;
  };
  add(&SamplingOptions::schedule, schedule_names());
  add(&SamplingOptions::position_choice, position_choice_names());
  add(&SamplingOptions::token_choice, token_choice_names());
  add(&SamplingOptions::remasking, remasking_names());
  for (SamplingOptions& options : all) options.steps = 6;
  all.back().guidance_scale = 3;
  all.back().guidance_first_step = 2;
  return all;
}

/// Three images, of which the last shows two prompts.
std::vector<PromptMix> mixes(Session& session) {
  const auto condition = [&](std::string_view prompt) { return session.condition_of(prompt); };
  return {{{condition("effusion")}, {1}},
          {{condition("no finding")}, {1}},
          {{condition("effusion"), condition("")}, {0.25, 0.75}}};
}

}  // namespace

TEST_CASE("From the prompt to the pixels nothing is read back off the CPU") {
  for (const std::string attention : {"normal", "fast"}) {
    for (const PrecisionChoice precision : {PrecisionChoice::float32, PrecisionChoice::bfloat16}) {
      Session session(make_tiny_model(attention, DeviceChoice::meta, precision));
      for (const SamplingOptions& sampling : all_sampling()) {
        INFO(sampling.schedule << ", " << sampling.position_choice << ", " << sampling.token_choice
                               << ", " << sampling.remasking);
        GenerateOptions options = options_with(3);
        options.sampling = sampling;
        options.sampling_of_images = {sampling, sampling, sampling};
        options.sampling_of_images[1].guidance_scale = 2;
        options.sampling_of_images[2].steps = 3;  // done before the others
        const Sampler sampler = BatchRun(session, options, 3).drawn(mixes(session), {0, 1, 2});
        CHECK(sampler.step_index() == 6);
        CHECK(sampler.filled().is_meta());
        const at::Tensor pixels = session.pixels(sampler.filled());
        CHECK(pixels.is_meta());
        CHECK(pixels.sizes() == at::IntArrayRef({3, 16, 16, 3}));
        CHECK(pixels.scalar_type() == at::kFloat);
        // That a read-back fails here is what this test stands on.
        CHECK_THROWS(sampler.check());
        CHECK_THROWS(session.decode_tokens(sampler.filled()));
      }
    }
  }
}

TEST_CASE("A host that is told of every step reads back") {
  Session session(make_tiny_model("normal", DeviceChoice::meta));
  GenerateOptions options = options_with(3);
  options.progress = [](const Progress&) { return true; };
  CHECK_THROWS(BatchRun(session, options, 3).drawn(mixes(session), {0, 1, 2}));
}
