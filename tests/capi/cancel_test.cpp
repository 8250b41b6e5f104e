// A cancelled call leaves a session as good as new.

#include "tiny_bundle.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <stdexcept>
#include <thread>

namespace {

constexpr int cancelled = RAYGEN_ERROR_CANCELLED;

raygen::Options options_of(std::int32_t steps) {
  raygen::Options options;
  options.seed = 3;
  options.sampling.steps = steps;
  options.batch_size = 2;
  return options;
}

}  // namespace

TEST_CASE("cancel at every step, then generate correctly") {
  raygen::Generator fresh(tiny_model()), generator(tiny_model());
  const std::vector<std::string> prompts{"one", "two", "three"};
  constexpr std::int32_t steps = 6;
  const auto expected = fresh.generate(prompts, options_of(steps));
  const int calls = 3 * steps;
  for (const bool by_job : {false, true}) {
    for (int stop = 1; stop <= calls; ++stop) {
      raygen::Job job;
      raygen::Options options = options_of(steps);
      options.job = &job;
      int seen = 0;
      options.progress = [&](const raygen::Progress&) {
        if (++seen < stop) return true;
        if (by_job) job.cancel();
        return by_job;
      };
      INFO("stopped at call " << stop << (by_job ? " by the job" : " by the callback"));
      CHECK(status_of([&] { generator.generate(prompts, options); }) == cancelled);
      CHECK(seen >= stop);
      CHECK(job.cancelled() == by_job);
      const auto after = generator.generate(prompts, options_of(steps));
      for (std::size_t i = 0; i < prompts.size(); ++i)
        CHECK(tokens_of(after, i) == tokens_of(expected, i));
    }
  }
}

TEST_CASE("a job that was cancelled before the call ends it at once") {
  raygen::Generator generator(tiny_model());
  raygen::Job job;
  job.cancel();
  raygen::Options options = options_of(3);
  options.job = &job;
  bool called = false;
  options.progress = [&](const raygen::Progress&) { return called = true; };
  CHECK(status_of([&] { generator.generate({"one"}, options); }) == cancelled);
  CHECK_FALSE(called);
}

TEST_CASE("cancel from another thread") {
  raygen::Generator generator(tiny_model());
  raygen::Job job;
  raygen::Options options = options_of(1024);
  options.images_per_prompt = 1000;
  options.job = &job;
  std::atomic<bool> started{false};
  options.progress = [&](const raygen::Progress&) { return started = true; };
  std::thread other([&] {
    while (!started) std::this_thread::yield();
    job.cancel();
  });
  CHECK(status_of([&] { generator.generate({"one"}, options); }) == cancelled);
  other.join();
  CHECK(generator.generate({"one"}, options_of(2)).size() == 1);
}

TEST_CASE("what a callback throws comes out of the call, and the generator goes on") {
  raygen::Generator generator(tiny_model());
  raygen::Options options = options_of(4);
  options.progress = [](const raygen::Progress& progress) -> bool {
    if (progress.step == 2) throw std::domain_error("from the callback");
    return true;
  };
  CHECK_THROWS_AS(generator.generate({"one"}, options), std::domain_error);
  CHECK(generator.generate({"one"}, options_of(4)).size() == 1);
}

TEST_CASE("a session is refused to a second call, not raced for") {
  raygen::Generator generator(tiny_model());
  raygen::Options options = options_of(2);
  int inner = 0;
  options.progress = [&](const raygen::Progress&) {
    inner = status_of([&] { generator.generate({"two"}, options_of(2)); });
    generator.session().trim();
    return true;
  };
  CHECK(generator.generate({"one"}, options).size() == 1);
  CHECK(inner == RAYGEN_ERROR_INVALID_ARGUMENT);
}
