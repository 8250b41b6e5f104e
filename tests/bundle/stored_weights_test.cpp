#include "bundle/stored_weights.hpp"

#include "bundle/bundle.hpp"
#include "bundle/fixture.hpp"
#include "model/parts.hpp"
#include "model/small_model.hpp"
#include "storage/int8_weight.hpp"

#include <catch2/catch.hpp>

using namespace raygen::engine;
using Catch::Matchers::Contains;

namespace {

constexpr const char* kFile = "decoder.safetensors";
constexpr const char* kLinear = "transformer.dec_layers.0.ffn.linear_1.weight";
constexpr const char* kTable = "image_embedding.weight";

/// A masked decoder alone, with weights of float32.
PartContents decoder() {
  PartContents part = small_contents(small_architecture(), false, false, true).parts.front();
  for (auto& [name, weight] : part.tensors) weight = weight.to(at::kFloat);
  return part;
}

BundleContents contents_with(TensorMap tensors) {
  BundleContents contents;
  contents.parts = {{decoder().architecture, std::move(tensors), {}}};
  return contents;
}

}  // namespace

TEST_CASE("a bundle keeps linears in 8 bits, and gives back what they stand for", "[bundle]") {
  const PartContents part = decoder();
  const TensorMap stored = stored_weights(*part.architecture, part.tensors, "int8");
  const TemporaryFolder folder;
  write_bundle(folder.path() / "model", contents_with(stored), false);
  const Bundle bundle = open_bundle(folder.path() / "model", part_types(), {}, true);
  const SafetensorsFile& file = *bundle.parts.front().weights;
  const TensorMap back = full_weights(file);
  REQUIRE(back.size() == part.tensors.size());
  int linears = 0;
  for (const TensorSpec& spec : part.architecture->tensor_specs()) {
    const at::Tensor &was = part.tensors.at(spec.name), &is = back.at(spec.name);
    INFO(spec.name);
    if (!spec.may_be_int8) {
      CHECK(same(is, was));
      CHECK(same(file.tensor(spec.name), was));
      continue;
    }
    ++linears;
    CHECK(file.tensor(spec.name).scalar_type() == at::kChar);
    CHECK(file.tensor(scale_name(spec.name)).sizes() == at::IntArrayRef({spec.shape[0], 1}));
    CHECK(same(is, dequantize_weight(quantize_weight(was))));
  }
  CHECK(linears == 2 * (2 * 2 + 2));  // of each layer: two attentions' two, and the feed-forward's
  // Stored again, they are the same.
  const TensorMap again = stored_weights(*part.architecture, back, "int8");
  REQUIRE(again.size() == stored.size());
  for (const auto& [name, tensor] : stored) CHECK(same(again.at(name), tensor));
}

TEST_CASE("other precisions are of what is large", "[bundle]") {
  const BundleContents all = small_contents();
  const PartContents &vqgan = all.parts[1], &masked_decoder = all.parts[2];
  for (const auto& [name, type] :
       {std::pair("float16", at::kHalf), std::pair("bfloat16", at::kBFloat16)}) {
    for (const auto& [weight, tensor] : stored_weights(*vqgan.architecture, vqgan.tensors, name)) {
      INFO(weight << " in " << name);
      const bool exact = tensor.dim() < 2 || weight.starts_with("quantize.");
      CHECK(tensor.scalar_type() == (exact ? at::kHalf : type));
    }
  }
  for (const auto& [name, tensor] : stored_weights(*vqgan.architecture, vqgan.tensors, "float32"))
    CHECK(tensor.scalar_type() == at::kFloat);
  for (const auto& [name, tensor] :
       stored_weights(*masked_decoder.architecture, masked_decoder.tensors, ""))
    CHECK(same(tensor, masked_decoder.tensors.at(name)));
  for (const auto& [name, tensor] : stored_weights(*vqgan.architecture, vqgan.tensors, "int8"))
    CHECK(same(tensor, vqgan.tensors.at(name)));  // it has none of the linears
  CHECK_THAT(error_of([&] { stored_weights(*vqgan.architecture, vqgan.tensors, "int4"); }),
             Contains("stored_precision is 'int4', expected float32, float16, bfloat16, int8"));
}

TEST_CASE("8 bits are only where they may be, and with their scales", "[bundle]") {
  const PartContents part = decoder();
  const TensorMap stored = stored_weights(*part.architecture, part.tensors, "int8");
  const TemporaryFolder folder;
  const auto error = [&](TensorMap tensors) {
    return error_of(
        [&] { write_bundle(folder.path() / "model", contents_with(std::move(tensors)), false); });
  };
  TensorMap changed = stored;
  changed.erase(scale_name(kLinear));
  CHECK_THAT(error(changed), Contains(kFile) && Contains(scale_name(kLinear)) &&
                                 Contains("of shape [40,1] is missing"));
  changed = stored;
  changed[scale_name(kLinear)] = at::ones({40});
  CHECK_THAT(error(changed), Contains("has the shape [40]") && Contains("asks for [40,1]"));
  changed = stored;
  changed[scale_name(kLinear)] = at::ones({40, 1}, at::kInt);
  CHECK_THAT(error(changed), Contains("is I32, expected F32"));
  changed[scale_name(kLinear)] = at::ones({40, 1}, at::kHalf);
  CHECK_THAT(error(changed), Contains("is F16, expected F32"));
  changed = stored;
  changed[kLinear] = part.tensors.at(kLinear);
  CHECK_THAT(error(changed), Contains(scale_name(kLinear)) && Contains("unknown"));
  changed = stored;
  changed[kLinear] = changed[kLinear].to(at::kByte);
  changed.erase(scale_name(kLinear));
  CHECK_THAT(error(changed), Contains("is U8, expected F32, F16, BF16 or I8"));
  changed = stored;
  changed[kTable] = at::ones_like(changed[kTable], at::kChar);
  CHECK_THAT(error(changed), Contains("is I8, expected F32, F16 or BF16"));
  CHECK(error(stored).empty());
}
