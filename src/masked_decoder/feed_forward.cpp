#include "masked_decoder/feed_forward.hpp"

#include "compute/int8_linear.hpp"
#include "compute/linear.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <vector>

namespace raygen::engine {

namespace {

class FloatFeedForward final : public FeedForward {
 public:
  FloatFeedForward(const WeightSource& weights, const std::string& name)
      : norm_in_(LayerNorm::load(weights, name + ".layer_norm_1", layer_norm_epsilon)),
        norm_middle_(LayerNorm::load(weights, name + ".layer_norm_2", layer_norm_epsilon)),
        in_(Linear::load(weights, name + ".linear_1")),
        out_(Linear::load(weights, name + ".linear_2")) {}

  // On a CPU some rows at a time: what lies between is a step's largest, and of this size an
  // allocator keeps it for the next layer, where it would map and clear larger memory anew.
  void add_to(const at::Tensor& x) const override {
    constexpr std::int64_t rows_at_once = 512;
    const at::Tensor all = x.view({-1, x.size(-1)});
    for (const at::Tensor& some : all.split(x.is_cpu() ? rows_at_once : all.size(0)))
      some.add_(forward(some));
  }

 private:
  at::Tensor forward(const at::Tensor& x) const {
    auto halves = in_(norm_in_(x)).chunk(2, -1);
    at::gelu_(halves[0]).mul_(halves[1]);
    return out_(norm_middle_(halves[0]));
  }

  LayerNorm norm_in_, norm_middle_;
  Linear in_, out_;
};

/// Both products of some rows one after the other, with all that lies between them in float32 and
/// in a core's own cache. What comes to the second one is a product itself and has a few large
/// values a row, beside which 8 bits leave little of the rest: what they leave over is quantised
/// and multiplied, too.
class Int8FeedForward final : public FeedForward {
 public:
  Int8FeedForward(const WeightSource& weights, const std::string& name)
      : norm_in_(weights, name + ".layer_norm_1"),
        norm_middle_(weights, name + ".layer_norm_2"),
        activated_(half(weights, name + ".linear_1.weight", 0)),
        gate_(half(weights, name + ".linear_1.weight", 1)),
        out_(weights.borrow(name + ".linear_2.weight", at::kFloat), {}) {
    weights.release(name + ".linear_1.weight");
    weights.release(name + ".linear_2.weight");
  }

  void add_to(const at::Tensor& x) const override {
    const std::int64_t rows = x.numel() / x.size(-1);
    if (x.scalar_type() == at::kBFloat16)
      add_rows(static_cast<BFloat16Bits*>(x.mutable_data_ptr()), rows);
    else
      add_rows(x.mutable_data_ptr<float>(), rows);
  }

 private:
  struct Norm {
    Norm(const WeightSource& weights, const std::string& name)
        : scale(weights.load(name + ".weight", at::kFloat)),
          shift(weights.contains(name + ".bias") ? weights.load(name + ".bias", at::kFloat)
                                                 : at::zeros_like(scale)) {}
    void operator()(float* row) const {
      normalize(row, scale.numel(), scale.const_data_ptr<float>(), shift.const_data_ptr<float>(),
                static_cast<float>(layer_norm_epsilon));
    }
    at::Tensor scale, shift;
  };
  /// What one thread works in.
  struct Workspace {
    Int8Rows in, middle, rest;
    std::vector<float> row, gated;
    Int8Linear::Sums activated, gate;
  };

  static Int8Linear half(const WeightSource& weights, const std::string& name, std::int64_t which) {
    return {weights.borrow(name, at::kFloat).chunk(2)[static_cast<std::size_t>(which)], {}};
  }

  template <typename T>
  void add_rows(T* x, std::int64_t rows) const {
    const std::int64_t at_once = int8_rows_at_once(rows), blocks = (rows + at_once - 1) / at_once;
    at::parallel_for(0, blocks, 1, [&](std::int64_t begin, std::int64_t end) {
      Workspace workspace{{out_.kernel(), at_once, width()},
                          {out_.kernel(), at_once, middle()},
                          {out_.kernel(), at_once, middle()},
                          {},
                          {},
                          {},
                          {}};
      workspace.row.resize(static_cast<std::size_t>(width()));
      workspace.gated.resize(static_cast<std::size_t>(at_once * middle()));
      for (std::int64_t block = begin; block < end; ++block)
        add_block(x + block * at_once * width(), std::min(at_once, rows - block * at_once),
                  workspace);
      release_int8(out_.kernel());
    });
  }

  template <typename T>
  void add_block(T* x, std::int64_t rows, Workspace& w) const {
    for (std::int64_t i = 0; i < rows; ++i) {
      to_float(x + i * width(), width(), w.row.data());
      norm_in_(w.row.data());
      w.in.quantize(i, w.row.data());
    }
    for (std::int64_t group = 0; group < gate_.groups(); ++group) {
      const QuantizedSums a = activated_.multiply(group, w.in, rows, w.activated),
                          b = gate_.multiply(group, w.in, rows, w.gate);
      dequantize_and_gate(a, b, rows, gate_.columns(group), w.gated.data() + group * kInt8Columns,
                          middle());
    }
    for (std::int64_t i = 0; i < rows; ++i) {
      float* const row = w.gated.data() + i * middle();
      norm_middle_(row);
      w.middle.quantize(i, row);
      w.middle.subtract_from(i, row);
      w.rest.quantize(i, row);
    }
    out_.run(w.middle, rows, x, /*add=*/true);
    out_.run(w.rest, rows, x, /*add=*/true);
  }

  std::int64_t width() const { return out_.out_features(); }
  std::int64_t middle() const { return out_.in_features(); }

  Norm norm_in_, norm_middle_;
  Int8Linear activated_, gate_, out_;
};

}  // namespace

std::unique_ptr<FeedForward> load_feed_forward(const WeightSource& weights,
                                               const std::string& name) {
  if (weights.compute().int8_linears) return std::make_unique<Int8FeedForward>(weights, name);
  return std::make_unique<FloatFeedForward>(weights, name);
}

}  // namespace raygen::engine
