#include "phantom/report.hpp"

#include "formatted.hpp"
#include "phantom/stream.hpp"
#include "storage/utf8.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <span>
#include <utility>

namespace raygen::engine::phantom {

namespace {

using Wordings = std::span<const std::string_view>;

// What stands in braces is said of the finding: see words_of.
constexpr std::string_view kAtelectasis[] = {
    "{degree} {side} basilar atelectasis.", "{degree} linear atelectasis at {base}.",
    "{degree} plate-like atelectasis at {base} with volume loss.",
    "There is {degree} discoid atelectasis at {base}.",
    "Linear bands at {base} consistent with {degree} atelectasis."};
constexpr std::string_view kCardiomegaly[] = {
    "The heart is {degree}ly enlarged.", "{degree} cardiomegaly.",
    "There is {degree} cardiomegaly.", "{degree} enlargement of the cardiac silhouette.",
    "The cardiac silhouette is {degree}ly enlarged."};
constexpr std::string_view kConsolidation[] = {
    "{degree} consolidation in the {lobe}.",
    "{degree} airspace consolidation of the {lobe} with air bronchograms.",
    "There is {degree} lobar consolidation in the {lobe}.", "{lobe} consolidation, {degree}.",
    "Dense {lobe} consolidation bounded by the fissure."};
constexpr std::string_view kEdema[] = {
    "{degree} pulmonary edema.", "There is {degree} pulmonary edema.",
    "{degree} bilateral perihilar edema with vascular engorgement.",
    "Bilateral perihilar haziness consistent with {degree} pulmonary edema.",
    "Findings consistent with {degree} pulmonary edema."};
constexpr std::string_view kFracture[] = {
    "{degree}ly displaced {side} {zone} rib fracture{s}.",
    "There {is_a} {degree}ly displaced fracture{s} of the {side} {zone} rib{s}.",
    "Acute {side} {zone} rib fracture{s} with displacement.",
    "Displaced fracture{s} of the {side} {zone} lateral rib{s}."};
constexpr std::string_view kLungLesion[] = {
    "{size} {nodule} in the {lobe}.", "There is a {size} round pulmonary {nodule} in the {lobe}.",
    "A {size} well-defined {nodule} is seen in the {lobe}.", "{size} lung lesion in the {lobe}.",
    "Rounded {size} lung lesion in the {lobe}."};
constexpr std::string_view kLungOpacity[] = {
    "{degree} hazy opacity in the {side} {zone} lung.",
    "{degree} ground-glass opacity in the {lobe}.",
    "There is an ill-defined hazy opacity in the {side} {zone} lung.",
    "{degree} ill-defined opacity in the {lobe}.", "Vague {lobe} opacity, {degree}."};
constexpr std::string_view kPleuralEffusion[] = {
    "{size} {side} pleural effusion{s}.", "There {is_a} {size} {side} pleural effusion{s}.",
    "{size} {side} pleural effusion{s} with blunting of the costophrenic angle{s}.",
    "{size} {side} effusion{s} layering at {base}.",
    "Blunting of the {side} costophrenic angle{s} due to {a}{size} pleural effusion{s}."};
constexpr std::string_view kPneumonia[] = {
    "Patchy opacities in the {lobe}, concerning for pneumonia.", "{degree} {lobe} pneumonia.",
    "Findings concerning for {degree} pneumonia in the {lobe}.",
    "Multifocal patchy {lobe} opacities compatible with {degree} pneumonia.",
    "Patchy airspace disease in the {lobe}, likely {degree} pneumonia."};
constexpr std::string_view kPneumothorax[] = {
    "{size} {side} pneumothorax.", "There is a {size} {side} {apical}pneumothorax.",
    "{size} {side} {apical}pneumothorax with visible pleural line.",
    "A {size} pneumothorax is seen on the {side}."};

constexpr std::array<Wordings, kFindings> kWordings{
    kAtelectasis, kCardiomegaly, kConsolidation,   kEdema,     kFracture,
    kLungLesion,  kLungOpacity,  kPleuralEffusion, kPneumonia, kPneumothorax};

constexpr unsigned bit(Finding finding) { return 1U << static_cast<unsigned>(finding); }
constexpr unsigned kInTheLungs = bit(Finding::atelectasis) | bit(Finding::consolidation) |
                                 bit(Finding::edema) | bit(Finding::lung_lesion) |
                                 bit(Finding::lung_opacity) | bit(Finding::pneumonia) |
                                 bit(Finding::pneumothorax);
constexpr unsigned kDense =
    bit(Finding::consolidation) | bit(Finding::lung_opacity) | bit(Finding::pneumonia);

/// A sentence that may be said when none of `denied` is there; `denied` is also what it says, so
/// that it is said once.
struct Negation {
  std::string_view sentence;
  unsigned denied;
};
constexpr Negation kNegations[] = {
    {"No pneumothorax.", bit(Finding::pneumothorax)},
    {"There is no pneumothorax.", bit(Finding::pneumothorax)},
    {"No pleural effusion.", bit(Finding::pleural_effusion)},
    {"No pleural effusion or pneumothorax.",
     bit(Finding::pleural_effusion) | bit(Finding::pneumothorax)},
    {"There is no pleural effusion or pneumothorax.",
     bit(Finding::pleural_effusion) | bit(Finding::pneumothorax)},
    {"No focal consolidation.", kDense},
    {"No evidence of pneumonia.", kDense},
    {"No pulmonary edema.", bit(Finding::edema)},
    {"Heart size is normal.", bit(Finding::cardiomegaly)},
    {"The cardiac silhouette is within normal limits.", bit(Finding::cardiomegaly)},
    {"No cardiomegaly.", bit(Finding::cardiomegaly)},
    {"No acute fracture.", bit(Finding::fracture)},
    {"No lung nodule or mass.", bit(Finding::lung_lesion)},
    {"No atelectasis.", bit(Finding::atelectasis)},
    {"The lungs are clear.", kInTheLungs}};
constexpr std::string_view kNormal[] = {
    "No acute cardiopulmonary process.", "No acute cardiopulmonary abnormality.",
    "Normal chest radiograph.", "Unremarkable chest radiograph."};

std::string lobe_of(const PhantomFinding& finding) {
  const std::string side = finding.side == Side::left ? "left " : "right ";
  if (finding.zone == Zone::upper) return side + "upper lobe";
  if (finding.zone == Zone::lower) return side + "lower lobe";
  return side + (finding.side == Side::left ? "mid lung" : "middle lobe");
}

std::string word_of(std::string_view name, const PhantomFinding& finding) {
  const auto grade = static_cast<std::size_t>(finding.severity);
  const bool both = finding.side == Side::both;
  const bool several =
      both || (finding.finding == Finding::fracture && finding.severity != Severity::mild);
  constexpr std::array<std::string_view, 3> degrees{"mild", "moderate", "severe"},
      sizes{"small", "moderate", "large"};
  constexpr std::array<std::string_view, 4> zones{"", "upper", "mid", "lower"};
  if (name == "degree") return std::string(degrees[grade]);
  if (name == "size") return std::string(sizes[grade]);
  if (name == "side") return both ? "bilateral" : finding.side == Side::left ? "left" : "right";
  if (name == "base")
    return both                         ? "both lung bases"
           : finding.side == Side::left ? "the left base"
                                        : "the right base";
  if (name == "zone") return std::string(zones[static_cast<std::size_t>(finding.zone)]);
  if (name == "lobe") return lobe_of(finding);
  if (name == "nodule") return finding.severity == Severity::severe ? "mass" : "nodule";
  if (name == "apical") return finding.severity == Severity::mild ? "apical " : "";
  if (name == "is_a") return several ? "are" : "is a";
  if (name == "a") return several ? "" : "a ";
  if (name == "s") return several ? "s" : "";
  fail(Status::internal, "a wording asks for \"{}\", which nothing fills", name);
}

std::string say(std::string_view wording, const PhantomFinding& finding) {
  std::string sentence;
  while (!wording.empty()) {
    const std::size_t open = wording.find('{');
    sentence += wording.substr(0, open);
    if (open == wording.npos) break;
    const std::size_t close = wording.find('}', open);
    sentence += word_of(wording.substr(open + 1, close - open - 1), finding);
    wording.remove_prefix(close + 1);
  }
  sentence[0] = ascii_upper(sentence[0]);
  return sentence;
}

std::string_view pick(Wordings wordings, Stream& random) {
  return wordings[static_cast<std::size_t>(random.below(static_cast<int>(wordings.size())))];
}

}  // namespace

std::string write_report(const Phantom& phantom, Stream random) {
  std::vector<std::string> sentences;
  unsigned said = 0;
  for (const PhantomFinding& finding : phantom.findings) {
    sentences.push_back(
        say(pick(kWordings[static_cast<std::size_t>(finding.finding)], random), finding));
    said |= bit(finding.finding);
  }
  for (std::size_t i = sentences.size(); i > 1; --i)
    std::swap(sentences[i - 1],
              sentences[static_cast<std::size_t>(random.below(static_cast<int>(i)))]);
  if (sentences.empty() && random.chance(0.75F)) sentences.emplace_back(pick(kNormal, random));

  const std::size_t most =
      std::min<std::size_t>(4, sentences.size() + static_cast<std::size_t>(random.below(3)) +
                                   (sentences.empty() ? 1 : 0));
  for (int tries = 0; tries < 40 && sentences.size() < most; ++tries) {
    const Negation& negation = kNegations[random.below(static_cast<int>(std::size(kNegations)))];
    if ((said & negation.denied) != 0) continue;
    sentences.emplace_back(negation.sentence);
    said |= negation.denied;
  }
  if (sentences.size() <= 2 && random.chance(0.15F)) {
    sentences.emplace_back(phantom.view == View::pa ? "PA view." : "AP view.");
    if (random.chance(0.5F))
      sentences.push_back(
          formatted("{} year old {}.", phantom.age, phantom.sex == 'F' ? "female" : "male"));
  }
  return formatted("{}", fmt::join(sentences, " "));
}

}  // namespace raygen::engine::phantom
