#include "training_display.hpp"

#include <cstdio>
#include <string_view>

namespace raygen::cli {
namespace {

constexpr std::chrono::seconds kBetweenLines{15};

std::string short_number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

std::string label_of(const TrainingProgress& now) {
  std::string label =
      std::string(now.stage) + " " + std::to_string(now.step) + "/" + std::to_string(now.steps);
  for (const char* metric : {"train/loss", "validation/loss"}) {
    const auto found = now.metrics.find(metric);
    if (found != now.metrics.end())
      label += std::string("  ") + metric + " " + short_number(found->second);
  }
  if (now.images_per_second > 0) label += "  " + short_number(now.images_per_second) + " images/s";
  return label;
}

}  // namespace

void TrainingDisplay::show(const TrainingProgress& now) {
  first_ = now.process == 0;
  out_ = now.out;
  if (!first_) return;
  if (stage_ != now.stage) begin_stage(now);
  for (const auto& [name, value] : now.metrics) metrics_[stage_][name] = value;
  if (bar_->shown() && std::string_view(now.event) == "step") {
    bar_->show(static_cast<std::size_t>(now.step), now.seconds_left, label_of(now));
  } else if (wanted_) {
    print_line(now);
  }
}

void TrainingDisplay::begin_stage(const TrainingProgress& now) {
  stage_ = now.stage;
  bar_ = std::make_unique<ProgressBar>(static_cast<std::size_t>(now.steps), wanted_);
  last_line_ = {};
}

void TrainingDisplay::print_line(const TrainingProgress& now) {
  const std::string_view event = now.event;
  const auto time = Clock::now();
  if (event == "checkpoint" || (event == "step" && time - last_line_ < kBetweenLines)) return;
  last_line_ = time;
  bar_->clear();
  std::string line = label_of(now);
  if (event != "step") line += "  " + std::string(event);
  if (event == "validation") {
    for (const auto& [name, value] : now.metrics)
      if (name.rfind("validation/", 0) == 0 && name != "validation/loss")
        line += "  " + name + " " + short_number(value);
  }
  if (now.seconds_left > 0) line += ", " + duration(now.seconds_left) + " left";
  std::fprintf(stderr, "%s\n", line.c_str());
}

}  // namespace raygen::cli
