#include "image_sources.hpp"

#include "csv/table_text.hpp"
#include "output_file.hpp"

#include <raygen/error.hpp>
#include <raygen/limits.hpp>

#include <algorithm>
#include <optional>
#include <set>
#include <system_error>

namespace raygen::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* image_columns[] = {"img_savename", "path", "image", "filename", "file"};

bool ends_as(const fs::path& path, const std::set<std::string>& endings) {
  return endings.contains(ending_of(path));
}

bool is_image_name(const fs::path& path) {
  return ends_as(path, {".png", ".jpg", ".jpeg", ".dcm", ".dicom", ".jp2", ".j2k", ".bmp", ".pgm",
                        ".ppm", ".tga", ".gif", ".psd"});
}

[[noreturn]] void refuse_list(const std::string& where, const std::string& what) {
  throw Error(Status::format, where + ": " + what);
}

std::size_t image_column(const std::vector<std::string>& header, const std::string& where) {
  for (const std::string name : image_columns) {
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < header.size(); ++i) {
      if (plain_name(header[i]) != plain_name(name)) continue;
      if (found)
        refuse_list(where, "the columns \"" + header[*found] + "\" and \"" + header[i] +
                               "\" are both called \"" + name + "\"; rename one");
      found = i;
    }
    if (found) return *found;
  }
  refuse_list(
      where,
      "no column names the images; img_savename, path, image, filename or file was expected");
}

bool leads_out(const fs::path& relative) { return relative.empty() || *relative.begin() == ".."; }

/// A table may come from anywhere: what it names may not lead out of its folder. An image may be a
/// link to anywhere and a folder may not.
/// root: the folder without links.
fs::path image_within(const fs::path& root, const std::string& name, const std::string& where) {
  const std::string told = "image \"" + name + "\": ";
  if (name.empty() || name.find('\0') != std::string::npos || fs::path(name).is_absolute())
    refuse_list(where, told + "a path within the table's folder was expected");
  std::error_code code;
  const fs::path path = root / name;
  const fs::path real = fs::weakly_canonical(path.parent_path(), code);
  if (leads_out(path.lexically_normal().lexically_relative(root)) ||
      leads_out(real.lexically_relative(root)))
    refuse_list(where, told + "the path leads out of the table's folder");
  if (!fs::is_regular_file(path, code)) refuse_list(where, told + "there is no such file");
  return path;
}

void read_rows(const TableText& text, const fs::path& table, std::vector<SourceImage>& images) {
  CsvReader reader = text.reader();
  CsvRow row;
  const std::string separator = separator_name(text.separator());
  const auto where = [&] { return table.string() + ", line " + std::to_string(row.line); };
  if (!reader.next(row))
    refuse_list(table.string(), "empty, a table with a column of images was expected");
  std::vector<std::string> header;
  for (const std::string& name : row.fields) header.emplace_back(without_spaces(name));
  const std::size_t column =
      image_column(header, where() + " (read as separated by " + separator + ")");
  std::error_code code;
  const fs::path root =
      fs::weakly_canonical(table.has_parent_path() ? table.parent_path() : fs::path("."), code);
  while (reader.next(row)) {
    if (!fit_to_header(row, header))
      refuse_list(where(), std::to_string(row.fields.size()) + " fields, the header has " +
                               std::to_string(header.size()) + " (read as separated by " +
                               separator + ")");
    const std::string& name = row.fields[column];
    images.push_back({name, image_within(root, name, where())});
  }
}

void add_images_of_table(const fs::path& table, std::vector<SourceImage>& images) {
  const std::uint64_t max_bytes = Limits().max_file_bytes;
  const std::string bytes = read_file(table, max_bytes);
  try {
    read_rows(TableText(bytes, table.string(), max_bytes), table, images);
  } catch (const CsvLimitError& error) {
    throw Error(Status::limit, error.what());
  } catch (const CsvError& error) {
    throw Error(Status::format, error.what());
  }
}

void add_images_of_folder(const fs::path& folder, std::vector<SourceImage>& images) {
  std::error_code code;
  if (fs::exists(folder / "images.csv", code))
    return add_images_of_table(folder / "images.csv", images);
  std::vector<SourceImage> found;
  for (fs::directory_iterator entry(folder, code), end; !code && entry != end;
       entry.increment(code)) {
    std::error_code gone;
    if (entry->is_regular_file(gone) && is_image_name(entry->path()))
      found.push_back({entry->path().filename().string(), entry->path()});
  }
  if (code) throw Error(Status::io, "cannot read " + folder.string() + ": " + code.message());
  std::sort(found.begin(), found.end(),
            [](const SourceImage& a, const SourceImage& b) { return a.name < b.name; });
  images.insert(images.end(), found.begin(), found.end());
}

}  // namespace

std::vector<SourceImage> list_source_images(const std::vector<std::string>& sources) {
  std::vector<SourceImage> images;
  for (const std::string& source : sources) {
    const std::size_t before = images.size();
    std::error_code code;
    if (fs::is_directory(source, code))
      add_images_of_folder(source, images);
    else if (ends_as(source, {".csv", ".tsv", ".txt"}))
      add_images_of_table(source, images);
    else
      images.push_back({source, source});
    if (images.size() == before)
      throw Error(Status::invalid_argument,
                  source +
                      " has no images; PNG, JPEG, DICOM or other images, or a table that "
                      "names them, were expected");
  }
  return images;
}

}  // namespace raygen::cli
