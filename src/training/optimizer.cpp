#include "training/optimizer.hpp"

#include "compute/private_operators.hpp"
#include "error.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace raygen::engine {

double scheduled_rate(const OptimizerConfig& config, std::int64_t step, std::int64_t steps) {
  const double rate = config.learning_rate;
  if (step < config.warmup_steps)
    return rate * static_cast<double>(step + 1) / static_cast<double>(config.warmup_steps);
  if (config.schedule != "cosine" || steps <= config.warmup_steps) return rate;
  const double progress = static_cast<double>(step - config.warmup_steps) /
                          static_cast<double>(steps - config.warmup_steps);
  const double floor = std::min(config.learning_rate_floor, rate);
  return floor + (rate - floor) * 0.5 * (1 + std::cos(std::numbers::pi * std::min(progress, 1.0)));
}

Optimizer::Optimizer(std::string name, const Parameters& parameters, const OptimizerConfig& config,
                     std::int64_t steps)
    : name_(std::move(name)),
      parameters_(parameters),
      config_(config),
      steps_(steps),
      plateau_best_(std::numeric_limits<double>::infinity()) {
  for (const at::Tensor& parameter : parameters.trained()) {
    first_.push_back(at::zeros_like(parameter.detach()));
    second_.push_back(at::zeros_like(parameter.detach()));
    if (config.ema_decay > 0) averages_.push_back(parameter.detach().clone());
  }
  // Averaged weights make other activations than the last ones: they go with averaged statistics.
  if (config.ema_decay > 0)
    for (const at::Tensor& statistic : parameters.statistics())
      averages_.push_back(statistic.clone());
}

std::vector<at::Tensor> Optimizer::gradients() const {
  std::vector<at::Tensor> gradients;
  for (const at::Tensor& parameter : parameters_.trained()) {
    if (!parameter.grad().defined()) parameter.mutable_grad() = at::zeros_like(parameter.detach());
    gradients.push_back(parameter.grad());
  }
  return gradients;
}

void Optimizer::zero_gradients() const {
  for (const at::Tensor& parameter : parameters_.trained()) parameter.mutable_grad() = at::Tensor();
}

double Optimizer::rate(std::int64_t step) const {
  const double rate = scheduled_rate(config_, step, steps_);
  return config_.schedule == "plateau"
             ? std::max(rate * plateau_scale_, std::min(rate, config_.learning_rate_floor))
             : rate;
}

double Optimizer::step(std::int64_t step) {
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> gradients = this->gradients();
  if (gradients.empty()) return 0;
  const double norm = at::stack(at::_foreach_norm(gradients)).norm().item<double>();
  if (!std::isfinite(norm))
    fail(Status::numeric, "step {}: the gradients of {} hold NaN or infinity", step + 1, name_);
  if (config_.gradient_clip > 0 && norm > config_.gradient_clip)
    at::_foreach_mul_(gradients, config_.gradient_clip / (norm + 1e-6));

  ++updates_;
  const bool decoupled = config_.algorithm == "adamw";
  // Two groups: matrices decay, vectors and tables of one row do not.
  for (const bool matrices : {true, false}) {
    std::vector<at::Tensor> values, slopes, first, second;
    for (std::size_t i = 0; i < gradients.size(); ++i) {
      if ((parameters_.trained()[i].dim() > 1) != matrices) continue;
      values.push_back(parameters_.trained()[i].detach());
      slopes.push_back(gradients[i]);
      first.push_back(first_[i]);
      second.push_back(second_[i]);
    }
    if (values.empty()) continue;
    const double decay = decoupled && matrices ? config_.weight_decay : 0;
    const AdamStep update{rate(step), config_.beta1, config_.beta2, decay, 1e-8, updates_};
    if (has_fused_adam(values.front().device()))
      fused_adam(values, slopes, first, second, update);
    else
      plain_adam(values, slopes, first, second, update);
  }
  if (!averages_.empty()) {
    // A young average follows quickly: its first weights say nothing.
    const double decay = std::min(config_.ema_decay, (1.0 + static_cast<double>(updates_)) /
                                                         (10.0 + static_cast<double>(updates_)));
    std::vector<at::Tensor> values;
    for (const at::Tensor& parameter : parameters_.trained()) values.push_back(parameter.detach());
    for (const at::Tensor& statistic : parameters_.statistics()) values.push_back(statistic);
    at::_foreach_lerp_(averages_, values, 1 - decay);
  }
  zero_gradients();
  return norm;
}

void Optimizer::begin_rows(const std::string& name, const at::Tensor& rows) {
  const at::NoGradGuard no_grad;
  const auto& names = parameters_.trained_names();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end() || rows.numel() == 0) return;
  const auto i = static_cast<std::size_t>(found - names.begin());
  first_[i].index_fill_(0, rows, 0);
  second_[i].index_fill_(0, rows, 0);
  if (!averages_.empty())
    averages_[i].index_copy_(0, rows, parameters_.trained()[i].detach().index_select(0, rows));
}

void Optimizer::validated(double loss) {
  if (config_.schedule != "plateau") return;
  constexpr double threshold = 1e-4;  // relative, as PyTorch's ReduceLROnPlateau
  if (loss < plateau_best_ * (1 - threshold)) {
    plateau_best_ = loss;
    plateau_waiting_ = 0;
  } else if (++plateau_waiting_ > config_.plateau_patience) {
    plateau_scale_ *= config_.plateau_factor;
    plateau_waiting_ = 0;
  }
}

void Optimizer::save(TrainingState& state) const {
  const auto& names = parameters_.trained_names();
  for (std::size_t i = 0; i < names.size(); ++i) {
    state.tensors[name_ + ".first." + names[i]] = first_[i];
    state.tensors[name_ + ".second." + names[i]] = second_[i];
    if (!averages_.empty()) state.tensors[name_ + ".average." + names[i]] = averages_[i];
  }
  const auto& statistics = parameters_.statistic_names();
  for (std::size_t i = names.size(); i < averages_.size(); ++i)
    state.tensors[name_ + ".average." + statistics[i - names.size()]] = averages_[i];
  state.set(name_ + ".updates", updates_);
  state.set(name_ + ".plateau_scale", plateau_scale_);
  state.set(name_ + ".plateau_best", plateau_best_);
  state.set(name_ + ".plateau_waiting", plateau_waiting_);
}

void Optimizer::load(const TrainingState& state) {
  const auto& names = parameters_.trained_names();
  for (std::size_t i = 0; i < names.size(); ++i) {
    state.copy_to(name_ + ".first." + names[i], first_[i]);
    state.copy_to(name_ + ".second." + names[i], second_[i]);
    if (!averages_.empty()) state.copy_to(name_ + ".average." + names[i], averages_[i]);
  }
  const auto& statistics = parameters_.statistic_names();
  for (std::size_t i = names.size(); i < averages_.size(); ++i)
    state.copy_to(name_ + ".average." + statistics[i - names.size()], averages_[i]);
  updates_ = state.integer(name_ + ".updates");
  plateau_scale_ = state.number(name_ + ".plateau_scale");
  plateau_best_ = state.number(name_ + ".plateau_best");
  plateau_waiting_ = state.integer(name_ + ".plateau_waiting");
}

}  // namespace raygen::engine
