#include "door.hpp"

struct raygen_text {
  raygen::engine::EncodedText text;
};

namespace raygen::capi {

std::vector<std::string_view> prompts_of(const raygen_string* prompts, std::size_t count) {
  if (count == 0) fail(Status::invalid_argument, "there are 0 prompts; 1 or more was expected");
  required(prompts, "prompts");
  // The count is the caller's word: what does not fit into memory is not a number of prompts.
  std::vector<std::string_view> result;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = fmt::format("prompts[{}]", i);
    check_utf8(result.emplace_back(bytes_of(prompts[i], name)), name);
  }
  return result;
}

namespace {

std::size_t size_of(const raygen_text* text, int dimension) {
  return !usable(text) ? 0 : static_cast<std::size_t>(text->text.last_hidden_state.size(dimension));
}

}  // namespace
}  // namespace raygen::capi

using namespace raygen::capi;

extern "C" {

raygen_status raygen_text_encode(raygen_session* session, const raygen_string* prompts,
                                 size_t count, raygen_text** text, raygen_error* error) {
  clear(text);
  return guard(error, [&] {
    const Turn turn(session);
    raygen_text*& out = required(text, "text");
    out = new raygen_text{turn->encode_text(prompts_of(prompts, count))};
  });
}

void raygen_text_free(raygen_text* text) { destroy(text); }

size_t raygen_text_count(const raygen_text* text) { return size_of(text, 0); }
size_t raygen_text_length(const raygen_text* text) { return size_of(text, 1); }
size_t raygen_text_dim(const raygen_text* text) { return size_of(text, 2); }

size_t raygen_text_token_count(const raygen_text* text, size_t i) {
  return !usable(text) || i >= text->text.token_counts.size()
             ? 0
             : static_cast<size_t>(text->text.token_counts[i]);
}

const int32_t* raygen_text_input_ids(const raygen_text* text) {
  return !usable(text) ? nullptr : text->text.input_ids.const_data_ptr<int32_t>();
}
const int32_t* raygen_text_attention_mask(const raygen_text* text) {
  return !usable(text) ? nullptr : text->text.attention_mask.const_data_ptr<int32_t>();
}
const float* raygen_text_last_hidden_state(const raygen_text* text) {
  return !usable(text) ? nullptr : text->text.last_hidden_state.const_data_ptr<float>();
}
const float* raygen_text_normalized(const raygen_text* text) {
  return !usable(text) ? nullptr : text->text.normalized.const_data_ptr<float>();
}
const float* raygen_text_projection(const raygen_text* text) {
  return !usable(text) || !text->text.projection.defined()
             ? nullptr
             : text->text.projection.const_data_ptr<float>();
}

}  // extern "C"
