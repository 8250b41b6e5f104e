#include "training/token_table.hpp"

#include "compute/scratch.hpp"
#include "error.hpp"
#include "vqgan/image_encoder.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <chrono>
#include <cstring>

namespace raygen::engine {

namespace {

constexpr std::int64_t told_every = 64;

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
  const std::int64_t size = around.dataset.resolution();
  const auto start = std::chrono::steady_clock::now();
  for (std::int64_t i = around.processes.rank(); i < count; i += around.processes.size()) {
    const auto pixels = around.dataset.pixels(static_cast<std::size_t>(i));
    at::Tensor grey = at::empty({size, size, 1}, at::kByte);
    std::memcpy(grey.mutable_data_ptr<std::uint8_t>(), pixels.data(), pixels.size());
    const at::Tensor image = grey.to(at::kFloat)
                                 .mul_(1.0 / 255)
                                 .expand({size, size, vqgan.architecture.in_channels})
                                 .contiguous();
    tokens[i].copy_(encoder.encode(image, scratch).tokens);
    check_cancelled(around.job);
    if (around.callback && (i % told_every == 0 || i + 1 == count)) {
      TrainingProgress progress;
      progress.stage = "tokens";
      progress.event = "step";
      progress.step = i + 1;
      progress.steps = count;
      const double seconds =
          std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      if (seconds > 0) progress.images_per_second = static_cast<double>(i + 1) / seconds;
      if (progress.images_per_second > 0)
        progress.seconds_left = static_cast<double>(count - i - 1) / progress.images_per_second;
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
