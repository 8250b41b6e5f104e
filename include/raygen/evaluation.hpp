#pragma once
// Whether a synthetic set is any good: a report, and the metrics that it is made of.
//
//   raygen::EvaluationOptions options;
//   options.config = "{real: dataset, synthetic: images, model: models/phantom-128, out: report}";
//   const std::string metrics = raygen::evaluate(options);  // and report/report.html
//
//   const double kid = raygen::compare_features("kid", real, synthetic, width);
//   const raygen::Estimate found = raygen::auroc(scores, labels, patients);
//
// Definitions, traps and how to read the report: docs/evaluation.md.

#include "error.hpp"
#include "image.hpp"
#include "job.hpp"
#include "limits.hpp"
#include "relay.hpp"
#include "strings.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace raygen {

/// Where an evaluation is. The text is alive during the callback only.
struct EvaluationProgress {
  const char* stage;  ///< "real images", "synthetic images", "measures", …
  std::int64_t done, total;
  double seconds_left;  ///< of the stage; 0 when not known
};
/// Called on the calling thread. Returns false to stop: the call throws Error(cancelled), and the
/// features that were computed are kept. May throw.
using EvaluationCallback = std::function<bool(const EvaluationProgress&)>;

struct EvaluationOptions {
  std::string config;       ///< YAML or JSON; empty: defaults. evaluation_config shows every key
  std::string config_name;  ///< of the config's file, for messages
  std::vector<std::string> overrides;  ///< "neighbours=3", applied in order
  Limits limits;
  Job* job = nullptr;  ///< must outlive the call
  EvaluationCallback progress;
};

namespace detail {

/// Options in the C ABI's form. Alive during one call.
class RawEvaluationOptions {
 public:
  explicit RawEvaluationOptions(const EvaluationOptions& options)
      : overrides_(raw_strings(options.overrides)),
        relay_([&options](const raygen_evaluation_progress& now) {
          return options.progress({now.stage, now.done, now.total, now.seconds_left});
        }) {
    raygen_evaluation_options_init(&raw_);
    set_config(raw_, options, overrides_);
    if (options.progress) raw_.progress = &Relay<raygen_evaluation_progress>::call;
    raw_.user_data = &relay_;
  }

  const raygen_evaluation_options* get() const noexcept { return &raw_; }
  /// What `run`, a call of the C ABI, returns as text.
  template <typename Run>
  std::string text_of(Run run) {
    std::string result;
    relay_.check([&](raygen_error* error) {
      char* text = nullptr;
      const raygen_status status = run(&raw_, &text, error);
      const std::unique_ptr<char, Free<raygen_buffer_free>> keep(text);
      if (text != nullptr) result = text;
      return status;
    });
    return result;
  }

 private:
  std::vector<raygen_string> overrides_;
  raygen_evaluation_options raw_;
  Relay<raygen_evaluation_progress> relay_;
};

inline std::size_t rows_of(const std::vector<double>& features, std::size_t width) {
  if (width == 0 || features.size() % width != 0)
    throw std::invalid_argument("features: as many numbers as rows times width were expected");
  return features.size() / width;
}

}  // namespace detail

/// The whole config as YAML: every key with its value and meaning. Throws Error(format).
inline std::string evaluation_config(const EvaluationOptions& options = {}) {
  const detail::RawEvaluationOptions raw(options);
  return detail::text_from([&](char** yaml, raygen_error* error) {
    return raygen_evaluation_print(raw.get(), yaml, error);
  });
}

/// Compares the real and the synthetic set that the config names, writes OUT/report.html,
/// OUT/metrics.json and OUT/table.csv, each whole or not at all, and returns the text of
/// metrics.json. OUT/features keeps what networks made of the images; it is as private as they are.
/// Throws Error(io | format | unsupported | limit | numeric | cancelled).
inline std::string evaluate(const EvaluationOptions& options) {
  detail::RawEvaluationOptions raw(options);
  return raw.text_of(raygen_evaluation_run);
}

/// One metric of two sets of features, row by row, `width` numbers a row: "fid", "fid_infinity",
/// "kid" (not times 1000), "cmmd", "precision", "recall", "density", "coverage", "vendi" of the
/// synthetic alone, "alpha_precision", "beta_recall", "authenticity" (real: the training images),
/// "frd", the squared Fréchet distance of radiomics, or "closer_than_median" (real: the training
/// images). Of the options the config's neighbours,
/// kid_subset_size, kid_subsets and seed count. Throws Error(format | numeric),
/// std::invalid_argument for numbers that are not whole rows.
inline double compare_features(const std::string& metric, const std::vector<double>& real,
                               const std::vector<double>& synthetic, std::size_t width,
                               const EvaluationOptions& options = {}) {
  const detail::RawEvaluationOptions raw(options);
  double value = 0;
  detail::check([&](raygen_error* error) {
    return raygen_evaluation_compare(
        metric.data(), metric.size(), real.data(), detail::rows_of(real, width), synthetic.data(),
        detail::rows_of(synthetic, width), width, raw.get(), &value, error);
  });
  return value;
}

