#pragma once

#include <raygen/model.hpp>

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace raygen::cli {

struct PromptArguments {
  std::vector<std::string> prompts;
  std::string file;
};

/// --prompt TEXT, repeatable, or --prompts FILE.csv. Returns the latter.
CLI::Option* add_prompt_options(CLI::App* command, PromptArguments& arguments);

struct Prompts {
  std::vector<std::string> texts;
  std::vector<std::string>
      sources;  // where each came from, for messages: "prompt 2", "prompts.csv, line 7"
  std::vector<std::string> configs = {};  // one each, how its images are sampled; none: all alike
};

/// Throws Error(invalid_argument | io | format | limit) naming the file and the line.
Prompts read_prompts(const PromptArguments& arguments);

/// Says in the help of --prompts that a column "config" is followed.
void describe_configs(CLI::Option* prompts);

/// Refuses prompts that are empty, too long, no UTF-8 or hold a zero byte. Throws
/// Error(wrong_status | limit) naming the source.
void check_prompts(const Prompts& prompts, Status wrong_status);

/// Warns on standard error of each prompt that has more tokens than the model reads; returns their
/// positions.
std::vector<std::size_t> warn_of_truncation(const Prompts& prompts,
                                            const std::vector<std::size_t>& token_counts,
                                            const ModelInfo& info);
/// Text tokens of each prompt, before it is cut.
std::vector<std::size_t> count_tokens(const Model& model, const Prompts& prompts);

}  // namespace raygen::cli
