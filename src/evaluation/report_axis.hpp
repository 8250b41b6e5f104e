#pragma once
// A linear axis of a report's figure: which place a value has, and ticks at round numbers.

#include <string>
#include <vector>

namespace raygen::engine {

struct Axis {
  double low = 0, high = 1;   // values at its ends
  double from = 0, to = 1;    // where these stand, in units of the figure
  double step = 1;            // between ticks
  std::vector<double> ticks;  // multiples of step within low..high
  int decimals = 0;           // that tell the ticks apart

  double place(double value) const { return from + (value - low) / (high - low) * (to - from); }
  std::string label(double tick) const;
};

inline constexpr double kFigureFont = 12.5;  // units of the figure: 11 px on a phone of 360 px

/// What a text takes of a figure's width, about: letters are some 0.56 of the font's size wide.
double text_width(const std::string& text);
/// The text, or as much of its beginning as fits, with "…".
std::string cut_to_width(const std::string& text, double width);

/// With about `count` ticks, fewer if their labels would stand nearer than `gap` to each other; a
/// negative gap for labels above each other. A range of no width, or hardly any, is widened.
Axis make_axis(double low, double high, double from, double to, int count, double gap);

}  // namespace raygen::engine
