#include "dataset/findings_cells.hpp"

#include "csv/table_text.hpp"
#include "dataset/format.hpp"
#include "storage/utf8.hpp"

#include <algorithm>

namespace raygen::engine {
namespace {

bool is_present(std::string_view cell) {
  const std::string text = ascii_lower(without_spaces(cell));
  return text == "true" ||
         (text.starts_with('1') &&
          (text.size() == 1 || ((text[1] == '.' || text[1] == ',') &&
                                text.find_first_not_of('0', 2) == std::string::npos)));
}

/// ['one', "two"], as Python prints a list.
std::vector<std::string> python_list(std::string_view cell) {
  std::vector<std::string> names;
  for (std::size_t at = 0; (at = cell.find_first_of("'\"", at)) != std::string_view::npos;) {
    const std::size_t end = cell.find(cell[at], at + 1);
    if (end == std::string_view::npos) break;
    const std::string_view name = without_spaces(cell.substr(at + 1, end - at - 1));
    if (!name.empty()) names.emplace_back(name);
    at = end + 1;
  }
  return names;
}

}  // namespace

std::vector<std::string> findings_in(std::string_view cell, const FindingsColumn& column) {
  if (is_missing(cell)) return {};
  switch (column.cell) {
    case FindingsCell::flag:
      return is_present(cell) ? std::vector{column.finding} : std::vector<std::string>();
    case FindingsCell::mask:
      return without_spaces(cell) != "-1" ? std::vector{column.finding}
                                          : std::vector<std::string>();
    case FindingsCell::name:
      return {std::string(without_spaces(cell))};
    case FindingsCell::bars:
      return format::split_findings(cell);
    case FindingsCell::semicolons: {
      std::string bars(cell);
      std::replace(bars.begin(), bars.end(), ';', format::findings_separator);
      return format::split_findings(bars);
    }
    case FindingsCell::python_list:
      return python_list(cell);
  }
  return {};
}

}  // namespace raygen::engine
