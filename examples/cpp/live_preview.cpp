// Watches an image come out of its tokens, in the terminal: live_preview MODEL "Moderate left
// pleural effusion." effusion.png
#include <raygen/raygen.hpp>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <string>

namespace {

/// The grey value of a part of the picture, 0..255: the mean of its pixels.
int grey(const raygen::Image& image, int column, int columns, int row, int rows) {
  const int left = image.width() * column / columns,
            right = std::max(image.width() * (column + 1) / columns, left + 1);
  const int top = image.height() * row / rows,
            bottom = std::max(image.height() * (row + 1) / rows, top + 1);
  float sum = 0;
  for (int y = top; y < bottom; ++y) {
    for (int x = left; x < right; ++x) sum += image.at(x, y);
  }
  return static_cast<int>(255 * sum / static_cast<float>((right - left) * (bottom - top)));
}

/// Two pixels a character: the upper one as the colour of "▀", the lower one as its background.
std::string drawn(const raygen::Image& image) {
  constexpr int columns = 64, rows = 64;
  std::string text;
  char cell[80];
  for (int row = 0; row < rows; row += 2) {
    for (int column = 0; column < columns; ++column) {
      const int upper = grey(image, column, columns, row, rows),
                lower = grey(image, column, columns, row + 1, rows);
      std::snprintf(cell, sizeof cell, "\x1b[38;2;%d;%d;%dm\x1b[48;2;%d;%d;%dm▀", upper, upper,
                    upper, lower, lower, lower);
      text += cell;
    }
    text += "\x1b[0m\n";
  }
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: " << argv[0] << " MODEL PROMPT OUT.png\n";
    return 2;
  }
  try {
    auto generator = raygen::Generator::load(argv[1]);
    raygen::Options options;
    options.seed = 7;
    options.preview = true;
    options.progress = [](const raygen::Progress& now) {
      std::cout << drawn(*now.preview) << "step " << now.step << " of " << now.steps << ", "
                << now.masked_count << " tokens to go  \n";
      if (now.masked_count > 0) std::cout << "\x1b[33A";  // the next picture over this one
      std::cout << std::flush;
      return true;
    };
    for (const raygen::Image& image : generator.generate({argv[2]}, options))
      image.write_png(argv[3]);
  } catch (const raygen::Error& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
