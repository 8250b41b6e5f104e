// After every call the host's thread count, gradient mode, random state, locale and floating-point
// modes are what they were.

#include "tiny_bundle.hpp"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <catch2/catch.hpp>
#include <cfenv>
#include <clocale>
#include <csignal>
#include <cstdlib>
#include <functional>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace {

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
  }
};

void on_interrupt(int) {}

/// Every call that computes, one after the other; the tokens of the last.
std::vector<std::int32_t> use_everything(std::int32_t threads,
                                         const std::function<void(const std::string&)>& after) {
  const TemporaryFolder folder;
  const raygen::Model model = tiny_model(threads);
  after("Model::open");
  model.prepare(raygen::Parts::generate | raygen::Parts::image_encoder);
  after("Model::prepare");
  raygen::TextEncoder text(model);
  const raygen::Text encoded = text.encode({"effusion"});
  after("TextEncoder::encode");
  raygen::MaskedDecoder decoder(model);
  const auto condition = decoder.condition(encoded);
  after("MaskedDecoder::condition");
  raygen::Options options;
  options.sampling.steps = 3;
  raygen::Sampler sampler(model.grid(), options);
  const auto logits = decoder.logits(sampler.tokens(), condition, sampler.masked());
  after("MaskedDecoder::logits");
  sampler.step(logits);
  after("Sampler::step");
  raygen::Encoder codec(model);
  const auto tokens = codec.encode(raygen::Image(16, 16, 1));
  after("Encoder::encode");
  codec.decode(tokens).write_png(folder.file("image.png"));
  raygen::Image::read(folder.file("image.png"));
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
  return tokens_of(images, 0);
}

void check_manners(std::int32_t threads) {
  const Host before;
  use_everything(threads, [&](const std::string& call) {
    INFO(call);
    before.check_same(Host());
  });
}

}  // namespace

TEST_CASE("a guest leaves the house as it was") {
  at::manual_seed(123);
  std::signal(SIGINT, on_interrupt);
  for (const int host_threads : {1, 2}) {
    at::set_num_threads(host_threads);
    for (const std::int32_t threads : {RAYGEN_THREADS_HOST, 1, 2}) check_manners(threads);
  }
  std::signal(SIGINT, SIG_DFL);
}

TEST_CASE("the host's modes are kept and change nothing of what is made") {
  const auto expected = use_everything(1, [](const std::string&) {});
  const auto same = [&] {
    const Host before;
    CHECK(use_everything(1, [&](const std::string& call) {
            INFO(call);
            before.check_same(Host());
          }) == expected);
  };
  SECTION("no gradients") {
    const c10::NoGradGuard guard;
    same();
  }
  SECTION("inference mode") {
    const c10::InferenceMode guard;
    same();
  }
  SECTION("doubles by default") {
    const auto before = at::get_default_dtype();
    at::set_default_dtype(caffe2::TypeMeta::Make<double>());
    same();
    at::set_default_dtype(before);
  }
  SECTION("another locale") {
    const char* locale = nullptr;
    for (const char* name : {"de_DE.UTF-8", "fr_FR.UTF-8", "C.UTF-8"}) {
      if (locale == nullptr) locale = std::setlocale(LC_ALL, name);
    }
    if (std::getenv("LOCPATH") != nullptr)
      CHECK(std::localeconv()->decimal_point[0] == ',');  // where it was set the locale is there
    same();
    std::setlocale(LC_ALL, "C");
  }
}
