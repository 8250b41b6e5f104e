#include "training/codebook.hpp"

#include "noise/noise.hpp"
#include "noise/purpose.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

namespace raygen::engine {

Codebook::Codebook(const at::Tensor& rows, const VqganTrainingConfig& config, std::uint64_t seed)
    : rows_(rows.detach()),
      moving_averages_(config.codebook_update == "ema"),
      decay_(config.codebook_decay),
      revive_after_(config.revive_after),
      seed_(seed),
      counts_(at::ones({rows.size(0)}, rows_.options())),
      sums_(rows_.clone()),
      unused_(at::zeros({rows.size(0)}, rows_.options())) {}

at::Tensor Codebook::follow(const at::Tensor& features, const at::Tensor& codes, std::int64_t step,
                            Processes& processes) {
  const at::NoGradGuard no_grad;
  const at::Tensor counts = at::bincount(codes, {}, rows_.size(0)).to(at::kFloat);
  const at::Tensor sums = at::zeros_like(rows_).index_add_(0, codes, features);
  std::vector<at::Tensor> both = {counts, sums};
  processes.sum(both);
  unused_ = at::where(both[0] > 0, at::zeros_like(unused_), unused_ + 1);
  if (moving_averages_) {
    constexpr double smoothing = 1e-5;
    counts_.mul_(decay_).add_(both[0], 1 - decay_);
    sums_.mul_(decay_).add_(both[1], 1 - decay_);
    const double total = counts_.sum().item<double>();
    const at::Tensor smoothed =
        (counts_ + smoothing) * (total / (total + static_cast<double>(rows_.size(0)) * smoothing));
    rows_.copy_(sums_ / smoothed.unsqueeze(1));
  }
  if (revive_after_ <= 0) return at::empty({0}, rows_.options().dtype(at::kLong));
  const at::Tensor dead = (unused_ >= static_cast<double>(revive_after_)).nonzero().flatten();
  revive(dead, features, step, processes);
  return dead;
}

void Codebook::begin(const at::Tensor& features, Processes& processes) {
  const at::NoGradGuard no_grad;
  revive(at::arange(rows_.size(0), rows_.options().dtype(at::kLong)), features, /*step=*/-1,
         processes);
}

void Codebook::revive(const at::Tensor& dead, const at::Tensor& features, std::int64_t step,
                      Processes& processes) {
  if (dead.numel() == 0) return;
  // Features are numbered over all processes; each gives those it holds, the others give zeros, and
  // the sum is the same everywhere.
  const std::uint64_t mine = static_cast<std::uint64_t>(features.size(0)),
                      rank = static_cast<std::uint64_t>(processes.rank());
  const std::uint64_t all = mine * static_cast<std::uint64_t>(processes.size());
  const at::Tensor indices = dead.to(at::kCPU);
  const at::Tensor chosen = at::zeros({dead.numel(), features.size(1)}, rows_.options());
  for (std::int64_t i = 0; i < indices.numel(); ++i) {
    const auto block =
        philox({static_cast<std::uint32_t>(step),
                static_cast<std::uint32_t>(indices[i].item<std::int64_t>()), 0,
                static_cast<std::uint32_t>(Purpose::revived_codes)},
               {static_cast<std::uint32_t>(seed_), static_cast<std::uint32_t>(seed_ >> 32)});
    const std::uint64_t which = ((std::uint64_t{block[0]} << 32) | block[1]) % all;
    if (which / mine == rank) chosen[i].copy_(features[static_cast<std::int64_t>(which % mine)]);
  }
  std::vector<at::Tensor> values = {chosen};
  processes.sum(values);
  rows_.index_copy_(0, dead, values[0]);
  sums_.index_copy_(0, dead, values[0]);
  counts_.index_fill_(0, dead, 1);
  unused_.index_fill_(0, dead, 0);
}

void Codebook::save(TrainingState& state) const {
  state.tensors["codebook.counts"] = counts_;
  state.tensors["codebook.sums"] = sums_;
  state.tensors["codebook.unused"] = unused_;
}

void Codebook::load(const TrainingState& state) {
  state.copy_to("codebook.counts", counts_);
  state.copy_to("codebook.sums", sums_);
  state.copy_to("codebook.unused", unused_);
}

}  // namespace raygen::engine
