// Memory that runs out, memory that does not grow, and two sessions at a time.

#include "cuda/device.hpp"

#include "error.hpp"

#include <c10/util/Exception.h>

#include <dlfcn.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <thread>

using namespace raygen::engine;

namespace {

/// Takes the device's memory until less than a megabyte is left in one piece. On a CPU none.
std::vector<at::Tensor> take_all_memory() {
  std::vector<at::Tensor> taken;
  if (tested_on_cpu()) return taken;
  for (std::int64_t bytes = std::int64_t{1} << 36; bytes >= 1 << 20;) {
    try {
      taken.push_back(at::empty({bytes}, at::TensorOptions(at::kCUDA).dtype(at::kByte)));
    } catch (const c10::OutOfMemoryError&) {
      bytes /= 2;
    }
  }
  return taken;
}

/// Bytes that are in use: of the device, or of this process on a CPU.
double memory_in_use() {
  if (tested_on_cpu()) {
    std::ifstream file("/proc/self/statm");
    double pages = 0, resident = 0;
    file >> pages >> resident;
    return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
  }
  static void* const driver = ::dlopen("libcuda.so.1", RTLD_NOW);
  REQUIRE(driver != nullptr);
  const auto info =
      reinterpret_cast<int (*)(std::size_t*, std::size_t*)>(::dlsym(driver, "cuMemGetInfo_v2"));
  REQUIRE(info != nullptr);
  std::size_t free = 0, total = 0;
  REQUIRE(info(&free, &total) == 0);
  return static_cast<double>(total - free);
}

}  // namespace

TEST_CASE("Memory that runs out in any part is told, and afterwards the part works") {
  if (no_device()) return;
  Session session(phantom_model(tested_device()));
  const GenerateOptions options = call_of({}, 2);
  const auto expected = generate(session, sentences, options);
  const at::Tensor tokens = at::zeros({32, session.model().token_count()}, at::kLong);
  const at::Tensor text = session.encode_text(sentences).normalized;
  const std::vector<std::string_view> many(256, sentences[0]);
  const std::vector<std::pair<const char*, std::function<void()>>> parts = {
      {"text encoder", [&] { (void)session.encode_text(many); }},
      {"condition",
       [&] {
         (void)session.condition(text.repeat({64, 1, 1}));
       }},
      {"logits",
       [&] {
         const Condition condition = session.condition(text.narrow(0, 0, 1)).repeat(32);
         (void)session.logits(condition, tokens.to(session.model().compute().device), {}, false);
       }},
      {"VQ decode", [&] { (void)session.decode_tokens(tokens); }},
      {"generate", [&] { (void)generate(session, sentences, options); }}};
  for (const auto& [name, part] : parts) {
    INFO(name);
    CHECK_NOTHROW(part());
    session.trim();
    {
      const std::vector<at::Tensor> taken = take_all_memory();
      // What fits into the last megabyte may still be computed.
      bool told = false;
      try {
        part();
      } catch (const c10::OutOfMemoryError&) {
        told = true;
      }
      if (!tested_on_cpu() && std::string_view(name) != "condition") CHECK(told);
    }
    CHECK_NOTHROW(part());
    CHECK(same_pixels(generate(session, sentences, options), expected));
  }
}

TEST_CASE("A model that does not fit is told, and opens where it does") {
  if (no_device()) return;
  ModelOptions options;
  options.device = tested_device();
  {
    const std::vector<at::Tensor> taken = take_all_memory();
    const auto model = Model::open(RAYGEN_TEST_MODEL, options);
    if (tested_on_cpu())
      CHECK_NOTHROW(model->masked_decoder());
    else
      CHECK_THROWS_AS(model->masked_decoder(), c10::OutOfMemoryError);
  }
  CHECK_NOTHROW(Model::open(RAYGEN_TEST_MODEL, options)->masked_decoder());
}

TEST_CASE("However many images are made, memory stays flat") {
  if (no_device()) return;
  Session session(make_tiny_model("normal", tested_device()));
  GenerateOptions options;
  options.sampling.steps = 2;
  const int calls = sized(10000, 200);
  double before = 0;
  for (int call = 0; call < calls; ++call) {
    options.seed = static_cast<std::uint64_t>(call);
    options.images_per_prompt = 1 + call % 3;  // shapes come again
    options.batch_size = options.images_per_prompt;
    (void)generate(session, {"effusion"}, options);
    if (call == calls / 10) before = memory_in_use();
  }
  const double grown = memory_in_use() - before;
  CHECK(grown <= (tested_on_cpu() ? 16e6 : 1e6));
}

TEST_CASE("Two sessions on two threads make what each makes alone") {
  if (no_device()) return;
  const auto model = phantom_model(tested_device());
  const int calls = sized(20, 2);
  const auto images_of = [&](std::uint64_t seed) {
    Session session(model);
    std::vector<std::vector<GeneratedImage>> made;
    for (int call = 0; call < calls; ++call)
      made.push_back(
          generate(session, sentences, call_of({}, 4, seed + static_cast<std::uint64_t>(call))));
    return made;
  };
  const auto first = images_of(1), second = images_of(1000);
  std::vector<std::vector<GeneratedImage>> threaded_first, threaded_second;
  std::thread one([&] { threaded_first = images_of(1); });
  std::thread two([&] { threaded_second = images_of(1000); });
  one.join();
  two.join();
  for (std::size_t call = 0; call < first.size(); ++call) {
    CHECK(same_pixels(threaded_first[call], first[call]));
    CHECK(same_pixels(threaded_second[call], second[call]));
  }
}
