#include "prompts.hpp"

#include "csv/table_text.hpp"
#include "output_file.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

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

/// The column of prompts: "prompt" or, when there is none, "text", in any case. Where several are,
/// the one that is written so.
std::size_t prompt_column(const std::vector<std::string>& header, const std::string& where) {
  for (const std::string name : {"prompt", "text"}) {
    std::vector<std::size_t> columns;
    for (std::size_t i = 0; i < header.size(); ++i) {
      if (plain_name(header[i]) == name)
        columns.insert(header[i] == name ? columns.begin() : columns.end(), i);
    }
    if (columns.empty()) continue;
    if (columns.size() > 1 && (header[columns[0]] != name || header[columns[1]] == name)) {
      throw Error(Status::format, where + ": the columns \"" + header[columns[0]] + "\" and \"" +
                                      header[columns[1]] + "\" are both called \"" + name +
                                      "\"; rename one");
    }
    return columns[0];
  }
  throw Error(Status::format, where + ": there is no column \"prompt\" or \"text\" in the header");
}

Prompts parse_prompts(std::string_view bytes, const std::string& file, std::size_t max_bytes) {
  const TableText text(bytes, file, max_bytes);
  const std::string separator = separator_name(text.separator());
  CsvReader reader = text.reader();
  CsvRow row;
  if (!reader.next(row))
    throw Error(Status::format,
                file + ": empty, expected a CSV file with a column \"prompt\" or \"text\"");
  std::vector<std::string> header;
  for (const std::string& name : row.fields) header.emplace_back(without_spaces(name));
  const std::size_t index = prompt_column(header, file + ", line " + std::to_string(row.line) +
                                                      " (read as separated by " + separator + ")");
  const auto config = std::find(header.begin(), header.end(), "config");
  const auto config_column = static_cast<std::size_t>(config - header.begin());
  Prompts prompts;
  while (reader.next(row)) {
    const std::string where = file + ", line " + std::to_string(row.line);
    if (!fit_to_header(row, header)) {
      throw Error(Status::format, where + ": " + std::to_string(row.fields.size()) +
                                      " fields, the header has " + std::to_string(header.size()) +
                                      " (read as separated by " + separator +
                                      "; a text with one of them needs quotes)");
    }
    if (is_missing(row.fields[index]) && !without_spaces(row.fields[index]).empty())
      throw Error(Status::format,
                  where + ": the prompt is \"" + row.fields[index] + "\", which stands for none");
    prompts.texts.push_back(row.fields[index]);
    prompts.sources.push_back(where);
    if (config != header.end()) prompts.configs.push_back(row.fields[config_column]);
  }
  if (prompts.texts.empty())
    throw Error(Status::format, file + ": there is no row below the header");
  return prompts;
}

Prompts read_prompt_file(const std::string& file, std::uintmax_t max_bytes) {
  const std::string text = read_file(file, max_bytes);
  try {
    return parse_prompts(text, file, max_bytes);
  } catch (const CsvLimitError& error) {
    throw Error(Status::limit, error.what());
  } catch (const CsvError& error) {
    throw Error(Status::format, error.what());
  }
}

}  // namespace

CLI::Option* add_prompt_options(CLI::App* command, PromptArguments& arguments) {
  auto* prompt =
      command
          ->add_option("-p,--prompt", arguments.prompts, "A sentence; may be given several times")
          ->type_name("TEXT")
          ->take_all()
          ->expected(1)
          ->allow_extra_args(false);
  return command
      ->add_option("--prompts", arguments.file, "A CSV file with a column \"prompt\" or \"text\"")
      ->type_name("FILE.csv")
      ->excludes(prompt);
}

void describe_configs(CLI::Option* prompts) {
  prompts->description(
      prompts->get_description() +
      " and, if you like, \"config\": a preset's name, YAML or JSON for the images "
      "of that row alone");
}

Prompts read_prompts(const PromptArguments& arguments) {
  if (!arguments.file.empty()) {
    Prompts prompts = read_prompt_file(arguments.file, Limits().max_file_bytes);
    check_prompts(prompts, Status::format);
    return prompts;
  }
  if (arguments.prompts.empty())
    throw Error(Status::invalid_argument,
                "nothing to do: give --prompt TEXT or --prompts FILE.csv");
  Prompts prompts{arguments.prompts, {}};
  for (std::size_t i = 0; i < prompts.texts.size(); ++i)
    prompts.sources.push_back("prompt " + std::to_string(i + 1));
  check_prompts(prompts, Status::invalid_argument);
  return prompts;
}

void check_prompts(const Prompts& prompts, Status wrong_status) {
  const std::uint64_t max_bytes = Limits().max_prompt_bytes;
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
