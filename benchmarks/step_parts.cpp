// Where a decoder step's time goes, part by part, beside what the machine's fastest matrix product
// would take for the products of each:
//
//   step_parts [PRECISION] [THREADS] [SECONDS]
//
// PRECISION: float32 or bfloat16 (default: what the CPU multiplies in hardware). The sizes are the
// published model's, the weights random, batch 1. Each part runs by itself for SECONDS (default 2)
// with its operands in whatever cache they fit, and counts as often as it comes in a step, so that
// the sum is a little less than the whole step, which is measured beside it.

#include "least_time.hpp"

#include "../tests/temporary_folder.hpp"
#include "bundle/bundle.hpp"
#include "compute/guest.hpp"
#include "compute/heads.hpp"
#include "compute/host_guard.hpp"
#include "compute/linear.hpp"
#include "compute/matmul_peak.hpp"
#include "compute/softmax_attention.hpp"
#include "masked_decoder/architecture.hpp"
#include "masked_decoder/masked_decoder.hpp"
#include "model/parts.hpp"
#include "text/architecture.hpp"

#include <ATen/ATen.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

using namespace raygen::engine;

namespace {

struct Part {
  const char* name;
  double times;  // in a step
  double flop;   // of one time, multiplications and additions; 0: none worth counting
  double seconds;
};

double product(std::int64_t rows, std::int64_t in, std::int64_t out) {
  return 2. * static_cast<double>(rows) * static_cast<double>(in) * static_cast<double>(out);
}

class Step {
 public:
  Step(const Compute& compute, double seconds) : compute_(compute), seconds_(seconds) {
    for (const auto& part : published_parts()) {
      if (const auto* sizes = dynamic_cast<const MaskedDecoderArchitecture*>(part.get()))
        sizes_ = *sizes;
      if (const auto* text = dynamic_cast<const TextArchitecture*>(part.get()))
        text_length_ = text->length;
    }
  }

  std::vector<Part> parts() const {
    const auto layers = static_cast<double>(sizes_.layers);
    const std::int64_t rows = sizes_.tokens, width = sizes_.hidden, middle = sizes_.intermediate,
                       head = width / sizes_.heads;
    std::vector<Part> all;
    const auto linear = [&](const char* name, double times, std::int64_t count, std::int64_t in,
                            std::int64_t out, bool bias) {
      const Linear one(weights({out, in}), bias ? weights({out}) : at::Tensor(), compute_);
      const at::Tensor x = numbers({count, in});
      all.push_back({name, times, product(count, in, out), least([&] { one(x); })});
    };
    const auto attention = [&](const char* name, std::int64_t keys) {
      const at::Tensor q = split_heads(numbers({1, rows, width}), sizes_.heads),
                       k = split_heads(numbers({1, keys, 2 * width}).narrow(2, 0, width),
                                       sizes_.heads);
      all.push_back({name, layers, 2 * static_cast<double>(sizes_.heads) * product(rows, head, keys),
                     least([&] { softmax_attention(q, k, k); })});
    };
    constexpr std::int64_t some = 512;  // rows of the feed-forward that go through it together
    const double blocks = static_cast<double>((rows + some - 1) / some);
    linear("self-attention: keys, values", layers, rows, width, 2 * width, true);
    linear("both attentions: queries, out", 4 * layers, rows, width, width, true);
    linear("feed-forward: first product", layers * blocks, some, width, 2 * middle, false);
    linear("feed-forward: second product", layers * blocks, some, middle, width, false);
    linear("logits", 1, rows, width, sizes_.codebook, true);
    attention("self-attention itself", rows);
    attention("cross-attention itself", text_length_);
    norm(all, "norms of the width", 2 * layers, rows, width);
    norm(all, "norm of the feed-forward's middle", layers * blocks, some, middle);
    at::Tensor halves = numbers({some, 2 * middle});
    all.push_back({"activation and gate", layers * blocks, 0, least([&] {
                     auto both = halves.chunk(2, -1);
                     at::gelu_(both[0]).mul_(both[1]);
                   })});
    const at::Tensor x = numbers({rows, width}), y = numbers({rows, width});
    all.push_back({"sums", 3 * layers, 0, least([&] { x.add_(y).mul_(0.5); })});
    return all;
  }

