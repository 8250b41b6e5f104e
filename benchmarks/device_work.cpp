// What a step and a VQ decode ask of a GPU, counted without one: the model runs on tensors without
// memory, and every operator that would start a kernel is counted, with its products and the bytes
// that it reads and writes. From these follows the least time on a device of given speeds.
//
//   device_work MODEL [BATCH] [PRECISION]     MODEL: a bundle; PRECISION: bfloat16 (default) or
//   float32
//
// What LibTorch fuses on CUDA (attention, the norms, a linear layer with its bias) counts as one;
// our own kernels (group norm) as they are. A convolution is its kernel and its bias.

#include "generation/step_logits.hpp"
#include "masked_decoder/architecture.hpp"
#include "meta_operators.hpp"
#include "model/session.hpp"
#include "sampling/sampler.hpp"
#include "text/architecture.hpp"
#include "vqgan/architecture.hpp"

#include <ATen/ATen.h>
#include <ATen/record_function.h>
#include <c10/core/InferenceMode.h>

#include <cstdio>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

using namespace raygen::engine;

namespace {

struct Work {
  double kernels = 0, flop = 0, bytes = 0, seconds = 0;
  Work& operator+=(const Work& other) {
    kernels += other.kernels;
    flop += other.flop;
    bytes += other.bytes;
    seconds += other.seconds;
    return *this;
  }
};

/// An H100 SXM, as NVIDIA gives it: dense products a second, bytes a second.
struct Device {
  double flop_rate, byte_rate = 3.35e12;
};

/// Operators that start no kernel.
const std::set<std::string_view> no_work = {"aten::empty",
                                            "aten::empty_like",
                                            "aten::empty_strided",
                                            "aten::view",
                                            "aten::_unsafe_view",
                                            "aten::reshape",
                                            "aten::expand",
                                            "aten::expand_as",
                                            "aten::permute",
                                            "aten::transpose",
                                            "aten::t",
                                            "aten::unsqueeze",
                                            "aten::squeeze",
                                            "aten::flatten",
                                            "aten::unflatten",
                                            "aten::narrow",
                                            "aten::slice",
                                            "aten::select",
                                            "aten::split",
                                            "aten::chunk",
                                            "aten::as_strided",
                                            "aten::alias",
                                            "aten::detach",
                                            "aten::unbind",
                                            "aten::_reshape_alias",
                                            "aten::view_as",
                                            "aten::set_",
                                            "aten::result_type",
                                            "aten::is_same_size",
                                            "aten::resize_",
                                            "aten::lift_fresh"};

/// How many kernels an operator starts, where that is not one.
double kernels_of(std::string_view name) {
  if (name == "aten::group_norm") return 3;  // ours: moments, affine, apply (with swish)
  if (name == "aten::silu_") return 0;       // in it
  if (name == "aten::conv2d") return 2;      // cuDNN's, and the bias
  if (name == "aten::sort" || name == "aten::argsort") return 3;
  if (name == "aten::topk") return 4;
  return 1;
}

template <typename Values>
std::vector<at::Tensor> tensors_of(const Values& values) {
  std::vector<at::Tensor> tensors;
  for (const c10::IValue& value : values) {
    if (value.isTensor() && value.toTensor().defined()) tensors.push_back(value.toTensor());
    if (value.isTensorList())
      for (const at::Tensor& each : value.toTensorVector()) tensors.push_back(each);
  }
  return tensors;
}

double bytes_of(const std::vector<at::Tensor>& tensors) {
  double bytes = 0;
  for (const at::Tensor& each : tensors) bytes += static_cast<double>(each.nbytes());
  return bytes;
}

double flop_of(std::string_view name, const std::vector<at::Tensor>& in, const at::Tensor& out) {
  const auto count = static_cast<double>(out.numel());
  if (name == "aten::linear") return 2 * count * static_cast<double>(in[0].size(-1));
  if (name == "aten::matmul") return 2 * count * static_cast<double>(in[0].size(-1));
  if (name == "aten::conv2d") return 2 * count * static_cast<double>(in[1].numel() / in[1].size(0));
  if (name == "aten::scaled_dot_product_attention")
    return 4 * count * static_cast<double>(in[1].size(-2));
  return 0;
}

/// Counts the outermost operators of this thread while it lives.
class Counter {
 public:
  explicit Counter(const Device& device) {
    current = this;
    device_ = device;
    handle_ = at::addThreadLocalCallback(at::RecordFunctionCallback(begin, end)
                                             .needsInputs(true)
                                             .needsOutputs(true)
                                             .scopes({at::RecordScope::FUNCTION}));
  }
  ~Counter() {
    at::removeCallback(handle_);
    current = nullptr;
  }
  Counter(const Counter&) = delete;
  Counter& operator=(const Counter&) = delete;

  Work total() const {
    Work all;
    for (const auto& [name, work] : by_name_) all += work;
    return all;
  }
  const std::map<std::string, Work>& by_name() const { return by_name_; }

 private:
  /// The inputs are there when an operator begins, the outputs when it ends.
  struct Inputs : at::ObserverContext {
    std::vector<at::Tensor> tensors;
  };

