#include "door.hpp"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cstdint>

struct raygen_condition {
  raygen::engine::Condition condition;
  std::weak_ptr<const raygen::engine::Model> model;  // to be known again, not to be kept alive
};

namespace raygen::capi {
namespace {

bool same(const std::weak_ptr<const engine::Model>& a,
          const std::shared_ptr<const engine::Model>& b) {
  return !a.owner_before(b) && !b.owner_before(a);
}

/// The caller's values [batch,length,dim]: of sizes that the model takes, and finite.
at::Tensor values_of(const float* values, std::size_t batch, std::size_t length, std::size_t dim,
                     const engine::Model& model) {
  const auto size = [](std::size_t count) {
    return static_cast<std::int64_t>(std::min<std::size_t>(count, INT64_MAX));
  };
  const std::int64_t sizes[] = {size(batch), size(length), size(dim)};
  engine::check_embeddings(model, sizes);
  const at::Tensor tensor = at::from_blob(const_cast<float*>(values), sizes, at::kFloat);
  if (!engine::is_finite(tensor)) fail(Status::numeric, "the values hold NaN or infinity");
  return tensor;
}

}  // namespace
}  // namespace raygen::capi

using namespace raygen::capi;

extern "C" {

raygen_status raygen_condition_create(raygen_session* session, const raygen_embedding* embedding,
                                      raygen_condition** condition, raygen_error* error) {
  clear(condition);
  return guard(error, [&] {
    const Turn turn(session);
    const auto& text = required(embedding, "embedding").text;
    raygen_condition*& out = required(condition, "condition");
    out = new raygen_condition{turn->condition(text.normalized), turn.model()};
  });
}

raygen_status raygen_condition_create_from_values(raygen_session* session, const float* values,
                                                  size_t batch, size_t length, size_t dim,
                                                  raygen_condition** condition,
                                                  raygen_error* error) {
  clear(condition);
  return guard(error, [&] {
    const Turn turn(session);
    required(values, "values");
    raygen_condition*& out = required(condition, "condition");
    const c10::InferenceMode inference;
    out = new raygen_condition{
        turn->condition(values_of(values, batch, length, dim, *turn.model())), turn.model()};
  });
}

raygen_status raygen_condition_create_empty(raygen_session* session, size_t batch,
                                            raygen_condition** condition, raygen_error* error) {
  clear(condition);
  return guard(error, [&] {
    const Turn turn(session);
    raygen_condition*& out = required(condition, "condition");
    if (batch > turn.limits().max_batch)
      fail(Status::limit, "batch is {}; at most {} are allowed", batch, turn.limits().max_batch);
    out =
        new raygen_condition{turn->empty_condition(static_cast<std::int64_t>(batch)), turn.model()};
  });
}

void raygen_condition_free(raygen_condition* condition) { destroy(condition); }

size_t raygen_condition_batch(const raygen_condition* condition) {
  return !usable(condition) ? 0 : static_cast<size_t>(condition->condition.batch());
}

raygen_status raygen_session_logits(raygen_session* session, const raygen_condition* condition,
                                    const int32_t* tokens, size_t token_count,
                                    const int32_t* positions, size_t position_count, float* logits,
                                    size_t logit_count, raygen_error* error) {
  return guard(error, [&] {
    const Turn turn(session);
    const raygen_condition& text = required(condition, "condition");
    if (!same(text.model, turn.model()))
      fail(Status::invalid_argument, "the condition was made by a session of another model");
    required(tokens, "tokens");
    required(logits, "logits");
    const auto batch = static_cast<std::size_t>(text.condition.batch());
    const auto n = static_cast<std::size_t>(turn.tokens());
    expect_count(token_count, batch * n, "token_count", "B x N");
    std::size_t each = n;
    if (positions != nullptr) {
      required(positions, "positions");
      each = position_count / batch;
      if (position_count % batch != 0 || each < 1 || each > n) {
        fail(Status::invalid_argument, "position_count is {}; B = {} times 1 to {} was expected",
             position_count, batch, n);
      }
    }
    expect_count(logit_count, batch * each * static_cast<std::size_t>(turn.codebook()),
                 "logit_count", "B x n x V");
    expect_at_most(logit_count * sizeof(float), turn.limits().max_memory_bytes,
                   "the number of the logits' bytes");
    const c10::InferenceMode inference;
    const bool all_masked = std::all_of(
        tokens, tokens + token_count, [&](std::int32_t token) { return token == turn.codebook(); });
    const at::Device device = turn.model()->compute().device;
    const at::Tensor ids = indices_of(tokens, batch, n, turn.codebook(), "token").to(device);
    at::Tensor places;
    if (positions != nullptr)
      places = indices_of(positions, batch, each, turn.tokens() - 1, "position").to(device);
    const at::Tensor result = turn->logits(text.condition, ids, places, all_masked);
    std::copy_n(result.to(at::kCPU).contiguous().const_data_ptr<float>(), logit_count, logits);
  });
}

}  // extern "C"
