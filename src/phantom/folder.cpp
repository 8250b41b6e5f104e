#include "formatted.hpp"
#include "phantom/phantom.hpp"
#include "phantom/scene.hpp"

#include "csv/csv.hpp"
#include "image/image.hpp"
#include "storage/atomic_file.hpp"
#include "storage/folder_lock.hpp"
#include "storage/format_version.hpp"
#include "storage/json.hpp"
#include "storage/number.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <system_error>

namespace raygen::engine {

namespace {

constexpr std::uint64_t kMostPhantoms = 10'000'000;
constexpr std::int64_t kFolderVersion = 1;  // of phantoms.json, which had none at first

std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file) fail(Status::io, "cannot read {}", path.string());
  return text;
}

std::string side_name(Side side) {
  constexpr std::array<std::string_view, 4> names{"", "left", "right", "both"};
  return std::string(names[static_cast<std::size_t>(side)]);
}

std::string severity_name(Severity severity) {
  constexpr std::array<std::string_view, 3> names{"mild", "moderate", "severe"};
  return std::string(names[static_cast<std::size_t>(severity)]);
}

std::string zone_name(Zone zone) {
  constexpr std::array<std::string_view, 4> names{"", "upper", "mid", "lower"};
  return std::string(names[static_cast<std::size_t>(zone)]);
}

std::string name_of(const PhantomFinding& finding) {
  return std::string(kFindingNames[static_cast<std::size_t>(finding.finding)]);
}

/// The names of all findings, joined as the NIH's table does.
template <typename Name>
std::string joined(const Phantom& phantom, Name name) {
  std::vector<std::string> names;
  for (const PhantomFinding& finding : phantom.findings) names.push_back(name(finding));
  return formatted("{}", fmt::join(names, "|"));
}

std::filesystem::path image_path(std::uint64_t index) {
  return formatted("images/P{:06}.png", index);
}

std::filesystem::path mask_path(std::uint64_t index, const PhantomFinding& finding) {
  std::string name = name_of(finding);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c == ' ' ? '_' : static_cast<char>(c | 0x20); });
  return formatted("masks/P{:06}_{}.png", index, name);
}

// What every image of a folder has in common is remembered in it: images of another seed or size
// must not mix with them.
void claim(const PhantomFolderOptions& options, const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "phantoms.json";
  Json wanted{{"seed", options.seed}, {"size", options.size}};
  if (options.healthy) wanted["healthy"] = true;
  if (!std::filesystem::exists(path)) {
    if (std::filesystem::exists(folder / "phantoms.csv") ||
        std::filesystem::exists(folder / "images"))
      fail(Status::invalid_argument,
           "the folder {} has images but no phantoms.json: it was not made by this program; choose "
           "another one",
           folder.string());
    wanted["version"] = kFolderVersion;
    return write_whole_file(path, json_text(wanted) + "\n");
  }
  const std::string where = path.string();
  Json found;
  try {
    found = parse_json(read_text(path), where);
  } catch (const Error& error) {
    if (error.status() != Status::format) throw;
  }
  if (!found.is_object())
    fail(Status::invalid_argument,
         "{} is not JSON of this program, but phantoms of {} were asked for: choose another folder",
         where, json_text(wanted));
  JsonObject object(found, "", where);
  if (object.contains("version")) {
    check_format_version(object.integer("version"), kFolderVersion, "version", where);
    found.erase("version");
  }
  if (const std::string changes = differences(found, wanted, Json::object()); !changes.empty())
    fail(Status::invalid_argument,
         "{} says {}, but phantoms of {} were asked for ({}): choose another folder", where,
         json_text(found), json_text(wanted), changes);
}

void write_phantom(const Phantom& phantom, std::uint64_t index, bool masks,
                   const std::filesystem::path& folder) {
  const auto write = [&](std::vector<float> pixels, const std::filesystem::path& path) {
    write_png({.width = phantom.size,
               .height = phantom.size,
               .channels = 1,
               .pixels = std::move(pixels),
               .text = {}},
              folder / path, 8);
  };
  for (std::size_t i = 0; masks && i < phantom.masks.size(); ++i) {
    std::vector<float> pixels;
    for (const std::uint8_t covered : phantom.masks[i]) pixels.push_back(covered != 0);
    write(std::move(pixels), mask_path(index, phantom.findings[i]));
  }
  write(phantom.pixels, image_path(index));  // last: where it is, its masks are
}

bool has_bytes(const std::filesystem::path& path) {
  std::error_code code;
  const std::uintmax_t size = std::filesystem::file_size(path, code);
  return !code && size > 0;
}

bool is_written(const Phantom& phantom, std::uint64_t index, bool masks,
                const std::filesystem::path& folder) {
  const auto there = [&](const PhantomFinding& finding) {
    return has_bytes(folder / mask_path(index, finding));
  };
  return has_bytes(folder / image_path(index)) &&
         (!masks || std::all_of(phantom.findings.begin(), phantom.findings.end(), there));
}

std::string table_row(const Phantom& phantom, std::uint64_t index) {
  return csv_line(
      {image_path(index).string(), formatted("{}", index), phantom.view == View::pa ? "PA" : "AP",
       formatted("{}", phantom.age), std::string(1, phantom.sex),
       phantom.findings.empty() ? "No Finding" : joined(phantom, name_of), phantom.report,
       joined(phantom, [](const PhantomFinding& finding) { return side_name(finding.side); }),
       joined(phantom,
              [](const PhantomFinding& finding) { return severity_name(finding.severity); }),
       joined(phantom, [](const PhantomFinding& finding) { return zone_name(finding.zone); })});
}

