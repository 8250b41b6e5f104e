#pragma once
// Words and numbers of a report's pages.

#include "evaluation/report.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace raygen::engine {

/// "good", "lower" …: the enumerators' names, in metrics.json and table.csv.
std::string_view verdict_name(Verdict verdict);
std::string_view better_name(Better better);

/// Of a measure without a value `undefined`, whatever it says; else its own.
Verdict verdict_of(const Measure& measure);

namespace html {

/// Text for an element or a quoted attribute of HTML and of SVG inside it: what could end either is
/// written as an entity, and what is not UTF-8 or is a control character becomes U+FFFD.
std::string text(std::string_view text);

/// "−1,234.50": a minus sign, groups of thousands, no sign before zero. From 10¹² on "1.2e+15".
std::string number(double value, int decimals);
/// "[0.10, 0.20]", which does not break between its ends.
std::string interval(const std::pair<double, double>& interval, int decimals);
/// "1,000"
std::string count(std::int64_t count);
/// `count` and the noun: "1 draw", "10 draws".
std::string counted(std::int64_t count, std::string_view noun);

/// "↑" or "↓", which stays with the name before it, and words for who hears the page; or nothing.
std::string arrow(Better better);

/// A shape and a word: "✓ Good". `word` in place of the verdict's own.
std::string verdict(Verdict verdict, std::string_view word = {});
/// The shapes that verdict() refers to: once a page.
std::string verdict_shapes();

}  // namespace html

}  // namespace raygen::engine
