#include "image_records.hpp"

#include "csv/csv.hpp"
#include "output_file.hpp"

#include <raygen/limits.hpp>

#include <algorithm>
#include <utility>

namespace raygen::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string json_text(const Json& json, int indent = -1) {
  // A class may have a name that is no UTF-8: it must not make the file invalid.
  return json.dump(indent, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

ImageRecords::ImageRecords(const Plan& plan, std::filesystem::path folder, std::uint64_t seed,
                           std::uint64_t first_image, std::string extension)
    : plan_(plan),
      folder_(std::move(folder)),
      seed_(seed),
      first_image_(first_image),
      extension_(std::move(extension)) {}

std::filesystem::path ImageRecords::path_of(std::size_t image) const {
  return folder_ / image_file_name(index_of(image), "", extension_);
}

std::filesystem::path ImageRecords::steps_path_of(std::size_t image) const {
  return folder_ / image_file_name(index_of(image), "_steps");
}

void ImageRecords::add(std::size_t image, bool skipped) {
  records_.push_back({image, skipped});
  if (!skipped) ++made_;
}

/// Images that another process was making come late.
std::vector<ImageRecords::Record> ImageRecords::in_order() const {
  std::vector<Record> records = records_;
  std::sort(records.begin(), records.end(),
            [](const Record& a, const Record& b) { return a.image < b.image; });
  return records;
}

std::vector<std::size_t> ImageRecords::images() const {
  std::vector<std::size_t> images;
  for (const Record& record : in_order()) images.push_back(record.image);
  return images;
}

void ImageRecords::write_lists() const {
  if (records_.empty()) return;
  std::vector<std::string> header = {"prompt", "img_savename", "seed", "image"};
  if (plan_.by_class()) header.emplace_back("class");
  std::string csv = csv_line(header);
  Json names = Json::array(), classes = Json::array();
  for (const std::size_t image : images()) {
    const std::string name = path_of(image).filename().string();
    std::vector<std::string> row = {plan_.text_of(image), name, std::to_string(seed_),
                                    std::to_string(index_of(image))};
    if (plan_.by_class()) {
      row.push_back(plan_.class_of(image));
      names.push_back(name);
      classes.push_back(plan_.class_of(image));
    }
    csv += csv_line(row);
  }
  write_file(folder_ / "images.csv", csv);
  if (plan_.by_class())
    write_file(folder_ / "data_info.json",
               json_text({{"images", std::move(names)}, {"class", std::move(classes)}}));
}

Json ImageRecords::json(bool with_steps) const {
  Json images = Json::array();
  for (const Record& record : in_order()) {
    Json image = {{"file", path_of(record.image).string()},
                  {"prompt", plan_.text_of(record.image)}};
    if (plan_.by_class()) image["class"] = plan_.class_of(record.image);
    image["seed"] = seed_;
    image["image"] = index_of(record.image);
    image["skipped"] = record.skipped;
    if (with_steps) image["steps_file"] = steps_path_of(record.image).string();
    images.push_back(std::move(image));
  }
  return images;
}

void write_sidecar(const std::filesystem::path& image, const std::string& settings) {
  std::filesystem::path path = image;
  path.replace_extension(".json");
  const std::string text = json_text(Json::parse(settings), 2);
  std::error_code code;
  if (std::filesystem::is_regular_file(path, code) &&
      read_file(path, Limits().max_file_bytes) == text)
    return;
  write_file(path, text);
}

}  // namespace raygen::cli
