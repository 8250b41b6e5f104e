// libraygen on a device: a step, a VQ decode and whole images, at batches of several sizes. Prints
// one JSON object a line, as cuda_peers.py does for its peers.
//
//   device_speed MODEL [--device cuda|cpu] [--precision bfloat16|float32] [--batches 1,32]
//                [--steps 3,18] [--repeat 5] [--use plain|kernels|graphs]
//
// Times are the best of the repetitions after two that warm up. An image is K steps, the draws, one
// VQ decode and the copy to the CPU, its share of the batch; text apart. The peak of products is
// measured in the same run.

#include "compute/device_kernel.hpp"
#include "compute/matmul_peak.hpp"
#include "generation/batch_run.hpp"
#include "vqgan/architecture.hpp"

#include <ATen/ATen.h>
#include <nlohmann/json.hpp>

#include <dlfcn.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <limits>
#include <map>
#include <numeric>
#include <sstream>
#include <string>
#include <vector>

using namespace raygen::engine;

namespace {

constexpr const char* prompt =
    "Moderate left pleural effusion with adjacent atelectasis. No pneumothorax.";

std::vector<std::int64_t> numbers(const std::string& text) {
  std::vector<std::int64_t> all;
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, ',');) all.push_back(std::stoll(part));
  return all;
}

/// Bytes of the device that are in use, by anybody; 0 where there is none.
double memory_in_use() {
  void* const driver = ::dlopen("libcuda.so.1", RTLD_NOW);
  if (driver == nullptr) return 0;
  const auto info =
      reinterpret_cast<int (*)(std::size_t*, std::size_t*)>(::dlsym(driver, "cuMemGetInfo_v2"));
  std::size_t free = 0, total = 0;
  if (info == nullptr || info(&free, &total) != 0) return 0;
  return static_cast<double>(total - free);
}

template <typename Call>
double best(std::int64_t repeat, at::Device device, const Call& call) {
  double fastest = std::numeric_limits<double>::infinity();
  for (std::int64_t i = -2; i < repeat; ++i) {
    finish(device);
    const auto start = std::chrono::steady_clock::now();
    call();
    finish(device);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    if (i >= 0) fastest = std::min(fastest, took.count());
  }
  return fastest;
}

void measure(Session& session, std::int64_t batch, const std::vector<std::int64_t>& steps,
             std::int64_t repeat, nlohmann::ordered_json row) {
  const Model& model = session.model();
  const at::Device device = model.compute().device;
  const Condition one = session.condition_of(prompt);
  std::vector<PromptMix> mixes(static_cast<std::size_t>(batch), PromptMix{{one}, {1}});
  const Condition condition = Condition::join(std::vector<Condition>(mixes.size(), one));
  const std::int64_t count = model.token_count();
  const at::TensorOptions options = at::TensorOptions(device).dtype(at::kLong);
  const at::Tensor codes =
      at::arange(count, options).remainder(model.codebook()).repeat({batch, 1});
  const at::Tensor masked =
      codes.masked_fill(at::arange(count, options).remainder(2) == 0, model.codebook());
  const at::Tensor places = at::arange(count, options).repeat({batch, 1});
  row["batch"] = batch;
  row["step_s"] =
      best(repeat, device, [&] { (void)session.step_logits(condition, masked, places, false); });
  row["vq_decode_s"] = best(repeat, device, [&] { (void)session.decode_tokens(codes); });
  for (const std::int64_t k : steps) {
    GenerateOptions call;
    call.sampling.steps = k;
    call.batch_size = batch;
    std::vector<std::size_t> images(mixes.size());
    std::iota(images.begin(), images.end(), std::size_t{0});
    row["steps"] = k;
    row["image_s"] =
        best(repeat, device,
             [&] { (void)BatchRun(session, call, images.size()).run(mixes, images); }) /
        static_cast<double>(batch);
    row["peak_memory_bytes"] = memory_in_use();
    std::printf("%s\n", row.dump().c_str());
    std::fflush(stdout);
  }
}

}  // namespace

int main(int count, char** arguments) {
  std::map<std::string, std::string> options = {{"--device", "cuda"},  {"--precision", "bfloat16"},
                                                {"--batches", "1,32"}, {"--steps", "3,18"},
                                                {"--repeat", "5"},     {"--use", "graphs"}};
  for (int i = 2; i + 1 < count; i += 2) options[arguments[i]] = arguments[i + 1];
  if (count < 2 || count % 2 != 0) {
    std::fprintf(stderr, "usage: device_speed MODEL [--OPTION VALUE]…\n");
    return 2;
  }
  try {
    ModelOptions wanted;
    wanted.device = options["--device"] == "cpu" ? DeviceChoice::cpu : DeviceChoice::cuda;
    wanted.precision =
        options["--precision"] == "float32" ? PrecisionChoice::float32 : PrecisionChoice::bfloat16;
    const std::string use = options["--use"];
    const LimitedCudaUse limited(use == "plain"     ? CudaUse::plain
                                 : use == "kernels" ? CudaUse::kernels
                                                    : CudaUse::graphs);
    Session session(Model::open(arguments[1], wanted));
    const nlohmann::ordered_json row = {
        {"name", "libraygen " + options["--precision"]},
        {"use", use},
        {"matmul_gflops", measure_matmul_peak(session.model().compute(), -1)}};
    for (const std::int64_t batch : numbers(options["--batches"]))
      measure(session, batch, numbers(options["--steps"]), std::stoll(options["--repeat"]), row);
    if (!kernel_problem().empty()) std::fprintf(stderr, "%s\n", kernel_problem().c_str());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "device_speed: %s\n", error.what());
    return 1;
  }
  return 0;
}
