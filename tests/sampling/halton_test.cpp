#include "sampling/most_urgent.hpp"
#include "sampling/sampler.hpp"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <utility>
#include <vector>

using namespace raygen::engine;

namespace {

// Halton-MaskGIT's first cells of 32 × 32: row and column.
const std::vector<std::pair<std::int64_t, std::int64_t>> first_cells = {
    {16, 10}, {8, 21}, {24, 3}, {4, 14}, {20, 24}, {12, 7}};

}  // namespace

TEST_CASE("The Halton sequence meets every cell of any grid once") {
  for (const Grid grid : {Grid{16, 16},
                          {24, 24},
                          {32, 32},
                          {64, 64},
                          {1, 1},
                          {1, 17},
                          {17, 1},
                          {12, 20},
                          {20, 12},
                          {7, 13},
                          {64, 48}}) {
    INFO(grid.height << " x " << grid.width);
    const at::Tensor ranks = halton_ranks(grid);
    REQUIRE(ranks.numel() == grid.tokens());
    CHECK(at::equal(std::get<0>(ranks.sort()), at::arange(grid.tokens(), at::kLong)));
  }
}

TEST_CASE("The Halton sequence begins as that of Halton-MaskGIT's code") {
  const at::Tensor ranks = halton_ranks({32, 32});
  for (std::size_t i = 0; i < first_cells.size(); ++i) {
    const auto [row, column] = first_cells[i];
    CHECK(ranks[row * 32 + column].item<std::int64_t>() == static_cast<std::int64_t>(i));
  }
}

TEST_CASE("A sampler keeps the cells in the order of the Halton sequence") {
  SamplingOptions options;
  options.position_choice = "halton";
  options.schedule = "linear";
  options.time_grid = "maskgit";
  options.steps = 1024;  // a cell each
  Sampler sampler({32, 32}, 2, {{0, 0}}, options);
  for (const auto& [row, column] : first_cells) {
    sampler.step(at::zeros({1, sampler.masked_count(), 2}));
    CHECK(sampler.tokens()[0][row * 32 + column].item<std::int64_t>() < 2);
    CHECK(sampler.masked_count() == 1024 - sampler.step_index());
  }
}
