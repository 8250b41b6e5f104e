#include "config/read.hpp"

#include "error.hpp"
#include "storage/json.hpp"
#include "storage/number.hpp"
#include "storage/utf8.hpp"

#include <fmt/ranges.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <sstream>
#include <string_view>

namespace raygen::engine {

namespace {

constexpr std::size_t kMaxBytes = 1 << 20;
constexpr std::size_t kMaxList = 64;

// ---- Names ----

/// Letters in either case are the same.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (ascii_lower(a[i]) == ascii_lower(b[j]) ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, replaced});
    }
  }
  return row.back();
}

std::vector<std::string_view> components(std::string_view path) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t dot = path.find('.');
    parts.push_back(path.substr(0, dot));
    if (dot == path.npos) return parts;
    path.remove_prefix(dot + 1);
  }
}

/// How little two paths look like each other: letters of the last names first, then how far apart
/// their sections are.
std::size_t distance(std::string_view a, std::string_view b) {
  const auto left = components(a), right = components(b);
  const auto common = static_cast<std::size_t>(
      std::mismatch(left.begin(), left.end() - 1, right.begin(), right.end() - 1).first -
      left.begin());
  const std::size_t apart = left.size() + right.size() - 2 - 2 * common;
  return 8 * edit_distance(left.back().substr(0, 64), right.back()) +
         std::min<std::size_t>(apart, 7);
}

// ---- Values ----

std::string range_text(const Range& range) {
  if (!std::isfinite(range.least)) return "";
  if (!std::isfinite(range.most) || range.most >= no_bound)
    return formatted(" of at least {}", range.least);
  return formatted(" of {} to {}{}", range.least, range.below ? "below " : "", range.most);
}

bool within(double value, const Range& range) {
  return value >= range.least && (range.below ? value < range.most : value <= range.most);
}

std::string expectation(const ConfigKey& key) {
  struct Expected {
    const ConfigKey& key;
    std::string operator()(const Section&) const { return "a section"; }
    std::string operator()(bool*) const { return "true or false"; }
    std::string operator()(std::int64_t*) const { return "an integer" + range_text(key.range); }
    std::string operator()(std::uint64_t*) const { return "an integer of at least 0"; }
    std::string operator()(double*) const { return "a number" + range_text(key.range); }
    std::string operator()(std::vector<std::int64_t>*) const {
      return "a list of integers" + range_text(key.range);
    }
    std::string operator()(std::string*) const {
      return key.choices.empty() ? "UTF-8 text without control characters"
                                 : formatted("{}", fmt::join(key.choices, ", "));
    }
  };
  return std::visit(Expected{key}, key.value);
}

/// Sets a value from a YAML node; false when it is not what the key asks for.
struct Assign {
  const ConfigKey& key;
  const YAML::Node& node;

  bool operator()(const Section&) const { return false; }
  bool operator()(bool* value) const {
    *value = text() == "true";
    return *value || text() == "false";
  }
  bool operator()(std::int64_t* value) const { return integer(text(), *value); }
  bool operator()(std::uint64_t* value) const { return parse_number(text(), *value); }
  bool operator()(double* value) const {
    return parse_number(text(), *value) && std::isfinite(*value) && within(*value, key.range);
  }
  bool operator()(std::string* value) const {
    if (!node.IsScalar() && !node.IsNull()) return false;
    *value = text();
    if (!utf8::is_valid(*value) || std::any_of(value->begin(), value->end(), [](char c) {
          return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
        }))
      return false;
    return key.choices.empty() ||
           std::find(key.choices.begin(), key.choices.end(), *value) != key.choices.end();
  }
  bool operator()(std::vector<std::int64_t>* list) const {
    if (!node.IsSequence() || node.size() > kMaxList) return false;
    list->assign(node.size(), 0);
    for (std::size_t i = 0; i < list->size(); ++i)
      if (!node[i].IsScalar() || !integer(node[i].Scalar(), (*list)[i])) return false;
    return true;
  }

 private:
  std::string_view text() const {
    return node.IsScalar() ? std::string_view(node.Scalar()) : std::string_view();
  }
  bool integer(std::string_view number, std::int64_t& value) const {
    return parse_number(number, value) && within(static_cast<double>(value), key.range);
  }
};

std::string shown(const YAML::Node& node) {
  if (node.IsScalar()) return in_quotes(node.Scalar());
  return node.IsMap() ? "a mapping" : node.IsSequence() ? in_quotes(YAML::Dump(node)) : "empty";
}

// ---- Reading ----

/// Lets a document pass.
struct NoEvents final : YAML::EventHandler {
  using Mark = YAML::Mark;
  using Anchor = YAML::anchor_t;
  using Style = YAML::EmitterStyle::value;
  void OnDocumentStart(const Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const Mark&, Anchor) override {}
  void OnAlias(const Mark&, Anchor) override {}
  void OnScalar(const Mark&, const std::string&, Anchor, const std::string&) override {}
  void OnSequenceStart(const Mark&, const std::string&, Anchor, Style) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const Mark&, const std::string&, Anchor, Style) override {}
  void OnMapEnd() override {}
};

