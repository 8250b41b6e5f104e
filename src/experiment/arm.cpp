#include "experiment/arm.hpp"

#include "config/read.hpp"
#include "dataset/csv_table.hpp"
#include "error.hpp"
#include "storage/json.hpp"
#include "storage/number.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

namespace raygen::engine {

namespace {

constexpr std::pair<std::string_view, ArmKind> kArmKinds[] = {{"real", ArmKind::real},
                                                              {"mix", ArmKind::mix},
                                                              {"replace", ArmKind::replace},
                                                              {"synthetic", ArmKind::synthetic},
                                                              {"pretrain", ArmKind::pretrain}};

ArmKind kind_of(std::string_view name) {
  for (const auto& [known, kind] : kArmKinds)
    if (known == name) return kind;
  std::vector<std::string> names;
  for (const auto& [known, kind] : kArmKinds) names.emplace_back(known);
  fail(Status::invalid_argument, "arms: {} is no arm; did you mean {}?", in_quotes(name),
       nearest_name(std::string(name), names));
}

double ratio_of(std::string_view text, ArmKind kind, std::string_view arm) {
  const double most = kind == ArmKind::replace ? 1 : 100;
  double ratio = 0;
  if (!parse_number(text, ratio) || !(ratio > 0 && ratio <= most))
    fail(Status::invalid_argument,
         "arms: the ratio of {} is {}; a number above 0, at most {}, was "
         "expected",
         in_quotes(arm), in_quotes(text), most);
  return ratio;
}

Arm arm_of(std::string_view text) {
  const std::size_t colon = text.find(':');
  Arm arm;
  arm.kind = kind_of(trimmed(text.substr(0, colon)));
  if (arm.kind == ArmKind::real && colon != std::string_view::npos)
    fail(Status::invalid_argument, "arms: {} has a ratio; real was expected", in_quotes(text));
  if (arm.kind == ArmKind::real) {
    arm.name = arm.folder = "real";
    return arm;
  }
  arm.ratio = colon == std::string_view::npos
                  ? 1
                  : ratio_of(trimmed(text.substr(colon + 1)), arm.kind, text);
  const auto name = kArmKinds[static_cast<std::size_t>(arm.kind)].first;
  arm.name = formatted("{}:{}", name, arm.ratio);
  arm.folder = formatted("{}_{}", name, arm.ratio);
  return arm;
}

}  // namespace

std::int64_t Arm::synthetic_images(std::int64_t real) const {
  return std::llround(ratio * static_cast<double>(real));
}

std::int64_t Arm::real_images(std::int64_t real) const {
  if (kind == ArmKind::synthetic) return 0;
  return kind == ArmKind::replace ? real - synthetic_images(real) : real;
}

std::vector<Arm> arms_of(const std::string& text) {
  std::vector<Arm> arms;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    Arm arm = arm_of(trimmed(std::string_view(text).substr(begin, end - begin)));
    const bool twice = std::any_of(arms.begin(), arms.end(),
                                   [&](const Arm& other) { return other.name == arm.name; });
    if (twice) fail(Status::invalid_argument, "arms: {} is there twice", in_quotes(arm.name));
    arms.push_back(std::move(arm));
    begin = end + 1;
  }
  return arms;
}

std::string title_of(const Arm& arm) {
  const double percent = 100 * arm.ratio;
  switch (arm.kind) {
    case ArmKind::real:
      return "real";
    case ArmKind::mix:
      return formatted("real + {:.4g} %", percent);
    case ArmKind::replace:
      return formatted("{:.4g} % replaced", percent);
    case ArmKind::synthetic:
      return arm.ratio == 1 ? "synthetic only" : formatted("synthetic only, {:.4g} %", percent);
    case ArmKind::pretrain:
      return formatted("synthetic {:.4g} %, then real", percent);
  }
  return {};
}

}  // namespace raygen::engine
