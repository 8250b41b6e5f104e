#include "evaluation/report_table.hpp"

#include "evaluation/report_text.hpp"
#include "formatted.hpp"

#include <algorithm>

namespace raygen::engine {

namespace {

constexpr std::size_t kMostRowsOpen = 30;

/// The best number of a column and the second, where its rows compete.
struct Ranks {
  std::optional<double> best, second;
};

Ranks ranks_of(const MeasureTable& table, std::size_t column) {
  const Better better = table.columns[column].better;
  if (!table.rows_compete || better == Better::neither) return {};
  std::vector<double> numbers;
  for (const std::vector<TableCell>& row : table.rows)
    if (column < row.size() && row[column].number) numbers.push_back(*row[column].number);
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  if (numbers.size() < 2) return {};
  if (better == Better::higher) std::reverse(numbers.begin(), numbers.end());
  return {numbers[0], numbers[1]};
}

/// Whether a column holds numbers, which stand right; its title stands as they do.
bool has_numbers(const MeasureTable& table, std::size_t column) {
  return std::any_of(table.rows.begin(), table.rows.end(), [&](const std::vector<TableCell>& row) {
    return column < row.size() && row[column].number;
  });
}

std::string cell_content(const TableCell& cell, const TableColumn& column, const Ranks& ranks) {
  std::string html;
  if (cell.number) {
    html = html::number(*cell.number, column.decimals);
    if (ranks.best && *cell.number == *ranks.best)
      html = formatted("<span class=\"best\">{}</span>", html);
    if (ranks.second && *cell.number == *ranks.second)
      html = formatted("<span class=\"second\">{}</span>", html);
  } else {
    html = html::text(cell.text);
  }
  const auto add = [&](const std::string& part) {
    if (!html.empty()) html += ' ';
    html += part;
  };
  if (cell.interval) add(html::interval(*cell.interval, column.decimals));
  if (cell.verdict != Verdict::none) add(html::verdict(cell.verdict));
  return html.empty() ? "–" : html;
}

std::string header_html(const MeasureTable& table, const std::vector<bool>& numeric) {
  std::string html = "<thead><tr>";
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    html += formatted("<th scope=\"col\"{}>{}{}</th>", numeric[i] ? " class=\"number\"" : "",
                      html::text(table.columns[i].name), html::arrow(table.columns[i].better));
  }
  return html + "</tr></thead>\n";
}

std::string rows_html(const MeasureTable& table, const std::vector<bool>& numeric) {
  std::vector<Ranks> ranks;
  for (std::size_t i = 0; i < table.columns.size(); ++i) ranks.push_back(ranks_of(table, i));
  std::string html = "<tbody>\n";
  for (const std::vector<TableCell>& row : table.rows) {
    html += "<tr>";
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      const TableCell& cell = i < row.size() ? row[i] : TableCell();
      const std::string_view kind = numeric[i] ? " class=\"number\"" : "";
      const std::string content = cell_content(cell, table.columns[i], ranks[i]);
      html += i == 0 ? formatted("<th scope=\"row\"{}>{}</th>", kind, content)
                     : formatted("<td{}>{}</td>", kind, content);
    }
    html += "</tr>\n";
  }
  return html + "</tbody>\n";
}

}  // namespace

std::string table_html(const MeasureTable& table) {
  std::vector<bool> numeric;
  for (std::size_t i = 0; i < table.columns.size(); ++i) numeric.push_back(has_numbers(table, i));
  std::string html = formatted("<div class=\"table\"><h3>{}</h3>\n", html::text(table.title));
  if (table.rows.empty()) {
    html += "<p class=\"empty\">The table has no rows.</p>\n";
  } else {
    const std::string rows = formatted(
        "<div class=\"scroll\" tabindex=\"0\"><table class=\"numbers\">{}{}</table></div>\n",
        header_html(table, numeric), rows_html(table, numeric));
    html += table.rows.size() <= kMostRowsOpen
                ? rows
                : formatted("<details><summary>All {} rows</summary>\n{}</details>\n",
                            table.rows.size(), rows);
  }
  if (!table.note.empty()) html += formatted("<p class=\"note\">{}</p>\n", html::text(table.note));
  return html + "</div>\n";
}

}  // namespace raygen::engine
