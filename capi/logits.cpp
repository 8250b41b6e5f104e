#include "door.hpp"

#include <algorithm>
#include <limits>

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

}  // namespace
}  // namespace raygen::capi

using namespace raygen::capi;

extern "C" {

raygen_status raygen_condition_create(raygen_session* session, const float* embeddings,
                                      size_t batch, size_t length, size_t dim,
                                      raygen_condition** condition, raygen_error* error) {
  clear(condition);
  return guard(error, [&] {
    const Turn turn(session);
    required(embeddings, "embeddings");
    raygen_condition*& out = required(condition, "condition");
    out = new raygen_condition{
        turn->condition(embeddings, static_cast<std::int64_t>(batch),
                        static_cast<std::int64_t>(length), static_cast<std::int64_t>(dim)),
        turn.model()};
  });
}

raygen_status raygen_condition_create_empty(raygen_session* session, size_t batch,
                                            raygen_condition** condition, raygen_error* error) {
  clear(condition);
  return guard(error, [&] {
    const Turn turn(session);
    raygen_condition*& out = required(condition, "condition");
    if (batch > std::numeric_limits<std::int32_t>::max())
      fail(Status::limit, "batch is {}: too many", batch);
    out =
        new raygen_condition{turn->empty_condition(static_cast<std::int64_t>(batch)), turn.model()};
  });
}

void raygen_condition_free(raygen_condition* condition) { destroy(condition); }

size_t raygen_condition_batch(const raygen_condition* condition) {
  return !usable(condition) ? 0 : static_cast<size_t>(condition->condition.batch);
}

raygen_status raygen_logits(raygen_session* session, const raygen_condition* condition,
                            const int32_t* tokens, size_t token_count, const int32_t* positions,
                            size_t position_count, float* logits, size_t logit_count,
                            raygen_error* error) {
  return guard(error, [&] {
    const Turn turn(session);
    const raygen_condition& text = required(condition, "condition");
    if (!same(text.model, turn.model()))
      fail(Status::invalid_argument, "the condition was made by a session of another model");
    required(tokens, "tokens");
    required(logits, "logits");
    const auto batch = static_cast<std::size_t>(text.condition.batch);
    const std::size_t n = turn.token_count();
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
    const at::Tensor result =
        turn->logits(text.condition, tokens, positions, static_cast<std::int64_t>(each));
    std::copy_n(result.const_data_ptr<float>(), logit_count, logits);
  });
}

}  // extern "C"
