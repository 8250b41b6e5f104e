// After every call the host's thread count, gradient mode, random state, locale and floating-point
// modes are what they were.

#include "host.hpp"

#include <raygen/dataset.hpp>
#include <raygen/phantom.hpp>
#include <raygen/training.hpp>

#include <torch/library.h>

#include <cfenv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

namespace {

/// A mode of the host's, as Python's modes are: it sees every operator of its thread.
int seen_by_mode = 0;
void see(const c10::OperatorHandle& op, c10::DispatchKeySet, torch::jit::Stack* stack) {
  ++seen_by_mode;
  const c10::impl::ExcludeDispatchKeyGuard guard(c10::DispatchKey::TESTING_ONLY_GenericMode);
  op.callBoxed(stack);
}
TORCH_LIBRARY_IMPL(_, TESTING_ONLY_GenericMode, library) {
  library.fallback(torch::CppFunction::makeFromBoxedFunction<&see>());
}

/// The files of a folder, by name, of those that hold numbers.
std::map<std::string, std::string> numbers_in(const std::string& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    if (entry.path().extension() == ".safetensors" || entry.path().extension() == ".png")
      files[entry.path().filename()] = {std::istreambuf_iterator<char>(file), {}};
  }
  return files;
}

/// A few phantoms, and a dataset of them.
struct Prepared {
  TemporaryFolder folder;
  std::map<std::string, std::string> images, shards;

  Prepared() {
    raygen::PhantomOptions phantoms;
    phantoms.count = 8;
    phantoms.size = 64;
    raygen::write_phantoms(folder.file("phantoms"), phantoms);
    raygen::TableSource table;
    table.files = {{folder.file("phantoms/phantoms.csv")}};
    raygen::PrepareOptions prepare;
    prepare.image_size = 32;
    prepare.val_fraction = 0.3;
    raygen::prepare_table(table, dataset(), prepare);
    images = numbers_in(folder.file("phantoms/images"));
    shards = numbers_in(dataset());
  }
  std::string dataset() const { return folder.file("dataset"); }
};

/// The weights of a model that a few steps have trained.
std::map<std::string, std::string> trained(const std::string& dataset,
                                           const raygen::TrainingCallback& progress = nullptr) {
  const TemporaryFolder folder;
  raygen::TrainingOptions options;
  options.config = "{seed: 3, threads: 1, device: cpu, licence: none, data: {dataset: " + dataset +
                   "}, out: " + folder.file("run") + R"(,
  vqgan: {channels: 32, channel_multipliers: [1, 1, 1], crop: 16, codebook: 32, embedding: 8,
          z_channels: 16, residual_blocks: 1, adversarial_start: 1, discriminator_channels: 8,
          discriminator_layers: 2,
          loop: {steps: 2, batch_size: 1, validation_images: 1, optimizer: {warmup_steps: 1}}},
  text_encoder: {vocabulary: 200, length: 32, hidden: 16, layers: 1, heads: 2, intermediate: 32,
          loop: {steps: 2, batch_size: 2, validation_images: 1, optimizer: {warmup_steps: 1}}},
  masked_decoder: {hidden: 32, intermediate: 32, layers: 1, heads: 2, train_text_encoder: true,
          loop: {steps: 3, batch_size: 2, validation_images: 1, precision: auto,
                 activation_checkpointing: true, optimizer: {warmup_steps: 1}}}})";
  options.progress = progress;
  raygen::train(options);
  return numbers_in(folder.file("run/model"));
}

void on_interrupt(int) {}

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

