#include "training/run_log.hpp"

#include "../temporary_folder.hpp"
#include "error.hpp"
#include "training/event_file.hpp"

#include <catch2/catch.hpp>

#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>
#include <vector>

using namespace raygen::engine;
namespace fs = std::filesystem;

namespace {

struct LogFolder : TemporaryFolder {
  std::string csv() const { return read(path() / "log.csv"); }
  static std::string read(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  std::vector<fs::path> events() const {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(path()))
      if (entry.path().filename().string().starts_with("events.out.tfevents."))
        files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
  }
};

/// Reads what protocol buffers and TFRecord have on disk: only what an event file may hold, all
/// else fails the test.
class Bytes {
 public:
  explicit Bytes(std::string bytes) : bytes_(std::move(bytes)) {}
  bool done() const { return at_ == bytes_.size(); }
  std::string take(std::size_t size) {
    REQUIRE(size <= bytes_.size() - at_);
    at_ += size;
    return bytes_.substr(at_ - size, size);
  }
  template <typename T>
  T value() {
    T result;
    std::memcpy(&result, take(sizeof result).data(), sizeof result);  // both are little-endian
    return result;
  }
  std::uint64_t varint() {
    std::uint64_t result = 0;
    for (unsigned shift = 0;; shift += 7) {
      const auto byte = value<unsigned char>();
      result |= std::uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) return result;
    }
  }

 private:
  std::string bytes_;
  std::size_t at_ = 0;
};

struct Event {
  double seconds = 0;
  std::int64_t step = 0;
  std::string version;
  bool start = false;
  std::map<std::string, float> values;
};

/// CRC-32C bit by bit, with TFRecord's mask.
std::uint32_t masked(const std::string& bytes) {
  std::uint32_t crc = 0xffffffff;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int i = 0; i < 8; ++i) crc = (crc >> 1) ^ (0x82f63b78 & (0 - (crc & 1)));
  }
  crc = ~crc;
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8;
}

std::pair<std::string, float> summary_value(Bytes value) {
  std::pair<std::string, float> result;
  while (!value.done()) {
    const std::uint64_t key = value.varint();
    REQUIRE((key == (1 << 3 | 2) || key == (2 << 3 | 5)));
    if (key == (1 << 3 | 2))
      result.first = value.take(value.varint());
    else
      result.second = value.value<float>();
  }
  return result;
}

Event parse(Bytes message) {
  Event event;
  while (!message.done()) {
    const std::uint64_t key = message.varint();
    if (key == (1 << 3 | 1)) {
      event.seconds = message.value<double>();
    } else if (key == (2 << 3 | 0)) {
      event.step = static_cast<std::int64_t>(message.varint());
    } else {
      REQUIRE((key & 7) == 2);
      Bytes body(message.take(message.varint()));
      if (key >> 3 == 3) {
        while (!body.done()) event.version += body.take(1);
      } else if (key >> 3 == 5) {
        while (!body.done()) {
          REQUIRE(body.varint() == (1 << 3 | 2));
          event.values.insert(summary_value(Bytes(body.take(body.varint()))));
        }
      } else {
        REQUIRE(key >> 3 == 7);
        event.start = body.take(2) == "\x08\x01";
        CHECK(body.done());
      }
    }
  }
  return event;
}

std::vector<Event> events_of(const fs::path& path) {
  std::vector<Event> events;
  for (Bytes file(LogFolder::read(path)); !file.done();) {
    const std::string length = file.take(8);
    CHECK(file.value<std::uint32_t>() == masked(length));
    const std::string data = file.take(Bytes(length).value<std::uint64_t>());
    CHECK(file.value<std::uint32_t>() == masked(data));
    events.push_back(parse(Bytes(data)));
  }
  return events;
}

}  // namespace

TEST_CASE("The checksum is CRC-32C") {
  CHECK(crc32c("123456789") == 0xe3069283);            // the check value of its catalogue entry
  CHECK(crc32c(std::string(32, '\0')) == 0x8a9136aa);  // RFC 3720, B.4
  CHECK(crc32c(std::string(32, '\xff')) == 0x62a8ab43);
}

TEST_CASE("Rows and events hold what was written") {
  const LogFolder folder;
  {
    RunLog log(folder.path(), 0);
    log.write(1, {{"train/loss", 0.1}, {"train/rate", 1e-5}});
    log.write(300, {{"val/loss", std::numeric_limits<double>::quiet_NaN()},
                    {"a", -std::numeric_limits<double>::infinity()}});
    CHECK(folder.csv() ==
          "step,metric,value\n1,train/loss,0.1\n1,train/rate,1e-05\n300,a,-inf\n300,val/"
          "loss,nan\n");  // flushed
  }
  REQUIRE(folder.events().size() == 1);
  const std::vector<Event> events = events_of(folder.events()[0]);
  REQUIRE(events.size() == 3);
  CHECK(events[0].version == "brain.Event:2");
  CHECK(events[0].seconds > 1.7e9);
  CHECK(events[1].step == 1);
  CHECK(events[1].values ==
        std::map<std::string, float>{{"train/loss", 0.1F}, {"train/rate", 1e-5F}});
  CHECK(events[2].step == 300);
  CHECK(std::isnan(events[2].values.at("val/loss")));
}

TEST_CASE("A run that goes on drops what it will write again, and a row that was cut off") {
  const LogFolder folder;
  {
    RunLog log(folder.path(), 0);
    for (const std::int64_t step : {9, 10, 11, 100})
      log.write(step, {{"loss", 1. / static_cast<double>(step)}});
  }
  std::ofstream(folder.path() / "log.csv", std::ios::app) << "5,loss,0.";
  {
    RunLog log(folder.path(), 11);
    log.write(11, {{"loss", 2}});
  }
  CHECK(folder.csv() == "step,metric,value\n9,loss,0.1111111111111111\n10,loss,0.1\n11,loss,2\n");
  REQUIRE(folder.events().size() == 2);
  const std::vector<Event> events = events_of(folder.events()[1]);
  REQUIRE(events.size() == 3);
  CHECK(events[1].start);
  CHECK(events[1].step == 11);
  CHECK(events[2].values.at("loss") == 2.F);
  { RunLog log(folder.path(), 0); }
  CHECK(folder.csv() == "step,metric,value\n");
}

TEST_CASE("A log that cannot be written is an error") {
  const LogFolder folder;
  CHECK_THROWS_AS(RunLog(folder.path() / "missing", 0), Error);
  std::ofstream(folder.path() / "log.csv") << "something,else\n1,2\n";
  CHECK_THROWS_WITH(RunLog(folder.path(), 0),
                    Catch::Contains("log.csv") && Catch::Contains("not a training's log"));
  CHECK(folder.csv() == "something,else\n1,2\n");
}

TEST_CASE("A disk that is full is an error of writing") {
  const LogFolder folder;
  RunLog log(folder.path(), 0);
  rlimit before;
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{64, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  std::string message;
  Status status{};
  try {
    for (std::int64_t step = 1; step < 100; ++step) log.write(step, {{"loss", 1}});
  } catch (const Error& error) {
    message = error.what(), status = error.status();
  }
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  CHECK(status == Status::io);
  CHECK_THAT(message, Catch::Contains("cannot write"));
}
