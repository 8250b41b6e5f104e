#include "evaluation/membership_measures.hpp"

#include "evaluation/classification.hpp"
#include "evaluation/image_set.hpp"
#include "evaluation/membership.hpp"
#include "evaluation/resampling.hpp"
#include "evaluation/set_measures.hpp"
#include "model/session.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <optional>
#include <string>

namespace raygen::engine {

namespace {

struct AttackScores {
  std::vector<double> log_likelihood, text_gain;
  std::vector<std::uint8_t> member;
};

Measure attack_measure(const char* key, const char* name, const std::vector<double>& scores,
                       const std::vector<std::uint8_t>& member) {
  constexpr double normal_95 = 1.96;
  Measure measure;
  measure.key = key, measure.name = name, measure.better = Better::lower;
  measure.real_count = static_cast<std::int64_t>(member.size());
  const std::optional<AurocEstimate> found = delong({scores, member});
  if (!found) {
    measure.verdict = Verdict::undefined;
    measure.sentence = "It needs two training and two held-out images.";
    return measure;
  }
  const double play = normal_95 * found->standard_error;
  measure.value = found->value;
  measure.interval =
      std::pair{std::max(found->value - play, 0.0), std::min(found->value + play, 1.0)};
  const std::int64_t members = std::count(member.begin(), member.end(), 1),
                     others = static_cast<std::int64_t>(member.size()) - members;
  if (std::min(members, others) >= kFewestImages)
    measure.verdict = measure.interval->first <= 0.5 ? Verdict::good : Verdict::weak;
  measure.sentence = formatted(
      "How well the model's own losses tell {} training images from {} held-out ones: 0.5 is not "
      "at all, 1 is always. At 1 % false alarms {:.1f} % of the training images are found.",
      members, others, 100 * tpr_at_fpr({scores, member}, 0.01).value_or(0));
  return measure;
}

}  // namespace

std::vector<Measure> membership_measures(const std::shared_ptr<const Model>& model,
                                         const std::shared_ptr<const Dataset>& dataset,
                                         const MembershipMeasureOptions& options) {
  Session session(model);
  MembershipTest test(session, {.seed = options.seed});
  const auto members = images_of_split(dataset, Split::train),
             others = images_of_split(dataset, options.held_out);
  const auto each = static_cast<std::int64_t>(
      std::min({static_cast<std::size_t>(options.images), members->size(), others->size()}));
  AttackScores scores;
  for (const bool member : {true, false}) {
    const ImageSet& images = member ? *members : *others;
    for (const std::int64_t i :
         subset(options.seed, member, each, static_cast<std::int64_t>(images.size()))) {
      check_cancelled(options.job);
      const auto row = static_cast<std::size_t>(i);
      const at::Tensor tokens = session.encode_image(images.image(row)).tokens;
      const MembershipScores found = test.scores(
          {tokens.const_data_ptr<std::int32_t>(), static_cast<std::size_t>(tokens.numel())},
          images.text(row).value_or(""), options.job);
      scores.log_likelihood.push_back(found.log_likelihood);
      scores.text_gain.push_back(found.text_gain);
      scores.member.push_back(member);
      if (options.progress)
        options.progress(static_cast<std::int64_t>(scores.member.size()), 2 * each);
    }
  }
  return {attack_measure("membership_loss", "Membership by loss, AUROC", scores.log_likelihood,
                         scores.member),
          attack_measure("membership_text_gain", "Membership by what the text explains, AUROC",
                         scores.text_gain, scores.member)};
}

}  // namespace raygen::engine
