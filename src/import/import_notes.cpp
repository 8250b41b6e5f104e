#include "import/import_notes.hpp"

#include "storage/json.hpp"
#include "storage/utf8.hpp"

#include <algorithm>

namespace raygen::engine {

void ImportNotes::left_out(const std::string& source, const std::string& group,
                           const std::string& what, bool warn) {
  constexpr std::size_t most = 1000;
  const Group key(source, group, what, warn);
  if (groups_.size() < most || groups_.count(key) != 0) ++groups_[key];
}

bool ImportNotes::leaves_out(const std::string& group) const {
  return std::any_of(groups_.begin(), groups_.end(),
                     [&](const auto& entry) { return std::get<1>(entry.first) == group; });
}

std::vector<std::string> ImportNotes::left_out_sentences(bool warnings_alone) const {
  std::vector<std::string> sentences = other_left_out_;
  for (const auto& [group, count] : groups_) {
    const auto& [source, name, what, warn] = group;
    if (warnings_alone && !warn) continue;
    sentences.push_back(formatted("{}: {} called {} left out: {}.", source,
                                  count == 1 ? "1 tensor" : formatted("{} tensors", count),
                                  formatted("{}… {}", in_quotes(name), count == 1 ? "was" : "were"),
                                  what));
  }
  return sentences;
}

std::string ImportNotes::text() const {
  std::string text;
  for (const std::string& sentence : assumed_) text += utf8::escape(sentence) + "\n";
  for (const std::string& sentence : left_out_sentences(true))
    text += utf8::escape(sentence) + "\n";
  return text;
}

nlohmann::ordered_json ImportNotes::json() const {
  const auto escaped = [](std::vector<std::string> sentences) {
    for (std::string& sentence : sentences) sentence = utf8::escape(sentence);
    return sentences;
  };
  return {{"took", escaped(took_)},
          {"assumed", escaped(assumed_)},
          {"left_out", escaped(left_out_sentences(false))}};
}

std::string file_name_of(const std::string& where) {
  return where.substr(where.find_last_of('/') + 1);
}

}  // namespace raygen::engine
