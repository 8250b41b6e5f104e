// One model, several threads. Meant for ThreadSanitizer, too.

#include "tiny_bundle.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

namespace {

using Tokens = std::vector<std::vector<std::int32_t>>;

Tokens run(const raygen::Model& model, std::uint64_t seed) {
  raygen::Generator generator(model);
  raygen::Options options;
  options.seed = seed;
  options.sampling.steps = 4;
  options.images_per_prompt = 3;
  options.batch_size = 2;
  const auto images = generator.generate({"left effusion", "no acute process"}, options);
  Tokens tokens;
  for (std::size_t i = 0; i < images.size(); ++i) tokens.push_back(tokens_of(images, i));
  return tokens;
}

}  // namespace

TEST_CASE("two sessions of one model in two threads give what they give alone") {
  const Tokens first = run(tiny_model(), 1), second = run(tiny_model(), 2);
  REQUIRE(first.size() == 6);
  const raygen::Model shared = tiny_model();  // its weights are loaded by whichever thread is first
  for (int round = 0; round < 3; ++round) {
    Tokens got_first, got_second;
    std::thread one([&] { got_first = run(shared, 1); });
    std::thread two([&] { got_second = run(shared, 2); });
    one.join();
    two.join();
    CHECK(got_first == first);
    CHECK(got_second == second);
  }
}

TEST_CASE("a session outlives its model's handle, a result outlives both") {
  raygen::Generation images = [] {
    raygen::Generator generator = [] {
      const raygen::Model model = tiny_model();
      return raygen::Generator(model);
    }();
    return generator.generate({"effusion"});
  }();
  REQUIRE(images.size() == 1);
  CHECK(images[0].width() == 16);
  CHECK(images.tokens(0).size() == 64);
}

TEST_CASE("memory is told from another thread during a call") {
  const raygen::Model model = tiny_model();
  raygen::Generator generator(model);
  generator.generate({"effusion"});
  std::atomic<bool> done{false};
  std::thread monitor([&] {
    while (!done) CHECK(generator.session().memory() > 0);
  });
  generator.generate({"effusion"});
  done = true;
  monitor.join();
}

TEST_CASE("memory is told and given back") {
  const raygen::Model model = tiny_model();
  CHECK(model.memory() == 0);
  model.prepare();
  const auto loaded = model.memory();
  CHECK(loaded > 0);
  model.prepare(raygen::Parts::image_encoder);
  CHECK(model.memory() > loaded);
  raygen::Generator generator(model);
  generator.generate({"effusion"});
  generator.session().trim();
  CHECK(generator.session().memory() == 0);
  CHECK(generator.generate({"effusion"}).size() == 1);
}