/// How near each synthetic image lies to training images, by features or pixels, `width` numbers a
/// row: "dcr", the distance to the closest one, "nndr", that over the distance to the second
/// closest, "authentic" (0 or 1), which both need two training images, "carlini_ratio", which needs
/// 50, or "rms", of pixels 0..1. What they say stands beside the same of held-out images. Throws
/// Error(numeric), std::invalid_argument for numbers that are not whole rows.
inline std::vector<double> nearness(const std::string& measure, const std::vector<double>& training,
                                    const std::vector<double>& synthetic, std::size_t width) {
  const std::size_t rows = detail::rows_of(synthetic, width);
  std::vector<double> values(rows);
  detail::check([&](raygen_error* error) {
    return raygen_evaluation_nearness(measure.data(), measure.size(), training.data(),
                                      detail::rows_of(training, width), synthetic.data(), rows,
                                      width, values.data(), error);
  });
  return values;
}

/// The 398 radiomics of an image, whose channels are averaged: a JSON object of numbers (null where
/// one is undefined) by the names that pyradiomics has, in the order of the rows that the metric
/// "frd" compares. Needs sides of 4 pixels and more than one grey value. Throws Error(numeric).
inline std::string radiomics(const Image& image) {
  return detail::text_from([&](char** json, raygen_error* error) {
    return raygen_evaluation_radiomics(image.get(), json, error);
  });
}

/// One metric of scores and labels (0 or 1): "auroc", "average_precision", "brier", "ece",
/// "youden_threshold", "best_f1_threshold", "f1", "precision_at", "recall_at" (parameter of all
/// three: the threshold) or "tpr_at_fpr" (parameter: the false positive rate). NaN where the metric
/// is undefined. Throws Error(numeric), std::invalid_argument unless both are as many.
inline double score_metric(const std::string& metric, const std::vector<double>& scores,
                           const std::vector<std::uint8_t>& labels, double parameter = 0) {
  if (scores.size() != labels.size())
    throw std::invalid_argument("labels: as many as scores were expected");
  double value = 0;
  detail::check([&](raygen_error* error) {
    return raygen_evaluation_score(metric.data(), metric.size(), scores.data(), labels.data(),
                                   scores.size(), parameter, &value, error);
  });
  return value;
}

/// A value with its 95 % interval; NaN where it is undefined.
struct Estimate {
  double value, low, high;
  double standard_error;  ///< DeLong's
  std::int64_t draws;     ///< of the bootstrap, without undefined ones
};

/// AUROC with an interval from resampled groups; groups: the patient of each image, or empty for an
/// image a group. With `others`, other scores of the same images: how much higher the first AUROC
/// is. Of the options the config's bootstrap_draws and seed count. Throws Error(numeric),
/// std::invalid_argument unless all are as many.
inline Estimate auroc(const std::vector<double>& scores, const std::vector<std::uint8_t>& labels,
                      const std::vector<std::string>& groups = {},
                      const std::vector<double>& others = {},
                      const EvaluationOptions& options = {}) {
  if (labels.size() != scores.size() || (!groups.empty() && groups.size() != scores.size()) ||
      (!others.empty() && others.size() != scores.size()))
    throw std::invalid_argument("labels, groups and others: as many as scores were expected");
  const detail::RawEvaluationOptions raw(options);
  const std::vector<raygen_string> names = detail::raw_strings(groups);
  raygen_estimate found;
  raygen_estimate_init(&found);
  detail::check([&](raygen_error* error) {
    return raygen_evaluation_auroc(
        scores.data(), others.empty() ? nullptr : others.data(), labels.data(), scores.size(),
        names.empty() ? nullptr : names.data(), raw.get(), &found, error);
  });
  return {found.value, found.low, found.high, found.standard_error, found.draws};
}

/// What a classifier says of findings in images, and what is true.
struct JudgedImages {
  std::vector<std::string> findings;       ///< different names
  std::vector<double> scores;              ///< an image a row, a number for each finding; logits
  std::vector<std::uint8_t> labels;        ///< as many: 1, 0, or 255: not known
  std::vector<double> thresholds = {};     ///< of each finding, NaN: none; empty: none at all
  std::int64_t no_finding = -1;            ///< which of the findings is "No Finding"
  std::vector<std::string> patients = {};  ///< whose each image is; empty: each by itself
  std::vector<std::string> groups = {};    ///< the group of each image; "" is in none
};

