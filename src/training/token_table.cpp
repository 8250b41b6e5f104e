#include "training/token_table.hpp"

#include "compute/scratch.hpp"
#include "dataset/batch.hpp"
#include "error.hpp"
#include "vqgan/image_encoder.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <chrono>
#include <numeric>
#include <vector>

namespace raygen::engine {

namespace {

constexpr std::int64_t told_every = 64;
constexpr std::int64_t on_device_together = 64;  // images

}  // namespace

at::Tensor image_tokens(const VqganPart& vqgan, const std::string& identity,
                        const std::filesystem::path& folder, const Surroundings& around) {
  const std::filesystem::path path = folder / "tokens.safetensors";
  const auto count = static_cast<std::int64_t>(around.dataset.size());
  const std::int64_t length = vqgan.architecture.grid() * vqgan.architecture.grid();
  if (std::filesystem::exists(path)) {
    const TrainingState kept = read_state(path, around.limits);
    const auto found = kept.tensors.find("tokens");
    if (kept.values.count("identity") != 0 && kept.text("identity") == identity &&
        found != kept.tensors.end() && found->second.sizes() == at::IntArrayRef({count, length})) {
      return found->second.clone();
    }
  }
  const at::NoGradGuard no_grad;
  const VqganEncoder encoder(vqgan.architecture,
                             WeightSource(vqgan.weights, {around.device, at::kFloat}));
  Scratch scratch;
  const at::Tensor tokens = at::zeros({count, length}, at::kInt);
  const std::int64_t together = around.device.is_cpu() ? 1 : on_device_together,
                     stride = together * around.processes.size();
  const auto start = std::chrono::steady_clock::now();
  for (std::int64_t first = around.processes.rank() * together; first < count; first += stride) {
    const std::int64_t images = std::min(together, count - first);
    std::vector<std::size_t> indices(static_cast<std::size_t>(images));
    std::iota(indices.begin(), indices.end(), static_cast<std::size_t>(first));
    const at::Tensor batch = unit_batch(around.dataset, indices, at::kCPU)
                                 .permute({0, 2, 3, 1})
                                 .expand({-1, -1, -1, vqgan.architecture.in_channels})
                                 .contiguous();
    tokens.narrow(0, first, images).copy_(encoder.tokens(batch, scratch));
    const std::int64_t done = first + images;
    check_cancelled(around.job);
    if (around.callback && (first % told_every == 0 || done == count)) {
      TrainingProgress progress;
      progress.stage = "tokens";
      progress.event = "step";
      progress.step = done;
      progress.steps = count;
      const double seconds =
          std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      if (seconds > 0) progress.images_per_second = static_cast<double>(done) / seconds;
      if (progress.images_per_second > 0)
        progress.seconds_left = static_cast<double>(count - done) / progress.images_per_second;
      if (!around.callback(progress))
        fail(Status::cancelled, "the training was stopped while images were made into tokens");
    }
  }
  std::vector<at::Tensor> shared = {tokens.to(around.device)};
  around.processes.sum(shared);
  TrainingState state;
  state.tensors["tokens"] = shared[0].to(at::kCPU);
  state.values["identity"] = identity;
  if (around.processes.first()) write_state(path, state);
  return state.tensors["tokens"];
}

}  // namespace raygen::engine
