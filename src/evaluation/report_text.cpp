#include "evaluation/report_text.hpp"

#include "formatted.hpp"
#include "storage/utf8.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace raygen::engine {

namespace {

struct VerdictLook {
  std::string_view name, word;
};
constexpr std::array<VerdictLook, 5> kVerdictLooks{{{"none", "Not judged"},
                                                    {"good", "Good"},
                                                    {"weak", "Weak"},
                                                    {"bad", "Bad"},
                                                    {"undefined", "Undefined"}}};

const VerdictLook& look_of(Verdict verdict) {
  return kVerdictLooks[static_cast<std::size_t>(verdict)];
}

/// 1234567 → 1,234,567, before a point too.
std::string with_groups(std::string digits) {
  const std::size_t point = std::min(digits.find('.'), digits.size());
  for (std::size_t at = point; at > 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

}  // namespace

std::string_view verdict_name(Verdict verdict) { return look_of(verdict).name; }

std::string_view better_name(Better better) {
  constexpr std::array<std::string_view, 3> names{"neither", "lower", "higher"};
  return names[static_cast<std::size_t>(better)];
}

Verdict verdict_of(const Measure& measure) {
  return measure.value ? measure.verdict : Verdict::undefined;
}

std::string html::text(std::string_view text) {
  std::string escaped;
  for (const char c : utf8::repair(text)) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      case '\t':
      case '\r':
      case '\n':
        escaped += ' ';
        break;
      default: {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f) {
          escaped += "\uFFFD";
        } else {
          escaped += c;
        }
      }
    }
  }
  return escaped;
}

std::string html::number(double value, int decimals) {
  constexpr double longest = 1e12;
  const double size = std::abs(value);
  const std::string digits = size < longest ? with_groups(formatted("{:.{}f}", size, decimals))
                                            : formatted("{:.{}e}", size, std::min(decimals, 3));
  const bool zero = digits.find_first_not_of("0.") == std::string::npos;
  return formatted("{}{}", value < 0 && !zero ? "−" : "", digits);
}

std::string html::interval(const std::pair<double, double>& interval, int decimals) {
  return formatted("<span class=\"interval\">[{}, {}]</span>", number(interval.first, decimals),
                   number(interval.second, decimals));
}

std::string html::count(std::int64_t count) {
  const auto bits = static_cast<std::uint64_t>(count);
  return formatted("{}{}", count < 0 ? "−" : "",
                   with_groups(std::to_string(count < 0 ? 0 - bits : bits)));
}

std::string html::counted(std::int64_t count, std::string_view noun) {
  return formatted("{} {}{}", html::count(count), noun, count == 1 ? "" : "s");
}

std::string html::arrow(Better better) {
  if (better == Better::neither) return {};
  const bool higher = better == Better::higher;
  return formatted(
      "\u00a0<span class=\"arrow\" aria-hidden=\"true\">{}</span>"
      "<span class=\"spoken\"> ({} is better)</span>",
      higher ? "↑" : "↓", better_name(better));
}

std::string html::verdict(Verdict verdict, std::string_view word) {
  const VerdictLook& look = look_of(verdict);
  return formatted(
      "<span class=\"verdict {0}\"><svg viewBox=\"0 0 16 16\" aria-hidden=\"true\">"
      "<use href=\"#verdict-{0}\"/></svg>{1}</span>",
      look.name, text(word.empty() ? look.word : word));
}

// A disc with a tick, a triangle with a stroke, an octagon with a cross, an empty ring, a dash:
// they differ in outline, so that neither colour nor a font is needed.
std::string html::verdict_shapes() {
  return R"(<svg class="shapes" width="0" height="0" aria-hidden="true">
<symbol id="verdict-good" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7.5"/><path class="cut" d="M4.4 8.3 7 10.9l4.6-5.6"/></symbol>
<symbol id="verdict-weak" viewBox="0 0 16 16"><path d="M8 .8 15.8 15H.2Z"/><path class="cut" d="M8 5.6v4.6M8 12v1.4"/></symbol>
<symbol id="verdict-bad" viewBox="0 0 16 16"><path d="M5 .6h6L15.4 5v6L11 15.4H5L.6 11V5Z"/><path class="cut" d="m5.1 5.1 5.8 5.8m0-5.8-5.8 5.8"/></symbol>
<symbol id="verdict-undefined" viewBox="0 0 16 16"><circle class="ring" cx="8" cy="8" r="6.4"/></symbol>
<symbol id="verdict-none" viewBox="0 0 16 16"><path class="ring" d="M3 8h10"/></symbol>
</svg>
)";
}

}  // namespace raygen::engine
