#include "training/classifier_stage.hpp"

#include "dataset/batch.hpp"
#include "error.hpp"
#include "evaluation/classification.hpp"
#include "evaluation/finding_rows.hpp"
#include "labeller/labeller.hpp"
#include "training/augmentation.hpp"
#include "training/image_batch.hpp"
#include "training/precision.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace raygen::engine {

namespace {

// Grey 0..1 to -2..2.
constexpr double kScale = 4, kShift = -2;

Parameters classifier_parameters(const TensorMap& begin, at::Device device) {
  Parameters parameters(device);
  for (const auto& [name, tensor] : begin) {
    if (is_running_statistic(name))
      parameters.add_statistic(name, tensor);
    else
      parameters.add(name, tensor);
  }
  return parameters;
}

/// Labels that the text mentions without being sure.
std::vector<bool> uncertain_labels(const Labeller& labeller, const std::string& text,
                                   const std::vector<std::string>& labels) {
  const ReportLabels found = labeller.label(text);
  std::vector<bool> uncertain;
  for (const std::string& label : labels) {
    const std::optional<Observation> observation = observation_of(label);
    uncertain.push_back(observation && found[*observation].state == Mentioned::uncertain);
  }
  return uncertain;
}

/// Scores and labels of one class, where it is known.
struct KnownScores {
  std::vector<double> scores;
  std::vector<std::uint8_t> labels;
};

KnownScores known_scores(const at::Tensor& logits, const at::Tensor& targets, std::int64_t label) {
  const at::Tensor scores = logits.select(1, label).contiguous(),
                   truths = targets.select(1, label).contiguous();
  KnownScores known;
  for (std::int64_t i = 0; i < scores.numel(); ++i) {
    const float target = truths.const_data_ptr<float>()[i];
    if (std::isnan(target)) continue;
    known.scores.push_back(static_cast<double>(scores.const_data_ptr<float>()[i]));
    known.labels.push_back(target > 0.5F);
  }
  return known;
}

}  // namespace

ClassifierArchitecture classifier_architecture(const ClassifierTrainingConfig& config,
                                               const Dataset& dataset) {
  ClassifierArchitecture architecture;
  architecture.kind =
      config.network == "densenet" ? ClassifierKind::densenet : ClassifierKind::efficientnet_lite;
  architecture.channels = 1;
  architecture.scale = {kScale}, architecture.shift = {kShift};
  architecture.resolution = dataset.resolution();
  architecture.resize = ResizeRule::squash;
  architecture.classes = dataset.labels();
  if (architecture.classes.empty())
    fail(Status::invalid_argument,
         "{} has no labels; prepare the data with a column of findings or of labels",
         dataset.folder().string());
  architecture.densenet.initial_channels = config.initial_channels;
  architecture.densenet.growth = config.growth;
  architecture.densenet.blocks = config.blocks;
  architecture.validate("the training's config");
  return architecture;
}

at::Tensor label_targets(const Dataset& dataset, const std::vector<std::size_t>& indices,
                         bool mask_uncertain) {
  const std::vector<std::string>& labels = dataset.labels();
  const Labeller labeller = Labeller::chexpert();
  at::Tensor targets = at::zeros(
      {static_cast<std::int64_t>(indices.size()), static_cast<std::int64_t>(labels.size())},
      at::kFloat);
  auto* target = targets.mutable_data_ptr<float>();
  for (const std::size_t index : indices) {
    const Record& record = dataset.record(index);
    const std::vector<bool> uncertain = mask_uncertain
                                            ? uncertain_labels(labeller, record.text, labels)
                                            : std::vector<bool>(labels.size(), false);
    for (std::size_t k = 0; k < labels.size(); ++k, ++target) {
      const bool there = std::find(record.findings.begin(), record.findings.end(), labels[k]) !=
                         record.findings.end();
      *target = uncertain[k] ? std::numeric_limits<float>::quiet_NaN() : there ? 1.0F : 0.0F;
    }
  }
  return targets;
}

at::Tensor rare_label_weights(const at::Tensor& targets) {
  const at::Tensor positives = at::nan_to_num(targets).sum(0);
  const at::Tensor weights = positives.max() - positives + positives.mean();
  return weights / weights.max().clamp_min(1e-12);
}

at::Tensor known_label_loss(const at::Tensor& logits, const at::Tensor& targets,
                            const at::Tensor& label_weights) {
  const at::Tensor known = at::isnan(targets).logical_not();
  const at::Tensor each = at::binary_cross_entropy_with_logits(logits, at::nan_to_num(targets), {},
                                                               {}, at::Reduction::None);
  return (each * label_weights * known).sum();
}

ClassifierStage::ClassifierStage(const ClassifierArchitecture& architecture, const TensorMap& begin,
                                 const Surroundings& around)
    : around_(around),
      config_(around.config.classifier),
      architecture_(architecture),
      mixed_(mixed_type(config_.loop, around.device)),
      parameters_(classifier_parameters(begin, around.device)),
      network_(architecture_, parameters_, /*training=*/true),
      optimizer_("classifier", parameters_, config_.loop.optimizer, config_.loop.steps),
      averaged_(parameters_.without_gradients(optimizer_.averages())),
      averaged_network_(architecture_, averaged_, /*training=*/false),
      train_(around.dataset.indices(split_of(around.config.data.train, "data.train"))),
      validation_(
          first_of(around.dataset, around.config.data.validation, config_.loop.validation_images)),
      targets_(label_targets(around.dataset, train_, config_.mask_uncertain)),
      validation_targets_(label_targets(around.dataset, validation_, config_.mask_uncertain)),
      label_weights_((config_.label_weights == "rare" ? rare_label_weights(targets_)
                                                      : at::ones({architecture_.class_count()}))
                         .to(around.device)),
      order_(around.config.seed, static_cast<std::int64_t>(train_.size())) {}

