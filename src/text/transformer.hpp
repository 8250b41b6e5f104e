#pragma once
// What BERT and T5 share: the checks, the batch, the padding.

#include "text/text_encoder.hpp"

namespace raygen::engine {

/// Which positions may be attended to. Pads at the end, the usual case, are cut off: they cost
/// neither keys nor values.
struct VisibleKeys {
  std::int64_t count = 0;  // the first `count` positions hold all that is visible
  at::Tensor mask;         // bool [B,1,1,count], true = visible; undefined when all of them are
};

class TransformerTextEncoder : public TextEncoder {
 public:
  TransformerTextEncoder(const TextArchitecture& architecture, const Compute& compute)
      : architecture_(architecture), compute_(compute) {}
  at::Tensor encode(const at::Tensor& input_ids, const at::Tensor& attention_mask) const final;
  at::Tensor project(const at::Tensor&) const override { return {}; }

 protected:
  /// ids [B,L] on the device → [B,L,D] in the compute's type.
  virtual at::Tensor forward(const at::Tensor& ids, const VisibleKeys& keys) const = 0;
  /// The longest L there is, 0 = any.
  virtual std::int64_t max_length() const { return 0; }

  const TextArchitecture architecture_;
  const Compute compute_;

 private:
  at::Tensor run(const at::Tensor& input_ids, const at::Tensor& attention_mask) const;
};

}  // namespace raygen::engine