namespace {

/// What a host may have set for its thread or its process: each sets it and puts it back.
struct Mode {
  std::string name;
  std::function<void(const std::function<void()>&)> with;
};

template <typename Get, typename Set, typename Value>
Mode setting(const std::string& name, Get get, Set set, Value value) {
  return {name, [=](const std::function<void()>& run) {
            const auto before = get();
            set(value);
            run();
            set(before);
          }};
}

Mode autocast(const std::string& name, at::ScalarType type, bool cache) {
  return {name, [=](const std::function<void()>& run) {
            const at::ScalarType before = at::autocast::get_autocast_dtype(at::kCPU);
            at::autocast::increment_nesting();
            at::autocast::set_autocast_enabled(at::kCPU, true);
            at::autocast::set_autocast_dtype(at::kCPU, type);
            at::autocast::set_autocast_cache_enabled(cache);
            run();
            at::autocast::set_autocast_cache_enabled(true);
            at::autocast::set_autocast_dtype(at::kCPU, before);
            at::autocast::set_autocast_enabled(at::kCPU, false);
            if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
          }};
}

Mode rounding(const std::string& name, int mode) {
  return {name, [mode](const std::function<void()>& run) {
            std::fesetround(mode);
            run();
            std::fesetround(FE_TONEAREST);
          }};
}

std::vector<Mode> modes() {
  at::Context& context = at::globalContext();
  const auto precision = [&](const std::string& value) {
    return Mode{"matmul precision " + value, [&, value](const std::function<void()>& run) {
                  context.setFloat32MatmulPrecision(value);
                  run();
                  context.setFloat32MatmulPrecision("highest");
                }};
  };
  return {
      {"none", [](const std::function<void()>& run) { run(); }},
      {"no gradients",
       [](const std::function<void()>& run) {
         const c10::NoGradGuard guard;
         run();
       }},
      {"inference mode",
       [](const std::function<void()>& run) {
         const c10::InferenceMode guard;
         run();
       }},
      setting(
          "doubles by default", [] { return at::get_default_dtype(); },
          [](caffe2::TypeMeta type) { at::set_default_dtype(type); },
          caffe2::TypeMeta::Make<double>()),
      autocast("autocast to bfloat16", at::kBFloat16, true),
      autocast("autocast to float16 without a cache", at::kHalf, false),
      precision("high"),
      precision("medium"),
      setting(
          "no oneDNN", [&] { return context.userEnabledMkldnn(); },
          [&](bool on) { context.setUserEnabledMkldnn(on); }, false),
      setting(
          "no flash attention", [&] { return context.userEnabledFlashSDP(); },
          [&](bool on) { context.setSDPUseFlash(on); }, false),
      setting(
          "no attention of any kind", [&] { return context.userEnabledFlashSDP(); },
          [&](bool on) {
            context.setSDPUseFlash(on);
            context.setSDPUseMath(on);
            context.setSDPUseMemEfficient(on);
          },
          false),
      setting(
          "deterministic algorithms", [&] { return context.deterministicAlgorithms(); },
          [&](bool on) { context.setDeterministicAlgorithms(on, false); }, true),
      setting(
          "denormals flushed", [] { return false; },
          [&](bool on) { at::Context::setFlushDenormal(on); }, true),
      rounding("rounding up", FE_UPWARD),
      rounding("rounding to zero", FE_TOWARDZERO),
#ifdef __GLIBC__
      {"traps",
       [](const std::function<void()>& run) {
         ::feenableexcept(FE_DIVBYZERO | FE_INVALID | FE_OVERFLOW);
         run();
         ::fedisableexcept(FE_ALL_EXCEPT);
       }},
#endif
      {"another locale",
       [](const std::function<void()>& run) {
         const char* locale = nullptr;
         for (const char* name : {"de_DE.UTF-8", "fr_FR.UTF-8", "C.UTF-8"}) {
           if (locale == nullptr) locale = std::setlocale(LC_ALL, name);
         }
         if (std::getenv("LOCPATH") != nullptr)
           CHECK(std::localeconv()->decimal_point[0] == ',');  // where it was set it is there
         run();
         std::setlocale(LC_ALL, "C");
       }},
  };
}

}  // namespace

TEST_CASE("the host's modes are kept and change nothing of what is made") {
  const Made expected = use_everything(1, [](const std::string&) {});
  for (const Mode& mode : modes()) {
    mode.with([&] {
      INFO(mode.name);
      const Host before;
      CHECK((use_everything(1, [&](const std::string& call) {
               INFO(call);
               before.check_same(Host());
             }) == expected));
    });
  }
}