  static std::unique_ptr<at::ObserverContext> begin(const at::RecordFunction& function) {
    auto inputs = std::make_unique<Inputs>();
    if (current != nullptr && current->depth_++ == 0)
      inputs->tensors = tensors_of(function.inputs());
    return inputs;
  }
  static void end(const at::RecordFunction& function, at::ObserverContext* context) {
    if (current == nullptr || --current->depth_ > 0) return;
    const std::string_view name = function.name();
    if (no_work.count(name) != 0) return;
    const std::vector<at::Tensor>& in = static_cast<const Inputs*>(context)->tensors;
    const std::vector<at::Tensor> out = tensors_of(function.outputs());
    if (out.empty() || within_group_norm(name, out.front())) return;
    Work work;
    work.kernels = kernels_of(name);
    if (work.kernels == 0) return;
    work.flop = flop_of(name, in, out.front());
    work.bytes = bytes_of(in) + bytes_of(out);
    if (name == "aten::group_norm") work.bytes += bytes_of({in.front()});   // read twice
    if (name == "aten::conv2d") work.bytes += 2 * bytes_of({out.front()});  // the bias
    work.seconds =
        std::max(work.flop / current->device_.flop_rate, work.bytes / current->device_.byte_rate);
    current->by_name_[std::string(name)] += work;
  }

  /// Our kernels take the weights as they are and write into the map that is there.
  static bool within_group_norm(std::string_view name, const at::Tensor& out) {
    const bool after = current->after_norm_;
    current->after_norm_ = name == "aten::group_norm" || (after && name == "aten::silu_");
    return (name == "aten::copy_" && after) || (name == "aten::to" && out.dim() == 1);
  }

  static thread_local Counter* current;
  Device device_{};
  at::CallbackHandle handle_{};
  int depth_ = 0;
  bool after_norm_ = false;
  std::map<std::string, Work> by_name_;
};
thread_local Counter* Counter::current = nullptr;

void print(const char* what, const Work& work) {
  constexpr double launched = 2.5e-6, recorded = 1e-6;
  std::printf("%-28s %7.0f %9.1f %8.2f %8.2f %8.2f %8.2f\n", what, work.kernels, work.flop / 1e9,
              work.bytes / 1e9, work.seconds * 1e3, (work.seconds + work.kernels * recorded) * 1e3,
              (work.seconds + work.kernels * launched) * 1e3);
}

template <typename Run>
Work counted(const char* what, const Device& device, const Run& run, bool parts = false) {
  Work total;
  {
    const Counter counter(device);
    run();
    total = counter.total();
    print(what, total);
    if (parts)
      for (const auto& [name, work] : counter.by_name()) print(("  " + name).c_str(), work);
  }
  return total;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::fprintf(stderr, "usage: device_work MODEL [BATCH] [bfloat16|float32]\n");
    return 2;
  }
  const std::int64_t batch = count > 2 ? std::stoll(arguments[2]) : 1;
  const bool narrow = count < 4 || std::string_view(arguments[3]) == "bfloat16";
  ModelOptions options;
  options.device = DeviceChoice::meta;
  options.precision = narrow ? PrecisionChoice::bfloat16 : PrecisionChoice::float32;
  Session session(Model::open(arguments[1], options));
  const Model& model = session.model();
  model.prepare(text_encoder_part | masked_decoder_part | image_decoder_part);
  const Device device{narrow ? 989e12 : 67e12};

  std::printf("%-28s %7s %9s %8s %8s %8s %8s\n", "", "kernels", "GFLOP", "GB", "least ms",
              "recorded", "launched");
  const c10::InferenceMode inference;
  std::vector<PromptMix> prompts;
  counted("text and condition", device, [&] {
    const Condition one = session.condition_of("Moderate left pleural effusion.");
    for (std::int64_t b = 0; b < batch; ++b) prompts.push_back({{one}, {1}});
  });
  const std::int64_t side = model.architecture<VqganArchitecture>().grid();
  std::vector<ImageKey> keys(static_cast<std::size_t>(batch));
  for (std::size_t b = 0; b < keys.size(); ++b) keys[b].image = b;
  SamplingOptions sampling;
  sampling.steps = 3;
  Sampler sampler({side, side}, model.codebook(), keys, sampling, {}, at::kMeta);
  StepLogits logits_of(session, prompts, nullptr);
  (void)logits_of.of(sampler);  // makes what does not depend on the prompt
  at::Tensor logits;
  counted("first logits", device, [&] { logits = logits_of.of(sampler); });
  sampler.step(logits);
  counted(
      "logits", device, [&] { logits = logits_of.of(sampler); }, true);
  const auto token_choice = make_token_choice(sampling);
  counted("draw, by operators", device, [&] {
    SamplerState state;
    state.step = 1;
    state.steps = 3;
    state.keys = at::empty({batch, 4}, at::TensorOptions(at::kMeta).dtype(at::kLong));
    (void)token_choice->draw(logits, sampler.masked(), state);
  });
  counted("sampler's step, with it", device, [&] { sampler.step(logits); });
  counted(
      "VQ decode", device, [&] { (void)session.pixels(sampler.filled()); }, true);
  return 0;
}