class Reader {
 public:
  explicit Reader(const ConfigKeys& keys, std::vector<UnknownKey>* unknown = nullptr)
      : keys_(keys), unknown_(unknown) {}

  void read(const YAML::Node& section, const std::string& prefix, const std::string& where) const {
    std::set<std::string> seen;
    for (const auto& item : section) {
      const std::string place = formatted("{}, line {}", where, item.first.Mark().line + 1);
      if (!item.first.IsScalar()) fail(Status::format, "{}: a key must be a name", place);
      if (item.first.Scalar() == "<<")
        fail(Status::format, "{}: '<<' is a merge key, which is not read; write the values out",
             place);
      const std::string path = prefix + item.first.Scalar();
      if (unknown_ != nullptr && !is_known(path)) {
        unknown_->push_back({path, shown(item.second)});
        continue;
      }
      const ConfigKey& key = find(path, Status::format, place);
      if (!seen.insert(path).second) fail(Status::format, "{}: {} is there twice", place, path);
      if (!key.is_section()) {
        assign(key, item.second, Status::format, place);
      } else if (item.second.IsMap()) {
        read(item.second, path + ".", where);
      } else if (!item.second.IsNull()) {
        fail(Status::format, "{}: {} is {}, a section was expected", place, path,
             shown(item.second));
      }
    }
  }

  /// "vqgan.loop.steps=100"
  void override_with(const std::string& assignment) const {
    const std::string place = "override " + in_quotes(assignment);
    const std::size_t equals = assignment.find('=');
    if (equals == assignment.npos)
      fail(Status::invalid_argument, "{}: key=value was expected", place);
    const ConfigKey& key = find(assignment.substr(0, equals), Status::invalid_argument, place);
    if (key.is_section())
      fail(Status::invalid_argument, "{}: {} is a section, one of its keys was expected", place,
           key.path);
    const std::string text = assignment.substr(equals + 1);
    const bool list = std::holds_alternative<std::vector<std::int64_t>*>(key.value);
    assign(key, list ? parse(text, place) : YAML::Node(text), Status::invalid_argument, place);
  }

  static YAML::Node parse(const std::string& yaml, const std::string& where) {
    try {
      // Not by LoadAll, which makes documents without end of a text like "]".
      std::istringstream text(yaml);
      YAML::Parser parser(text);
      NoEvents ignored;
      if (parser.HandleNextDocument(ignored) && parser.HandleNextDocument(ignored))
        fail(Status::format, "{}: holds more than one YAML document", where);
      return YAML::Load(yaml);
    } catch (const YAML::Exception& error) {
      fail(Status::format, "{}: invalid YAML: {}", where, error.what());
    }
  }

 private:
  bool is_known(const std::string& path) const {
    return std::any_of(keys_.begin(), keys_.end(),
                       [&](const ConfigKey& key) { return key.path == path; });
  }

  const ConfigKey& find(const std::string& path, Status status, const std::string& place) const {
    const ConfigKey* nearest = nullptr;
    for (const ConfigKey& key : keys_) {
      if (key.path == path) return key;
      if (nearest == nullptr || distance(path, key.path) < distance(path, nearest->path))
        nearest = &key;
    }
    fail(status, "{}: unknown key {}; the nearest is {} ({})", place, in_quotes(path),
         nearest->path, nearest->meaning);
  }

  static void assign(const ConfigKey& key, const YAML::Node& node, Status status,
                     const std::string& place) {
    if (!std::visit(Assign{key, node}, key.value))
      fail(status, "{}: {} is {}; {} was expected", place, key.path, shown(node), expectation(key));
  }

  const ConfigKeys& keys_;
  std::vector<UnknownKey>* unknown_;  // where they are put; NULL: they are refused
};

void read(const ConfigKeys& keys, const std::string& text, const std::string& where,
          std::vector<UnknownKey>* unknown) {
  if (text.size() > kMaxBytes)
    fail(Status::format, "{}: {} bytes are too many for a config, at most {} were expected", where,
         text.size(), kMaxBytes);
  const YAML::Node file = Reader::parse(text, where);
  if (!file.IsMap() && !file.IsNull())
    fail(Status::format, "{}: {}, a mapping was expected at the top level", where, shown(file));
  Reader(keys, unknown).read(file, "", where);
}

}  // namespace

void read_config(const ConfigKeys& keys, const std::string& text, const std::string& where) {
  read(keys, text, where, nullptr);
}

std::vector<UnknownKey> read_foreign_config(const ConfigKeys& keys, const std::string& text,
                                            const std::string& where) {
  std::vector<UnknownKey> unknown;
  read(keys, text, where, &unknown);
  return unknown;
}

void override_config(const ConfigKeys& keys, const std::string& assignment) {
  Reader(keys).override_with(assignment);
}

const std::string& nearest_name(const std::string& name, const std::vector<std::string>& names) {
  const auto apart = [&](const std::string& other) {
    return edit_distance(std::string_view(name).substr(0, 64), other);
  };
  return *std::min_element(
      names.begin(), names.end(),
      [&](const std::string& a, const std::string& b) { return apart(a) < apart(b); });
}

}  // namespace raygen::engine
