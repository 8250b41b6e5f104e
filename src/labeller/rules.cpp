#include "labeller/rules.hpp"

#include "config/read.hpp"
#include "error.hpp"
#include "storage/json.hpp"
#include "storage/utf8.hpp"

#include <fmt/ranges.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <functional>
#include <set>
#include <stdexcept>

namespace raygen::engine::labeller {

namespace {

constexpr std::size_t kMaxRulesBytes = 1 << 20;
constexpr std::size_t kMaxPhrases = 20000;

std::string kind_of(const YAML::Node& node) {
  if (node.IsScalar()) return in_quotes(node.Scalar());
  return node.IsMap() ? "a mapping" : node.IsSequence() ? "a list" : "nothing";
}

/// A part of the file, and the path of keys that leads to it.
class RuleNode {
 public:
  RuleNode(YAML::Node node, std::string path, const std::string& name)
      : node_(std::move(node)), path_(std::move(path)), name_(name) {}

  using Visit = std::function<void(const std::string& key, const RuleNode& value)>;

  /// Visits the keys of a mapping, each of which must be one of `known`.
  void keys(const std::vector<std::string>& known, const Visit& visit) const {
    if (node_.IsNull()) return;
    if (!node_.IsMap()) refuse("a mapping of " + fmt::format("{}", fmt::join(known, ", ")));
    std::set<std::string> seen;
    for (const auto& item : node_) {
      const RuleNode key(item.first, path_, name_);
      if (!item.first.IsScalar()) key.refuse("a name for a key");
      const std::string& text = item.first.Scalar();
      const std::string path = path_.empty() ? text : path_ + "." + text;
      if (std::find(known.begin(), known.end(), text) == known.end())
        fail(Status::format, "{}: unknown key {}; the nearest is {}", key.place(), in_quotes(path),
             nearest_name(text, known));
      if (!seen.insert(text).second)
        fail(Status::format, "{}: {} is there twice", key.place(), path);
      visit(text, RuleNode(item.second, path, name_));
    }
  }

  std::vector<RuleNode> list() const {
    std::vector<RuleNode> items;
    if (node_.IsNull()) return items;
    if (!node_.IsSequence()) refuse("a list");
    for (const auto& item : node_) items.emplace_back(item, path_, name_);
    return items;
  }

  std::string text() const {
    if (!node_.IsScalar() || node_.Scalar().empty()) refuse("a text");
    return node_.Scalar();
  }

  bool yes() const {
    if (!node_.IsScalar() || (node_.Scalar() != "true" && node_.Scalar() != "false"))
      refuse("true or false");
    return node_.Scalar() == "true";
  }

  std::vector<Phrase> phrases() const {
    try {
      return phrases_of(text());
    } catch (const std::invalid_argument& error) {
      refuse(error.what());
    }
  }

  [[noreturn]] void refuse(const std::string& expected) const {
    fail(Status::format, "{}: {} has {}; {} was expected", place(),
         path_.empty() ? "the top level" : path_, kind_of(node_), expected);
  }

 private:
  std::string place() const {
    return formatted("{}, line {}", name_, std::max(node_.Mark().line, 0) + 1);
  }

  YAML::Node node_;
  std::string path_;
  const std::string& name_;
};

class RulesReader {
 public:
  Rules read(const RuleNode& file) {
    rules_.sided.set();
    file.keys({"findings", "statements", "other_findings", "cues", "clauses", "sides", "severities",
               "sections", "abbreviations"},
              [&](const std::string& key, const RuleNode& value) {
                if (key == "findings") findings(value);
                if (key == "statements") statements(value);
                if (key == "other_findings") mentions_of(kOtherFinding, value);
                if (key == "cues") cues(value);
                if (key == "clauses") clauses(value);
                if (key == "sides") sides(value);
                if (key == "severities") severities(value);
                if (key == "sections") sections(value);
                if (key == "abbreviations") abbreviations(value);
              });
    if (rules_.mention_rules.empty()) file.refuse("findings with at least one mention");
    return std::move(rules_);
  }

 private:
  static std::size_t observation(const std::string& name) {
    const auto* found = std::find(kObservationNames.begin(), kObservationNames.end(), name);
    return static_cast<std::size_t>(found - kObservationNames.begin());
  }

  /// All names but No Finding, which is what remains.
  static std::vector<std::string> observation_names() {
    std::vector<std::string> names(kObservationNames.begin(), kObservationNames.end());
    std::erase(names, kObservationNames[static_cast<std::size_t>(Observation::no_finding)]);
    return names;
  }

  void add(Phrases& phrases, const RuleNode& list, std::uint32_t rule) {
    for (const RuleNode& item : list.list()) {
      for (Phrase& phrase : item.phrases()) {
        if (++phrases_ > kMaxPhrases) item.refuse(formatted("at most {} phrases", kMaxPhrases));
        phrases.add(std::move(phrase), rule);
      }
    }
  }

  void add_mentions(const RuleNode& list, std::size_t target, Effect effect) {
    rules_.mention_rules.push_back({target, effect});
    add(rules_.mentions, list, static_cast<std::uint32_t>(rules_.mention_rules.size() - 1));
  }

  void add_cues(const RuleNode& list, Strength strength, Reach reach) {
    rules_.cue_rules.push_back({strength, reach});
    add(rules_.cues, list, static_cast<std::uint32_t>(rules_.cue_rules.size() - 1));
  }

  void findings(const RuleNode& node) {
    node.keys(observation_names(), [&](const std::string& name, const RuleNode& value) {
      mentions_of(observation(name), value);
    });
  }

