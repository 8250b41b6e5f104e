#include "phantom/phantom.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cctype>
#include <set>
#include <sstream>

using namespace raygen::engine;

namespace {

std::vector<std::string> sentences_of(const std::string& report) {
  std::vector<std::string> sentences(1);
  for (const char c : report) {
    if (c == '.') {
      sentences.emplace_back();
    } else if (c != ' ' || !sentences.back().empty()) {
      sentences.back() += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
  }
  sentences.pop_back();
  return sentences;
}

bool says(const std::string& sentence, const std::vector<std::string>& terms) {
  return std::any_of(terms.begin(), terms.end(),
                     [&](const std::string& term) { return sentence.find(term) != sentence.npos; });
}

bool denies(const std::string& sentence) {
  return sentence.starts_with("no ") || sentence.starts_with("there is no ") ||
         says(sentence, {"normal", "unremarkable", "clear"});
}

/// What only a sentence about this finding says.
const std::array<std::vector<std::string>, kFindings> kTerms{
    {{"atelectasis"},
     {"cardiomegaly", "heart", "cardiac silhouette"},
     {"consolidation"},
     {"edema"},
     {"fracture"},
     {"nodule", "mass", "lesion"},
     {"opacity"},
     {"effusion"},
     {"pneumonia"},
     {"pneumothorax"}}};

}  // namespace

TEST_CASE("Reports name what is there, its side too, and deny only what is not") {
  int denials = 0;
  for (std::uint64_t i = 0; i < 5000; ++i) {
    const Phantom phantom = describe_phantom(6, i);
    CAPTURE(i, phantom.report);
    const std::vector<std::string> sentences = sentences_of(phantom.report);
    std::array<bool, kFindings> present{};
    for (const PhantomFinding& finding : phantom.findings) {
      const auto f = static_cast<std::size_t>(finding.finding);
      present[f] = true;
      const auto about =
          std::find_if(sentences.begin(), sentences.end(),
                       [&](const std::string& s) { return !denies(s) && says(s, kTerms[f]); });
      REQUIRE(about != sentences.end());
      if (finding.side == Side::left || finding.side == Side::right) {
        CHECK(says(*about, {finding.side == Side::left ? "left" : "right"}));
        CHECK(!says(*about, {finding.side == Side::left ? "right" : "left", "both", "bilateral"}));
      }
      if (finding.zone == Zone::upper) CHECK(says(*about, {"upper"}));
      if (finding.zone == Zone::mid) CHECK(says(*about, {"mid"}));
      if (finding.zone == Zone::lower) CHECK(says(*about, {"lower"}));
    }
    for (const std::string& sentence : sentences) {
      for (std::size_t f = 0; f < kFindings; ++f) {
        if (!says(sentence, kTerms[f])) continue;
        CHECK(present[f] != denies(sentence));
        denials += denies(sentence);
      }
      if (says(sentence, {"cardiopulmonary", "radiograph"})) CHECK(phantom.findings.empty());
      if (says(sentence, {"lungs are clear"}))
        for (const Finding f :
             {Finding::consolidation, Finding::edema, Finding::lung_opacity, Finding::pneumonia})
          CHECK(!present[static_cast<std::size_t>(f)]);
    }
  }
  CHECK(denials > 2000);
}

TEST_CASE("Severities are in the words") {
  const auto reports = [](Severity severity) {
    std::string all;
    for (std::uint64_t i = 0; i < 200; ++i)
      all += draw_phantom(6, i, 64, {{Finding::pneumothorax, Side::left, severity, Zone::none}})
                 .report;
    return all;
  };
  const std::string mild = reports(Severity::mild), severe = reports(Severity::severe);
  CHECK(mild.find("mall left") != mild.npos);
  CHECK(mild.find("arge left") == mild.npos);
  CHECK(severe.find("arge left") != severe.npos);
  CHECK(severe.find("mall left") == severe.npos);
}

TEST_CASE("Reports are short, various, and of few words") {
  std::set<std::string> reports, vocabulary;
  std::size_t longest = 0;
  for (std::uint64_t i = 0; i < 5000; ++i) {
    const std::string report = describe_phantom(6, i).report;
    REQUIRE(!report.empty());
    CHECK(std::isupper(static_cast<unsigned char>(report.front())));
    CHECK(report.back() == '.');
    CHECK(report.find_first_of("{}") == report.npos);
    CHECK(report.find("  ") == report.npos);
    CHECK(sentences_of(report).size() <= 4);
    reports.insert(report);
    std::size_t words = 0;
    for (const std::string& sentence : sentences_of(report)) {
      std::istringstream stream(sentence);
      for (std::string word; stream >> word; ++words) vocabulary.insert(word);
    }
    longest = std::max(longest, words);
  }
  CHECK(longest < 60);
  CHECK(vocabulary.size() < 400);
  CHECK(reports.size() > 2000);
}