at::Tensor ClassifierStage::network_input(const at::Tensor& pixels) const {
  return pixels * kScale + kShift;
}

ClassifierStage::Batch ClassifierStage::batch(const Share& share) {
  std::vector<std::size_t> indices;
  std::vector<std::int64_t> rows;
  for (std::int64_t i = 0; i < share.count; ++i) {
    rows.push_back(order_.at(share.first + static_cast<std::uint64_t>(i)));
    indices.push_back(train_[static_cast<std::size_t>(rows.back())]);
  }
  const at::Tensor pixels = unit_batch(around_.dataset, indices, around_.device);
  return {network_input(augmented(pixels, config_, around_.config.seed, share.first)),
          targets_.index_select(0, at::tensor(rows, at::kLong)).to(around_.device)};
}

void ClassifierStage::share_statistics() {
  if (around_.processes.size() == 1) return;
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> statistics = parameters_.statistics();
  around_.processes.sum(statistics);
  for (at::Tensor& each : statistics) each.div_(around_.processes.size());
}

Metrics ClassifierStage::step(std::int64_t step) {
  const std::int64_t batch_size = config_.loop.batch_size;
  const at::Tensor sum = at::zeros({1}, at::TensorOptions(around_.device).dtype(at::kFloat));
  for (const Share& share : shares(step, batch_size, config_.loop.micro_batch,
                                   around_.processes.rank(), around_.processes.size())) {
    const Batch now = batch(share);
    at::Tensor logits;
    {
      const MixedPrecision precision(around_.device.type(), mixed_);
      logits = network_.logits(now.images).to(at::kFloat);
    }
    const at::Tensor loss = known_label_loss(logits, now.targets, label_weights_) /
                            static_cast<double>(batch_size * architecture_.class_count());
    loss.backward();
    sum.add_(loss.detach());
  }
  std::vector<at::Tensor> shared = optimizer_.gradients();
  shared.push_back(sum);
  around_.processes.sum(shared);
  share_statistics();
  const double norm = optimizer_.step(step);
  return {{"train/loss", sum.item<double>()},
          {"train/gradient_norm", norm},
          {"train/learning_rate", optimizer_.rate(step)}};
}

at::Tensor ClassifierStage::validation_logits(const ClassifierNetwork& network) const {
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> logits;
  for (std::size_t at = 0; at < validation_.size(); at += validation_batch) {
    const std::size_t end = std::min(at + validation_batch, validation_.size());
    const at::Tensor pixels = unit_batch(around_.dataset,
                                         {validation_.begin() + static_cast<std::ptrdiff_t>(at),
                                          validation_.begin() + static_cast<std::ptrdiff_t>(end)},
                                         around_.device);
    logits.push_back(network.logits(network_input(pixels)).to(at::kFloat).cpu());
  }
  return at::cat(logits);
}

Metrics ClassifierStage::validate() {
  const at::Tensor logits = validation_logits(averaged_network_);
  const double known = at::isnan(validation_targets_).logical_not().sum().item<double>();
  const at::Tensor ones = at::ones({architecture_.class_count()});
  Metrics metrics = {
      {"validation/loss",
       known_label_loss(logits, validation_targets_, ones).item<double>() / std::max(known, 1.0)}};
  double sum = 0;
  std::int64_t defined = 0;
  for (std::int64_t k = 0; k < architecture_.class_count(); ++k) {
    const KnownScores scores = known_scores(logits, validation_targets_, k);
    if (const std::optional<double> area = auroc({scores.scores, scores.labels})) {
      sum += *area;
      ++defined;
    }
  }
  if (defined > 0) metrics["validation/auroc"] = sum / static_cast<double>(defined);
  return metrics;
}

double ClassifierStage::criterion(const Metrics& metrics) const {
  const auto area = metrics.find("validation/auroc");
  return area == metrics.end() ? metrics.at("validation/loss") : 1 - area->second;
}

void ClassifierStage::validated(double loss) {
  optimizer_.validated(loss);
  waiting_ = loss < best_ ? 0 : waiting_ + 1;
  best_ = std::min(best_, loss);
}

bool ClassifierStage::finished() const {
  return config_.patience > 0 && waiting_ >= config_.patience;
}

std::vector<double> ClassifierStage::thresholds(const TensorMap& weights) const {
  Parameters ended = classifier_parameters(weights, around_.device).without_gradients();
  const at::Tensor logits =
      validation_logits(ClassifierNetwork(architecture_, ended, /*training=*/false));
  std::vector<double> thresholds;
  for (std::int64_t k = 0; k < architecture_.class_count(); ++k) {
    const KnownScores scores = known_scores(logits, validation_targets_, k);
    const std::optional<double> logit = youden_threshold({scores.scores, scores.labels});
    constexpr double nearest = 1e-9;  // a threshold is above 0 and below 1
    thresholds.push_back(logit ? std::clamp(1 / (1 + std::exp(-*logit)), nearest, 1 - nearest)
                               : std::numeric_limits<double>::quiet_NaN());
  }
  return thresholds;
}

TensorMap ClassifierStage::weights() const { return parameters_.snapshot(optimizer_.averages()); }

void ClassifierStage::save(TrainingState& state) const {
  state.add("classifier.weight.", parameters_.snapshot());
  state.set("classifier.best", best_);
  state.set("classifier.waiting", waiting_);
  optimizer_.save(state);
}

void ClassifierStage::load(const TrainingState& state) {
  parameters_.restore(state.with_prefix("classifier.weight."));
  best_ = state.number("classifier.best");
  waiting_ = state.integer("classifier.waiting");
  optimizer_.load(state);
}

}  // namespace raygen::engine
