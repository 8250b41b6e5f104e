#include "result.hpp"

namespace raygen::capi {
namespace {

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
    progress.masked = now.masked->data();
    if (now.preview == nullptr) return goes_on(callback, progress, user_data);
    const raygen_image preview{*now.preview};
    progress.preview = &preview;
    return goes_on(callback, progress, user_data);
  };
}

}  // namespace

engine::GenerateOptions generation_of(const Turn& turn, const raygen_options* options,
                                      std::size_t prompts) {
  const raygen_options raw = options_of(options);
  // Before an array is read: so many values each of them must have.
  const std::size_t images = engine::checked_image_count(
      prompts / raw.prompts_per_mix, static_cast<std::size_t>(raw.images_per_prompt),
      turn.limits().max_batch);
  engine::GenerateOptions wanted;
  wanted.sampling = sampling_of(raw, turn.model()->sampling_defaults());
  read_mixes(raw, prompts, wanted);
  read_images(raw, images, turn.tokens(), turn.codebook(), wanted);
  wanted.job = job_of(raw.job);
  wanted.progress = reporter(raw.progress, raw.user_data);
  return wanted;
}

raygen_result* make_result(std::vector<engine::GeneratedImage> generated) {
  auto result = std::make_unique<raygen_result>();
  result->token_count = generated.empty() ? 0 : generated.front().tokens.size();
  for (auto& [image, tokens, steps] : generated) {
    result->images.push_back(std::make_unique<raygen_image>(raygen_image{std::move(image)}));
    result->tokens.push_back(std::move(tokens));
    result->steps.push_back(static_cast<std::int32_t>(steps));
  }
  return result.release();
}

}  // namespace raygen::capi

using namespace raygen::capi;

extern "C" {

raygen_status raygen_session_generate(raygen_session* session, const raygen_string* prompts,
                                      size_t count, const raygen_options* options,
                                      raygen_result** result, raygen_error* error) {
  clear(result);
  return guard(error, [&] {
    const Turn turn(session);
    raygen_result*& out = required(result, "result");
    const raygen::engine::GenerateOptions wanted = generation_of(turn, options, count);
    const auto texts = prompts_of(prompts, count, turn.limits());
    out = make_result(raygen::engine::generate(*turn, texts, wanted));
  });
}

void raygen_result_free(raygen_result* result) { destroy(result); }

size_t raygen_result_count(const raygen_result* result) {
  return !usable(result) ? 0 : result->images.size();
}

const raygen_image* raygen_result_image(const raygen_result* result, size_t i) {
  return !usable(result) || i >= result->images.size() ? nullptr : result->images[i].get();
}

raygen_status raygen_result_take_image(raygen_result* result, size_t i, raygen_image** image,
                                       raygen_error* error) {
  clear(image);
  return guard(error, [&] {
    auto& images = required(result, "result").images;
    raygen_image*& out = required(image, "image");
    if (i >= images.size())
      fail(Status::invalid_argument, "image {} was asked for; there are {}", i, images.size());
    if (images[i] == nullptr) fail(Status::invalid_argument, "image {} was taken already", i);
    out = images[i].release();
  });
}

const int32_t* raygen_result_tokens(const raygen_result* result, size_t i) {
  return !usable(result) || i >= result->tokens.size() ? nullptr : result->tokens[i].data();
}

int32_t raygen_result_steps(const raygen_result* result, size_t i) {
  return !usable(result) || i >= result->steps.size() ? 0 : result->steps[i];
}

size_t raygen_result_token_count(const raygen_result* result) {
  return !usable(result) ? 0 : result->token_count;
}

}  // extern "C"
