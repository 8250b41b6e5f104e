#include "class_file.hpp"

#include "csv/table_text.hpp"
#include "output_file.hpp"

#include <raygen/limits.hpp>

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <map>
#include <optional>
#include <set>

namespace raygen::cli {
namespace {

constexpr std::uintmax_t max_class_file_bytes = 16 << 20;

std::string in_quotes(const std::string& text) { return '"' + text + '"'; }

bool is_amount(const std::string& key) {
  return std::find(std::begin(amount_keys), std::end(amount_keys), key) != std::end(amount_keys);
}

/// What is left to check and to fill in when a class has been read.
void complete(ListedClass& each) {
  if (without_spaces(each.name).empty()) refuse_classes(each.source, "the class has no name");
  if (each.wordings.texts.empty()) {
    each.wordings.texts.push_back(each.name);
    each.wordings.sources.push_back(each.source);
  }
  check_prompts(each.wordings, Status::format);
}

// ---- YAML and JSON ------------------------------------------------------------------------------

class YamlReader {
 public:
  explicit YamlReader(const std::string& file) : file_(file) {}

  std::vector<ListedClass> read(const std::string& text) const {
    const YAML::Node root = YAML::Load(text);
    if (!root.IsMap() || !root["classes"])
      refuse_classes(file_, "a mapping with a list \"classes\" was expected");
    for (const auto& item : root)
      if (scalar(item.first, "a key") != "classes")
        refuse_classes(place(item.first), "unknown key " + in_quotes(item.first.Scalar()) +
                                              "; \"classes\" was expected, and nothing else");
    const YAML::Node list = root["classes"];
    if (!list.IsSequence()) refuse_classes(place(list), "\"classes\" is no list");
    std::vector<ListedClass> classes;
    std::map<std::string, std::string> seen;
    for (const YAML::Node& node : list) {
      ListedClass each = class_of(node);
      const auto [known, is_new] = seen.emplace(each.name, each.source);
      if (!is_new)
        refuse_classes(each.source, "the class " + in_quotes(each.name) +
                                        " is there already: see " + known->second);
      classes.push_back(std::move(each));
    }
    return classes;
  }

 private:
  std::string place(const YAML::Node& node) const {
    return file_ + ", line " + std::to_string(node.Mark().line + 1);
  }

  std::string scalar(const YAML::Node& node, const std::string& what) const {
    if (!node.IsScalar()) refuse_classes(place(node), what + " is no text");
    return node.Scalar();
  }

  ListedClass class_of(const YAML::Node& node) const {
    if (!node.IsMap()) refuse_classes(place(node), "a class is a mapping with a key \"name\"");
    ListedClass each;
    each.source = place(node);
    std::set<std::string> seen;
    for (const auto& item : node) {
      const std::string key = scalar(item.first, "a key");
      if (!seen.insert(key).second)
        refuse_classes(place(item.first), in_quotes(key) + " is there twice");
      if (key == "name") {
        each.name = scalar(item.second, "the name");
      } else if (key == "prompts") {
        add_prompts(item.second, each.wordings);
      } else if (is_amount(key)) {
        set_amount(item.first, item.second, each);
      } else {
        refuse_classes(place(item.first),
                       "unknown key " + in_quotes(key) +
                           "; name, prompts, count, proportion or frequency was expected");
      }
    }
    complete(each);
    return each;
  }

  void add_prompts(const YAML::Node& node, Prompts& wordings) const {
    const auto add = [&](const YAML::Node& prompt) {
      wordings.texts.push_back(scalar(prompt, "a prompt"));
      wordings.sources.push_back(place(prompt));
    };
    if (!node.IsSequence()) return add(node);
    if (node.size() == 0) refuse_classes(place(node), "the list of prompts is empty");
    for (const YAML::Node& prompt : node) add(prompt);
  }

  void set_amount(const YAML::Node& key, const YAML::Node& value, ListedClass& each) const {
    if (!each.amount_key.empty())
      refuse_classes(place(key),
                     "a class has one of count, proportion and frequency, and this has " +
                         in_quotes(each.amount_key) + " and " + in_quotes(key.Scalar()));
    each.amount_key = key.Scalar();
    each.amount = scalar(value, "the " + each.amount_key);
  }

