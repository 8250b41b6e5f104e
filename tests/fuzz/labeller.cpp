// Any bytes as rules of a labeller and, each behind a zero, texts: refused with an Error, or every
// text has labels that agree with each other. The texts are read by the rules of libraygen, too.

#include "labeller/labeller.hpp"

#include "config_parts.hpp"
#include "error.hpp"
#include "seeds.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

using namespace raygen::engine;

namespace {

void check(const Labeller& labeller, const std::string& text) {
  const ReportLabels labels = labeller.label(text);
  if (!(labeller.label(text) == labels)) std::abort();
  bool abnormal = false;
  for (std::size_t i = 0; i < kObservations; ++i) {
    const ObservationLabel& label = labels.labels[i];
    const bool there = label.state == Mentioned::positive || label.state == Mentioned::uncertain;
    const bool described =
        label.side != MentionedSide::not_said || label.severity != MentionedSeverity::not_said;
    if (described && !there) std::abort();
    const auto observation = static_cast<Observation>(i);
    abnormal |= there && observation != Observation::support_devices &&
                observation != Observation::no_finding;
  }
  const Mentioned none = labels[Observation::no_finding].state;
  if (none != Mentioned::not_mentioned && (none != Mentioned::positive || abnormal)) std::abort();
}

void check_all(const Labeller& labeller, const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    try {
      check(labeller, text);
    } catch (const Error& error) {
      if (error.status() != Status::invalid_argument && error.status() != Status::limit)
        std::abort();
    }
  }
}

}  // namespace

std::vector<std::string> fuzz_seeds() {
  const std::string zero(1, '\0');
  const std::string texts =
      zero + "FINDINGS: Small left pleural effusion with adjacent atelectasis; no pneumothorax." +
      zero +
      "1. Heart size is normal.\n\n2. ?Pneumonia, cannot exclude mild ``edema''.\n- Rib "
      "fracture (old) is not seen; the tip of the PICC line\u2014upper SVC." +
      zero + "INDICATION: Cough.\nIMPRESSION: No acute cardiopulmonary process.";
  return {
      std::string(Labeller::chexpert_yaml()) + texts,
      "findings:\n  Edema:\n    mentions: [edema, (vascular|venous) (_|) congestion]\n"
      "    absent: [clear lungs]\n    excluded: [\"soft tissue edema\"]\n    sided: false\n"
      "  Pneumothorax: {mentions: [pneumothora*]}\nother_findings: {mentions: [hernia]}\n" +
          texts,
      "findings: {Pneumonia: {mentions: [pneumonia]}}\n"
      "statements:\n  - {says: [(heart|lungs) .... normal], excluded: [not normal],\n"
      "     negative: [Cardiomegaly, Edema], uncertain: [Atelectasis], positive: [Fracture]}\n" +
          texts,
      "findings: {Pleural Effusion: {mentions: &e [effusion*]}, Edema: {mentions: *e}}\n"
      "cues:\n  hidden: [no change]\n  uncertain_first: {between: [versus], either: [likely]}\n"
      "  negative: {before: [no, without ... evidence of], after: [(is|are) ... excluded]}\n"
      "clauses: {begin: [but], verbs: [is], and: [and], or: [or], borders: [\",\"], links: "
      "[with]}\n"
      "sides: {left: [left], right: [right], both: [bilateral], neither: [left ventricle]}\n"
      "severities: {mild: [small], severe: [large], none: [large body habitus]}\n"
      "sections: {read: [findings], skipped: [indication]}\nabbreviations: [dr]\n" +
          texts};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Labeller own = Labeller::chexpert();
  const ConfigParts parts(data, size);
  check_all(own, parts.overrides);
  try {
    check_all(Labeller::from_yaml(parts.text, "fuzz"), parts.overrides);
  } catch (const Error&) {
  }
  return 0;
}