TEST_CASE("the host's modes are kept and change nothing of what is prepared and trained") {
  const Prepared data;
  CHECK(data.images.size() == 8);
  CHECK(!data.shards.empty());
  const auto expected = trained(data.dataset());
  CHECK(expected.size() == 3);
  for (const Mode& mode : modes()) {
    mode.with([&] {
      INFO(mode.name);
      const Host before;
      CHECK((trained(data.dataset()) == expected));
      before.check_same(Host());
      const Prepared again;
      CHECK((again.images == data.images));
      CHECK((again.shards == data.shards));
      before.check_same(Host());
    });
  }
}

TEST_CASE("a mode that sees every operator of its thread sees none of ours") {
  const Made expected = use_everything(1, [](const std::string&) {});
  const c10::impl::IncludeDispatchKeyGuard guard(c10::DispatchKey::TESTING_ONLY_GenericMode);
  const int before = seen_by_mode;
  const at::Tensor own = at::ones({1});
  CHECK(seen_by_mode > before);
  const int after = seen_by_mode;
  CHECK((use_everything(1, [](const std::string&) {}) == expected));
  CHECK(seen_by_mode == after);
}

TEST_CASE("a callback finds its thread as the host has it, and what it sets stays set") {
  at::set_num_threads(2);
  raygen::Generator generator(tiny_model(1));
  raygen::Options options;
  options.sampling.steps = 3;
  const auto expected = tokens_of(generator.generate({"effusion"}, options), 0);
  autocast("", at::kBFloat16, true).with([&] {
    std::fesetround(FE_DOWNWARD);
    int calls = 0;
    options.progress = [&](const raygen::Progress&) {
      CHECK(at::autocast::is_autocast_enabled(at::kCPU));
      CHECK(at::GradMode::is_enabled() == (calls == 0));
      CHECK(at::get_num_threads() == 2);
      CHECK(std::fegetround() == (calls == 0 ? FE_DOWNWARD : FE_UPWARD));
      ++calls;
      at::GradMode::set_enabled(false);
      std::fesetround(FE_UPWARD);
      return true;
    };
    CHECK(tokens_of(generator.generate({"effusion"}, options), 0) == expected);
    CHECK(calls == 3);
    CHECK(std::fegetround() == FE_UPWARD);
    CHECK_FALSE(at::GradMode::is_enabled());
    std::fesetround(FE_TONEAREST);
    at::GradMode::set_enabled(true);
  });
  const Prepared data;
  const auto weights = trained(data.dataset());
  autocast("", at::kBFloat16, true).with([&] {
    int calls = 0;
    CHECK((trained(data.dataset(), [&](const raygen::TrainingProgress&) {
             ++calls;
             return at::autocast::is_autocast_enabled(at::kCPU) && at::GradMode::is_enabled();
           }) == weights));
    CHECK(calls > 0);
  });
}

TEST_CASE("a working directory that was deleted makes relative paths errors, and no others") {
  const raygen::Model model = tiny_model(1);
  const Made expected = use_everything(1, [](const std::string&) {});
  const TemporaryFolder folder;
  const std::filesystem::path home = std::filesystem::current_path(), gone = folder.file("gone");
  std::filesystem::create_directory(gone);
  std::filesystem::current_path(gone);
  std::filesystem::remove(gone);
  CHECK((use_everything(1, [](const std::string&) {}) == expected));
  raygen::Generator generator(model);
  const auto images = generator.generate({"effusion"});
  raygen::TableSource table;
  table.files = {{"a.csv"}};
  raygen::TrainingOptions training;
  training.config = "{data: {dataset: dataset}, out: run}";
  raygen::RandomBundleOptions random;
  random.architecture = tiny_architecture();
  const std::function<void()> calls[] = {
      [] { raygen::Model::open("model"); },
      [] { raygen::Image::read("image.png"); },
      [&] { images[0].write_png("image.png"); },
      [] { raygen::write_phantoms("phantoms", {}); },
      [&] { raygen::prepare_table(table, "dataset"); },
      [&] { raygen::train(training); },
      [&] { raygen::create_random_bundle("bundle", random); },
  };
  for (const auto& call : calls) CHECK(status_of(call) == RAYGEN_ERROR_IO);
  std::filesystem::current_path(home);
}
