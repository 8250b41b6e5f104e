#include "labeller/phrases.hpp"

#include <algorithm>
#include <stdexcept>

namespace raygen::engine::labeller {

namespace {

constexpr std::string_view kMarks = ",:/>?";

bool matches(const Place& place, std::string_view word) {
  if (place.kind == Place::Kind::any) return kMarks.find(word[0]) == kMarks.npos;
  return std::any_of(place.choices.begin(), place.choices.end(), [&](const Place::Choice& choice) {
    return choice.stem ? word.starts_with(choice.letters) : word == choice.letters;
  });
}

/// The end of the match that begins at `at`; 0 when there is none. A gap is tried shortest first.
std::size_t end_of_match(std::span<const Place> places, const Words& words, std::size_t at) {
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (places[i].is_gap()) {
      const std::size_t last = std::min(at + kGapWords, words.size());
      for (std::size_t next = at; next <= last; ++next) {
        if (const std::size_t end = end_of_match(places.subspan(i + 1), words, next)) return end;
        if (next < last && places[i].kind == Place::Kind::gap && words[next] == ",") return 0;
      }
      return 0;
    }
    if (at == words.size() || !matches(places[i], words[at])) return 0;
    ++at;
  }
  return at;
}

Place::Choice choice_of(std::string_view text) {
  const bool stem = text.ends_with('*');
  if (stem) text.remove_suffix(1);
  const bool mark = text.size() == 1 && kMarks.find(text[0]) != kMarks.npos;
  const bool word = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '\'' ||
           static_cast<unsigned char>(c) >= 0x80;
  });
  if (!word && !(mark && !stem))
    throw std::invalid_argument("a word of letters and digits, or one of the marks , : / > ?");
  return {std::string(text), stem};
}

/// A word, "_" or a gap.
Place place_of(std::string_view text) {
  if (text == "...") return {.kind = Place::Kind::gap};
  if (text == "....") return {.kind = Place::Kind::wide_gap};
  if (text == "_") return {.kind = Place::Kind::any};
  Place place;
  place.choices.push_back(choice_of(text));
  return place;
}

Phrase places_of(std::string_view text) {
  Phrase places;
  for (std::size_t at = text.find_first_not_of(' '); at != text.npos;) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    places.push_back(place_of(text.substr(at, end - at)));
    at = text.find_first_not_of(' ', end);
  }
  return places;
}

/// What stands in brackets: all the single words as one place, then each of the others.
std::vector<Phrase> choices_of(std::string_view text) {
  std::vector<Phrase> forms;
  Place single;
  for (std::size_t bar = 0; bar != text.npos;) {
    bar = text.find('|');
    Phrase places = places_of(text.substr(0, bar));
    if (places.size() == 1 && places[0].kind == Place::Kind::choice) {
      single.choices.push_back(std::move(places[0].choices[0]));
    } else {
      forms.push_back(std::move(places));
    }
    if (bar != text.npos) text.remove_prefix(bar + 1);
  }
  if (!single.choices.empty()) forms.insert(forms.begin(), {std::move(single)});
  return forms;
}

void append_to_each(std::vector<Phrase>& phrases, const std::vector<Phrase>& forms) {
  if (phrases.size() * forms.size() > kPhraseForms)
    throw std::invalid_argument("at most 64 forms of one phrase");
  std::vector<Phrase> longer;
  for (const Phrase& phrase : phrases)
    for (const Phrase& form : forms) {
      longer.push_back(phrase);
      longer.back().insert(longer.back().end(), form.begin(), form.end());
    }
  phrases = std::move(longer);
}

void check_phrase(const Phrase& phrase) {
  if (phrase.empty() || phrase.front().kind != Place::Kind::choice || phrase.back().is_gap())
    throw std::invalid_argument("a word at the beginning, and no gap at the end");
  const auto gaps = static_cast<std::size_t>(std::count_if(
      phrase.begin(), phrase.end(), [](const Place& place) { return place.is_gap(); }));
  if (phrase.size() > kPhrasePlaces || gaps > kPhraseGaps)
    throw std::invalid_argument("at most 12 words, and at most 2 gaps");
}

/// As a text's words are parted.
std::string spaced(std::string_view text) {
  std::string out;
  for (const char c : normalized(text)) {
    if (c == '-') {
      out += ' ';
    } else if (kMarks.find(c) != kMarks.npos) {
      out += {' ', c, ' '};
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::vector<Phrase> phrases_of(std::string_view text) {
  const std::string parted = spaced(text);
  std::string_view rest = parted;
  std::vector<Phrase> phrases(1);
  while (!rest.empty()) {
    const std::size_t open = rest.find('(');
    append_to_each(phrases, {places_of(rest.substr(0, open))});
    if (open == rest.npos) break;
    const std::size_t close = rest.find(')', open);
    if (close == rest.npos) throw std::invalid_argument("a closing bracket, as in (left|right)");
    append_to_each(phrases, choices_of(rest.substr(open + 1, close - open - 1)));
    rest.remove_prefix(close + 1);
  }
  for (const Phrase& phrase : phrases) check_phrase(phrase);
  return phrases;
}

void Phrases::add(Phrase phrase, std::uint32_t rule) {
  const auto entry = static_cast<std::uint32_t>(entries_.size());
  for (const Place::Choice& choice : phrase.front().choices) {
    auto& bucket = by_first_byte_[static_cast<unsigned char>(choice.letters[0])];
    if (bucket.empty() || bucket.back() != entry) bucket.push_back(entry);
  }
  entries_.push_back({std::move(phrase), rule});
}

std::vector<Match> Phrases::all(const Words& words) const {
  std::vector<Match> found;
  for (std::size_t at = 0; at < words.size(); ++at)
    for (const std::uint32_t i : by_first_byte_[static_cast<unsigned char>(words[at][0])])
      if (const std::size_t end = end_of_match(entries_[i].phrase, words, at))
        found.push_back({at, end, entries_[i].rule});
  return found;
}

std::vector<Match> Phrases::longest(const Words& words) const {
  std::vector<Match> found;
  for (const Match& match : all(words)) {
    if (found.empty() || match.begin >= found.back().end) {
      found.push_back(match);
    } else if (match.begin == found.back().begin && match.end > found.back().end) {
      found.back() = match;
    }
  }
  return found;
}

}  // namespace raygen::engine::labeller
