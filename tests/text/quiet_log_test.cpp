#include "quiet_log.hpp"
#include "text/learn_vocabulary.hpp"

#include <catch2/catch.hpp>

#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace sentencepiece::logging {
int GetMinLogLevel();
}  // namespace sentencepiece::logging

using namespace raygen::engine;

namespace {

int level = 1;  // of some library

}  // namespace

TEST_CASE("the last call that ends gives the log back, in whatever order they end") {
  LogLevel<int> log([] { return level; }, [](int to) { level = to; }, 9);
  using Quiet = LogLevel<int>::Quiet;
  level = 1;
  std::optional<Quiet> first(log), second(log);
  CHECK(level == 9);
  first.reset();
  CHECK(level == 9);
  first.emplace(log);
  second.reset();
  CHECK(level == 9);
  first.reset();
  CHECK(level == 1);

  first.emplace(log);
  level = 4;  // the host has set it: that stays
  first.reset();
  CHECK(level == 4);
}

TEST_CASE("vocabularies learned in several threads leave the trainer's log as it was") {
  const int before = sentencepiece::logging::GetMinLogLevel();
  const std::vector<std::string> texts{"left effusion", "no effusion", "right pneumothorax"};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int j = 0; j < 5; ++j) learn_sentencepiece(texts, 40);
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(sentencepiece::logging::GetMinLogLevel() == before);
}
