#pragma once
// A host with a LibTorch of its own: what it has set for itself, and every call that computes.

#include "tiny_bundle.hpp"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <c10/core/impl/LocalDispatchKeySet.h>
#include <catch2/catch.hpp>
#include <cfenv>
#include <clocale>
#include <csignal>
#include <cstdint>
#include <functional>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

struct Host {
  int threads = at::get_num_threads();
  bool grad = c10::GradMode::is_enabled();
  bool inference = c10::InferenceMode::is_enabled();
  at::Tensor random = at::detail::getDefaultCPUGenerator().get_state();
  std::string locale = std::setlocale(LC_ALL, nullptr);
  int rounding = std::fegetround();
  void (*interrupt)(int) = [] {
    void (*handler)(int) = std::signal(SIGINT, SIG_DFL);
    std::signal(SIGINT, handler);
    return handler;
  }();
#if defined(__x86_64__)
  unsigned control = _mm_getcsr() & ~0x3fU;  // without the flags that every inexact sum sets
#else
  unsigned control = 0;
#endif
  caffe2::TypeMeta dtype = at::get_default_dtype();
  c10::impl::LocalDispatchKeySet keys = c10::impl::tls_local_dispatch_key_set();
  bool autocast = at::autocast::is_autocast_enabled(at::kCPU);
  at::ScalarType autocast_type = at::autocast::get_autocast_dtype(at::kCPU);
  bool autocast_cache = at::autocast::is_autocast_cache_enabled();
  int autocast_nesting = [] {
    const int nesting = at::autocast::increment_nesting();
    at::autocast::decrement_nesting();
    return nesting;
  }();
  bool onednn = at::globalContext().userEnabledMkldnn();
  bool flash = at::globalContext().userEnabledFlashSDP();
  bool math = at::globalContext().userEnabledMathSDP();
  bool deterministic = at::globalContext().deterministicAlgorithms();
  /// What the host computes for itself, which tells how exact its products are.
  at::Tensor product =
      at::full({64, 64}, 0.1, at::kFloat).mm(at::full({64, 64}, 0.3, at::kFloat)).to(at::kFloat);

  void check_same(const Host& now) const {
    CHECK(now.threads == threads);
    CHECK(now.grad == grad);
    CHECK(now.inference == inference);
    CHECK(at::equal(now.random, random));
    CHECK(now.locale == locale);
    CHECK(now.rounding == rounding);
    CHECK((now.interrupt == interrupt));
    CHECK(now.control == control);
    CHECK((now.dtype == dtype));
    CHECK((now.keys.included_ == keys.included_));
    CHECK((now.keys.excluded_ == keys.excluded_));
    CHECK(now.autocast == autocast);
    CHECK(now.autocast_type == autocast_type);
    CHECK(now.autocast_cache == autocast_cache);
    CHECK(now.autocast_nesting == autocast_nesting);
    CHECK(now.onednn == onednn);
    CHECK(now.flash == flash);
    CHECK(now.math == math);
    CHECK(now.deterministic == deterministic);
    CHECK(now.product.equal(product));
  }
};

/// What came out of the calls: equal only to the last bit.
struct Made {
  std::vector<std::int32_t> tokens;
  std::vector<float> numbers;

  template <typename Values>
  void add(const Values& values) {
    numbers.insert(numbers.end(), values.begin(), values.end());
  }
  bool operator==(const Made& other) const = default;
};

/// Every call that computes, one after the other.
inline Made use_everything(std::int32_t threads,
                           const std::function<void(const std::string&)>& after) {
  Made made;
  const TemporaryFolder folder;
  const raygen::Model model = tiny_model(threads);
  after("Model::open");
  model.prepare(raygen::Parts::generate | raygen::Parts::image_encoder);
  after("Model::prepare");
  raygen::TextEncoder text(model);
  const raygen::Text encoded = text.encode({"effusion"});
  after("TextEncoder::encode");
  made.add(encoded.last_hidden_state());
  made.add(encoded.normalized());
  raygen::MaskedDecoder decoder(model);
  const auto condition = decoder.condition(encoded);
  after("MaskedDecoder::condition");
  raygen::Options options;
  options.sampling.steps = 3;
  raygen::Sampler sampler(model.grid(), options);
  const auto logits = decoder.logits(sampler.tokens(), condition, sampler.masked());
  after("MaskedDecoder::logits");
  made.add(logits);
  sampler.step(logits);
  after("Sampler::step");
  raygen::Encoder codec(model);
  const raygen::EncodedImage features = codec.encode_with_features(raygen::Image(16, 16, 1));
  const auto& tokens = features.tokens;
  after("Encoder::encode");
  made.add(features.features);
  const raygen::Image decoded = codec.decode(tokens);
  made.add(decoded.pixels());
  decoded.write_png(folder.file("image.png"));
  const raygen::Image read = raygen::Image::read(folder.file("image.png"));
  made.add(read.pixels());
  after("Encoder::decode");
  raygen::Tensors tensors;
  tensors.add("tokens", {64}, tokens);
  tensors.write(folder.file("tokens.safetensors"));
  raygen::Tensors::read(folder.file("tokens.safetensors"));
  after("Tensors");
  raygen::RandomBundleOptions random;
  random.architecture = tiny_architecture();
  raygen::create_random_bundle(folder.file("bundle"), random);
  after("create_random_bundle");
  CHECK(status_of([&] { raygen::Model::open(folder.file("none")); }) == RAYGEN_ERROR_IO);
  CHECK(status_of([&] { codec.decode(std::vector<std::int32_t>(64, 40)); }) ==
        RAYGEN_ERROR_INVALID_ARGUMENT);
  after("failed calls");
  raygen::Generator generator(model);
  options.progress = [](const raygen::Progress&) { return false; };
  CHECK(status_of([&] { generator.generate({"effusion"}, options); }) == RAYGEN_ERROR_CANCELLED);
  after("a cancelled call");
  options.progress = nullptr;
  const auto images = generator.generate({"effusion"}, options);
  after("Generator::generate");
  made.add(images[0].pixels());
  made.tokens = tokens_of(images, 0);
  return made;
}
