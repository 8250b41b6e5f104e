#pragma once
// Public data sets whose tables are known by their columns: what each column holds, and where the
// patient stands. What is not said here is found by the usual names.

#include <functional>
#include <string_view>
#include <vector>

namespace raygen::engine {

/// How a cell tells findings.
enum class FindingsCell {
  flag,         // 1: the column's finding
  mask,         // anything but -1: the column's finding
  name,         // one name
  bars,         // names with "|" between them
  semicolons,   // names with ";" between them
  python_list,  // ['name', 'other name']
};

struct KnownFindings {
  std::string_view column;
  FindingsCell cell;
  std::string_view finding = {};  // of flag and mask; empty: the column's name
};

struct KnownTable {
  using Names = std::vector<std::string_view>;

  std::string_view name;
  /// The table is known if it has all of these. Case, spaces, "_", "-" and "." do not count, here
  /// and in all that follows.
  Names signature;
  /// Paths made of columns, {column} or {column:2}, its first two characters. They are tried beside
  /// the columns that usually hold a path.
  Names paths = {};
  /// An image is looked for under its path as it is, in these folders, and with these suffixes.
  Names folders = {}, suffixes = {};
  /// What the first folder of a path begins with that is left out when the image is not there.
  std::string_view leading_folder = {};
  Names patient = {};        // columns, the first that there is
  bool has_patients = true;  // false: the publisher gives none
  Names text = {};           // the first that is not empty
  Names view = {};           // the first that is not empty
  std::vector<KnownFindings> findings = {};
  bool several_rows = false;     // of one image: their findings belong together
  std::string_view note = {};    // about its patients, said with what was found
  std::string_view advice = {};  // if it has no path, or no text
};

/// The first known table that a header fits, or nullptr.
const KnownTable* known_table(const std::function<bool(std::string_view)>& has_column);

}  // namespace raygen::engine