  const std::string& file_;
};

// ---- Tables -------------------------------------------------------------------------------------

/// Where a table has what.
struct Columns {
  std::size_t name = 0;
  std::optional<std::size_t> prompt, amount;
  std::string amount_key;
};

Columns columns_of(const std::vector<std::string>& header, const std::string& where) {
  Columns columns;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < header.size(); ++i) {
    const std::string key = plain_name(header[i]);
    if (key.empty() && i + 1 == header.size()) continue;  // a separator at the end of the line
    if (!seen.insert(key).second)
      refuse_classes(where, "two columns are called " + in_quotes(header[i]));
    if (key == "class") {
      columns.name = i;
    } else if (key == "prompt") {
      columns.prompt = i;
    } else if (is_amount(key)) {
      if (columns.amount)
        refuse_classes(
            where, "a table has one of the columns count, proportion and frequency, and this has " +
                       in_quotes(columns.amount_key) + " and " + in_quotes(key));
      columns.amount = i;
      columns.amount_key = key;
    } else {
      refuse_classes(where, "unknown column " + in_quotes(header[i]) +
                                "; class, prompt, count, proportion or frequency was expected");
    }
  }
  if (seen.count("class") == 0) refuse_classes(where, "there is no column \"class\" in the header");
  return columns;
}

class TableReader {
 public:
  TableReader(const std::string& bytes, const std::string& file)
      : file_(file), text_(bytes, file, max_class_file_bytes), reader_(text_.reader()) {}

  std::vector<ListedClass> read() {
    CsvRow row;
    if (!reader_.next(row))
      refuse_classes(file_, "empty, expected a table with a column \"class\"");
    std::vector<std::string> header;
    for (const std::string& name : row.fields) header.emplace_back(without_spaces(name));
    const Columns columns = columns_of(header, place(row));
    while (reader_.next(row)) {
      if (!fit_to_header(row, header))
        refuse_classes(place(row), std::to_string(row.fields.size()) + " fields, the header has " +
                                       std::to_string(header.size()) + " (read as separated by " +
                                       separator_name(text_.separator()) + ")");
      add(row, columns);
    }
    for (ListedClass& each : classes_) complete(each);
    return std::move(classes_);
  }

 private:
  std::string place(const CsvRow& row) const {
    return file_ + ", line " + std::to_string(row.line);
  }

  void add(const CsvRow& row, const Columns& columns) {
    const std::string name(without_spaces(row.fields[columns.name]));
    if (is_missing(name)) refuse_classes(place(row), "the class has no name");
    const auto [known, is_new] = positions_.emplace(name, classes_.size());
    if (is_new) classes_.push_back({name, place(row), {}, {}, {}});
    ListedClass& each = classes_[known->second];
    if (columns.amount) add_amount(row, row.fields[*columns.amount], columns.amount_key, each);
    const std::string prompt = columns.prompt ? row.fields[*columns.prompt] : std::string();
    const bool is_empty = without_spaces(prompt).empty();
    if (!is_empty && is_missing(prompt))
      refuse_classes(place(row), "the prompt is " + in_quotes(prompt) + ", which stands for none");
    const std::string& wording = is_empty ? name : prompt;
    std::vector<std::string>& texts = each.wordings.texts;
    if (std::find(texts.begin(), texts.end(), wording) != texts.end())
      refuse_classes(place(row), "the class " + in_quotes(name) + " has the prompt " +
                                     in_quotes(wording) + " already: see " + each.source);
    texts.push_back(wording);
    each.wordings.sources.push_back(place(row));
  }

  /// In one row of the class, or the same in several.
  void add_amount(const CsvRow& row, const std::string& cell, const std::string& key,
                  ListedClass& each) const {
    if (without_spaces(cell).empty()) return;
    const std::string amount(without_spaces(cell));
    if (!each.amount_key.empty() && each.amount != amount)
      refuse_classes(place(row), "the class " + in_quotes(each.name) + " has the " + key + ' ' +
                                     amount + " here, and " + each.amount + " before: see " +
                                     each.source);
    each.amount_key = key;
    each.amount = amount;
  }

  const std::string& file_;
  TableText text_;
  CsvReader reader_;
  std::vector<ListedClass> classes_;
  std::map<std::string, std::size_t> positions_;
};

std::vector<ListedClass> read_any(const std::string& file) {
  const std::string extension = ending_of(file);
  const std::string text = read_file(file, max_class_file_bytes);
  if (extension == ".csv" || extension == ".tsv") return TableReader(text, file).read();
  if (extension == ".yaml" || extension == ".yml" || extension == ".json")
    return YamlReader(file).read(text);
  throw Error(Status::invalid_argument,
              "--classes: " + file + " is no .yaml, .yml, .json, .csv or .tsv file");
}

}  // namespace

void refuse_classes(const std::string& where, const std::string& what) {
  throw Error(Status::format, where + ": " + what);
}

std::vector<ListedClass> read_class_file(const std::string& file) {
  try {
    std::vector<ListedClass> classes = read_any(file);
    if (classes.empty()) refuse_classes(file, "there is no class");
    return classes;
  } catch (const YAML::Exception& error) {
    refuse_classes(file, std::string("invalid YAML: ") + error.what());
  } catch (const CsvLimitError& error) {
    throw Error(Status::limit, error.what());
  } catch (const CsvError& error) {
    throw Error(Status::format, error.what());
  }
}

}  // namespace raygen::cli
