#include "evaluation/report_charts.hpp"

#include "evaluation/report_axis.hpp"
#include "evaluation/report_text.hpp"
#include "formatted.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

namespace raygen::engine {

namespace {

constexpr std::size_t kMostGroups = 4;  // that one chart tells apart

/// The outer size of a chart and the axes inside it, in units of the figure.
struct Chart {
  double width, height;
  Axis x, y;
};

struct Panel {
  double width, height;
};
constexpr Panel kWholePanel{360, 226}, kSquarePanel{360, 350}, kSmallPanel{168, 140},
    kSmallSquare{168, 176};
constexpr double kBelow = 24, kRight = 12;  // for the labels of x, and half of the last one

std::string tick_label(double x, double y, std::string_view anchor, const std::string& label) {
  return formatted("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>", x, y, anchor,
                   html::text(label));
}

/// Lines at the ticks of y, ticks of x, and their labels. `unit` follows the labels of y.
std::string axes_svg(const Chart& chart, const std::string& unit) {
  const double left = chart.x.from, right = chart.x.to, bottom = chart.y.from;
  std::string svg;
  for (const double tick : chart.y.ticks) {
    const double y = chart.y.place(tick);
    svg += formatted("<path class=\"grid\" d=\"M{:.1f} {:.1f}H{:.1f}\"/>", left, y, right);
    svg += tick_label(left - 6, y + 4, "end", chart.y.label(tick) + unit);
  }
  svg += formatted("<path class=\"axis\" d=\"M{:.1f} {:.1f}H{:.1f}", left, bottom, right);
  for (const double tick : chart.x.ticks)
    svg += formatted("M{:.1f} {:.1f}v4", chart.x.place(tick), bottom);
  svg += "\"/>";
  for (const double tick : chart.x.ticks)
    svg += tick_label(chart.x.place(tick), bottom + 18, "middle", chart.x.label(tick));
  return svg;
}

/// `top`: where the highest value of y stands.
Chart make_chart(const Panel& panel, double low_x, double high_x, double high_y, double top,
                 const std::string& unit) {
  Chart chart{panel.width, panel.height, {}, {}};
  const double bottom = panel.height - kBelow;
  chart.y = make_axis(0, high_y, bottom, top, panel.width < 200 ? 3 : 5, -1);
  double left = 0;
  for (const double tick : chart.y.ticks)
    left = std::max(left, text_width(chart.y.label(tick) + unit));
  chart.x = make_axis(low_x, high_x, left + 10, panel.width - kRight, 6, 12);
  return chart;
}

std::string svg_of(const Chart& chart, const std::string& name, const std::string& content) {
  return formatted(
      "<svg class=\"chart\" viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" "
      "aria-label=\"{}\">{}</svg>\n",
      chart.width, chart.height, html::text(name), content);
}

struct LegendEntry {
  std::string name;
  bool marked = false;
};

std::string marker_svg(std::size_t group, double x, double y) {
  switch (group % kMostGroups) {
    case 0:
      return formatted("<circle class=\"marker group-0\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3.5\"/>",
                       x, y);
    case 1:
      return formatted("<path class=\"marker group-1\" d=\"M{:.1f} {:.1f}h6.4v6.4h-6.4z\"/>",
                       x - 3.2, y - 3.2);
    case 2:
      return formatted("<path class=\"marker group-2\" d=\"M{:.1f} {:.1f}l4.2 7.4h-8.4z\"/>", x,
                       y - 4.6);
    default:
      return formatted(
          "<path class=\"marker group-3\" d=\"M{:.1f} {:.1f}l4.4 4.4-4.4 4.4-4.4-4.4z\"/>", x,
          y - 4.4);
  }
}

std::string legend_html(const std::vector<LegendEntry>& entries) {
  std::string html = "<ul class=\"legend\">";
  for (std::size_t i = 0; i < entries.size(); ++i) {
    html += formatted(
        "<li><svg viewBox=\"0 0 32 12\" aria-hidden=\"true\"><path class=\"line group-{}\" "
        "d=\"M0 6h32\"/>{}</svg>{}</li>",
        i, entries[i].marked ? marker_svg(i, 16, 6) : "", html::text(entries[i].name));
  }
  return html + "</ul>\n";
}

/// Draws the groups from `first` on, `count` of them.
using Draw = std::function<std::string(const Panel& panel, std::size_t first, std::size_t count,
                                       const std::string& name)>;

/// One chart of up to four groups under a legend, or a panel for each under its name.
std::string chart_html(const ReportFigure& figure, const std::vector<LegendEntry>& entries,
                       const Panel& whole, const Panel& small, const Draw& draw) {
  if (entries.size() <= kMostGroups)
    return legend_html(entries) +
           formatted("<p class=\"axis-title\">{}</p>", html::text(figure.y_title)) +
           draw(whole, 0, entries.size(), figure.title) +
           formatted("<p class=\"axis-title x\">{}</p>\n", html::text(figure.x_title));
  std::string html =
      formatted("<p class=\"axis-title\">vertical: {}; horizontal: {}</p><div class=\"panels\">\n",
                html::text(figure.y_title), html::text(figure.x_title));
  for (std::size_t i = 0; i < entries.size(); ++i) {
    html += formatted("<div class=\"panel\"><p>{}</p>", html::text(entries[i].name)) +
            draw(small, i, 1, figure.title + ": " + entries[i].name) + "</div>\n";
  }
  return html + "</div>\n";
}

/// Bins of a round width, by Rice's rule for groups of n values in the mean: 2 n^(1/3).
struct Bins {
  double first = 0, width = 1;
  std::size_t count = 1;
};

Bins make_bins(const Histograms& histograms, double low, double high) {
  std::size_t values = 0, groups = 0;
  for (const Histograms::Group& group : histograms.groups)
    values += group.values.size(), groups += group.values.empty() ? 0 : 1;
  const double size = static_cast<double>(values) / static_cast<double>(groups);
  const int wanted = std::clamp(static_cast<int>(2 * std::cbrt(size)), 5, 40);
  Bins bins;
  const Axis axis = make_axis(low, high, 0, 1, wanted, -1);
  bins.width = axis.step;
  bins.first = std::floor(axis.low / bins.width) * bins.width;
  bins.count =
      static_cast<std::size_t>(std::floor((axis.high - bins.first) / bins.width * (1 + 1e-12))) + 1;
  return bins;
}

std::vector<double> shares(const std::vector<double>& values, const Bins& bins) {
  std::vector<double> shares(bins.count, 0.0);
  for (const double value : values) {
    const double bin = std::floor((value - bins.first) / bins.width);
    shares[static_cast<std::size_t>(std::clamp<double>(
        bin, 0, static_cast<double>(bins.count - 1)))] += 1 / static_cast<double>(values.size());
  }
  return shares;
}

std::string outline_svg(const std::vector<double>& heights, const Bins& bins, const Chart& chart,
                        std::size_t style) {
  const auto x = [&](std::size_t edge) {
    return chart.x.place(bins.first + static_cast<double>(edge) * bins.width);
  };
  std::string path = formatted("M{:.1f} {:.1f}", x(0), chart.y.from);
  for (std::size_t i = 0; i < heights.size(); ++i)
    path += formatted("V{:.1f}H{:.1f}", chart.y.place(100 * heights[i]), x(i + 1));
  path += formatted("V{:.1f}", chart.y.from);
  return formatted(
      "<path class=\"area group-{0}\" d=\"{1}\"/><path class=\"line group-{0}\" d=\"{1}\"/>", style,
      path);
}

std::string mark_svg(const Histograms& histograms, const Chart& chart, double top) {
  const double x = chart.x.place(*histograms.mark);
  const bool right_half = x > (chart.x.from + chart.x.to) / 2;
  const std::string name =
      cut_to_width(histograms.mark_name, right_half ? x - 4 : chart.width - x - 4);
  return formatted("<path class=\"mark\" d=\"M{0:.1f} {1:.1f}V{2:.1f}\"/>", x, top - 16,
                   chart.y.from) +
         formatted("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>",
                   x + (right_half ? -5 : 5), top - 7, right_half ? "end" : "start",
                   html::text(name));
}

constexpr std::size_t kMarkedPoints = 20;  // a curve of so many shows where they are

/// Points nearer to each other than can be seen are one.
std::string curve_svg(const Curves::Curve& curve, const Chart& chart, std::size_t style) {
  std::string path, last, markers;
  for (const auto& [x, y] : curve.points) {
    const double at_x = chart.x.place(x), at_y = chart.y.place(y);
    const std::string point = formatted("{:.1f} {:.1f}", at_x, at_y);
    if (curve.points.size() <= kMarkedPoints) markers += marker_svg(style, at_x, at_y);
    if (point == last) continue;
    path += (path.empty() ? "M" : "L") + point;
    last = point;
  }
  return formatted("<path class=\"line group-{}\" d=\"{}\"/>", style, path) + markers;
}

constexpr const char* kNothingToDraw = "<p class=\"empty\">There is nothing to draw.</p>\n";

}  // namespace

std::string histograms_html(const Histograms& histograms, const ReportFigure& figure) {
  std::vector<double> ends;
  for (const Histograms::Group& group : histograms.groups) {
    if (group.values.empty()) continue;
    const auto [low, high] = std::minmax_element(group.values.begin(), group.values.end());
    ends.push_back(*low), ends.push_back(*high);
  }
  if (ends.empty()) return kNothingToDraw;
  if (histograms.mark) ends.push_back(*histograms.mark);
  const auto [low, high] = std::minmax_element(ends.begin(), ends.end());
  const Bins bins = make_bins(histograms, *low, *high);
  std::vector<std::vector<double>> heights;
  std::vector<LegendEntry> entries;
  double highest = 0;
  for (const Histograms::Group& group : histograms.groups) {
    heights.push_back(shares(group.values, bins));
    highest = std::max(highest, *std::max_element(heights.back().begin(), heights.back().end()));
    entries.push_back({formatted("{} (n = {})", group.name,
                                 html::count(static_cast<std::int64_t>(group.values.size())))});
  }
  const double end = bins.first + static_cast<double>(bins.count) * bins.width;
  const auto draw = [&](const Panel& panel, std::size_t first, std::size_t count,
                        const std::string& name) {
    const double top = histograms.mark ? 24 : 8;
    const Chart chart = make_chart(panel, bins.first, end, 105 * highest, top, " %");
    std::string svg = axes_svg(chart, " %");
    for (std::size_t i = 0; i < count; ++i) svg += outline_svg(heights[first + i], bins, chart, i);
    if (histograms.mark) svg += mark_svg(histograms, chart, top);
    return svg_of(chart, name, svg);
  };
  return chart_html(figure, entries, kWholePanel, kSmallPanel, draw);
}

std::string curves_html(const Curves& curves, const ReportFigure& figure) {
  if (curves.curves.empty()) return kNothingToDraw;
  std::vector<LegendEntry> entries;
  for (const Curves::Curve& curve : curves.curves)
    entries.push_back({curve.name, curve.points.size() <= kMarkedPoints});
  const auto draw = [&](const Panel& panel, std::size_t first, std::size_t count,
                        const std::string& name) {
    const Chart chart = make_chart(panel, 0, 1, 1, 8, "");
    std::string svg = axes_svg(chart, "");
    if (curves.diagonal)
      svg += formatted("<path class=\"diagonal\" d=\"M{:.1f} {:.1f}L{:.1f} {:.1f}\"/>",
                       chart.x.from, chart.y.from, chart.x.to, chart.y.to);
    for (std::size_t i = 0; i < count; ++i) svg += curve_svg(curves.curves[first + i], chart, i);
    return svg_of(chart, name, svg);
  };
  return chart_html(figure, entries, kSquarePanel, kSmallSquare, draw);
}

}  // namespace raygen::engine