  /// With tokens that the first layer looks at.
  double whole() const {
    const TemporaryFolder folder;
    Parts decoder;
    for (const auto& part : published_parts()) {
      if (part->part() == std::string_view(MaskedDecoderArchitecture::kPart))
        decoder.push_back(part);
    }
    write_random_model(folder.path() / "model", decoder, "", 1, false);
    const Bundle bundle = open_bundle(folder.path() / "model", part_types(), {}, false);
    const MaskedDecoder model(
        sizes_, WeightSource(bundle.part(MaskedDecoderArchitecture::kPart).weights, compute_));
    const at::Tensor tokens = at::randint(sizes_.codebook, {1, sizes_.tokens}, at::kLong);
    const Condition condition =
        model.condition(at::randn({1, text_length_, sizes_.text_hidden}));
    return least([&] { model.logits(tokens, condition, {}, /*all_masked=*/false, nullptr); });
  }

 private:
  at::Tensor numbers(std::vector<std::int64_t> shape) const {
    return at::randn(shape).to(compute_.type);
  }
  at::Tensor weights(std::vector<std::int64_t> shape) const { return numbers(shape).mul_(0.03); }
  template <typename Work>
  double least(const Work& work) const {
    return least_time(seconds_, [&](int) { work(); }).taken;
  }
  void norm(std::vector<Part>& all, const char* name, double times, std::int64_t rows,
            std::int64_t width) const {
    const at::Tensor x = numbers({rows, width}), scale = weights({width}), shift = weights({width});
    all.push_back(
        {name, times, 0, least([&] { at::layer_norm(x, {width}, scale, shift, 1e-5); })});
  }

  Compute compute_;
  double seconds_;
  MaskedDecoderArchitecture sizes_;
  std::int64_t text_length_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  const std::string precision = argc > 1 ? argv[1] : "auto";
  if (argc > 4 || (precision != "auto" && precision != "float32" && precision != "bfloat16")) {
    std::fprintf(stderr, "usage: step_parts [auto|float32|bfloat16] [THREADS] [SECONDS]\n");
    return 2;
  }
  const Compute compute =
      resolve_compute(DeviceChoice::cpu, -1,
                      precision == "float32"    ? PrecisionChoice::float32
                      : precision == "bfloat16" ? PrecisionChoice::bfloat16
                                                : PrecisionChoice::automatic);
  const int threads = argc > 2 ? std::atoi(argv[2]) : -1;
  const Guest guest;
  const HostGuard guard(compute, threads);
  const Step step(compute, argc > 3 ? std::atof(argv[3]) : 2);
  const double peak = measure_matmul_peak(compute, threads) * 1e9;
  std::printf("%s, the fastest product: %.0f GFLOP/s\n\n", name_of(compute), peak / 1e9);
  std::printf("| part | in a step | GFLOP | at the peak | takes | of the peak |\n");
  std::printf("| --- | --- | --- | --- | --- | --- |\n");
  double seconds = 0, flop = 0;
  for (const Part& part : step.parts()) {
    const double all = part.times * part.flop, taken = part.times * part.seconds;
    if (part.flop == 0)
      std::printf("| %s | %.0f | | | %.0f ms | |\n", part.name, part.times, taken * 1e3);
    else
      std::printf("| %s | %.0f | %.1f | %.0f ms | %.0f ms | %.0f %% |\n", part.name, part.times,
                  all / 1e9, all / peak * 1e3, taken * 1e3, 100 * all / peak / taken);
    seconds += taken, flop += all;
  }
  std::printf("| sum | | %.1f | %.0f ms | %.0f ms | %.0f %% |\n", flop / 1e9, flop / peak * 1e3,
              seconds * 1e3, 100 * flop / peak / seconds);
  const double whole = step.whole();
  std::printf("| the whole step | | %.1f | %.0f ms | %.0f ms | %.0f %% |\n", flop / 1e9,
              flop / peak * 1e3, whole * 1e3, 100 * flop / peak / whole);
}
