#include "training/loop.hpp"

#include "compute/guest.hpp"
#include "error.hpp"
#include "storage/atomic_file.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <set>
#include <vector>

namespace raygen::engine {

namespace {

namespace fs = std::filesystem;

struct Best {
  double loss;
  std::int64_t step;
};

/// "0.52@1000 0.55@500": the best validations, the best first.
std::string to_text(const std::vector<Best>& best) {
  std::string text;
  for (const Best& each : best)
    text += formatted("{}{}@{}", text.empty() ? "" : " ", each.loss, each.step);
  return text;
}

std::vector<Best> best_from(const std::string& text, const std::string& where) {
  std::vector<Best> best;
  for (std::size_t begin = 0, end = 0; begin < text.size(); begin = end + 1) {
    end = std::min(text.find(' ', begin), text.size());
    const std::string word = text.substr(begin, end - begin);
    TrainingState parts;
    parts.where = where;
    const std::size_t at = word.find('@');
    parts.values = {{"loss", word.substr(0, at)},
                    {"step", at == std::string::npos ? "" : word.substr(at + 1)}};
    best.push_back({parts.number("loss"), parts.integer("step")});
  }
  return best;
}

class Loop {
 public:
  Loop(Stage& stage, const std::string& name, const LoopConfig& loop, const RunSettings& settings,
       const Surroundings& around)
      : stage_(stage),
        name_(name),
        loop_(loop),
        settings_(settings),
        around_(around),
        folder_(around.folder(name)) {
    if (loop.result == "best" && loop.keep_best < 1) {
      fail(Status::invalid_argument,
           "{0}.loop.result is best, but {0}.loop.keep_best is {1}; at least 1 was expected", name,
           loop.keep_best);
    }
    if (loop.batch_size % around.processes.size() != 0) {
      fail(Status::invalid_argument,
           "{}.loop.batch_size is {}; a multiple of the {} processes was expected", name,
           loop.batch_size, around.processes.size());
    }
  }

  TensorMap result() const {
    if (loop_.result == "last" || best_.empty()) return stage_.kept();
    around_.processes.barrier();  // the first has written it
    return read_state(best(best_.front().step), around_.limits).tensors;
  }

  void run() {
    resume();
    end_if_told();
    if (step_ >= loop_.steps || stage_.finished()) return;
    if (around_.processes.first()) log_.emplace(folder_, step_ + 1);
    interval_start_ = std::chrono::steady_clock::now();
    interval_first_ = step_;
    while (step_ < loop_.steps) {
      Guest::share_cores();
      Metrics metrics = stage_.step(step_);
      ++step_;
      const bool last = step_ == loop_.steps;
      if (due(loop_.log_every) || last) log_speed(metrics);
      if (due(loop_.validate_every) || last) validate();
      if (due(loop_.checkpoint_every) || last) checkpoint();
      if (loop_.sample_every > 0 && around_.processes.first() &&
          (due(loop_.sample_every) || last)) {
        stage_.draw(folder_ / "samples" / formatted("{:08}.png", step_));
      }
      tell("step", metrics);
      end_if_told();
      if (stage_.finished()) break;
    }
    if (kept_ != step_) checkpoint();
    tell("stage finished", {});
    end_if_told();
  }

 private:
  bool due(std::int64_t every) const { return every > 0 && step_ % every == 0; }
  fs::path last() const { return folder_ / "last.safetensors"; }
  fs::path best(std::int64_t step) const {
    return folder_ / formatted("best-{:08}.safetensors", step);
  }

  void resume() {
    if (around_.processes.first()) {
      fs::create_directories(folder_ / "samples");
      remove_unfinished(folder_, fs::file_type::regular);
    }
    around_.processes.barrier();
    const bool begun = fs::exists(last());
    if (begun) restore();
    check_one_folder();
    if (begun) tell("resumed", {});
  }

  void restore() {
    const TrainingState state = read_state(last(), around_.limits);
    check_same_run(settings_, state.text("settings"), state.version, folder_.string());
    stage_.load(state);
    kept_ = step_ = state.integer("step");
    best_ = named_ = best_from(state.text("best"), state.where);
    if (step_ > loop_.steps) {
      fail(Status::invalid_argument, "{} is at step {} already; {}.loop.steps is {}",
           last().string(), step_, name_, loop_.steps);
    }
  }

  /// Processes that begin at different steps would train one model from different weights.
  void check_one_folder() const {
    std::vector<at::Tensor> sums = {
        at::tensor({step_, step_ * step_}, at::kLong).to(around_.device)};
    around_.processes.sum(sums);
    const auto sum = sums[0][0].item<std::int64_t>(), squares = sums[0][1].item<std::int64_t>();
    if (around_.processes.size() * squares == sum * sum) return;  // only when all are the same
    fail(Status::io,
         "the processes do not see one folder {}: this one is at step {}, others are not; all must "
         "share it",
         folder_.string(), step_);
  }

