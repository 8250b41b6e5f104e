#pragma once
// Classes of images, as a file lists them: YAML, JSON or CSV.

#include "prompts.hpp"

#include <string>
#include <vector>

namespace raygen::cli {

/// How a file says how many images a class gets.
inline constexpr const char* amount_keys[] = {"count", "proportion", "frequency"};

struct ListedClass {
  std::string name;
  std::string source;      // "classes.yaml, line 3", for messages
  Prompts wordings;        // at least one: the name where the file has none
  std::string amount_key;  // one of amount_keys, or empty
  std::string amount;      // as it is written
};

/// The classes in the file's order, each once. *.csv and *.tsv are tables with the columns class,
/// prompt (may be absent) and at most one of amount_keys; the rows of a class are its wordings.
/// *.yaml, *.yml and *.json have a list "classes" of mappings with the keys name, prompts (a text
/// or a list; may be absent) and at most one of amount_keys. Throws Error(io | format | limit |
/// invalid_argument) naming the file and the line.
std::vector<ListedClass> read_class_file(const std::string& file);

/// Error(format): what is wrong at a place in such a file.
[[noreturn]] void refuse_classes(const std::string& where, const std::string& what);

}  // namespace raygen::cli
