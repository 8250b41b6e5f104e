#include "door.hpp"
#include "sampling/config.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstring>

struct raygen_result {
  std::vector<raygen_image> images;
  std::vector<std::vector<std::int32_t>> tokens;
  std::size_t token_count = 0;
};

namespace raygen::capi {

namespace {

std::int64_t at_least_one(std::int32_t value, std::string_view name) {
  if (value < 1) fail(Status::invalid_argument, "{} is {}; 1 or more was expected", name, value);
  return value;
}

/// The engine's report in the C ABI's form.
std::function<bool(const engine::Progress&)> reporter(raygen_progress_callback callback,
                                                      void* user_data) {
  if (callback == nullptr) return {};
  return [callback, user_data](const engine::Progress& now) {
    raygen_progress progress{};
    progress.struct_size = sizeof progress;
    progress.image = now.image;
    progress.image_number = now.image_number;
    progress.image_count = now.image_count;
    progress.step = static_cast<std::int32_t>(now.step);
    progress.steps = static_cast<std::int32_t>(now.steps);
    progress.token_count = now.tokens->size();
    progress.tokens = now.tokens->data();
    progress.masked_count = static_cast<std::size_t>(now.masked_count);
    if (now.preview == nullptr) return callback(&progress, user_data) == 0;
    const raygen_image preview{*now.preview};
    progress.preview = &preview;
    return callback(&progress, user_data) == 0;
  };
}

std::unique_ptr<raygen_result> make_result(std::vector<engine::GeneratedImage> generated) {
  auto result = std::make_unique<raygen_result>();
  result->token_count = generated.empty() ? 0 : generated.front().tokens.size();
  for (auto& [image, tokens] : generated) {
    result->images.push_back({std::move(image)});
    result->tokens.push_back(std::move(tokens));
  }
  return result;
}

}  // namespace

engine::GenerateOptions generate_options_of(const raygen_options* options) {
  engine::GenerateOptions result;
  if (options == nullptr) return result;
  // Before the guidance was appended the struct ended with user_data.
  const raygen_options raw =
      grown(required(options, "options"), offsetof(raygen_options, guidance_scale),
            "raygen_options", raygen_options_init);
  result.seed = raw.seed;
  result.sampling.steps = raw.steps;
  result.sampling.temperature = raw.temperature;
  result.sampling.top_k_threshold = raw.top_k_threshold;
  result.sampling.guidance_scale = raw.guidance_scale;
  choice(raw.schedule, RAYGEN_SCHEDULE_COSINE, "schedule");
  choice(raw.token_choice, RAYGEN_TOKENS_GUMBEL, "token_choice");
  const bool random = choice(raw.position_choice, RAYGEN_POSITIONS_RANDOM, "position_choice") ==
                      RAYGEN_POSITIONS_RANDOM;
  result.sampling.position_choice = random ? "random" : "confidence";
  // Read back from JSON the values are checked against the table.
  result.sampling =
      engine::sampling_from_json(engine::sampling_to_json(result.sampling).dump(), "options");
  if (raw.first_image > INT64_MAX) {  // an index counted on from it fits 64 bits
    fail(Status::invalid_argument, "first_image is {}; at most {} was expected", raw.first_image,
         INT64_MAX);
  }
  result.first_image = raw.first_image;
  result.images_per_prompt = at_least_one(raw.images_per_prompt, "images_per_prompt");
  result.batch_size = at_least_one(raw.batch_size, "batch_size");
  result.preview = flag(raw.preview, "preview");
  return result;
}

}  // namespace raygen::capi

using namespace raygen::capi;

extern "C" {

raygen_status raygen_generate(raygen_session* session, const raygen_string* prompts, size_t count,
                              const raygen_options* options, raygen_result** result,
                              raygen_error* error) {
  clear(result);
  return guard(error, [&] {
    const Turn turn(session);
    raygen_result*& out = required(result, "result");
    auto checked_options = generate_options_of(options);
    if (options != nullptr) {
      checked_options.job = job_of(options->job);
      checked_options.progress = reporter(options->progress, options->user_data);
    }
    out = make_result(raygen::engine::generate(*turn, prompts_of(prompts, count), checked_options))
              .release();
  });
}

void raygen_result_free(raygen_result* result) { destroy(result); }

size_t raygen_result_count(const raygen_result* result) {
  return !usable(result) ? 0 : result->images.size();
}

const raygen_image* raygen_result_image(const raygen_result* result, size_t i) {
  return !usable(result) || i >= result->images.size() ? nullptr : &result->images[i];
}

const int32_t* raygen_result_tokens(const raygen_result* result, size_t i) {
  return !usable(result) || i >= result->tokens.size() ? nullptr : result->tokens[i].data();
}

size_t raygen_result_token_count(const raygen_result* result) {
  return !usable(result) ? 0 : result->token_count;
}

}  // extern "C"
