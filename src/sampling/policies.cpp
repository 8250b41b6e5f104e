#include "sampling/policies.hpp"

#include "error.hpp"

#include <fmt/ranges.h>

#include <iterator>

namespace raygen::engine {

namespace {

template <typename Policy>
struct Named {
  const char* name;
  std::unique_ptr<Policy> (*make)(const SamplingOptions& options);
};

// clang-format off
constexpr Named<Schedule> schedules[] = {
#define RAYGEN_SCHEDULE(name) {#name, make_##name##_schedule},
#include "sampling/policies.def"
};
constexpr Named<PositionChoice> position_choices[] = {
#define RAYGEN_POSITION_CHOICE(name) {#name, make_##name##_positions},
#include "sampling/policies.def"
};
constexpr Named<TokenChoice> token_choices[] = {
#define RAYGEN_TOKEN_CHOICE(name) {#name, make_##name##_tokens},
#include "sampling/policies.def"
};
constexpr Named<Remasking> remaskings[] = {
#define RAYGEN_REMASKING(name) {#name, make_##name##_remasking},
#include "sampling/policies.def"
};
// clang-format on

template <typename Policies>
std::vector<std::string> names_of(const Policies& policies) {
  std::vector<std::string> names;
  for (const auto& policy : policies) names.emplace_back(policy.name);
  return names;
}

template <typename Policies>
auto make(const Policies& policies, const char* option, const std::string& name,
          const SamplingOptions& options) {
  for (const auto& policy : policies)
    if (policy.name == name) return policy.make(options);
  fail(Status::invalid_argument, "{} is \"{}\"; {} was expected", option, name,
       fmt::join(names_of(policies), ", "));
}

}  // namespace

const std::vector<std::string>& schedule_names() {
  static const std::vector<std::string> names = names_of(schedules);
  return names;
}
const std::vector<std::string>& position_choice_names() {
  static const std::vector<std::string> names = names_of(position_choices);
  return names;
}
const std::vector<std::string>& token_choice_names() {
  static const std::vector<std::string> names = names_of(token_choices);
  return names;
}
const std::vector<std::string>& remasking_names() {
  static const std::vector<std::string> names = names_of(remaskings);
  return names;
}

at::Tensor PositionChoice::scores(const at::Tensor&, const Draw& draw, const SamplerState&) const {
  return draw.confidence;
}
at::Tensor PositionChoice::counts(const SamplerState& state) const { return state.counts; }

std::unique_ptr<Schedule> make_schedule(const SamplingOptions& options) {
  return make(schedules, "schedule", options.schedule, options);
}
std::unique_ptr<PositionChoice> make_position_choice(const SamplingOptions& options) {
  return make(position_choices, "position_choice", options.position_choice, options);
}
std::unique_ptr<TokenChoice> make_token_choice(const SamplingOptions& options) {
  return make(token_choices, "token_choice", options.token_choice, options);
}
std::unique_ptr<Remasking> make_remasking(const SamplingOptions& options) {
  return make(remaskings, "remasking", options.remasking, options);
}

}  // namespace raygen::engine
