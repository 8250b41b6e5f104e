#include "compute/process_settings.hpp"

#include <ATen/Context.h>

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace raygen::engine {

namespace {

/// A setting of the process, as a number.
struct Setting {
  std::function<int()> get;
  std::function<void(int)> set;
  std::function<bool(int)> suits;  // whether it changes none of our numbers
  int ours;
};

/// A setting that is ours while somebody uses it.
class Held {
 public:
  explicit Held(Setting setting) : setting_(std::move(setting)) {}

  void take() {
    if (const int now = setting_.get(); !setting_.suits(now)) {
      setting_.set(setting_.ours);
      hosts_ = now;
    }
    ++users_;
  }
  void give_back() noexcept {
    if (--users_ > 0 || !hosts_) return;
    const int hosts = *std::exchange(hosts_, std::nullopt);
    try {
      if (setting_.suits(setting_.get()))
        setting_.set(hosts);  // else the host has set it meanwhile
    } catch (...) {  // a LibTorch that takes no setting back keeps ours: nothing can be told here
    }
  }

 private:
  Setting setting_;
  int users_ = 0;
  std::optional<int> hosts_;  // where it was not ours
};

at::Context& context() { return at::globalContext(); }

/// A warning about a call that the host has made, not we.
class Silence : public c10::WarningHandler {
  void process(const c10::Warning&) override {}
};

template <typename Call>
auto silently(const Call& call) {
  static Silence silence;
  const c10::WarningUtils::WarningHandlerGuard guard(&silence);
  return call();
}

Setting flag(bool (at::Context::*get)() const, void (at::Context::*set)(bool), bool ours) {
  return {[get] { return (context().*get)() ? 1 : 0; },
          [set](int value) { (context().*set)(value != 0); },
          [ours](int value) { return (value != 0) == ours; }, ours ? 1 : 0};
}

/// Whether products of float32 may be less exact: of one backend and one kind of operator, as
/// LibTorch has it since 2.9. Its names were strings there and are enums now; an older LibTorch has
/// none, and then nothing is appended. An operator that says nothing for itself has what its
/// backend says, and that what all say: so these come first.
template <typename Context>
void append_precisions(bool cuda, std::vector<Setting>& settings) {
  if constexpr (requires { &Context::float32Precision; }) {
    const auto append = [&]<typename Precision, typename Backend, typename Op>(
                            Precision (Context::*get)(Backend, Op) const) {
      using B = std::remove_cvref_t<Backend>;
      using O = std::remove_cvref_t<Op>;
      using P = std::remove_cvref_t<Precision>;
      const auto one = [&](B backend, O op, P exact, const std::vector<P>& values) {
        const auto index = [values](const P& value) {
          for (std::size_t i = 0; i < values.size(); ++i)
            if (values[i] == value) return static_cast<int>(i);
          return -1;  // says nothing
        };
        settings.push_back({[=] { return index((context().*get)(backend, op)); },
                            [=](int value) {
                              Context& all = context();
                              all.setFloat32Precision(
                                  backend, op,
                                  value < 0 ? exact : values[static_cast<std::size_t>(value)]);
                            },
                            [](int value) { return value < 0; }, -1});
      };
      if constexpr (std::is_enum_v<B>) {
        const std::vector<P> values{P::TF32, P::BF16};
        one(B::GENERIC, O::ALL, P::IEEE, values);
        const B backend = cuda ? B::CUDA : B::MKLDNN;
        for (const O op : {O::ALL, O::MATMUL, O::CONV}) one(backend, op, P::IEEE, values);
      } else {
        const std::vector<P> values{"tf32", "bf16"};
        one("generic", "all", "ieee", values);
        for (const char* op : {"all", "matmul", "conv"})
          one(cuda ? "cuda" : "mkldnn", op, "ieee", values);
      }
    };
    append(&Context::float32Precision);
  }
}

template <typename Context>
constexpr bool has_precisions = requires {
  &Context::float32Precision;
};

/// torch.set_float32_matmul_precision. A LibTorch that has the other settings, too, throws where
/// the host has set both and they disagree: those alone count then.
Setting matmul_precision() {
  using Precision = at::Float32MatmulPrecision;
  const auto get = [] {
    return silently([] {
      try {
        return static_cast<int>(context().float32MatmulPrecision());
      } catch (const c10::Error&) {
        return static_cast<int>(Precision::HIGHEST);
      }
    });
  };
  const auto set = [](int value) {
    silently([value] {
      const auto precision = static_cast<Precision>(value);
      context().setFloat32MatmulPrecision(precision == Precision::HIGHEST ? "highest"
                                          : precision == Precision::HIGH  ? "high"
                                                                          : "medium");
    });
  };
  constexpr int highest = static_cast<int>(Precision::HIGHEST);
  return {get, set, [](int value) { return value == highest; }, highest};
}

Setting tf32_of_cudnn() {
  const auto get = [] {
    return silently([] {
      try {
        return context().allowTF32CuDNN() ? 1 : 0;
      } catch (const c10::Error&) {  // as above
        return 0;
      }
    });
  };
  return {get, [](int value) { silently([value] { context().setAllowTF32CuDNN(value != 0); }); },
          [](int value) { return value == 0; }, 0};
}

std::vector<Setting> settings(bool cuda) {
  using at::Context;
  std::vector<Setting> all{
      flag(&Context::userEnabledMkldnn, &Context::setUserEnabledMkldnn, true),
      flag(&Context::userEnabledFlashSDP, &Context::setSDPUseFlash, true),
      flag(&Context::userEnabledMemEfficientSDP, &Context::setSDPUseMemEfficient, true),
      flag(&Context::userEnabledMathSDP, &Context::setSDPUseMath, true),
  };
  if (cuda) {
    all.push_back(flag(&Context::userEnabledCuDNN, &Context::setUserEnabledCuDNN, true));
    all.push_back(flag(&Context::benchmarkCuDNN, &Context::setBenchmarkCuDNN, false));
    all.push_back(tf32_of_cudnn());
  }
  if (cuda || !has_precisions<Context>) all.push_back(matmul_precision());
  append_precisions<Context>(cuda, all);
  return all;
}

/// Of all calls on one kind of device.
struct Shared {
  explicit Shared(bool cuda) {
    for (Setting& setting : settings(cuda)) held.emplace_back(std::move(setting));
  }
  std::mutex mutex;
  std::vector<Held> held;
};

Shared& shared(bool cuda) {
  static auto* const cpu = new Shared(false);  // calls may end after the process has begun to
  static auto* const gpu = new Shared(true);
  return cuda ? *gpu : *cpu;
}

}  // namespace

ProcessSettings::ProcessSettings(c10::Device device) : cuda_(device.is_cuda()) {
  Shared& all = shared(cuda_);
  const std::lock_guard lock(all.mutex);
  auto held = all.held.begin();
  try {
    for (; held != all.held.end(); ++held) held->take();
  } catch (...) {  // the one that failed is not taken
    while (held != all.held.begin()) (--held)->give_back();
    throw;
  }
}

ProcessSettings::~ProcessSettings() {
  Shared& all = shared(cuda_);
  const std::lock_guard lock(all.mutex);
  for (auto held = all.held.rbegin(); held != all.held.rend(); ++held) held->give_back();
}

}  // namespace raygen::engine
