#pragma once
// Images that are made for a figure: the options of the command, and the model at work.

#include "figure/figure_file.hpp"
#include "model_arguments.hpp"
#include "progress_bar.hpp"
#include "prompts.hpp"
#include "sampling_options.hpp"

#include <raygen/generator.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace raygen::cli {

struct GenerationArguments {
  ModelArguments model;
  PromptArguments prompts;
  SamplingArguments sampling;
  std::vector<std::uint64_t> seeds = {0};
  std::uint64_t image = 0;
  std::int32_t batch_size = 0;
  FigureArguments figure;
};

/// The options of all kinds of figure that generate: model, prompts, seeds, sampling, file.
void add_generation_options(CLI::App* command, GenerationArguments& arguments);

/// A model and what is asked of it. Everything that can be wrong is looked at before the first
/// image.
class FigureModel {
 public:
  explicit FigureModel(const GenerationArguments& arguments);

  const std::vector<std::string>& prompts() const { return prompts_.texts; }
  /// Throws Error(invalid_argument) when there are several prompts, or seeds.
  void expect_one_prompt() const;
  void expect_one_seed() const;

  ModelInfo info() const { return model_.info(); }
  /// The call's options with overrides such as "steps=12".
  Options options(const std::vector<std::string>& overrides = {}) const;
  /// Steps of such a call. Throws for options that cannot be.
  std::size_t steps(const Options& options) const;

  /// To be called once, before the first generation.
  void prepare(std::size_t steps);
  /// Images of each prompt, one for each seed. `on_step` may be empty.
  std::vector<Image> generate(Options options, const ProgressCallback& on_step = {});
  /// Says on standard output what was made.
  void report(const std::string& kind, std::size_t images) const;

 private:
  const GenerationArguments& arguments_;
  Job& job_;
  Prompts prompts_;
  Model model_;
  std::optional<Generator> generator_;
  std::optional<ProgressBar> bar_;
};

}  // namespace raygen::cli
