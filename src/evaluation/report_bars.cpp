#include "evaluation/report_axis.hpp"
#include "evaluation/report_charts.hpp"
#include "evaluation/report_text.hpp"
#include "formatted.hpp"

#include <algorithm>

namespace raygen::engine {

namespace {

constexpr double kBarsWidth = 360, kRowHeight = 36, kAxisHeight = 24;
constexpr std::size_t kRowsPerSvg = 16;  // a page of paper holds two of them

/// From end to end of the interval, with a stroke at each.
std::string whisker_svg(const std::pair<double, double>& interval, const Axis& axis, double y) {
  return formatted("<path class=\"whisker\" d=\"M{0:.1f} {2:.1f}v8m0-4H{1:.1f}m0-4v8\"/>",
                   axis.place(interval.first), axis.place(interval.second), y - 4);
}

/// The name and the numbers on a line of text, the value on the scale below it.
std::string bar_svg(const Bars::Row& row, bool forest, const Axis& axis, double top) {
  const int decimals = std::min(axis.decimals + 1, 6);
  std::string numbers = html::number(row.value, decimals);
  if (row.interval)
    numbers += formatted(" [{}, {}]", html::number(row.interval->first, decimals),
                         html::number(row.interval->second, decimals));
  const std::string name = cut_to_width(row.name, kBarsWidth - text_width(numbers) - 12);
  // Lines of the scale do not run through the words.
  std::string svg = formatted(
      "<rect class=\"under\" x=\"0\" y=\"{0:.1f}\" width=\"{1:.1f}\" height=\"17\"/>"
      "<rect class=\"under\" x=\"{2:.1f}\" y=\"{0:.1f}\" width=\"{3:.1f}\" height=\"17\"/>",
      top + 2, text_width(name) + 4, kBarsWidth - text_width(numbers) - 4, text_width(numbers) + 4);
  svg += formatted(
      "<text x=\"0\" y=\"{0:.1f}\">{1}<title>{2}</title></text>"
      "<text x=\"{3:.0f}\" y=\"{0:.1f}\" text-anchor=\"end\">{4}</text>",
      top + 14, html::text(name), html::text(row.name), kBarsWidth, numbers);
  const double y = top + 25, x = axis.place(row.value);
  if (!forest) {
    const double zero = axis.place(0);
    svg +=
        formatted("<rect class=\"bar\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"9\"/>",
                  std::min(zero, x), y - 4.5, std::abs(x - zero));
  }
  if (row.interval) svg += whisker_svg(*row.interval, axis, y);
  if (forest)
    svg += formatted("<rect class=\"point\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"8\" height=\"8\"/>",
                     x - 4, y - 4);
  return svg;
}

/// Rows first..last-1 over the axis that all rows share.
std::string bars_svg(const Bars& bars, std::size_t first, std::size_t last, const Axis& axis,
                     const std::string& name) {
  const double bottom = static_cast<double>(last - first) * kRowHeight + 2;
  std::string svg;
  for (const double tick : axis.ticks) {
    const double x = axis.place(tick);
    svg += formatted("<path class=\"grid\" d=\"M{0:.1f} 0V{1:.1f}\"/>", x, bottom);
    svg += formatted("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>", x,
                     bottom + 16, axis.label(tick));
  }
  svg += formatted("<path class=\"axis\" d=\"M0 {:.1f}H{:.0f}\"/>", bottom, kBarsWidth);
  svg += formatted("<path class=\"zero\" d=\"M{:.1f} 0V{:.1f}\"/>",
                   axis.place(bars.zero.value_or(0)), bottom);
  for (std::size_t i = first; i < last; ++i)
    svg += bar_svg(bars.rows[i], bars.zero.has_value(), axis,
                   static_cast<double>(i - first) * kRowHeight);
  return formatted(
      "<svg class=\"chart\" viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" "
      "aria-label=\"{}\">{}</svg>\n",
      kBarsWidth, bottom + kAxisHeight, html::text(name), svg);
}

/// A word above or below a strip, kept inside it.
std::string strip_label(const std::string& word, double x, double y, double width) {
  const double half = text_width(word) / 2;
  return formatted("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>",
                   std::clamp(x, half, width - half), y, word);
}

}  // namespace

std::string bars_html(const Bars& bars, const ReportFigure& figure) {
  if (bars.rows.empty()) return "<p class=\"empty\">There is nothing to draw.</p>\n";
  double low = bars.zero.value_or(0), high = low;
  for (const Bars::Row& row : bars.rows) {
    low = std::min({low, row.value, row.interval ? row.interval->first : row.value});
    high = std::max({high, row.value, row.interval ? row.interval->second : row.value});
  }
  const double pad = 0.04 * (high - low);  // a bar begins at zero, a forest has room on both sides
  if (bars.zero || low < 0) low -= pad;
  if (bars.zero || high > 0) high += pad;
  const Axis axis = make_axis(low, high, 10, kBarsWidth - 14, 6, 12);
  std::string html = formatted("<p class=\"axis-title\">{}</p>", html::text(figure.y_title));
  for (std::size_t first = 0; first < bars.rows.size(); first += kRowsPerSvg)
    html +=
        bars_svg(bars, first, std::min(first + kRowsPerSvg, bars.rows.size()), axis, figure.title);
  return html + formatted("<p class=\"axis-title x\">{}</p>\n", html::text(figure.x_title));
}

std::string floor_strip(const Measure& measure) {
  if (!measure.value || !measure.floor) return {};
  constexpr double width = 300, height = 50, middle = 25;
  const Floor& floor = *measure.floor;
  const double value = measure.at_floor_count.value_or(*measure.value);
  const double below = floor.value - 2 * floor.deviation, above = floor.value + 2 * floor.deviation;
  // The interval is that of all images: it does not belong to a value of fewer.
  const std::pair<double, double>* const interval =
      measure.interval && !measure.at_floor_count ? &*measure.interval : nullptr;
  const double low = std::min({below, value, interval ? interval->first : value}),
               high = std::max({above, value, interval ? interval->second : value});
  const Axis axis = make_axis(low, high, 12, width - 12, 4, -1);
  std::string svg = formatted("<path class=\"axis\" d=\"M0 {}H{}\"/>", middle, width);
  const double from = axis.place(below), to = axis.place(above);
  svg += formatted("<rect class=\"band\" x=\"{:.1f}\" y=\"{}\" width=\"{:.1f}\" height=\"14\"/>",
                   std::min(from, (from + to) / 2 - 1), middle - 7, std::max(to - from, 2.0));
  svg += strip_label("real against real", axis.place(floor.value), middle + 22, width);
  if (interval) svg += whisker_svg(*interval, axis, middle);
  svg += formatted("<circle class=\"point\" cx=\"{:.1f}\" cy=\"{}\" r=\"5\"/>", axis.place(value),
                   middle);
  svg += strip_label("this set", axis.place(value), middle - 12, width);
  return formatted(
      "<svg class=\"strip\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"this set {}, real "
      "against real {} ± {}\">{}</svg>\n",
      width, height, html::number(value, measure.decimals),
      html::number(floor.value, measure.decimals), html::number(floor.deviation, measure.decimals),
      svg);
}

}  // namespace raygen::engine