  void mentions_of(std::size_t target, const RuleNode& node) {
    std::vector<std::string> keys{"mentions", "excluded"};
    if (target != kOtherFinding) keys.insert(keys.end(), {"absent", "sided"});
    node.keys(keys, [&](const std::string& key, const RuleNode& value) {
      if (key == "mentions") add_mentions(value, target, Effect::mention);
      if (key == "excluded") add_mentions(value, target, Effect::excluded);
      if (key == "absent") add_mentions(value, target, Effect::absent);
      if (key == "sided") rules_.sided.set(target, value.yes());
    });
  }

  void statements(const RuleNode& node) {
    for (const RuleNode& statement : node.list()) {
      const RuleNode* phrases = nullptr;
      std::vector<RuleNode> kept;
      kept.reserve(2);
      const RuleNode* excluded = nullptr;
      std::vector<MentionRule> effects;
      statement.keys({"says", "excluded", "positive", "uncertain", "negative"},
                     [&](const std::string& key, const RuleNode& value) {
                       if (key == "says") phrases = &kept.emplace_back(value);
                       if (key == "excluded") excluded = &kept.emplace_back(value);
                       if (key == "positive") name_targets(value, Effect::mention, effects);
                       if (key == "uncertain") name_targets(value, Effect::suggested, effects);
                       if (key == "negative") name_targets(value, Effect::absent, effects);
                     });
      if (phrases == nullptr || effects.empty())
        statement.refuse("says, and at least one of positive, uncertain and negative");
      for (const MentionRule& effect : effects) {
        add_mentions(*phrases, effect.target, effect.effect);
        if (excluded != nullptr) add_mentions(*excluded, effect.target, Effect::excluded);
      }
    }
  }

  static void name_targets(const RuleNode& list, Effect effect, std::vector<MentionRule>& effects) {
    const std::vector<std::string> names = observation_names();
    for (const RuleNode& item : list.list()) {
      const std::string name = item.text();
      if (std::find(names.begin(), names.end(), name) == names.end())
        item.refuse("the name of an observation, of which the nearest is " +
                    nearest_name(name, names));
      effects.push_back({observation(name), effect});
    }
  }

  void cues(const RuleNode& node) {
    node.keys({"hidden", "uncertain_first", "negative", "uncertain"},
              [&](const std::string& key, const RuleNode& value) {
                if (key == "hidden") add_cues(value, Strength::hidden, Reach::before);
                if (key == "uncertain_first") directions(value, Strength::uncertain_first);
                if (key == "negative") directions(value, Strength::negative);
                if (key == "uncertain") directions(value, Strength::uncertain);
              });
  }

  void directions(const RuleNode& node, Strength strength) {
    node.keys({"before", "after", "either", "between"},
              [&](const std::string& key, const RuleNode& value) {
                if (key == "before") add_cues(value, strength, Reach::before);
                if (key == "after") add_cues(value, strength, Reach::after);
                if (key == "either") add_cues(value, strength, Reach::either);
                if (key == "between") add_cues(value, strength, Reach::between);
              });
  }

  void clauses(const RuleNode& node) {
    node.keys({"begin", "verbs", "and", "or", "borders", "links"},
              [&](const std::string& key, const RuleNode& value) {
                if (key == "begin") add(rules_.clause_begins, value, 0);
                if (key == "verbs") add(rules_.verbs, value, 0);
                if (key == "and") add(rules_.joins, value, 0);
                if (key == "or") add(rules_.alternatives, value, 0);
                if (key == "borders") add(rules_.borders, value, 0);
                if (key == "links") add(rules_.links, value, 0);
              });
  }

  void sides(const RuleNode& node) {
    const std::vector<std::string> names{"neither", "left", "right", "both"};
    graded(rules_.sides, node, names);
  }
  void severities(const RuleNode& node) {
    const std::vector<std::string> names{"none", "mild", "moderate", "severe"};
    graded(rules_.severities, node, names);
  }
  /// The names are in the order of the enum's values.
  void graded(Phrases& phrases, const RuleNode& node, const std::vector<std::string>& names) {
    node.keys(names, [&](const std::string& key, const RuleNode& value) {
      const auto grade = std::find(names.begin(), names.end(), key) - names.begin();
      add(phrases, value, static_cast<std::uint32_t>(grade));
    });
  }

  void sections(const RuleNode& node) {
    node.keys({"read", "skipped"}, [&](const std::string& key, const RuleNode& value) {
      add(rules_.headings, value, key == "skipped" ? 1 : 0);
    });
  }

  void abbreviations(const RuleNode& node) {
    for (const RuleNode& item : node.list()) {
      if (++phrases_ > kMaxPhrases) item.refuse(formatted("at most {} phrases", kMaxPhrases));
      rules_.abbreviations.push_back(normalized(item.text()));
    }
  }

  Rules rules_;
  std::size_t phrases_ = 0;
};

}  // namespace

Rules rules_from_yaml(const std::string& text, const std::string& name) {
  if (text.size() > kMaxRulesBytes)
    fail(Status::format, "{}: {} bytes are too many for rules, at most {} were expected", name,
         text.size(), kMaxRulesBytes);
  if (const std::size_t valid = utf8::valid_bytes(text); valid != text.size())
    fail(Status::format, "{}: byte {} is not UTF-8, which was expected", name, valid);
  YAML::Node file;
  try {
    file = YAML::Load(text);
  } catch (const YAML::Exception& error) {
    fail(Status::format, "{}: invalid YAML: {}", name, error.what());
  }
  return RulesReader().read(RuleNode(file, "", name));
}

}  // namespace raygen::engine::labeller
