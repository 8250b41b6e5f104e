#include "prompts.hpp"

#include "csv/csv.hpp"
#include "output_file.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iostream>

namespace raygen::cli {
namespace {

bool is_utf8(const std::string& text) {
  try {
    nlohmann::json(text).dump();
    return true;
  } catch (const nlohmann::json::exception&) {
    return false;
  }
}

Prompts parse_prompts(std::string_view text, const std::string& file) {
  CsvReader reader(text, file);
  CsvRow row;
  if (!reader.next(row))
    throw Error(Status::format,
                file + ": empty, expected a CSV file with a column \"prompt\" or \"text\"");
  const std::vector<std::string> header = row.fields;
  auto column = std::find(header.begin(), header.end(), "prompt");
  if (column == header.end()) column = std::find(header.begin(), header.end(), "text");
  if (column == header.end()) {
    throw Error(Status::format, file + ", line " + std::to_string(row.line) +
                                    ": there is no column \"prompt\" or \"text\" in the header");
  }
  const auto index = static_cast<std::size_t>(column - header.begin());
  Prompts prompts;
  while (reader.next(row)) {
    const std::string where = file + ", line " + std::to_string(row.line);
    if (row.fields.size() != header.size()) {
      throw Error(Status::format, where + ": " + std::to_string(row.fields.size()) +
                                      " fields, the header has " + std::to_string(header.size()) +
                                      " (a text with commas needs quotes)");
    }
    prompts.texts.push_back(row.fields[index]);
    prompts.sources.push_back(where);
  }
  if (prompts.texts.empty())
    throw Error(Status::format, file + ": there is no row below the header");
  return prompts;
}

Prompts read_prompt_file(const std::string& file, std::uintmax_t max_bytes) {
  const std::string text = read_file(file, max_bytes);
  try {
    return parse_prompts(text, file);
  } catch (const CsvError& error) {
    throw Error(Status::format, error.what());
  }
}

void check(const Prompts& prompts, Status wrong_status, std::uint64_t max_bytes) {
  for (std::size_t i = 0; i < prompts.texts.size(); ++i) {
    const std::string& text = prompts.texts[i];
    if (text.find_first_not_of(" \t\r\n\v\f") == std::string::npos)
      throw Error(wrong_status, prompts.sources[i] + ": the prompt is empty");
    if (text.find('\0') != std::string::npos)
      throw Error(wrong_status, prompts.sources[i] + ": the prompt holds a zero byte");
    if (!is_utf8(text)) throw Error(wrong_status, prompts.sources[i] + ": the prompt is not UTF-8");
    if (text.size() > max_bytes) {
      throw Error(Status::limit, prompts.sources[i] + ": the prompt is " +
                                     std::to_string(text.size()) +
                                     " bytes, more than the limit of " + std::to_string(max_bytes));
    }
  }
}

}  // namespace

void add_prompt_options(CLI::App* command, PromptArguments& arguments) {
  auto* prompt =
      command
          ->add_option("-p,--prompt", arguments.prompts, "A sentence; may be given several times")
          ->type_name("TEXT")
          ->take_all()
          ->expected(1)
          ->allow_extra_args(false);
  command
      ->add_option("--prompts", arguments.file, "A CSV file with a column \"prompt\" or \"text\"")
      ->type_name("FILE.csv")
      ->excludes(prompt);
}

Prompts read_prompts(const PromptArguments& arguments) {
  const Limits limits;
  if (!arguments.file.empty()) {
    Prompts prompts = read_prompt_file(arguments.file, limits.max_file_bytes);
    check(prompts, Status::format, limits.max_prompt_bytes);
    return prompts;
  }
  if (arguments.prompts.empty())
    throw Error(Status::invalid_argument,
                "nothing to do: give --prompt TEXT or --prompts FILE.csv");
  Prompts prompts{arguments.prompts, {}};
  for (std::size_t i = 0; i < prompts.texts.size(); ++i)
    prompts.sources.push_back("prompt " + std::to_string(i + 1));
  check(prompts, Status::invalid_argument, limits.max_prompt_bytes);
  return prompts;
}

std::vector<std::size_t> warn_of_truncation(const Prompts& prompts,
                                            const std::vector<std::size_t>& token_counts,
                                            const ModelInfo& info) {
  const auto length = static_cast<std::size_t>(info.text_length);
  std::vector<std::size_t> truncated;
  for (std::size_t i = 0; i < token_counts.size(); ++i) {
    if (token_counts[i] <= length) continue;
    std::cerr << "raygen: warning: " << prompts.sources[i] << ": the prompt has " << token_counts[i]
              << " tokens, the model reads the first " << length << '\n';
    truncated.push_back(i);
  }
  return truncated;
}

std::vector<std::size_t> count_tokens(const Model& model, const Prompts& prompts) {
  std::vector<std::size_t> counts;
  for (const std::string& text : prompts.texts) counts.push_back(model.count_tokens(text));
  return counts;
}

}  // namespace raygen::cli
