#include "figure/layout.hpp"

#include "figure/text_lines.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace raygen::cli {
namespace {

constexpr double margin = 18, gap = 6, between_grids = 28, shape_of_a_page = 1.414;
constexpr double narrowest = 300;      // room for a title and a footnote
constexpr double short_label = 64;     // up to here labels stand at the right, as numbers do
constexpr double longest_label = 200;  // broken into lines beyond
constexpr std::size_t most_lines = 24, most_title_lines = 6;

const TextStyle title_style{17, "#1a1a1a", "start", true, false},
    grid_title_style{14, "#1a1a1a", "middle", true, false},
    axis_style{14, "#1a1a1a", "middle", false, false},
    row_axis_style{14, "#1a1a1a", "middle", false, true},
    column_label_style{13, "#1a1a1a", "middle", false, false},
    row_label_style{13, "#1a1a1a", "end", false, false},
    long_label_style{13, "#1a1a1a", "start", false, false},
    caption_style{11, "#1a1a1a", "start", false, false},
    scale_style{12, "#1a1a1a", "start", false, false},
    footnote_style{10, "#5a5a5a", "start", false, false};

double line_height(const TextStyle& style) { return std::ceil(style.size * 1.3); }

/// From the top of a line to its baseline.
double ascent(const TextStyle& style) { return style.size; }

std::vector<std::string> lines_of(const std::string& text, double width, const TextStyle& style,
                                  std::size_t most = most_lines) {
  return cli::lines_of(text, width, style.size, most, style.bold);
}

/// The columns, among 1..most, with which `most` things make a page of about a good shape, and of
/// few empty places. size(columns) is the page's width and height.
template <typename Size>
std::size_t best_columns(std::size_t most, const Size& size) {
  std::size_t best = 1;
  double least = HUGE_VAL;
  for (std::size_t columns = 1; columns <= most; ++columns) {
    const auto [width, height] = size(columns);
    const std::size_t rows = (most + columns - 1) / columns;
    const double empty = static_cast<double>(rows * columns - most) / static_cast<double>(most),
                 off = std::abs(std::log(width / height / shape_of_a_page)) + empty;
    if (off < least) {
      least = off;
      best = columns;
    }
  }
  return best;
}

/// One grid: first its measures, then, where it is to stand, itself.
class GridLayout {
 public:
  GridLayout(const PictureGrid& grid, double cell_width, double cell_height)
      : grid_(grid), cell_width_(cell_width), cell_height_(cell_height) {
    measure_labels();
    measure_rows();
  }

  double width() const {
    return left_ + static_cast<double>(grid_.columns) * (cell_width_ + gap) - gap;
  }
  double height() const {
    double sum = top_;
    for (const double row : row_heights_) sum += row + gap;
    return sum - gap;
  }
  double top() const { return top_; }

  void draw(Page& page, double x, double y) const {
    draw_axes(page, x, y);
    double row_top = y + top_;
    for (std::size_t row = 0; row < grid_.rows(); ++row) {
      draw_row_label(page, x, row_top, row);
      for (std::size_t column = 0; column < grid_.columns; ++column)
        if (const std::size_t i = row * grid_.columns + column; i < grid_.panels.size())
          draw_panel(page, grid_.panels[i], column_left(x, column), row_top);
      row_top += row_heights_[row] + gap;
    }
  }

 private:
  void measure_labels() {
    if (!grid_.title.empty()) top_ += line_height(grid_title_style) + gap;
    if (!grid_.column_axis.empty()) top_ += line_height(axis_style);
    std::size_t lines = 0;
    for (const std::string& label : grid_.column_labels)
      lines = std::max(lines, lines_of(label, cell_width_, column_label_style).size());
    top_ += static_cast<double>(lines) * line_height(column_label_style);
    if (!grid_.row_axis.empty()) left_ += line_height(row_axis_style) + gap;
    double widest = 0;
    for (const std::string& label : grid_.row_labels)
      widest = std::max(widest, text_width(label, row_label_style.size));
    label_width_ = std::min(std::ceil(widest), longest_label);
    if (!grid_.row_labels.empty()) left_ += label_width_ + 2 * gap;
  }

