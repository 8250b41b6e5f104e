#include "training/sample_order.hpp"

#include "training/decoder_stage.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace raygen::engine;

TEST_CASE("every epoch has every sample once, in an order of its own") {
  SampleOrder order(7, 10);
  std::vector<std::int64_t> first, second;
  for (std::uint64_t i = 0; i < 10; ++i) first.push_back(order.at(i));
  for (std::uint64_t i = 10; i < 20; ++i) second.push_back(order.at(i));
  CHECK(std::set<std::int64_t>(first.begin(), first.end()).size() == 10);
  CHECK(std::set<std::int64_t>(second.begin(), second.end()).size() == 10);
  CHECK(first != second);
  CHECK(order.at(3) == first[3]);  // going back is allowed
  CHECK(SampleOrder(8, 10).at(0) * 10 + SampleOrder(8, 10).at(1) != first[0] * 10 + first[1]);
}

TEST_CASE("processes and micro-batches share a step without gaps") {
  for (const int processes : {1, 2, 4}) {
    for (const std::int64_t micro : {0, 1, 3}) {
      std::vector<std::uint64_t> places;
      for (int rank = 0; rank < processes; ++rank) {
        for (const Share& share : shares(5, 8, micro, rank, processes)) {
          for (std::int64_t i = 0; i < share.count; ++i)
            places.push_back(share.first + static_cast<std::uint64_t>(i));
        }
      }
      REQUIRE(places.size() == 8);
      for (std::size_t i = 0; i < 8; ++i) CHECK(places[i] == 40 + i);
    }
  }
}

TEST_CASE("the number of masked tokens follows the schedule and is never 0") {
  CHECK(masked_count("cosine", 0.0f, 256) == 256);
  CHECK(masked_count("cosine", 0.5f, 256) == 181);  // cos(π/4)·256 = 181.02
  CHECK(masked_count("cosine", 0.99999994f, 256) == 1);
  CHECK(masked_count("arccos", 0.5f, 300) == 200);  // 2/π·arccos(½) = ⅔
}
