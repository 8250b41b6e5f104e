#include "masked_decoder/masked_decoder.hpp"

#include "compute/guest.hpp"
#include "compute/linear.hpp"
#include "formatted.hpp"
#include "masked_decoder/attention.hpp"
#include "masked_decoder/feed_forward.hpp"

#include <ATen/ATen.h>

#include <mutex>
#include <vector>

namespace raygen::engine {

namespace {

at::Tensor rows(const at::Tensor& x,
                const at::Tensor& positions) {  // x [B,N,E], positions [B,n] → [B,n,E]
  return x.gather(
      1, positions.unsqueeze(-1).expand({positions.size(0), positions.size(1), x.size(2)}));
}

struct Layer {
  std::unique_ptr<Attention> self, cross;
  std::unique_ptr<FeedForward> feed_forward;
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

  /// With every token masked the first layer's self-attention depends on nothing but the weights.
  /// [1,N,E].
  template <typename Make>
  at::Tensor all_masked(const Make& make) const {
    const std::lock_guard lock(mutex_);
    if (!all_masked_.defined()) {
      const at::Tensor made = make();
      finish(compute.device);
      all_masked_ = made;
    }
    return all_masked_;
  }

 private:
  mutable std::mutex mutex_;
  mutable at::Tensor all_masked_;
};

MaskedDecoder::MaskedDecoder(const MaskedDecoderArchitecture& architecture,
                             const WeightSource& weights) {
  auto w = std::make_unique<Weights>();
  // The ends are a hundredth of the work, and what is lost there is lost for good.
  const WeightSource full = weights.in_full();
  w->architecture = architecture;
  w->compute = weights.compute();
  w->embedding = weights.load("image_embedding.weight");
  w->positions = weights.load("image_pos_emb.pos_emb");
  if (architecture.text_projector) w->text_projector = Linear::load(full, "text_projector");
  for (std::int64_t i = 0; i < architecture.layers; ++i) {
    const std::string name = formatted("transformer.dec_layers.{}", i);
    w->layers.push_back({load_attention(architecture, weights, name + ".mha"),
                         load_attention(architecture, weights, name + ".cross_mha"),
                         load_feed_forward(weights, name + ".ffn"),
                         LayerNorm::load(weights, name + ".layer_norm_3", layer_norm_epsilon)});
  }
  w->head = Linear::load(full, "final_dense");
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
                                 const at::Tensor& positions, bool all_masked, const Job* job,
                                 SideBySide* lanes) const {
  if (condition.blocks() == 1)
    return block_logits(tokens, condition.block(0), positions, all_masked, job);
  const at::Tensor all =
      at::empty({condition.batch(), positions.defined() ? positions.size(1) : tokens.size(1),
                 weights_->head.out_features()},
                at::kFloat);
  const LaneWork work = [&](std::int64_t b, int) {
    const at::Tensor places = positions.defined() ? positions.narrow(0, b, 1) : positions;
    all[b].copy_(block_logits(tokens.narrow(0, b, 1), condition.block(static_cast<std::size_t>(b)),
                              places, all_masked, job)[0]);
  };
  if (lanes == nullptr) {
    run_in_lanes(condition.batch(), 1, work);
  } else if (all_masked) {  // less work than in other steps
    lanes->run_unlike(condition.batch(), work);
  } else {
    lanes->run(condition.batch(), work);
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
    Guest::share_cores();
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
    layer.feed_forward->add_to(x);
    x = layer.norm_out(x);
  }
  return w.head(x).to(at::kFloat);
}

}  // namespace raygen::engine