  void measure_rows() {
    for (std::size_t row = 0; row < grid_.rows(); ++row) {
      double height = cell_height_;
      for (std::size_t column = 0; column < grid_.columns; ++column)
        if (const std::size_t i = row * grid_.columns + column; i < grid_.panels.size())
          height = std::max(height, cell_height_ + caption_height(grid_.panels[i].caption));
      if (!grid_.row_labels.empty())
        height = std::max(
            height, static_cast<double>(label_lines(row).size()) * line_height(row_label_style));
      row_heights_.push_back(height);
    }
  }

  double caption_height(const std::string& caption) const {
    if (caption.empty()) return 0;
    return gap / 2 + static_cast<double>(lines_of(caption, cell_width_, caption_style).size()) *
                         line_height(caption_style);
  }

  std::vector<std::string> label_lines(std::size_t row) const {
    return lines_of(grid_.row_labels[row], label_width_, row_label_style);
  }

  double column_left(double x, std::size_t column) const {
    return x + left_ + static_cast<double>(column) * (cell_width_ + gap);
  }

  void draw_axes(Page& page, double x, double y) const {
    const double middle = x + (left_ + width()) / 2, top = y;
    if (!grid_.title.empty()) {
      page.text(middle, y + ascent(grid_title_style), one_line(grid_.title), grid_title_style);
      y += line_height(grid_title_style) + gap;
    }
    if (!grid_.column_axis.empty()) {
      page.text(middle, y + ascent(axis_style), grid_.column_axis, axis_style);
      y += line_height(axis_style);
    }
    for (std::size_t column = 0; column < grid_.column_labels.size(); ++column) {
      double baseline = y + ascent(column_label_style);
      for (const std::string& line :
           lines_of(grid_.column_labels[column], cell_width_, column_label_style)) {
        page.text(column_left(x, column) + cell_width_ / 2, baseline, line, column_label_style);
        baseline += line_height(column_label_style);
      }
    }
    if (!grid_.row_axis.empty())
      page.text(x + ascent(row_axis_style), top + top_ + (height() - top_) / 2, grid_.row_axis,
                row_axis_style);
  }

  void draw_row_label(Page& page, double x, double row_top, std::size_t row) const {
    if (grid_.row_labels.empty()) return;
    const bool is_short = label_width_ <= short_label;
    const std::vector<std::string> lines = label_lines(row);
    const double right = x + left_ - 2 * gap, line = line_height(row_label_style),
                 tall = static_cast<double>(lines.size()) * line;
    double baseline = row_top + std::max(0.0, (cell_height_ - tall) / 2) + ascent(row_label_style);
    for (const std::string& text : lines) {
      page.text(is_short ? right + gap : right - label_width_ + gap, baseline, text,
                is_short ? row_label_style : long_label_style);
      baseline += line;
    }
  }

  void draw_panel(Page& page, const Panel& panel, double x, double y) const {
    const Box box{x, y, cell_width_, cell_height_};
    if (!panel.png.empty()) page.picture(box, panel.png);
    if (panel.hatched) page.hatch(box, *panel.hatched);
    if (panel.outlined) page.outline(box, *panel.outlined);
    if (!panel.png.empty() || panel.hatched) page.frame(box);
    if (panel.caption.empty()) return;
    double baseline = y + cell_height_ + gap / 2 + ascent(caption_style);
    for (const std::string& line : lines_of(panel.caption, cell_width_, caption_style)) {
      page.text(x, baseline, line, caption_style);
      baseline += line_height(caption_style);
    }
  }

