#include "evaluation/membership.hpp"

#include "compute/host_guard.hpp"
#include "error.hpp"
#include "noise/noise.hpp"
#include "noise/purpose.hpp"
#include "text/basic_tokenizer.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace raygen::engine {

namespace {

void check_membership(const MembershipOptions& options) {
  if (options.mask_ratios.empty())
    fail(Status::invalid_argument, "no mask ratio was given; at least one was expected");
  for (const double ratio : options.mask_ratios) {
    if (!(ratio > 0 && ratio <= 1))
      fail(Status::invalid_argument, "a mask ratio is {}; above 0 and up to 1 was expected", ratio);
  }
  if (options.masks < 1)
    fail(Status::invalid_argument, "masks is {}; 1 or more was expected", options.masks);
}

/// Of a ratio of n masked tokens: int64 [masks,n]. What a mask is depends on n and its number
/// alone.
at::Tensor masked_positions(const MembershipOptions& options, std::int64_t n, std::int64_t tokens) {
  std::vector<at::Tensor> masks;
  for (std::int64_t i = 0; i < options.masks; ++i) {
    const std::uint64_t number =
        static_cast<std::uint64_t>(n) << 32 | static_cast<std::uint64_t>(i);
    const std::vector<std::int32_t> chosen = random_positions(
        options.seed, number, static_cast<std::uint32_t>(Purpose::membership_masks), n, tokens);
    masks.push_back(at::tensor(at::ArrayRef<std::int32_t>(chosen), at::kInt).to(at::kLong));
  }
  return at::stack(masks);
}

void check_tokens(std::span<const std::int32_t> tokens, const Model& model) {
  if (static_cast<std::int64_t>(tokens.size()) != model.token_count())
    fail(Status::invalid_argument, "{} tokens were given; {}, as the model has, were expected",
         tokens.size(), model.token_count());
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i] < 0 || tokens[i] >= model.codebook())
      fail(Status::invalid_argument, "token {} is {}; 0 to {} was expected", i, tokens[i],
           model.codebook() - 1);
  }
}

}  // namespace

MembershipTest::MembershipTest(Session& session, const MembershipOptions& options)
    : session_(session) {
  check_membership(options);
  const Model& model = session.model();
  const std::int64_t tokens = model.token_count();
  for (const double ratio : options.mask_ratios) {
    const auto n = std::max<std::int64_t>(std::llround(ratio * static_cast<double>(tokens)), 1);
    positions_.push_back(masked_positions(options, n, tokens).to(model.compute().device));
  }
  empty_ = session.empty_condition(options.masks);
}

MembershipScores MembershipTest::scores(std::span<const std::int32_t> tokens, std::string_view text,
                                        const Job* job) {
  check_tokens(tokens, session_.model());
  const at::Tensor own =
      at::tensor(at::ArrayRef<std::int32_t>(tokens.data(), tokens.size()), at::kInt)
          .to(session_.model().compute().device, at::kLong);
  const double without = loss(own, empty_, job);
  if (is_blank(text)) return {-without, 0};
  const Condition condition = session_.condition(session_.encode_text({text}).normalized);
  const double with = loss(own, condition.repeat(empty_.batch()), job);
  return {-with, without - with};
}

double MembershipTest::loss(const at::Tensor& tokens, const Condition& condition, const Job* job) {
  double sum = 0;
  for (const at::Tensor& positions : positions_) {
    const std::int64_t masks = positions.size(0);
    const at::Tensor own = tokens.unsqueeze(0).expand({masks, tokens.size(0)}),
                     masked = own.scatter(1, positions, session_.model().codebook());
    const at::Tensor logits =
        session_.logits(condition, masked, positions, /*all_masked=*/false, job);
    const HostGuard guard(session_.model().compute(), session_.model().options().threads);
    sum += logits.to(at::kDouble)
               .log_softmax(2)
               .gather(2, own.gather(1, positions).unsqueeze(2))
               .mean()
               .item<double>();
  }
  const double mean = -sum / static_cast<double>(positions_.size());
  if (!std::isfinite(mean)) fail(Status::numeric, "the model's loss of the image is {}", mean);
  return mean;
}

}  // namespace raygen::engine
