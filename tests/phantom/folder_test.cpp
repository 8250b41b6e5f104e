#include "../temporary_folder.hpp"
#include "csv/csv.hpp"
#include "error.hpp"
#include "image/image.hpp"
#include "phantom/phantom.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>
#include <limits>
#include <map>

using namespace raygen::engine;
using raygen::CsvReader;
using raygen::CsvRow;

namespace {

namespace fs = std::filesystem;

std::string bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::map<std::string, std::string> content_of(const fs::path& folder) {
  std::map<std::string, std::string> content;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file())
      content[fs::relative(entry.path(), folder).string()] = bytes_of(entry.path());
  return content;
}

std::string zones_of(const Phantom& phantom) {
  static const std::string names[] = {"", "upper", "mid", "lower"};
  std::string zones;
  for (const PhantomFinding& finding : phantom.findings)
    zones += (&finding == phantom.findings.data() ? "" : "|") +
             names[static_cast<std::size_t>(finding.zone)];
  return zones;
}

const PhantomFolderOptions kOptions{.seed = 5, .first = 20, .count = 8, .size = 64, .masks = true};

}  // namespace

TEST_CASE("A folder of phantoms: images, masks and a table") {
  const TemporaryFolder temporary;
  const fs::path folder = temporary.path() / "phantoms";
  std::vector<std::uint64_t> progress;
  write_phantoms(
      kOptions, folder, [&](std::uint64_t done) { return progress.push_back(done), true; },
      nullptr);
  CHECK(progress == std::vector<std::uint64_t>{1, 2, 3, 4, 5, 6, 7, 8});

  const std::string table = bytes_of(folder / "phantoms.csv");
  CsvReader reader(table, "phantoms.csv");
  CsvRow row;
  REQUIRE(reader.next(row));
  CHECK(row.fields == std::vector<std::string>{"path", "patient_id", "view", "age", "sex",
                                               "findings", "text", "sides", "severities", "zones"});
  std::uint64_t index = kOptions.first;
  std::size_t masks = 0;
  for (; reader.next(row); ++index) {
    const Phantom phantom = draw_phantom(kOptions.seed, index, kOptions.size);
    REQUIRE(row.fields.size() == 10);
    CHECK(row.fields[0] == fmt::format("images/P{:06}.png", index));
    CHECK(row.fields[1] == std::to_string(index));
    CHECK(row.fields[3] == std::to_string(phantom.age));
    CHECK(row.fields[6] == phantom.report);
    CHECK(row.fields[9] == zones_of(phantom));
    CHECK((row.fields[5] == "No Finding") == phantom.findings.empty());
    const Image image = read_image(folder / row.fields[0], {});
    REQUIRE(image.pixels.size() == phantom.pixels.size());
    CHECK(image.channels == 1);
    for (std::size_t i = 0; i < image.pixels.size(); ++i)
      REQUIRE(std::abs(image.pixels[i] - phantom.pixels[i]) < 0.0021F);
    masks += phantom.findings.size();
  }
  CHECK(index == kOptions.first + kOptions.count);
  CHECK(static_cast<std::size_t>(std::distance(fs::directory_iterator(folder / "masks"),
                                               fs::directory_iterator())) == masks);
  CHECK(masks > 0);
}

TEST_CASE("A run that was stopped goes on to the same folder") {
  const TemporaryFolder whole, stopped;
  write_phantoms(kOptions, whole.path(), {}, nullptr);
  try {
    write_phantoms(
        kOptions, stopped.path(), [](std::uint64_t done) { return done < 3; }, nullptr);
    FAIL("was not cancelled");
  } catch (const Error& error) {
    CHECK(error.status() == Status::cancelled);
  }
  CHECK(!fs::exists(stopped.path() / "phantoms.csv"));
  const fs::path first = stopped.path() / "images" / "P000020.png";
  const auto written = fs::last_write_time(first);
  write_phantoms(kOptions, stopped.path(), {}, nullptr);
  CHECK(fs::last_write_time(first) == written);
  CHECK(content_of(stopped.path()) == content_of(whole.path()));
  fs::resize_file(first, 0);  // as a power cut leaves it
  write_phantoms(kOptions, stopped.path(), {}, nullptr);
  CHECK(content_of(stopped.path()) == content_of(whole.path()));

  PhantomFolderOptions more = kOptions;
  more.first = 0;
  more.count = 30;
  write_phantoms(more, stopped.path(), {}, nullptr);
  CHECK(content_of(stopped.path()).at("images/P000020.png") ==
        content_of(whole.path()).at("images/P000020.png"));
}