  const PictureGrid& grid_;
  double cell_width_, cell_height_;
  double left_ = 0, top_ = 0, label_width_ = 0;
  std::vector<double> row_heights_;
};

double scale_width(const std::optional<ColourScale>& scale) {
  if (!scale) return 0;
  double widest = 0;
  for (const std::string& label : scale->labels)
    widest = std::max(widest, text_width(label, scale_style.size));
  return 3 * gap + 14 + gap + std::ceil(widest) + gap + line_height(scale_style);
}

void draw_scale(Page& page, const ColourScale& scale, double x, double y, double height) {
  const Box bar{x + 3 * gap, y, 14, height};
  page.colour_scale(bar, scale.colours);
  const double steps = static_cast<double>(scale.labels.size() - 1);
  for (std::size_t i = 0; i < scale.labels.size(); ++i)
    page.text(bar.x + bar.width + gap,
              y + height * (1 - static_cast<double>(i) / steps) + scale_style.size * 0.35,
              scale.labels[i], scale_style);
  TextStyle upwards = scale_style;
  upwards.anchor = "middle";
  upwards.upwards = true;
  page.text(x + scale_width(scale) - 4, y + height / 2, scale.title, upwards);
}

/// Draws the lines and returns where they end.
double draw_lines(Page& page, const std::vector<std::string>& lines, double y,
                  const TextStyle& style) {
  for (const std::string& line : lines) {
    page.text(margin, y + ascent(style), line, style);
    y += line_height(style);
  }
  return y;
}

}  // namespace

std::size_t good_columns(std::size_t panels, double cell_width, double cell_height) {
  return best_columns(panels, [&](std::size_t columns) {
    const std::size_t rows = (panels + columns - 1) / columns;
    return std::pair(static_cast<double>(columns) * (cell_width + gap),
                     static_cast<double>(rows) * (cell_height + gap));
  });
}

Page laid_out(const Figure& figure) {
  std::vector<GridLayout> grids;
  double widest = 0, tallest = 0;
  for (const PictureGrid& grid : figure.grids) {
    grids.emplace_back(grid, figure.cell_width, figure.cell_height);
    widest = std::max(widest, grids.back().width());
    tallest = std::max(tallest, grids.back().height());
  }
  const std::size_t columns = best_columns(grids.size(), [&](std::size_t count) {
    const std::size_t rows = (grids.size() + count - 1) / count;
    return std::pair(static_cast<double>(count) * (widest + between_grids),
                     static_cast<double>(rows) * (tallest + between_grids));
  });
  const std::size_t rows = (grids.size() + columns - 1) / columns;
  const double grids_width =
      static_cast<double>(columns) * (widest + between_grids) - between_grids;
  const double width = std::max(grids_width + scale_width(figure.scale), narrowest);
  const double grids_height = static_cast<double>(rows) * (tallest + between_grids) - between_grids;

  std::vector<std::string> title, footnote;
  if (!figure.title.empty()) title = lines_of(figure.title, width, title_style, most_title_lines);
  if (!figure.footnote.empty()) footnote = lines_of(figure.footnote, width, footnote_style);
  const double title_height =
      title.empty() ? 0 : static_cast<double>(title.size()) * line_height(title_style) + 2 * gap;
  const double footnote_height =
      footnote.empty()
          ? 0
          : static_cast<double>(footnote.size()) * line_height(footnote_style) + 2 * gap;

  Page page(width + 2 * margin, title_height + grids_height + footnote_height + 2 * margin);
  draw_lines(page, title, margin, title_style);
  const double top = margin + title_height;
  for (std::size_t i = 0; i < grids.size(); ++i)
    grids[i].draw(page, margin + static_cast<double>(i % columns) * (widest + between_grids),
                  top + static_cast<double>(i / columns) * (tallest + between_grids));
  if (figure.scale)
    draw_scale(page, *figure.scale, margin + grids_width, top + grids.front().top(),
               figure.cell_height);
  draw_lines(page, footnote, top + grids_height + 2 * gap, footnote_style);
  return page;
}

}  // namespace raygen::cli
