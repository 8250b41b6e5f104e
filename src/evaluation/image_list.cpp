#include "evaluation/image_list.hpp"

#include "dataset/csv_table.hpp"
#include "dataset/demographics.hpp"
#include "dataset/image_paths.hpp"
#include "dataset/table_columns.hpp"
#include "error.hpp"

#include <algorithm>
#include <set>
#include <system_error>

namespace raygen::engine {

namespace {

namespace fs = std::filesystem;

std::vector<ListedImage> images_of_table(const fs::path& path, const Limits& limits) {
  CsvTable table(path, limits);
  const std::optional<std::size_t> image =
      table.find_column({"img_savename", "path", "image", "filename", "file"});
  if (!image)
    fail(Status::format, "{}: no column names the images; img_savename was expected; {}",
         path.string(), table.header_text());
  const std::optional<std::size_t> prompt =
      table.find_column({"prompt", "text", "report", "annotated_prompt"});
  const std::vector<std::size_t> sex = table.columns_like(usual_sex_columns),
                                 age = table.columns_like(usual_age_columns),
                                 view = table.columns_like(usual_view_columns);
  const fs::path root = fs::canonical(path.has_parent_path() ? path.parent_path() : fs::path("."));
  std::vector<ListedImage> images;
  std::set<fs::path> seen;
  while (table.next()) {
    const std::string& name = table.bytes(*image);
    const auto refuse = [&](const std::string& why) {
      fail(Status::format, "{}: image \"{}\": {}", table.where(), table.field(*image), why);
    };
    ImageFile found;
    try {
      found = image_within(root, name);
    } catch (const Error& error) {
      refuse(error.what());
    }
    if (!file_is_there(found.file)) refuse("there is no such file");
    if (!seen.insert(found.real).second) refuse("an earlier line has it, too");
    images.push_back(
        {found.file,
         table.field(*image),
         std::nullopt,
         {sex_of(value_of(table, sex)), age_of(value_of(table, age)), value_of(table, view)}});
    if (prompt) images.back().prompt = table.field(*prompt);
  }
  return images;
}

std::vector<ListedImage> images_of_folder(const fs::path& folder) {
  std::vector<ListedImage> images;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (entry.is_regular_file() && looks_like_image(name))
      images.push_back({entry.path(), name, std::nullopt});
  }
  std::sort(images.begin(), images.end(),
            [](const ListedImage& a, const ListedImage& b) { return a.name < b.name; });
  return images;
}

}  // namespace

std::vector<ListedImage> list_images(const fs::path& source, const Limits& limits) {
  std::vector<ListedImage> images;
  try {
    if (!fs::exists(source)) fail(Status::io, "{} is not there", source.string());
    const fs::path table = fs::is_directory(source) ? source / "images.csv" : source;
    images = fs::exists(table) ? images_of_table(table, limits) : images_of_folder(source);
  } catch (const fs::filesystem_error& error) {
    fail(Status::io, "cannot read {}: {}", source.string(), error.code().message());
  }
  if (images.empty())
    fail(Status::invalid_argument,
         "{} has no images; PNG, JPEG or other images, or a table that names them, were expected",
         source.string());
  return images;
}

}  // namespace raygen::engine