/// Whether a classifier is as good for one group of patients as for another, as JSON: a list of
/// numbers of groups and of gaps, whose fields raygen_evaluation_fairness in raygen.h explains. Of
/// the options the config's bootstrap_draws, seed and group_patients count. Throws Error(numeric |
/// limit), std::invalid_argument unless all are as many.
inline std::string fairness(const JudgedImages& images, const EvaluationOptions& options = {}) {
  const std::size_t count = images.groups.size(), findings = images.findings.size();
  if (images.scores.size() != count * findings || images.labels.size() != count * findings)
    throw std::invalid_argument("scores and labels: groups times findings were expected");
  if ((!images.patients.empty() && images.patients.size() != count) ||
      (!images.thresholds.empty() && images.thresholds.size() != findings))
    throw std::invalid_argument("patients as groups, and thresholds as findings, were expected");
  const detail::RawEvaluationOptions how(options);
  const std::vector<raygen_string> names = detail::raw_strings(images.findings),
                                   patients = detail::raw_strings(images.patients),
                                   groups = detail::raw_strings(images.groups);
  raygen_judged_images raw;
  raygen_judged_images_init(&raw);
  raw.count = count;
  raw.finding_count = findings;
  raw.scores = images.scores.data();
  raw.labels = images.labels.data();
  raw.findings = names.data();
  raw.thresholds = images.thresholds.empty() ? nullptr : images.thresholds.data();
  raw.no_finding = images.no_finding;
  raw.patients = patients.empty() ? nullptr : patients.data();
  raw.groups = groups.data();
  return detail::text_from([&](char** json, raygen_error* error) {
    return raygen_evaluation_fairness(&raw, how.get(), json, error);
  });
}

/// How alike two images of one size are: "ssim", "psnr" (dB), "ms_ssim" (valid convolutions),
/// "ms_ssim_torchmetrics" or "ms_ssim_pytorch_msssim". A shorter side below 176 pixels gets a
/// smaller window (7 pixels at 128).
inline double similarity(const std::string& metric, const Image& image, const Image& other) {
  double value = 0;
  detail::check([&](raygen_error* error) {
    return raygen_evaluation_similarity(metric.data(), metric.size(), image.get(), other.get(),
                                        &value, error);
  });
  return value;
}

/// How different two images look to a network: LPIPS. Immutable, may be shared by any number of
/// threads.
class Lpips {
 public:
  /// network: "lpips_vgg", "lpips_alex", "stlpips_vgg" or "stlpips_alex"; files: its weights, one
  /// or several that each hold a part, safetensors or PyTorch's. Throws Error(invalid_argument | io
  /// | format | limit | unsupported).
  static Lpips open(const std::string& network, const std::vector<std::string>& files,
                    const Limits& limits = {}) {
    const std::vector<raygen_string> paths = detail::raw_strings(files);
    return Lpips(detail::made<raygen_lpips>([&](raygen_lpips** lpips, raygen_error* error) {
      return raygen_lpips_open(network.data(), network.size(), paths.data(), paths.size(), &limits,
                               lpips, error);
    }));
  }

  /// 0 for equal images. Both of one size, 1 or 3 channels, sides of at least 32 pixels.
  double distance(const Image& image, const Image& other) const {
    double value = 0;
    detail::check([&](raygen_error* error) {
      return raygen_lpips_distance(lpips_.get(), image.get(), other.get(), &value, error);
    });
    return value;
  }
  const raygen_lpips* get() const noexcept { return lpips_.get(); }

 private:
  explicit Lpips(raygen_lpips* lpips) noexcept : lpips_(lpips) {}
  std::unique_ptr<raygen_lpips, detail::Free<raygen_lpips_free>> lpips_;
};

/// What a report or a prompt says of 14 findings, as JSON: {"Pleural Effusion": {"state":
/// "positive", "side": "left", "severity": "moderate"}}. rules: YAML of one's own; empty: the
/// library's, which label_rules returns. Throws Error(format | limit).
inline std::string read_labels(const std::string& text, const std::string& rules = "") {
  return detail::text_from([&](char** json, raygen_error* error) {
    return raygen_labels_read(text.data(), text.size(), rules.empty() ? nullptr : rules.data(),
                              rules.size(), json, error);
  });
}
inline std::string label_rules() {
  return detail::text_from(
      [](char** yaml, raygen_error* error) { return raygen_labels_rules(yaml, error); });
}

}  // namespace raygen
