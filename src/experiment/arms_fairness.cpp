#include "experiment/arms_fairness.hpp"

#include "evaluation/fairness_section.hpp"
#include "evaluation/fairness_sets.hpp"
#include "evaluation/image_set.hpp"

#include <ATen/ATen.h>

#include <optional>
#include <string>

namespace raygen::engine {

namespace {

/// Float64 [N,K].
at::Tensor mean_logits(const std::vector<at::Tensor>& runs) {
  return at::stack(runs).to(at::kDouble).mean(0);
}

/// A class whose threshold a run lacks has none, and its logits are as they are.
std::vector<JudgedClass> judged_classes(const std::vector<std::string>& labels,
                                        const at::Tensor& thresholds) {
  std::vector<JudgedClass> classes;
  for (std::size_t k = 0; k < labels.size(); ++k) {
    const bool known = !thresholds[static_cast<std::int64_t>(k)].isnan().item<bool>();
    classes.push_back({labels[k], known ? std::optional(0.0) : std::nullopt});
  }
  return classes;
}

}  // namespace

ReportSection arms_fairness(const std::vector<ArmRuns>& arms,
                            const std::shared_ptr<const Dataset>& real,
                            const FairnessOptions& options) {
  const auto images = images_of_split(real, Split::test);
  std::vector<FairnessOfSet> sets;
  for (const ArmRuns& arm : arms) {
    const at::Tensor thresholds = mean_logits(arm.thresholds);
    sets.push_back(fairness_of_set(arm.arm.folder, "trained on " + title_of(arm.arm), *images,
                                   mean_logits(arm.logits) - at::nan_to_num(thresholds),
                                   judged_classes(real->labels(), thresholds), real->labels(),
                                   options));
    sets.back().real_count = static_cast<std::int64_t>(images->size());
    sets.back().synthetic_count = arm.synthetic_images;
  }
  return fairness_section(sets);
}

}  // namespace raygen::engine