  void checkpoint() {
    TrainingState state;
    stage_.save(state);
    state.set("step", step_);
    state.values["best"] = to_text(best_);
    state.values["settings"] = to_text(settings_);
    write(last(), state);
    kept_ = step_;
    named_ = best_;
    remove_unnamed();
    tell("checkpoint", {});
  }

  /// The first process writes; all have the same tensors, so that what is not finite ends the
  /// training in all of them.
  void write(const fs::path& path, const TrainingState& state) const {
    check_finite(state, formatted("{} after step {}", name_, step_));
    if (around_.processes.first()) write_state(path, state);
  }

  void validate() {
    const Metrics metrics = stage_.validate();
    const double loss = stage_.criterion(metrics);
    if (!std::isfinite(loss))
      fail(Status::numeric, "{}: the validation loss after step {} is not a number", name_, step_);
    stage_.validated(loss);
    if (log_) log_->write(step_, metrics);
    keep(loss);
    tell("validation", metrics);
    interval_start_ = std::chrono::steady_clock::now();  // time spent here is not the steps'
    interval_first_ = step_;
  }

  void keep(double loss) {
    if (loop_.keep_best <= 0) return;
    best_.push_back({loss, step_});
    std::stable_sort(best_.begin(), best_.end(),
                     [](const Best& a, const Best& b) { return a.loss < b.loss; });
    const bool kept =
        static_cast<std::int64_t>(best_.size()) <= loop_.keep_best || best_.back().step != step_;
    if (kept) {
      TrainingState state;
      state.tensors = stage_.kept();
      state.set("step", step_);
      state.set("validation_loss", loss);
      write(best(step_), state);
    }
    if (static_cast<std::int64_t>(best_.size()) > loop_.keep_best)
      best_.resize(static_cast<std::size_t>(loop_.keep_best));
    remove_unnamed();
  }

  /// Removes the checkpoints of validations that are not among the best, nor said to be by the last
  /// checkpoint, which a run may go on from.
  void remove_unnamed() const {
    if (!around_.processes.first()) return;
    std::set<fs::path> named;
    for (const std::vector<Best>* list : {&best_, &named_})
      for (const Best& each : *list) named.insert(best(each.step));
    std::vector<fs::path> unnamed;
    for (const auto& entry : fs::directory_iterator(folder_)) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with("best-") && name.ends_with(".safetensors") &&
          !named.contains(entry.path()))
        unnamed.push_back(entry.path());
    }
    std::error_code ignored;  // somebody else may have removed it
    for (const fs::path& path : unnamed) fs::remove(path, ignored);
  }

  void log_speed(Metrics& metrics) {
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - interval_start_).count();
    if (step_ > interval_first_ && seconds > 0)
      steps_per_second_ = static_cast<double>(step_ - interval_first_) / seconds;
    interval_start_ = std::chrono::steady_clock::now();
    interval_first_ = step_;
    metrics["train/images_per_second"] = steps_per_second_ * static_cast<double>(loop_.batch_size);
    if (log_) log_->write(step_, metrics);
  }

  void tell(const char* event, const Metrics& metrics) {
    if (!around_.callback) return;
    TrainingProgress progress;
    progress.stage = name_;
    progress.event = event;
    progress.step = step_;
    progress.steps = loop_.steps;
    progress.images_per_second = steps_per_second_ * static_cast<double>(loop_.batch_size);
    if (steps_per_second_ > 0)
      progress.seconds_left = static_cast<double>(loop_.steps - step_) / steps_per_second_;
    progress.metrics = metrics;
    if (!around_.callback(progress)) told_to_stop_ = true;
  }

  /// All processes come here after the same step, and all end when one of them is told to.
  void end_if_told() {
    if (!anybody(told_to_stop_ || around_.stopping())) return;
    if (kept_ != step_) checkpoint();
    fail(Status::cancelled,
         "the training was stopped after step {} of {} ({}); the same command goes on from there",
         step_, loop_.steps, name_);
  }

  /// Whether any process says so.
  bool anybody(bool here) const {
    if (around_.processes.size() == 1) return here;
    std::vector<at::Tensor> flag = {
        at::full({1}, here ? 1.0 : 0.0, at::TensorOptions(around_.device).dtype(at::kFloat))};
    around_.processes.sum(flag);
    return flag[0].item<float>() > 0;
  }

  Stage& stage_;
  const std::string name_;
  const LoopConfig& loop_;
  const RunSettings& settings_;
  const Surroundings& around_;
  const fs::path folder_;
  std::int64_t step_ = 0, kept_ = 0;  // kept: the step of last.safetensors
  bool told_to_stop_ = false;         // by the callback, at any event
  std::vector<Best> best_, named_;    // named_: as last.safetensors has them
  std::optional<RunLog> log_;
  std::chrono::steady_clock::time_point interval_start_;
  std::int64_t interval_first_ = 0;
  double steps_per_second_ = 0;
};

}  // namespace

TensorMap run_loop(Stage& stage, const std::string& name, const LoopConfig& loop,
                   const RunSettings& settings, const Surroundings& around) {
  Loop run(stage, name, loop, settings, around);
  run.run();
  return run.result();
}

}  // namespace raygen::engine
