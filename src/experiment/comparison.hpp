#pragma once
// What several classifiers of each arm say of the same test images: how good an arm is, and whether
// it is better than the first one. Two things could be otherwise: the images of the test, which are
// resampled by patients, and the training, which is why an arm has several runs.

#include "evaluation/resampling.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace raygen::engine {

struct TestTruth {
  at::Tensor targets;               // float32 [N,K]: 1, 0, or NaN where it is not known
  std::vector<std::string> groups;  // the patient of each image
};

/// AUROC of each class, which needs kFewestOfClass images with it and without it
/// (evaluation/auroc_interval.hpp), and their mean over the classes that have one.
struct RunScore {
  std::vector<std::optional<double>> classes;
  std::optional<double> mean;
};
/// logits: [N,K].
RunScore score_run(const at::Tensor& logits, const TestTruth& truth);

/// A mean over runs with Student's 95 % interval; without it if there is one run.
struct RunsMean {
  double mean = 0;
  double deviation = 0;  // with n - 1
  std::optional<std::pair<double, double>> interval;
  std::int64_t runs = 0;
};
RunsMean mean_of_runs(const std::vector<double>& values);

/// The value that Student's t with so many degrees of freedom, 1 or more, exceeds with a chance of
/// 2.5 %.
double student_quantile(std::int64_t degrees);

/// How much higher the AUROC of an arm is than that of another, run i against run i.
struct Gain {
  Interval patients;  // of the runs' mean, the test's patients resampled
  RunsMean runs;      // of the runs' differences
  /// Both intervals are above 0, or both below it.
  bool is_clear() const;
};

/// logits: of run 0, 1, … of the arm and of the other, as many of each. klass: of one class, or
/// nothing for the mean of all. In a draw of patients all of whom or none of whom have a class, the
/// class is left out. Nothing where no class has an AUROC.
std::optional<Gain> gain(const std::vector<at::Tensor>& arm, const std::vector<at::Tensor>& other,
                         const TestTruth& truth, std::optional<std::int64_t> klass,
                         std::int64_t draws, std::uint64_t seed);

/// Runs of each of two arms that find a difference of `gain` in four of five experiments, if runs
/// deviate by `deviation`: 15.7 s²/Δ². Nothing if there is no deviation or no gain.
std::optional<std::int64_t> runs_needed(double deviation, double gain);

}  // namespace raygen::engine
