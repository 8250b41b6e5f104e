#pragma once
// A figure becomes a file: SVG, PNG or animated PNG, whichever the name of the file says.

#include "figure/layout.hpp"
#include "figure/provenance.hpp"

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace raygen::cli {

struct FigureArguments {
  std::string out, title;
  double cell = 0;  // 0: by the images
  double dpi = 192;
  bool grey = false;
};

/// --out, --title, --cell and --dpi.
void add_figure_options(CLI::App* command, FigureArguments& arguments);

/// The width of a picture on the page: as asked for, else the image's, within what is readable.
double cell_width(const FigureArguments& arguments, std::int32_t image_width);

/// Throws Error(limit) when a figure would have more pictures than can be looked at.
void check_panels(std::size_t panels);

class FigureFile {
 public:
  /// Throws Error(invalid_argument) for an ending that is none of .svg, .png and, where it can be
  /// animated, .apng, Error(unsupported) for one that this command was built without, Error(io)
  /// where no file can be written.
  FigureFile(const FigureArguments& arguments, bool can_be_animated);

  bool animated() const { return ending_ == ".apng"; }
  /// Throws Error(limit) when the figure, whose pictures may still be missing, would be too large.
  void check(const Figure& figure) const;
  void write(const Figure& figure, const Provenance& provenance) const;
  /// A frame each, in time. `total` is about how long a run through them takes.
  void write(const std::vector<Figure>& frames, const Provenance& provenance) const;

 private:
  Image drawn_page(const Figure& figure, const Provenance& provenance) const;

  std::string path_, ending_;
  double scale_;  // pixels per unit
};

/// Says on standard output what was made: a line, or `about` and the figure as one JSON object.
void report_figure(const std::string& kind, const FigureArguments& arguments, std::size_t images,
                   nlohmann::ordered_json about, bool json, bool quiet);

}  // namespace raygen::cli
