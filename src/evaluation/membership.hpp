#pragma once
// Membership inference: whether a masked model's losses tell the images that it was trained on from
// others of the same source. Scores of members and of held-out images go into auroc() and
// tpr_at_fpr() (at .01 and .001); an AUROC of about .5 is good.

#include "job.hpp"
#include "masked_decoder/condition.hpp"
#include "model/session.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace raygen::engine {

struct MembershipOptions {
  std::vector<double> mask_ratios = {0.25, 0.5, 0.75};  // above 0, up to 1
  std::int64_t masks = 4;                               // random ones of each ratio
  std::uint64_t seed = 0;                               // of the masks
};

/// Of one image; higher says that it is a member.
struct MembershipScores {
  /// Minus the mean cross-entropy, in nats, of the image's own tokens at masked positions, given
  /// its text: first over the positions of a mask, then over all masks.
  double log_likelihood = 0;
  /// The same loss without the text less that with it, which is fairer to images that are hard for
  /// every model. 0 for an empty text.
  double text_gain = 0;
};

/// Scores images by one set of masks, which all of them share.
class MembershipTest {
 public:
  /// The session's model has a text encoder and a masked decoder. Throws Error(invalid_argument)
  /// for a ratio that is not above 0 and up to 1, no ratio, or no mask.
  MembershipTest(Session& session, const MembershipOptions& options);

  /// tokens: [N], 0..V-1. Runs the masked decoder twice, over ratios × masks images each. Throws
  /// Error(invalid_argument | numeric | cancelled | …).
  MembershipScores scores(std::span<const std::int32_t> tokens, std::string_view text,
                          const Job* job = nullptr);

 private:
  double loss(const at::Tensor& tokens, const Condition& condition, const Job* job);

  Session& session_;
  std::vector<at::Tensor> positions_;  // of each ratio: int64 [masks,n], on the device
  Condition empty_;                    // of the empty prompt, once for each mask
};

}  // namespace raygen::engine
