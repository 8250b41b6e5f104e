#pragma once
// Where the pictures and texts of a figure stand: the one layout of everything that shows several
// images on a page.

#include "figure/page.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace raygen::cli {

inline constexpr std::size_t most_panels = 400;  // more cannot be looked at on a page

struct Panel {
  Bytes png;  // empty: the cell stays empty
  std::optional<Cells> hatched, outlined;
  std::string caption;  // below the picture
};

/// Pictures in rows and columns, whose axes have titles and whose rows and columns have labels. A
/// text that is empty, and a list of labels, is left out.
struct PictureGrid {
  std::string title;
  std::string column_axis, row_axis;
  std::vector<std::string> column_labels, row_labels;
  std::size_t columns = 1;
  std::vector<Panel> panels;  // row by row

  std::size_t rows() const { return (panels.size() + columns - 1) / columns; }
};

/// What colours stand for, drawn at the right of a figure.
struct ColourScale {
  std::string title;
  std::vector<std::string> colours, labels;  // from the bottom to the top, evenly spaced
};

struct Figure {
  std::string title;
  std::vector<PictureGrid> grids;  // of equal size
  std::optional<ColourScale> scale;
  std::string footnote;
  std::string metadata;  // JSON in ASCII: what made the pictures
  double cell_width = 128, cell_height = 128;
};

/// The page with everything on it.
Page laid_out(const Figure& figure);

/// Columns with which `panels` pictures of that size make a page of a good shape.
std::size_t good_columns(std::size_t panels, double cell_width, double cell_height);

}  // namespace raygen::cli
