#include "training/run_log.hpp"

#include "error.hpp"
#include "storage/atomic_file.hpp"
#include "training/event_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>

namespace raygen::engine {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHeader = "step,metric,value\n";

double now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// A file that only grows; what was written is in the system's hands when write returns.
class Appender {
 public:
  Appender(fs::path path, int flags)
      : path_(std::move(path)),
        descriptor_(::open(path_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | flags, 0666)) {
    if (descriptor_ < 0) failed("open", errno);
  }
  ~Appender() { ::close(descriptor_); }
  Appender(const Appender&) = delete;
  Appender& operator=(const Appender&) = delete;

  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
      if (written < 0 && errno != EINTR) failed("write", errno);
      if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }

 private:
  [[noreturn]] void failed(const char* what, int code) const {
    fail(Status::io, "cannot {} {}: {}", what, path_.string(),
         std::generic_category().message(code));
  }

  fs::path path_;
  int descriptor_;
};

/// The log as a run leaves it that goes on at `first_step`: without later rows, nor one that was
/// cut off.
std::string rows_before(const std::string& log, std::int64_t first_step, const fs::path& path) {
  if (!log.starts_with(kHeader))
    fail(Status::format, "{}: does not begin with '{}': not a training's log", path.string(),
         kHeader.substr(0, kHeader.size() - 1));
  std::string kept(kHeader);
  std::string_view rest = std::string_view(log).substr(kHeader.size());
  for (std::size_t end; (end = rest.find('\n')) != rest.npos; rest.remove_prefix(end + 1)) {
    std::int64_t step = 0;
    const auto [at, error] = std::from_chars(rest.data(), rest.data() + end, step);
    if (error == std::errc() && *at == ',' && step < first_step) kept += rest.substr(0, end + 1);
  }
  return kept;
}

void prepare_csv(const fs::path& path, std::int64_t first_step) {
  std::ifstream file(path, std::ios::binary);
  std::string log;
  if (file) log.assign(std::istreambuf_iterator<char>(file), {});
  const std::string kept = log.empty() ? std::string(kHeader) : rows_before(log, first_step, path);
  if (kept == log) return;
  write_whole_file(path, kept);
}

fs::path event_path(const fs::path& folder) {
  const std::string name =
      formatted("events.out.tfevents.{}.{}", static_cast<std::int64_t>(now()), ::getpid());
  fs::path path = folder / name;
  for (int again = 1; fs::exists(path); ++again) path = folder / formatted("{}.{}", name, again);
  return path;
}

}  // namespace

struct RunLog::Files {
  Appender csv, events;
};

RunLog::RunLog(const fs::path& folder, std::int64_t first_step) {
  const fs::path csv = folder / "log.csv";
  prepare_csv(csv, first_step);
  files_.reset(new Files{{csv, 0}, {event_path(folder), O_CREAT | O_EXCL}});
  files_->events.write(event_file_version(now()) +
                       (first_step > 0 ? event_of_start(now(), first_step) : ""));
}

RunLog::~RunLog() = default;

void RunLog::write(std::int64_t step, const Metrics& metrics) {
  std::string rows;
  for (const auto& [name, value] : metrics) rows += formatted("{},{},{}\n", step, name, value);
  files_->csv.write(rows);
  files_->events.write(event_of_values(now(), step, metrics));
}

}  // namespace raygen::engine
