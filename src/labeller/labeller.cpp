#include "labeller/labeller.hpp"

#include "error.hpp"
#include "labeller/attributes.hpp"
#include "labeller/chexpert_yaml.hpp"
#include "labeller/clauses.hpp"
#include "labeller/rules.hpp"
#include "labeller/sentences.hpp"

#include <algorithm>

namespace raygen::engine {

struct Labeller::Rules : labeller::Rules {};

namespace {

using labeller::Attributes;
using labeller::Clauses;
using labeller::Effect;
using labeller::Match;
using labeller::Mention;
using labeller::Sentence;
using labeller::together;
using labeller::Words;

/// All mentions but those that an excluded phrase of their target covers.
std::vector<Mention> mentions_in(const labeller::Rules& rules, const Words& words) {
  const std::vector<Match> matches = rules.mentions.all(words);
  std::vector<Mention> mentions;
  for (std::size_t m = 0; m < matches.size(); ++m) {
    const Match& match = matches[m];
    const labeller::MentionRule& rule = rules.mention_rules[match.rule];
    if (rule.effect == Effect::excluded) continue;
    const auto covers = [&](const Match& other) {
      const labeller::MentionRule& its = rules.mention_rules[other.rule];
      return its.effect == Effect::excluded && its.target == rule.target &&
             other.begin <= match.begin && other.end >= match.end;
    };
    bool excluded = false;
    for (std::size_t i = m; !excluded && i-- > 0;) {
      if (matches[i].begin + labeller::kLongestMatch < match.begin) break;
      excluded = covers(matches[i]);
    }
    for (std::size_t i = m + 1; !excluded && i < matches.size(); ++i) {
      if (matches[i].begin > match.begin) break;
      excluded = covers(matches[i]);
    }
    if (!excluded) mentions.push_back({match.begin, match.end, rule});
  }
  return mentions;
}

class Reading {
 public:
  explicit Reading(const labeller::Rules& rules) : rules_(rules) {}

  void read(const Sentence& sentence) {
    if (sentence.begins_paragraph) skipping_ = false;
    // Headings part the sentence, and say whether what follows them is read.
    std::size_t begin = 0;
    for (const Match& heading : rules_.headings.longest(sentence.words)) {
      if (heading.end == sentence.words.size() || sentence.words[heading.end] != ":") continue;
      read(sentence.words, begin, heading.begin);
      skipping_ = heading.rule == 1;
      begin = heading.end + 1;
    }
    read(sentence.words, begin, sentence.words.size());
  }

  ReportLabels labels(bool words) {
    if (words && !found_) label(Observation::no_finding).state = Mentioned::positive;
    return labels_;
  }

 private:
  ObservationLabel& label(Observation observation) {
    return labels_.labels[static_cast<std::size_t>(observation)];
  }

  void read(const Words& all, std::size_t begin, std::size_t end) {
    if (skipping_ || begin >= end) return;
    const Words words(all.begin() + static_cast<std::ptrdiff_t>(begin),
                      all.begin() + static_cast<std::ptrdiff_t>(end));
    std::vector<Mention> mentions = mentions_in(rules_, words);
    if (mentions.empty()) return;
    const Clauses clauses(rules_, words, mentions);
    for (Mention& mention : mentions) mention.state = clauses.state_of(mention);
    std::erase_if(mentions, [](const Mention& m) { return m.state == Mentioned::not_mentioned; });
    const std::vector<Attributes> attributes =
        labeller::attributes_of(rules_, words, clauses, mentions);
    for (std::size_t i = 0; i < mentions.size(); ++i) add(mentions[i], attributes[i]);
  }

  void add(const Mention& mention, const Attributes& attributes) {
    const bool there = mention.state >= Mentioned::uncertain;
    if (there && mention.rule.target != static_cast<std::size_t>(Observation::support_devices))
      found_ = true;
    if (mention.rule.target == labeller::kOtherFinding) return;
    ObservationLabel& label = labels_.labels[mention.rule.target];
    if (mention.state < label.state) return;
    if (mention.state > label.state) label = {.state = mention.state};
    if (!there) return;
    if (rules_.sided[mention.rule.target]) label.side = together(label.side, attributes.side);
    label.severity = std::max(label.severity, attributes.severity);
  }

  const labeller::Rules& rules_;
  bool skipping_ = false;
  bool found_ = false;  // anything that ends No Finding
  ReportLabels labels_;
};

}  // namespace

Labeller Labeller::chexpert() {
  static const std::shared_ptr<const Rules> rules = std::make_shared<const Rules>(
      Rules{labeller::rules_from_yaml(std::string(chexpert_yaml()), "chexpert.yaml")});
  return Labeller(rules);
}

std::string_view Labeller::chexpert_yaml() { return labeller::kChexpertYaml; }

Labeller Labeller::from_yaml(const std::string& text, const std::string& name) {
  return Labeller(std::make_shared<const Rules>(Rules{labeller::rules_from_yaml(text, name)}));
}

ReportLabels Labeller::label(std::string_view text) const {
  if (text.size() > kMaxReportBytes)
    fail(Status::limit, "a report of {} bytes is too long, at most {} were expected", text.size(),
         kMaxReportBytes);
  const std::string normal = labeller::normalized(text);
  const std::vector<Sentence> sentences = labeller::sentences_of(normal, rules_->abbreviations);
  Reading reading(*rules_);
  bool words = false;
  for (const Sentence& sentence : sentences) {
    reading.read(sentence);
    words |= std::any_of(sentence.words.begin(), sentence.words.end(), [](std::string_view word) {
      return std::string_view(",:/>?").find(word[0]) == std::string_view::npos;
    });
  }
  return reading.labels(words);
}

}  // namespace raygen::engine