std::uint64_t index_of(const std::string& text) {
  std::uint64_t index = 0;
  if (!parse_number(text, index))
    throw CsvError(formatted("the patient_id is \"{}\", not an index", text));
  return index;
}

/// The phantoms that the folder's table lists; none where there is no table yet.
std::vector<std::uint64_t> listed(const std::filesystem::path& path) {
  std::vector<std::uint64_t> indices;
  if (!std::filesystem::exists(path)) return indices;
  const std::string text = read_text(path);
  try {
    CsvReader reader(text, path.string());
    CsvRow row;
    if (!reader.next(row)) throw CsvError("it is empty");
    const auto column = static_cast<std::size_t>(
        std::find(row.fields.begin(), row.fields.end(), "patient_id") - row.fields.begin());
    while (reader.next(row)) {
      if (column >= row.fields.size())
        throw CsvError(formatted("line {} has no patient_id", row.line));
      indices.push_back(index_of(row.fields[column]));
    }
  } catch (const CsvError& error) {
    fail(Status::format,
         "{} is not the table of phantoms that this program wrote ({}): remove it, and run again",
         path.string(), error.what());
  }
  return indices;
}

std::vector<PhantomFinding> findings_of(const PhantomFolderOptions& options, std::uint64_t index) {
  if (options.healthy) return {};
  return phantom::choose_findings(options.seed, index);
}

/// "P000123.png" is phantom 123.
std::uint64_t index_of_image(const std::filesystem::path& image) {
  const std::string name = image.filename().string();
  std::uint64_t index = 0;
  if (name.size() < 5 || !parse_number(name.substr(1, name.size() - 5), index) ||
      image_path(index).filename() != name)
    fail(Status::invalid_argument,
         "{} is no image of a phantom: a name such as P000123.png was "
         "expected",
         image.string());
  return index;
}

}  // namespace

Image read_phantom_region(const std::filesystem::path& image, std::string_view region) {
  const std::uint64_t index = index_of_image(image);
  const std::filesystem::path record =
      std::filesystem::absolute(image).parent_path().parent_path() / "phantoms.json";
  if (!std::filesystem::exists(image)) fail(Status::io, "cannot open image {}", image.string());
  if (!std::filesystem::exists(record))
    fail(Status::invalid_argument,
         "{} is no image of a phantom: there is no {}, which the folder of phantoms would have",
         image.string(), record.string());
  const std::string where = record.string();
  const Json known = parse_json(read_text(record), where);
  JsonObject object(known, "", where);
  if (object.contains("version"))
    check_format_version(object.integer("version"), kFolderVersion, "version", where);
  const bool healthy = object.contains("healthy") && object.boolean("healthy");
  const Json& seed = object.get("seed");
  const std::int64_t size = object.integer("size");
  if (!seed.is_number_unsigned() || size < kSmallestPhantom || size > kLargestPhantom)
    fail(Status::format, "{}: its seed and size are none of a folder of phantoms", where);
  return draw_phantom_region(seed.get<std::uint64_t>(), index, static_cast<int>(size), healthy,
                             region);
}

void write_phantoms(const PhantomFolderOptions& options, const std::filesystem::path& folder,
                    const std::function<bool(std::uint64_t done)>& progress, const Job* job) {
  if (options.count < 1 || options.count > kMostPhantoms || options.first > kMostPhantoms)
    fail(Status::invalid_argument,
         "{} phantoms from {} on cannot be written: the count is 1 to {}, the first 0 to {}",
         options.count, options.first, kMostPhantoms, kMostPhantoms);
  check_phantom_size(options.size);
  make_folder(folder);
  const FolderLock lock(folder);  // two runs would each write a table without the other's rows
  claim(options, folder);
  make_folder(folder / "images");
  if (options.masks) make_folder(folder / "masks");
  for (const auto& place : {folder, folder / "images", folder / "masks"})
    remove_unfinished(place, std::filesystem::file_type::regular);

  std::map<std::uint64_t, std::string> rows;
  for (std::uint64_t done = 0; done < options.count; ++done) {
    check_cancelled(job);
    const std::uint64_t index = options.first + done;
    const auto findings = findings_of(options, index);
    Phantom phantom = describe_phantom(options.seed, index, findings);
    if (!is_written(phantom, index, options.masks, folder)) {
      phantom = draw_phantom(options.seed, index, options.size, findings);
      write_phantom(phantom, index, options.masks, folder);
    }
    rows.emplace(index, table_row(phantom, index));
    if (progress && !progress(done + 1))
      fail(Status::cancelled, "cancelled after {} of {} phantoms", done + 1, options.count);
  }
  // What earlier runs drew stays listed; a phantom is a function of its index, so is its row.
  const std::filesystem::path path = folder / "phantoms.csv";
  for (const std::uint64_t index : listed(path)) {
    check_cancelled(job);
    if (!rows.contains(index) && std::filesystem::exists(folder / image_path(index)))
      rows.emplace(
          index,
          table_row(describe_phantom(options.seed, index, findings_of(options, index)), index));
  }
  std::string table = csv_line({"path", "patient_id", "view", "age", "sex", "findings", "text",
                                "sides", "severities", "zones"});
  for (const auto& [index, row] : rows) table += row;
  write_whole_file(path, table);
}

}  // namespace raygen::engine
