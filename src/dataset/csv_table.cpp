#include "dataset/csv_table.hpp"

#include "error.hpp"
#include "storage/json.hpp"
#include "storage/mapped_file.hpp"
#include "storage/sha256.hpp"
#include "storage/utf8.hpp"

#include <fmt/ranges.h>
#include <zlib.h>

#include <algorithm>

namespace raygen::engine {
namespace {

constexpr std::string_view gzip_signature("\x1f\x8b", 2);

/// The text of a gzip file. Files that were put together, and bgzip's, have several members, one
/// after the other.
class GzipText {
 public:
  GzipText(std::string_view bytes, const std::string& where, std::uint64_t max_bytes)
      : bytes_(bytes), where_(where), max_bytes_(max_bytes), buffer_(step, '\0') {
    constexpr int gzip_window = 15 + 16;  // the largest window, a gzip header
    if (inflateInit2(&stream_, gzip_window) != Z_OK)
      fail(Status::internal, "{}: zlib cannot start", where_);
  }
  ~GzipText() { inflateEnd(&stream_); }
  GzipText(const GzipText&) = delete;
  GzipText& operator=(const GzipText&) = delete;

  std::string inflated() {
    do {
      inflate_member();
      inflateReset(&stream_);
    } while (bytes_.find_first_not_of('\0') !=
             std::string_view::npos);  // zeros pad the last block of a tape
    return std::move(text_);
  }

 private:
  static constexpr std::size_t step = 1 << 20;

  /// Takes a member from the front of what is left.
  void inflate_member() {
    for (int code = Z_OK; code != Z_STREAM_END;) {
      if (bytes_.empty()) fail(Status::format, "{}: the gzip file ends too early", where_);
      const std::size_t given = std::min(bytes_.size(), step);
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes_.data()));
      stream_.avail_in = static_cast<uInt>(given);
      stream_.next_out = reinterpret_cast<Bytef*>(buffer_.data());
      stream_.avail_out = static_cast<uInt>(step);
      code = inflate(&stream_, Z_NO_FLUSH);
      if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR)
        fail(Status::format, "{}: not a valid gzip file: {}", where_,
             stream_.msg == nullptr ? "damaged" : stream_.msg);
      bytes_.remove_prefix(given - stream_.avail_in);
      text_.append(buffer_, 0, step - stream_.avail_out);
      if (text_.size() > max_bytes_)
        fail(Status::limit, "{}: inflates to more than the limit of {} bytes", where_, max_bytes_);
    }
  }

  std::string_view bytes_;
  const std::string& where_;
  std::uint64_t max_bytes_;
  std::string buffer_, text_;
  z_stream stream_{};
};

}  // namespace

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view space = " \t\r\n\v\f";
  const std::size_t first = text.find_first_not_of(space);
  return first == std::string_view::npos
             ? std::string_view()
             : text.substr(first, text.find_last_not_of(space) - first + 1);
}

CsvTable::CsvTable(const std::filesystem::path& path, const Limits& limits)
    : path_(path), file_(MappedFile::open(path, limits.max_file_bytes)) {
  std::string_view bytes = file_->text();
  if (bytes.starts_with(gzip_signature)) {
    const std::string where = path.string();
    inflated_ = GzipText(bytes, where, limits.max_file_bytes).inflated();
    bytes = inflated_;
  }
  try {
    text_.emplace(bytes, path.string(), limits.max_file_bytes);
  } catch (const CsvLimitError& error) {
    throw Error(Status::limit, error.what());
  } catch (const CsvError& error) {
    throw Error(Status::format, error.what());
  }
  reader_.emplace(text_->reader());
  if (!read_row())
    fail(Status::format, "{}: empty, expected a CSV file with a header", path.string());
  for (const std::string& name : row_.fields) header_.push_back(utf8::repair(without_spaces(name)));
}

CsvTable::~CsvTable() = default;

std::string CsvTable::sha256() const { return sha256_hex(file_->text()); }

std::size_t CsvTable::column(std::string_view name) const {
  if (const auto found = only(name, [&](const std::string& column) { return column == name; }))
    return *found;
  if (const auto found = find_column({name})) return *found;
  fail(Status::format, "{}: there is no column {}; {}", path_.string(), in_quotes(name),
       header_text());
}

std::optional<std::size_t> CsvTable::find_column(
    std::initializer_list<std::string_view> names) const {
  for (const std::string_view name : names) {
    const auto found = only(name, [lower = ascii_lower(name)](const std::string& column) {
      return ascii_lower(column) == lower;
    });
    if (found) return found;
  }
  return std::nullopt;
}

std::vector<std::size_t> CsvTable::columns_like(std::string_view name) const {
  const std::string plain = plain_name(name);
  std::vector<std::size_t> columns;
  for (std::size_t i = 0; i < header_.size(); ++i) {
    if (plain_name(header_[i]) == plain)
      columns.insert(header_[i] == name ? columns.begin() : columns.end(), i);
  }
  return columns;
}

std::vector<std::size_t> CsvTable::columns_like(const std::vector<std::string_view>& names) const {
  std::vector<std::size_t> columns;
  for (const std::string_view name : names) {
    for (const std::size_t column : columns_like(name)) {
      if (std::find(columns.begin(), columns.end(), column) == columns.end())
        columns.push_back(column);
    }
  }
  return columns;
}

std::optional<std::size_t> CsvTable::only(std::string_view name,
                                          const std::function<bool(const std::string&)>& is) const {
  const auto first = std::find_if(header_.begin(), header_.end(), is);
  if (first == header_.end()) return std::nullopt;
  if (const auto second = std::find_if(first + 1, header_.end(), is); second != header_.end()) {
    fail(Status::format, "{}: columns {} ({}) and {} ({}) are both called {}; rename one",
         path_.string(), first - header_.begin() + 1, in_quotes(*first),
         second - header_.begin() + 1, in_quotes(*second), in_quotes(name));
  }
  return static_cast<std::size_t>(first - header_.begin());
}

std::string CsvTable::header_text() const {
  return formatted("the header has {} (read as separated by {})",
                   in_quotes(formatted("{}", fmt::join(header_, ", "))),
                   separator_name(text_->separator()));
}

bool CsvTable::next() {
  const auto blank = [](const std::string& field) { return trimmed(field).empty(); };
  do {
    if (!read_row()) return false;
  } while (std::all_of(row_.fields.begin(), row_.fields.end(), blank));
  where_ = formatted("{}, line {}", path_.string(), row_.line);
  if (!fit_to_header(row_, header_)) {
    fail(Status::format,
         "{}: {} fields, the header has {} (read as separated by {}; a text with one of them needs "
         "quotes)",
         where_, row_.fields.size(), header_.size(), separator_name(text_->separator()));
  }
  bytes_.clear();
  for (std::size_t i = 0; i < row_.fields.size(); ++i) {
    std::string& field = row_.fields[i];
    if (!utf8::is_valid(field)) field = utf8::repair(bytes_[i] = std::move(field));
  }
  if (!bytes_.empty()) ++repaired_rows_;
  return true;
}

const std::string& CsvTable::bytes(std::size_t column) const {
  const auto found = bytes_.find(column);
  return found == bytes_.end() ? field(column) : found->second;
}

bool CsvTable::read_row() {
  try {
    return reader_->next(row_);
  } catch (const CsvError& error) {
    throw Error(Status::format, error.what());
  }
}

}  // namespace raygen::engine
