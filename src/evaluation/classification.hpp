#pragma once
// How well scores tell images with a finding from images without it. A metric is nothing (nullopt)
// where it is undefined, as an AUROC is without a positive.

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace raygen::engine {

/// One score an image, and whether the image has the finding: 0 or 1.
struct Scored {
  std::span<const double> scores;
  std::span<const std::uint8_t> labels;
};

/// Throws Error(invalid_argument) for other numbers of labels than of scores, or a label that is
/// neither 0 nor 1; Error(numeric) for NaN.
void check_scored(const Scored& data);

/// Area under the ROC curve: the chance that a positive scores above a negative, a tie counting
/// half. Only the order of the scores counts: give logits, since the sigmoids of large ones tie.
std::optional<double> auroc(const Scored& data);

/// The largest true positive rate of a threshold whose false positive rate is at most the given
/// one, 0..1: what an attack finds at hardly a false alarm. 1 / negatives is the smallest rate
/// above 0 that there is. Nothing without a positive and a negative.
std::optional<double> tpr_at_fpr(const Scored& data, double false_positive_rate);

/// Average precision: Σ (Rᵢ - Rᵢ₋₁) Pᵢ over the distinct scores, descending. Nothing without a
/// positive.
std::optional<double> average_precision(const Scored& data);

/// 2TP / (2TP + FP + FN), positive at a score of `threshold` and above; 0 where all of them are 0.
double f1_score(const Scored& data, double threshold);

/// TP / (TP + FP) and TP / (TP + FN) at a score of `threshold` and above. Nothing where no score
/// is, or without a positive.
std::optional<double> precision_at(const Scored& data, double threshold);
std::optional<double> recall_at(const Scored& data, double threshold);

/// Brier's score, the mean of (p - y)². Scores are probabilities: outside of 0..1 is
/// Error(invalid_argument). Nothing without images, here and below.
std::optional<double> brier_score(const Scored& data);

/// Expected calibration error: Σ (n_b / N) |mean p - mean y| over bins of equal width of the
/// probability, 1 bin or more; a bin has its upper end, the first also 0.
std::optional<double> expected_calibration_error(const Scored& data, int bins = 15);

/// The points of a reliability diagram: of each of those bins that has images, mean probability and
/// share of positives.
std::vector<std::pair<double, double>> reliability(const Scored& data, int bins = 15);

/// The ROC curve from (0, 0) to (1, 1): false and true positive rate at each distinct score,
/// without points that lie nearer than 1/`steps` to the one before. Empty without a positive and a
/// negative.
std::vector<std::pair<double, double>> roc_curve(const Scored& data, int steps = 200);

/// The score at and above which the true positive rate exceeds the false positive rate by most
/// (Youden's index); the highest of equally good ones.
std::optional<double> youden_threshold(const Scored& data);

/// The score at and above which F1 is largest; the highest of equally good ones.
std::optional<double> best_f1_threshold(const Scored& data);

struct AurocEstimate {
  double value = 0;
  double standard_error = 0;
};

/// DeLong et al. 1988. Needs two positives and two negatives.
std::optional<AurocEstimate> delong(const Scored& data);

/// The difference of the AUROCs of two scores of the same images, first - second, with the standard
/// error of the difference. Throws Error(invalid_argument) for scores of other numbers.
std::optional<AurocEstimate> delong_difference(std::span<const double> first, const Scored& second);

}  // namespace raygen::engine
