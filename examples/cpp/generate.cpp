// A sentence becomes a PNG: generate MODEL "Moderate left pleural effusion." effusion.png
#include <raygen/raygen.hpp>

#include <iostream>

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: " << argv[0] << " MODEL PROMPT OUT.png\n";
    return 2;
  }
  try {
    auto generator = raygen::Generator::load(argv[1]);
    raygen::Options options;
    options.seed = 7;
    options.progress = [](const raygen::Progress& progress) {
      std::cout << "step " << progress.step << " of " << progress.steps << '\n';
      return true;  // false cancels
    };
    for (const raygen::Image& image : generator.generate({argv[2]}, options))
      image.write_png(argv[3]);
  } catch (const raygen::Error& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
