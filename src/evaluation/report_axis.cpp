#include "evaluation/report_axis.hpp"

#include "evaluation/report_text.hpp"
#include "formatted.hpp"
#include "storage/utf8.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace raygen::engine {

namespace {

/// The smallest of 1, 2, 5 · 10ⁿ that is not below `least`.
double round_step(double least) {
  const double power = std::pow(10.0, std::floor(std::log10(least)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= least * (1 - 1e-9)) return factor * power;
  return 10 * power;
}

Axis with_step(Axis axis, double step) {
  constexpr double slack = 1e-6;  // of a step: a tick at an end is one
  constexpr int most = 12;
  axis.step = step;
  axis.decimals = std::clamp(static_cast<int>(-std::floor(std::log10(step) + 1e-9)), 0, most);
  axis.ticks.clear();
  const double first = std::ceil(axis.low / step - slack),
               last = std::floor(axis.high / step + slack);
  for (double tick = first; tick <= last; ++tick) axis.ticks.push_back(tick * step);
  return axis;
}

}  // namespace

std::string Axis::label(double tick) const {
  constexpr int plain = 5;  // decimals, and zeros before the point
  if (decimals <= plain && std::max(std::abs(low), std::abs(high)) < 1e7)
    return html::number(tick, decimals);
  const std::string digits = formatted("{:.3g}", std::abs(tick));
  return formatted("{}{}", tick < 0 ? "−" : "", digits);
}

double text_width(const std::string& text) {
  const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80; };
  return 0.56 * kFigureFont * static_cast<double>(std::count_if(text.begin(), text.end(), begins));
}

std::string cut_to_width(const std::string& text, double width) {
  std::string cut = utf8::repair(text);
  if (text_width(cut) <= width) return cut;
  std::string_view rest = cut;
  std::string kept;
  while (text_width(kept + "……") <= width) {
    const std::size_t size = utf8::first_character(rest);
    kept += rest.substr(0, size);
    rest.remove_prefix(size);
  }
  return kept + "…";
}

Axis make_axis(double low, double high, double from, double to, int count, double gap) {
  const double size = std::max(std::abs(low), std::abs(high));
  if (!(high - low > 1e-9 * size)) {  // else neighbouring ticks could be one double
    const double half = size > 0 ? size / 20 : 0.5;
    low -= half, high += half;
  }
  Axis axis;
  axis.low = low, axis.high = high, axis.from = from, axis.to = to;
  const auto fits = [&](const Axis& each) {
    const double room = std::abs(to - from) * each.step / (high - low);
    return gap < 0 || std::all_of(each.ticks.begin(), each.ticks.end(), [&](double tick) {
             return text_width(each.label(tick)) + gap <= room;
           });
  };
  for (; count > 0; --count) {
    axis = with_step(axis, round_step((high - low) / count));
    if (fits(axis)) break;
  }
  return axis;
}

}  // namespace raygen::engine
