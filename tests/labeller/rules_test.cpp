#include "error.hpp"
#include "labeller/labeller.hpp"
#include "labeller/phrases.hpp"
#include "labeller/sentences.hpp"

#include <catch2/catch.hpp>

#include <stdexcept>

using namespace raygen::engine;

namespace {

std::string refusal(const std::string& yaml) {
  try {
    Labeller::from_yaml(yaml, "mine.yaml");
  } catch (const Error& error) {
    CHECK(error.status() == Status::format);
    return error.what();
  }
  return "accepted";
}

/// Where the phrase is in the text: "begin-end" of the first match.
std::string where(const std::string& phrase, const std::string& text) {
  labeller::Phrases phrases;
  for (labeller::Phrase& form : labeller::phrases_of(phrase)) phrases.add(std::move(form), 0);
  const std::string normal = labeller::normalized(text);
  const std::vector<labeller::Sentence> sentences = labeller::sentences_of(normal, {});
  const std::vector<labeller::Match> found = phrases.longest(sentences.at(0).words);
  if (found.empty()) return "";
  return std::to_string(found[0].begin) + "-" + std::to_string(found[0].end);
}

}  // namespace

TEST_CASE("Phrases match whole words, stems, choices, any word and gaps") {
  CHECK(where("mass", "a mass") == "1-2");
  CHECK(where("mass", "massive").empty());
  CHECK(where("atelecta*", "Atelectases") == "0-1");
  CHECK(where("ground-glass", "ground glass") == "0-2");
  CHECK(where("ground glass", "ground-glass") == "0-2");
  CHECK(where("(left|right) lung", "the right lung") == "1-3");
  CHECK(where("no (definite|new or|) mass", "no mass") == "0-2");
  CHECK(where("no (definite|new or|) mass", "no new or mass") == "0-4");
  CHECK(where("no (definite|new or|) mass", "no big mass").empty());
  CHECK(where("no _ mass", "no big mass") == "0-3");
  CHECK(where("no _ mass", "no mass").empty());
  CHECK(where("heart ... big", "heart one two three four five six big") == "0-8");
  CHECK(where("heart ... big", "heart one two three four five six seven big").empty());
  CHECK(where("heart ... big", "heart, big").empty());
  CHECK(where("heart .... big", "heart, big") == "0-3");
  CHECK(where("r/o", "r/o edema") == "0-3");
}

TEST_CASE("Phrases that cannot be matched are refused") {
  for (const char* text : {"", " ", "...", "_", "mass ...", "... mass", "(left|right", "ma$$", "*",
                           "(a b|)", "a b c d e f g h i j k l m", "a ... b ... c ... d"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(labeller::phrases_of(text), std::invalid_argument);
  }
  CHECK_THROWS_WITH(
      labeller::phrases_of("a (b|c d) (e|f g) (h|i j) (k|l m) (n|o p) (q|r s) (t|u v)"),
      "at most 64 forms of one phrase");
}

TEST_CASE("Sentences end where they should") {
  const auto count = [](const std::string& text,
                        const std::vector<std::string>& abbreviations = {}) {
    const std::string normal = labeller::normalized(text);
    return labeller::sentences_of(normal, abbreviations).size();
  };
  CHECK(count("One. Two! Three? Four; five") == 5);
  CHECK(count("1.5 cm.") == 1);
  CHECK(count("Dr. Who") == 2);
  CHECK(count("Dr. Who", {"dr"}) == 1);
  CHECK(count("E.g. this") == 1);
  CHECK(count("wrapped\nline") == 1);
  CHECK(count("one\n\ntwo") == 2);
  CHECK(count("one\n- two\n2) three") == 3);
}

TEST_CASE("Rules of one's own take the place of the CheXpert ones") {
  const Labeller labeller = Labeller::from_yaml(R"(
findings:
  Pneumothorax:
    mentions: [pneu*]
    excluded: [pneumonia]
  Cardiomegaly: {sided: false, mentions: [kardiomegalie], absent: [herz normal]}
statements:
  - says: [herzinsuffizienz]
    positive: [Edema]
    uncertain: [Cardiomegaly]
cues:
  negative: {before: [kein]}
sides: {left: [links]}
severities: {severe: ["gross*"]}
)",
                                                "mine.yaml");
  const ReportLabels labels = labeller.label(
      "Gro\xc3\x9f"
      "er Pneu links, pneumonia. Herz normal.");
  CHECK(labels[Observation::pneumothorax] ==
        ObservationLabel{Mentioned::positive, MentionedSide::left, MentionedSeverity::severe});
  CHECK(labels[Observation::pneumonia].state == Mentioned::not_mentioned);
  CHECK(labels[Observation::cardiomegaly].state == Mentioned::negative);
  CHECK(labeller.label("Kein Pneu")[Observation::pneumothorax].state == Mentioned::negative);
  const ReportLabels failing = labeller.label("Herzinsuffizienz");
  CHECK(failing[Observation::edema].state == Mentioned::positive);
  CHECK(failing[Observation::cardiomegaly].state == Mentioned::uncertain);
}

