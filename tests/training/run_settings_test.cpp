#include "training/run_settings.hpp"

#include "error.hpp"

#include <catch2/catch.hpp>

#include <functional>
#include <string>

using namespace raygen::engine;
using Catch::Matchers::Contains;

namespace {

const std::string sum(64, 'a'), other_sum(64, 'b');

RunSettings settings() {
  RunSettings now{{}, "vqgan", {{"dataset", sum}, {"records", sum}}};
  now.config.seed = 3;
  now.config.vqgan.loop.optimizer.learning_rate = 1e-4;
  return now;
}

/// As version 1 kept them.
std::string version_1(const RunSettings& run) { return to_yaml(run.config) + sums_text(run); }

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  REQUIRE(text.find(from) != std::string::npos);
  return text.replace(text.find(from), from.size(), to);
}

void refused(const std::string& then, std::int64_t version, Status status,
             const std::string& message) {
  try {
    check_same_run(settings(), then, version, "the folder");
    FAIL("was taken");
  } catch (const Error& error) {
    CHECK(error.status() == status);
    CHECK_THAT(error.what(), Contains(message));
  }
}

}  // namespace

TEST_CASE("a run goes on with the settings that it was begun with") {
  check_same_run(settings(), to_text(settings()), 2, "the folder");
  check_same_run(settings(), version_1(settings()), 1, "the folder");
}

TEST_CASE("neither comments nor how a number is written matter") {
  std::string text = version_1(settings());
  for (std::size_t at = text.find('#'); at != text.npos; at = text.find('#', at + 1))
    text.insert(at + 1, " reworded:");
  text = replaced(text, "learning_rate: 0.0001", "learning_rate: 1E-4");
  text = replaced(text, "l1_weight: 1 ", "l1_weight: 1.0 ");
  check_same_run(settings(), text, 1, "the folder");
  check_same_run(settings(), replaced(to_text(settings()), "\"l1_weight\":1.0", "\"l1_weight\":1"),
                 2, "the folder");
}

TEST_CASE("what does not concern the stage may differ") {
  RunSettings then = settings();
  then.config.out = "elsewhere";
  then.config.device = "cuda:1";
  then.config.masked_decoder.hidden = 384;
  then.config.vqgan.loop.steps = 77;
  then.config.vqgan.loop.log_every = 3;
  check_same_run(settings(), version_1(then), 1, "the folder");
  check_same_run(settings(), to_text(then), 2, "the folder");
}

TEST_CASE("every key that differs is named with both values") {
  RunSettings then = settings();
  then.config.seed = 4;
  then.config.data.train = "all";
  then.config.vqgan.channel_multipliers = {1, 2};
  then.made_from[1].second = other_sum;
  for (const auto& [version, text] : {std::pair(1, version_1(then)), {2, to_text(then)}}) {
    for (const char* part :
         {"seed was 4, is 3 now", "data.train was all, is train now",
          "vqgan.channel_multipliers was [1, 2], is [1, 1, 2, 4] now", "records was bbbb"})
      refused(text, version, Status::invalid_argument, part);
  }
}

TEST_CASE("a key that an older folder lacks has its default") {
  const auto without = [](std::string text, const std::string& begin, const std::string& end) {
    const std::size_t at = text.find(begin);
    REQUIRE(at != text.npos);
    return text.erase(at, text.find(end, at) + end.size() - at);
  };
  check_same_run(settings(), without(version_1(settings()), "  commitment_weight", "\n"), 1, "f");
  check_same_run(settings(), without(to_text(settings()), "\"commitment_weight\"", ","), 2, "f");
  refused(without(version_1(settings()), "seed:", "\n"), 1, Status::invalid_argument,
          "seed was 0, is 3 now");
  refused(without(to_text(settings()), "\"seed\"", ","), 2, Status::invalid_argument,
          "seed was 0, is 3 now");
  SECTION("the original recipe's own") {
    RunSettings original{{}, "masked_decoder", {}};
    original.config = training_config_from_yaml("masked_decoder: {recipe: original}", {}, "f");
    REQUIRE(original.config.masked_decoder.text_dropout == 0);
    check_same_run(original, without(to_text(original), "\"text_dropout\"", ","), 2, "f");
  }
}

TEST_CASE("a key that is unknown here is named, unless it is another stage's") {
  const std::string yaml =
      replaced(version_1(settings()), "  commitment_weight", "  unheard: 3\n  commitment_weight");
  refused(yaml, 1, Status::unsupported, "vqgan.unheard = '3'");
  refused(replaced(to_text(settings()), "\"seed\"", "\"unheard\":[1],\"seed\""), 2,
          Status::unsupported, "unheard = '[1]'");
  check_same_run(
      settings(),
      replaced(version_1(settings()), "  mask_probability", "  unheard: 3\n  mask_probability"), 1,
      "the folder");
}

TEST_CASE("settings that cannot be read are told") {
  refused("{", 2, Status::format, "invalid JSON");
  refused("[", 1, Status::format, "invalid YAML");
  refused("{}", 2, Status::format, "key 'config' is missing");
}