TEST_CASE("Several runs into one folder end with one table") {
  const TemporaryFolder whole, parts;
  write_phantoms(kOptions, whole.path(), {}, nullptr);
  PhantomFolderOptions part = kOptions;
  part.count = 3;
  part.first = 25;
  write_phantoms(part, parts.path(), {}, nullptr);
  part.first = 20;
  write_phantoms(part, parts.path(), {}, nullptr);
  part.first = 22;
  part.count = 4;  // some are there already
  write_phantoms(part, parts.path(), {}, nullptr);
  CHECK(content_of(parts.path()) == content_of(whole.path()));

  fs::remove(parts.path() / "images" / "P000027.png");
  write_phantoms(part, parts.path(), {}, nullptr);
  CHECK(bytes_of(parts.path() / "phantoms.csv").find("P000027") ==
        std::string::npos);  // what is gone is not listed

  std::ofstream(parts.path() / "phantoms.csv") << "path,patient_id\na.png,somebody\n";
  try {
    write_phantoms(part, parts.path(), {}, nullptr);
    FAIL("was not refused");
  } catch (const Error& error) {
    CHECK(error.status() == Status::format);
    CHECK_THAT(error.what(), Catch::Contains("somebody") && Catch::Contains("remove it"));
  }
}

TEST_CASE("A cancelled job writes nothing more") {
  const TemporaryFolder temporary;
  Job job;
  job.cancel();
  CHECK_THROWS_AS(write_phantoms(kOptions, temporary.path(), {}, &job), Error);
  CHECK(!fs::exists(temporary.path() / "phantoms.csv"));
  CHECK(fs::is_empty(temporary.path() / "images"));
}

TEST_CASE("Folders and options that do not fit are refused") {
  const TemporaryFolder temporary;
  const auto refused = [&](const PhantomFolderOptions& options, const fs::path& folder,
                           Status status, const std::string& words) {
    try {
      write_phantoms(options, folder, {}, nullptr);
      FAIL("was not refused: " << words);
    } catch (const Error& error) {
      CHECK(error.status() == status);
      CHECK_THAT(error.what(), Catch::Contains(words));
    }
  };
  PhantomFolderOptions few = kOptions;
  few.count = 1;
  write_phantoms(few, temporary.path(), {}, nullptr);
  PhantomFolderOptions other = few;
  other.seed = 6;
  refused(other, temporary.path(), Status::invalid_argument, "\"seed\":5");
  other = few;
  other.size = 96;
  refused(other, temporary.path(), Status::invalid_argument, "\"size\":64");
  other.size = 65;
  refused(other, temporary.path() / "new", Status::invalid_argument, "65");
  other = few;
  other.count = 0;
  refused(other, temporary.path() / "new", Status::invalid_argument, "0 phantoms");
  other.count = std::numeric_limits<std::uint64_t>::max();
  refused(other, temporary.path() / "new", Status::invalid_argument, "the count is 1 to");
  CHECK(!fs::exists(temporary.path() / "new"));

  const auto say = [&](const char* text) {
    std::ofstream(temporary.path() / "phantoms.json") << text;
  };
  say(R"({"size": 64.0, "seed": 5})");  // of before there were versions
  write_phantoms(few, temporary.path(), {}, nullptr);
  say(R"({"size": 64, "seed": 5, "version": 1, "unheard": 2})");
  refused(few, temporary.path(), Status::invalid_argument, "unheard was '2'");
  say(R"({"size": 64, "seed": 5, "version": 2})");
  refused(few, temporary.path(), Status::unsupported,
          "version is 2: written by a newer libraygen, this one reads up to version 1");
  std::ofstream(temporary.path() / "phantoms.json") << "{";
  refused(few, temporary.path(), Status::invalid_argument, "not JSON");
  fs::remove(temporary.path() / "phantoms.json");
  refused(few, temporary.path(), Status::invalid_argument, "no phantoms.json");
  std::ofstream(temporary.path() / "file") << "x";
  refused(few, temporary.path() / "file", Status::io, "file");
}