TEST_CASE("The built-in rules can be read as a user's own") {
  const Labeller own = Labeller::from_yaml(std::string(Labeller::chexpert_yaml()), "copy.yaml");
  const char* text = "No pneumothorax, small left effusion.";
  CHECK(own.label(text) == Labeller::chexpert().label(text));
}

TEST_CASE("Rules are refused with key, line and what was expected") {
  const std::string findings = "findings: {Edema: {mentions: [edema]}}\n";
  CHECK(refusal(findings + "cue: {}") ==
        "mine.yaml, line 2: unknown key 'cue'; the nearest is cues");
  CHECK(refusal("findings: {Oedema: {mentions: [oedema]}}") ==
        "mine.yaml, line 1: unknown key 'findings.Oedema'; the nearest is Edema");
  CHECK(refusal("findings:\n  Edema:\n    mention: [edema]") ==
        "mine.yaml, line 3: unknown key 'findings.Edema.mention'; the nearest is mentions");
  CHECK(refusal("findings: {Edema: {mentions: edema}}") ==
        "mine.yaml, line 1: findings.Edema.mentions has 'edema'; a list was expected");
  CHECK(refusal("findings: {Edema: {mentions: [\"(a|b\"]}}") ==
        "mine.yaml, line 1: findings.Edema.mentions has '(a|b'; a closing bracket, as in "
        "(left|right) was expected");
  CHECK(refusal("findings: {Edema: {mentions: [[a]]}}") ==
        "mine.yaml, line 1: findings.Edema.mentions has a list; a text was expected");
  CHECK(refusal("findings: {Edema: {mentions: [a], sided: maybe}}") ==
        "mine.yaml, line 1: findings.Edema.sided has 'maybe'; true or false was expected");
  CHECK(refusal(findings + findings) == "mine.yaml, line 2: findings is there twice");
  CHECK(refusal(findings + "statements:\n  - says: [x]\n    positive: [Edemas]") ==
        "mine.yaml, line 4: statements.positive has 'Edemas'; the name of an observation, of which "
        "the nearest is Edema was expected");
  CHECK(
      refusal(findings + "statements:\n  - says: [x]") ==
      "mine.yaml, line 3: statements has a mapping; says, and at least one of positive, uncertain "
      "and negative was expected");
  CHECK(refusal("findings: {No Finding: {mentions: [normal]}}").find("unknown key") !=
        std::string::npos);
  CHECK(refusal("").find("findings with at least one mention was expected") != std::string::npos);
  CHECK(refusal("[1, 2]").find("a mapping of findings") != std::string::npos);
  CHECK(refusal("findings: [").find("mine.yaml: invalid YAML") == 0);
  CHECK(refusal("\xff") == "mine.yaml: byte 0 is not UTF-8, which was expected");
  CHECK(refusal(std::string(2 << 20, ' ')).find("are too many for rules") != std::string::npos);
}
