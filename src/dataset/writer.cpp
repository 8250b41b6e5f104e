#include "dataset/writer.hpp"

#include "csv/csv.hpp"
#include "dataset/demographics.hpp"
#include "dataset/format.hpp"
#include "error.hpp"
#include "storage/atomic_file.hpp"
#include "storage/format_version.hpp"
#include "storage/mapped_file.hpp"
#include "storage/number.hpp"
#include "storage/safetensors_writer.hpp"
#include "storage/utf8.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <system_error>

namespace raygen::engine {
namespace {

constexpr const char* journal_folder = "journal";
constexpr const char* preparation_file = "journal/preparation.json";
constexpr std::string_view record_row = "record", skipped_row = "skipped", shard_row = "shard";

Json read_json(const std::filesystem::path& path) {
  const auto file = MappedFile::open(path, Limits{}.max_file_bytes);
  return parse_json(file->text(), path.string());
}

std::vector<std::string> fields_of(const Record& record, std::size_t shard, std::size_t row) {
  return {record.id,
          record.patient,
          std::string(split_name(record.split)),
          record.view,
          format::join_findings(record.findings),
          record.text,
          formatted("{}", shard),
          formatted("{}", row),
          record.sex,
          age_text(record.age)};
}

}  // namespace

DatasetWriter::DatasetWriter(std::filesystem::path folder, Settings settings)
    : folder_(std::move(folder)),
      settings_(std::move(settings)),
      columns_(format::records_header.size()) {
  if (settings_.resolution < 1 || settings_.resolution > format::max_resolution)
    fail(Status::invalid_argument, "the image size is {}, expected 1 to {}", settings_.resolution,
         format::max_resolution);
  if (settings_.rows_per_shard < 1)
    fail(Status::invalid_argument, "{} rows a shard, expected 1 or more", settings_.rows_per_shard);
  for (const std::string& label : settings_.labels) {
    if (format::split_findings(label) != std::vector{label})
      fail(Status::invalid_argument,
           "the label {} is empty, has spaces around it or holds a \"{}\"", in_quotes(label),
           format::findings_separator);
  }
  make_folder(folder_);
  lock_.emplace(folder_);
  begin();
}

void DatasetWriter::begin() {
  if (std::filesystem::exists(folder_ / format::manifest_file)) return read_finished();
  if (const auto file = folder_ / preparation_file; std::filesystem::exists(file)) {
    check_same_preparation(read_preparation(), file.string());
  } else {
    remove_unfinished(folder_ / journal_folder, std::filesystem::file_type::regular);
    std::error_code kept;  // where it holds something
    std::filesystem::remove(folder_ / journal_folder, kept);
    if (!std::filesystem::is_empty(folder_))
      fail(Status::invalid_argument,
           "{}: the folder holds something else than a dataset; choose an empty or a new one",
           folder_.string());
    make_folder(folder_ / journal_folder);
    write_preparation();
  }
  make_folder(folder_ / "shards");
  for (const auto& folder : {folder_, folder_ / journal_folder, folder_ / "shards"})
    remove_unfinished(folder, std::filesystem::file_type::regular);
  while (read_journal(shards_.size())) continue;
}

void DatasetWriter::write_preparation() const {
  const Json journal = {{"format", format::journal_name},
                        {"version", format::journal_version},
                        {"preparation", settings_.preparation}};
  write_whole_file(folder_ / preparation_file, json_text(journal, 2) + '\n');
}

Json DatasetWriter::read_preparation() {
  const std::string where = (folder_ / preparation_file).string();
  const Json journal = read_json(folder_ / preparation_file);
  JsonObject object(journal, "", where);
  const auto without_sex_and_age = [&] { columns_ = format::columns_without_sex_and_age; };
  if (!object.contains("format")) {  // version 1
    without_sex_and_age();
    return journal;
  }
  if (const std::string name = object.string("format"); name != format::journal_name)
    fail(Status::format, "{}: \"format\" is {}, expected \"{}\"", where, in_quotes(name),
         format::journal_name);
  const std::int64_t version = object.integer("version");
  check_format_version(version, format::journal_version, "version", where);
  if (version < 3) without_sex_and_age();
  return object.get("preparation");
}

void DatasetWriter::check_same_preparation(const Json& earlier, const std::string& where) const {
  JsonObject(earlier, "preparation", where);
  const std::string changes = differences(earlier, settings_.preparation, settings_.defaults);
  if (!changes.empty())
    fail(Status::invalid_argument, "{}: the folder was begun otherwise: {}. Choose another folder",
         where, changes);
}

void DatasetWriter::read_finished() {
  const std::filesystem::path file = folder_ / format::manifest_file;
  const Json manifest = read_json(file);
  if (!manifest.is_object() || !manifest.contains("preparation"))
    fail(Status::format, "{}: not a dataset's manifest", file.string());
  const Dataset dataset = Dataset::open(folder_);  // of a version that this library reads
  check_same_preparation(manifest["preparation"], file.string());
  for (std::size_t i = 0; i < dataset.size(); ++i) count(dataset.record(i));
  summary_.skipped =
      static_cast<std::size_t>(JsonObject(manifest, "", file.string()).integer("skipped"));
  items_ = summary_.images + summary_.skipped;
  finished_ = true;
}

std::filesystem::path DatasetWriter::journal_file(std::size_t shard) const {
  return folder_ / journal_folder / formatted("{:05}.csv", shard);
}

bool DatasetWriter::read_journal(std::size_t shard) {
  const std::filesystem::path path = journal_file(shard),
                              data = folder_ / format::shard_file(shard);
  if (!std::filesystem::exists(path)) return false;
  const auto file = MappedFile::open(path, Limits{}.max_file_bytes);
  CsvReader reader(file->text(), path.string());
  CsvRow row;
  try {
    if (!reader.next(row) || row.fields.size() != 4 || row.fields[0] != shard_row)
      throw CsvError("no head");
    Shard head{0, 0, row.fields[3]};
    if (!parse_number(row.fields[1], head.rows) || !parse_number(row.fields[2], head.bytes))
      throw CsvError("no numbers");
    // The journal is written after its shard; one that somebody changed since is made again, and
    // all that follow.
    std::error_code code;
    if (std::filesystem::file_size(data, code) != head.bytes || code) return false;
    while (reader.next(row)) {
      const std::string kind = row.fields[0];
      const std::vector<std::string> fields(row.fields.begin() + 1, row.fields.end());
      if (kind == record_row && fields.size() == columns_) {
        count({fields[0], fields[1], split_of(fields[2], path.string()), {}, {}, {}});
        records_ += csv_line(fields);
      } else if (kind == skipped_row && fields.size() == format::skipped_header.size()) {
        ++summary_.skipped;
        skipped_ += csv_line(fields);
      } else {
        throw CsvError("an unknown row");
      }
      ++items_;
    }
    shards_.push_back(head);
  } catch (const CsvError& error) {
    fail(Status::format, "{}: damaged ({}); remove the folder and prepare anew", path.string(),
         error.what());
  }
  return true;
}

void DatasetWriter::count(const Record& record) {
  const auto split = static_cast<std::size_t>(record.split);
  ++summary_.images;
  ++summary_.images_of[split];
  if (patients_[split].insert(record.patient).second) ++summary_.patients_of[split];
}

void DatasetWriter::add(const Record& record, std::span<const std::uint8_t> pixels) {
  const auto image_bytes = static_cast<std::size_t>(settings_.resolution * settings_.resolution);
  if (pixels.size() != image_bytes)
    fail(Status::internal, "an image of {} bytes, expected {}", pixels.size(), image_bytes);
  for (const std::string& finding : record.findings) {
    if (std::find(settings_.labels.begin(), settings_.labels.end(), finding) ==
        settings_.labels.end())
      fail(Status::invalid_argument, "{}: the finding {} is not among the labels", record.id,
           in_quotes(finding));
  }
  std::vector<std::string> fields = fields_of(record, shards_.size(), rows_);
  fields.resize(columns_);
  std::vector<std::string> entry{std::string(record_row)};
  entry.insert(entry.end(), fields.begin(), fields.end());
  journal_ += csv_line(entry);
  records_ += csv_line(fields);
  pixels_.insert(pixels_.end(), pixels.begin(), pixels.end());
  ++rows_;
  ++items_;
  count(record);
  if (rows_ == static_cast<std::size_t>(settings_.rows_per_shard)) write_shard();
}

void DatasetWriter::skip(const std::string& path, const std::string& reason) {
  const std::string name = utf8::escape(path), why = utf8::escape(reason);  // names of files
  journal_ += csv_line({std::string(skipped_row), name, why});
  skipped_ += csv_line({name, why});
  ++summary_.skipped;
  ++items_;
}

void DatasetWriter::write_shard() {
  const auto rows = static_cast<std::int64_t>(rows_);
  const std::vector<std::int64_t> shape{rows, settings_.resolution, settings_.resolution};
  SafetensorsWriter file(folder_ / format::shard_file(shards_.size()),
                         {{{std::string(format::pixels_tensor), shape}, at::kByte}}, {});
  file.write(at::from_blob(pixels_.data(), shape, at::kByte));
  file.commit();
  const Shard shard{rows_, file.bytes(), file.sha256()};
  const std::string head = csv_line({std::string(shard_row), formatted("{}", shard.rows),
                                     formatted("{}", shard.bytes), shard.sha256});
  write_whole_file(journal_file(shards_.size()), head + journal_);
  shards_.push_back(shard);
  pixels_.clear();
  journal_.clear();
  rows_ = 0;
}

void DatasetWriter::finish() {
  if (rows_ > 0) write_shard();
  write_whole_file(folder_ / format::skipped_file, csv_line(format::skipped_header) + skipped_);
  if (summary_.images == 0) {
    fail(Status::format,
         "{}: not one image could be prepared, {} were skipped: the reasons are in {}",
         folder_.string(), summary_.skipped, format::skipped_file);
  }
  std::vector<std::string> header = format::records_header;
  header.resize(columns_);
  write_whole_file(folder_ / format::records_file, csv_line(header) + records_);
  Json shards = Json::array();
  for (const Shard& shard : shards_)
    shards.push_back({{"rows", shard.rows}, {"bytes", shard.bytes}, {"sha256", shard.sha256}});
  Json splits = Json::object();
  for (const Split split : {Split::train, Split::val, Split::test})
    splits[std::string(split_name(split))] = summary_.images_of[static_cast<std::size_t>(split)];
  const Json manifest = {{"format", format::name},
                         {"version", format::version},
                         {"resolution", settings_.resolution},
                         {"channels", 1},
                         {"count", summary_.images},
                         {"skipped", summary_.skipped},
                         {"splits", splits},
                         {"labels", settings_.labels},
                         {"shards", shards},
                         {"preparation", settings_.preparation}};
  write_whole_file(folder_ / format::manifest_file, json_text(manifest, 2) + '\n');
  std::error_code ignored;  // the dataset is whole; a journal that stays does no harm
  std::filesystem::remove_all(folder_ / journal_folder, ignored);
  finished_ = true;
}

}  // namespace raygen::engine
