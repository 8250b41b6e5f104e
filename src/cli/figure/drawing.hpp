#pragma once
// A page as pixels.

#include <raygen/image.hpp>

#include <string>

namespace raygen::cli {

/// Whether this command was built with what draws pages (librsvg).
bool can_draw();

/// What a viewer would show of the SVG, on white, with so many pixels per unit. Throws
/// Error(unsupported) when the command was built without librsvg, Error(internal) when that cannot
/// read what was given, Error(limit) when the page would have too many pixels.
Image drawn(const std::string& svg, double width, double height, double scale);

/// Throws Error(limit) when a page of that size has more pixels than an image may.
void check_drawn_size(double width, double height, double scale);

}  // namespace raygen::cli
