#pragma once
// What a conversion took, assumed and left out: for a person, and kept in the model.

#include "formatted.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace raygen::engine {

class ImportNotes {
 public:
  /// Something assumed, or taken in place of something else: a warning.
  template <typename... Args>
  void add(fmt::format_string<Args...> format, Args&&... args) {
    assumed_.push_back(formatted(format, std::forward<Args>(args)...));
  }
  /// Something that was found and used.
  template <typename... Args>
  void took(fmt::format_string<Args...> format, Args&&... args) {
    took_.push_back(formatted(format, std::forward<Args>(args)...));
  }
  /// One tensor of a source whose name begins with `group`. `warn`: it is not what a checkpoint of
  /// the published code holds.
  void left_out(const std::string& source, const std::string& group, const std::string& what,
                bool warn);
  /// Something else that was left out: a warning.
  void left_out(const std::string& sentence) { other_left_out_.push_back(sentence); }

  /// Whether tensors of a name that begins with `group` were left out.
  bool leaves_out(const std::string& group) const;

  /// The warnings, one a line.
  std::string text() const;
  /// {"took": […], "assumed": […], "left_out": […]}, sentences.
  nlohmann::ordered_json json() const;

 private:
  using Group = std::tuple<std::string, std::string, std::string, bool>;
  std::vector<std::string> left_out_sentences(bool warnings_alone) const;

  std::vector<std::string> took_, assumed_, other_left_out_;
  std::map<Group, std::size_t> groups_;
};

/// What a source is called in a note: the file's name, nothing about the machine it lies on.
std::string file_name_of(const std::string& where);

}  // namespace raygen::engine
