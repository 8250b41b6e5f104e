#include "memorisation/token_agreement.hpp"

#include <catch2/catch.hpp>

#include <vector>

using namespace raygen::engine;

namespace {

using Tokens = std::vector<std::uint16_t>;

/// Different everywhere.
Tokens counted(std::int64_t height, std::int64_t width) {
  Tokens tokens;
  for (std::int64_t i = 0; i < height * width; ++i) tokens.push_back(static_cast<std::uint16_t>(i));
  return tokens;
}

/// What was at (y, x) is at (y + down, x + right); what nothing moves to is 60000.
Tokens moved(const Tokens& tokens, std::int64_t height, std::int64_t width, std::int64_t down,
             std::int64_t right) {
  Tokens result(tokens.size(), 60000);
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      if (y + down >= 0 && y + down < height && x + right >= 0 && x + right < width)
        result[static_cast<std::size_t>((y + down) * width + x + right)] =
            tokens[static_cast<std::size_t>(y * width + x)];
    }
  }
  return result;
}

}  // namespace

TEST_CASE("Grids agree in the share of equal tokens at equal places") {
  const Tokens grid = counted(4, 6);
  Tokens other = grid;
  CHECK(token_agreement(grid, grid, 4, 6) == 1);
  for (std::size_t i = 0; i < 6; ++i) other[4 * i] = 60000;
  CHECK(token_agreement(grid, other, 4, 6) == 0.75);
  CHECK(token_agreement(grid, Tokens(24, 60000), 4, 6) == 0);
}

TEST_CASE("Grids that are shifted by one agree over what overlaps") {
  const Tokens grid = counted(5, 7);
  for (const std::int64_t down : {-1, 0, 1})
    for (const std::int64_t right : {-1, 0, 1}) {
      CHECK(token_agreement(grid, moved(grid, 5, 7, down, right), 5, 7) == 1);
      CHECK(token_agreement(moved(grid, 5, 7, down, right), grid, 5, 7) == 1);
    }
  CHECK(token_agreement(grid, moved(grid, 5, 7, 2, 0), 5, 7) == 0);
}

TEST_CASE("The smallest grids and the longest rows") {
  CHECK(token_agreement(Tokens{3}, Tokens{3}, 1, 1) == 1);
  CHECK(token_agreement(Tokens{3}, Tokens{4}, 1, 1) == 0);
  CHECK(token_agreement(Tokens{3, 4, 5}, Tokens{4, 5, 6}, 1, 3) == 1);
  const Tokens row(70000, 7);  // more equal ones than 16 bits count
  CHECK(token_agreement(row, row, 1, 70000) == 1);
}
