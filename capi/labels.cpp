#include "door.hpp"

#include "labeller/labeller.hpp"
#include "storage/json.hpp"

#include <nlohmann/json.hpp>

namespace raygen::capi {

namespace {

constexpr const char* kStates[] = {"", "negative", "uncertain", "positive"};
constexpr const char* kSides[] = {"", "left", "right", "both"};
constexpr const char* kSeverities[] = {"", "mild", "moderate", "severe"};

std::string json_of(const engine::ReportLabels& labels) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (std::size_t i = 0; i < engine::kObservations; ++i) {
    const engine::ObservationLabel& label = labels.labels[i];
    if (label.state == engine::Mentioned::not_mentioned) continue;
    nlohmann::ordered_json& each = json[std::string(engine::kObservationNames[i])];
    each["state"] = kStates[static_cast<std::size_t>(label.state)];
    if (label.side != engine::MentionedSide::not_said)
      each["side"] = kSides[static_cast<std::size_t>(label.side)];
    if (label.severity != engine::MentionedSeverity::not_said)
      each["severity"] = kSeverities[static_cast<std::size_t>(label.severity)];
  }
  return engine::json_text(json);
}

}  // namespace
}  // namespace raygen::capi

using namespace raygen::capi;

extern "C" {

raygen_status raygen_labels_read(const char* text, size_t text_length, const char* rules,
                                 size_t rules_length, char** json, raygen_error* error) {
  clear(json);
  return guard(error, [&] {
    using raygen::engine::Labeller;
    char*& out = required(json, "json");
    const std::string_view report = text_of(text, text_length, "text");
    const Labeller labeller =
        rules == nullptr && rules_length == 0
            ? Labeller::chexpert()
            : Labeller::from_yaml(std::string(text_of(rules, rules_length, "rules")), "rules");
    out = text_buffer(json_of(labeller.label(report)));
  });
}

raygen_status raygen_labels_rules(char** yaml, raygen_error* error) {
  clear(yaml);
  return guard(error, [&] {
    required(yaml, "yaml") = text_buffer(std::string(raygen::engine::Labeller::chexpert_yaml()));
  });
}

}  // extern "C"
