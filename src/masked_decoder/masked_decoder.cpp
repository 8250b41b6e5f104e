#include "masked_decoder/masked_decoder.hpp"

#include "compute/linear.hpp"
#include "formatted.hpp"
#include "masked_decoder/attention.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <map>
#include <mutex>
#include <vector>

namespace raygen::engine {

namespace {

constexpr double layer_norm_epsilon = 1e-5;  // PyTorch's default, as the original has it

at::Tensor rows(const at::Tensor& x,
                const at::Tensor& positions) {  // x [B,N,E], positions [B,n] → [B,n,E]
  return x.gather(
      1, positions.unsqueeze(-1).expand({positions.size(0), positions.size(1), x.size(2)}));
}

class FeedForward {
 public:
  FeedForward() = default;
  FeedForward(const WeightSource& weights, const std::string& name)
      : norm_in_(LayerNorm::load(weights, name + ".layer_norm_1", layer_norm_epsilon)),
        norm_middle_(LayerNorm::load(weights, name + ".layer_norm_2", layer_norm_epsilon)),
        in_(Linear::load(weights, name + ".linear_1")),
        out_(Linear::load(weights, name + ".linear_2")) {}

  /// x += the feed-forward of x, which is contiguous. On a CPU some rows at a time: what lies
  /// between is a step's largest, and of this size an allocator keeps it for the next layer, where
  /// it would map and clear larger memory anew.
  void add_to(const at::Tensor& x) const {
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

struct Layer {
  std::unique_ptr<Attention> self, cross;
  FeedForward feed_forward;
  LayerNorm norm_out;
};

}  // namespace

struct MaskedDecoder::Weights {
  MaskedDecoderArchitecture architecture;
  Compute compute;
  at::Tensor embedding;  // [V+1,E], the mask last
  at::Tensor positions;  // [1,N,E]
  std::optional<Linear> text_projector;
  std::vector<Layer> layers;
  Linear head;

  /// With every token masked the first layer's self-attention depends on nothing but the weights
  /// and, in its last bits, the number of threads that compute it: one for each number, so that
  /// nobody gets what depends on another's. [1,N,E].
  template <typename Make>
  at::Tensor all_masked(const Make& make) const {
    constexpr std::size_t most = 8;  // numbers of threads, of which a host has one or two
    // Off the CPU one for all: what a session has recorded reads it as long as the model lives.
    const int threads = compute.device.is_cpu() ? at::get_num_threads() : 0;
    const std::lock_guard lock(mutex_);
    const auto known = all_masked_.find(threads);
    if (known != all_masked_.end()) return known->second;
    at::Tensor made = make();
    finish(compute.device);
    if (all_masked_.size() == most) all_masked_.erase(all_masked_.begin());
    all_masked_.emplace(threads, made);
    return made;
  }

 private:
  mutable std::mutex mutex_;
  mutable std::map<int, at::Tensor> all_masked_;
};

MaskedDecoder::MaskedDecoder(const MaskedDecoderArchitecture& architecture,
                             const WeightSource& weights) {
  auto w = std::make_unique<Weights>();
  w->architecture = architecture;
  w->compute = weights.compute();
  w->embedding = weights.load("image_embedding.weight");
  w->positions = weights.load("image_pos_emb.pos_emb");
  if (architecture.text_projector) w->text_projector = Linear::load(weights, "text_projector");
  for (std::int64_t i = 0; i < architecture.layers; ++i) {
    const std::string name = formatted("transformer.dec_layers.{}", i);
    w->layers.push_back({load_attention(architecture, weights, name + ".mha"),
                         load_attention(architecture, weights, name + ".cross_mha"),
                         FeedForward(weights, name + ".ffn"),
                         LayerNorm::load(weights, name + ".layer_norm_3", layer_norm_epsilon)});
  }
  w->head = Linear::load(weights, "final_dense");
  weights_ = std::move(w);
}

MaskedDecoder::~MaskedDecoder() = default;

Condition MaskedDecoder::condition(const at::Tensor& embeddings) const {
  std::vector<Condition> parts;
  for (const at::Tensor& part : embeddings.split(embeddings.is_cpu() ? 1 : embeddings.size(0))) {
    at::Tensor context = part.to(weights_->compute.type);
    if (weights_->text_projector) context = (*weights_->text_projector)(context);
    Condition::Layers layers;
    for (const Layer& layer : weights_->layers) layers.push_back(layer.cross->prepare(context));
    parts.emplace_back(layers);
  }
  return Condition::join(parts);
}

at::Tensor MaskedDecoder::logits(const at::Tensor& tokens, const Condition& condition,
                                 const at::Tensor& positions, bool all_masked,
                                 const Job* job) const {
  if (condition.blocks() == 1)
    return block_logits(tokens, condition.block(0), positions, all_masked, job);
  // On a CPU one image fills the cores.
  at::Tensor all;
  for (std::int64_t b = 0; b < condition.batch(); ++b) {
    const at::Tensor places = positions.defined() ? positions.narrow(0, b, 1) : positions;
    const at::Tensor image =
        block_logits(tokens.narrow(0, b, 1), condition.block(static_cast<std::size_t>(b)), places,
                     all_masked, job);
    if (!all.defined())
      all = at::empty({condition.batch(), image.size(1), image.size(2)}, image.options());
    all[b].copy_(image[0]);
  }
  return all;
}

at::Tensor MaskedDecoder::block_logits(const at::Tensor& tokens, const Condition::Layers& condition,
                                       const at::Tensor& positions, bool all_masked,
                                       const Job* job) const {
  const Weights& w = *weights_;
  const auto embed = [&w](const at::Tensor& ids) {
    return at::embedding(w.embedding, ids).add_(w.positions);
  };
  const auto attend_itself = [](const Layer& layer, const at::Tensor& x) {
    return layer.self->attend(x, layer.self->prepare(x)).add_(x);
  };
  // On a CPU it costs nothing to look, and an image is treated alike whatever its neighbours hold.
  const bool first_attention_done =
      all_masked || (tokens.is_cpu() && (tokens == w.architecture.codebook).all().item<bool>());

  at::Tensor x;
  if (first_attention_done) {
    const at::Tensor attended = w.all_masked([&] {
      const at::Tensor masks =
          at::full({1, w.architecture.tokens}, w.architecture.codebook, tokens.options());
      return attend_itself(w.layers.front(), embed(masks));
    });
    x = attended.expand({tokens.size(0), -1, -1});
  } else {
    x = embed(tokens);
  }
  for (std::size_t i = 0; i < w.layers.size(); ++i) {
    check_cancelled(job);
    const Layer& layer = w.layers[i];
    const bool is_last = i + 1 == w.layers.size();
    if (is_last &&
        positions
            .defined()) {  // nothing after this layer's self-attention looks at the other positions
      const at::Tensor chosen = rows(x, positions);
      x = i == 0 && first_attention_done
              ? chosen
              : layer.self->attend(chosen, layer.self->prepare(x)).add_(chosen);
    } else if (i > 0 || !first_attention_done) {
      x = attend_itself(layer, x);
    }
    x = layer.cross->attend(x, condition[i]).add_(x);
    layer.feed_forward.add_to(x);
    x = layer.norm_out(x);
  }
  return w.head(x).to(at::kFloat);
}

}  // namespace raygen::engine
