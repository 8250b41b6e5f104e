#pragma once
// What edit and vary share: one film goes in, and pictures in its geometry and depth come out.

#include "image_file.hpp"
#include "image_format.hpp"
#include "model_arguments.hpp"
#include "prompts.hpp"
#include "sampling_options.hpp"

#include <raygen/generator.hpp>

#include <CLI/CLI.hpp>

#include <functional>
#include <string>
#include <vector>

namespace raygen::cli {

struct FilmArguments {
  ModelArguments model;
  std::string image;
  PromptArguments prompts;
  SamplingArguments sampling;
  Options options;
  std::size_t count = 1;
  std::int32_t together = 0;  // as images_together() takes it
  std::string out;
  ImageFormatArguments format;
};

/// IMAGE, --model, --prompt, --out, the options of sampling, --seed, --count …
void add_film_options(CLI::App* command, FilmArguments& arguments);

/// How a film is changed: several pictures of one prompt, or one of each of several.
using FilmChange = std::function<Generation(
    Generator&, const Image& film, const std::vector<std::string>& prompts, const Options&)>;

/// Pixels that the change adds before the film's first one.
struct FilmOffset {
  std::int32_t left = 0, top = 0;
};

/// Changes a film `count` times for each prompt, or for none, and writes what comes out. Returns
/// the exit code.
int change_film(FilmArguments& arguments, const ImageFile& film, const Prompts& prompts,
                const FilmOffset& offset, const FilmChange& change);

}  // namespace raygen::cli
