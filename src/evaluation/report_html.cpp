#include "evaluation/report_charts.hpp"
#include "evaluation/report_check.hpp"
#include "evaluation/report_figures.hpp"
#include "evaluation/report_style.hpp"
#include "evaluation/report_table.hpp"
#include "evaluation/report_text.hpp"
#include "formatted.hpp"

#include <array>

namespace raygen::engine {

namespace {

constexpr std::array kVerdicts{Verdict::good, Verdict::weak, Verdict::bad, Verdict::undefined,
                               Verdict::none};

std::string head_html(const std::string& title) {
  // Should a text ever come through unescaped, it can neither load nor run anything.
  return formatted(R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="color-scheme" content="light dark"/>
<title>{}</title>
<style>{}</style>
</head>
)",
                   title, report_style());
}

std::string_view headline_of(const Report& report) {
  if (!report.words.headline.empty()) return report.words.headline;
  switch (report.verdict) {
    case Verdict::good:
      return "The set may be used";
    case Verdict::weak:
      return "The set may be used with limits";
    case Verdict::bad:
      return "The set should not be used";
    case Verdict::undefined:
      return "The set could not be judged";
    case Verdict::none:
      return "The set was not judged";
  }
  return {};
}

std::string conclusion_html(const Report& report) {
  return formatted("<div class=\"conclusion {}\">{}<p>{}</p></div>\n", verdict_name(report.verdict),
                   html::verdict(report.verdict, headline_of(report)),
                   html::text(report.conclusion));
}

std::string warnings_html(const std::vector<std::string>& warnings) {
  if (warnings.empty()) return {};
  std::string html = formatted(
      "<section class=\"warnings\"><h2>{}</h2><ul>\n",
      html::verdict(Verdict::weak,
                    html::counted(static_cast<std::int64_t>(warnings.size()), "warning")));
  for (const std::string& warning : warnings)
    html += formatted("<li>{}</li>\n", html::text(warning));
  return html + "</ul></section>\n";
}

std::string facts_html(const Report& report) {
  if (report.facts.empty()) return {};
  std::string html = "<dl class=\"facts\">\n";
  for (const auto& [name, value] : report.facts)
    html += formatted("<dt>{}</dt><dd>{}</dd>\n", html::text(name), html::text(value));
  return html + "</dl>\n";
}

std::string contents_html(const Report& report) {
  if (report.sections.empty()) return {};
  std::string html = "<nav aria-label=\"Contents\"><ul><li><a href=\"#summary\">Summary</a></li>\n";
  for (std::size_t i = 0; i < report.sections.size(); ++i)
    html += formatted("<li><a href=\"#section-{}\">{}</a></li>\n", i,
                      html::text(report.sections[i].title));
  return html + "</ul></nav>\n";
}

std::string value_of(const Measure& measure) {
  return measure.value ? html::number(*measure.value, measure.decimals) : "–";
}

/// "1.20 ± 0.30", whose parts stay together.
std::string floor_of(const Measure& measure) {
  return formatted("{} ± {}", html::number(measure.floor->value, measure.decimals),
                   html::number(measure.floor->deviation, measure.decimals));
}

/// Beside a floor, the value with as many images as the floor has: others do not compare.
std::string summary_value(const Measure& measure) {
  if (measure.floor && measure.at_floor_count)
    return html::number(*measure.at_floor_count, measure.decimals);
  return value_of(measure) +
         (measure.interval ? html::interval(*measure.interval, measure.decimals) : "");
}

std::string summary_row(const Measure& measure, std::size_t section, std::size_t index) {
  std::string floor = "–";
  if (measure.floor)
    floor = formatted("{}<span class=\"spread\">± {}</span>",
                      html::number(measure.floor->value, measure.decimals),
                      html::number(measure.floor->deviation, measure.decimals));
  return formatted(
      "<tr><th scope=\"row\"><a href=\"#measure-{}-{}\">{}</a>{}</th><td "
      "class=\"number\">{}</td>"
      "<td class=\"number\">{}</td><td>{}</td></tr>\n",
      section, index, html::text(measure.name), html::arrow(measure.better), summary_value(measure),
      floor, html::verdict(verdict_of(measure)));
}

/// How many measures have which verdict.
std::string tally_html(const Report& report) {
  std::array<int, kVerdicts.size()> counts{};
  for (const ReportSection& section : report.sections)
    for (const Measure& measure : section.measures)
      ++counts[static_cast<std::size_t>(verdict_of(measure))];
  std::string html = "<ul class=\"tally\">";
  for (const Verdict verdict : kVerdicts) {
    const int count = counts[static_cast<std::size_t>(verdict)];
    if (count > 0) html += formatted("<li>{} {}</li>", count, html::verdict(verdict));
  }
  return html + "</ul>\n";
}

/// What has no value, and why.
std::string reasons_html(const Report& report) {
  std::string rows;
  for (const ReportSection& section : report.sections)
    for (const Measure& measure : section.measures)
      if (!measure.value)
        rows +=
            formatted("<li>{}: {}</li>\n", html::text(measure.name), html::text(measure.sentence));
  if (rows.empty()) return {};
  return "<div class=\"key\"><h3>What could not be computed</h3><ul class=\"reasons\">\n" + rows +
         "</ul></div>\n";
}

std::string key_html(const ReportWords& words) {
  std::string html = R"(<div class="key quiet"><h3>How to read this table</h3>
<p>↓ means that lower is better, ↑ that higher is better. [low, high] is a 95 % interval. “Real against real” is the same measure of
real images against other real images, mean ± standard deviation over several draws: no synthetic set can be expected to do better. Beside it stands this set with as many images; the value of the whole
set is further down.</p>
<dl>)";
  const std::array<std::string, kVerdicts.size()> meanings{
      html::text(words.good), html::text(words.weak), html::text(words.bad),
      "there is no number, and the sentence says why", "a number to know, without a judgement"};
  for (std::size_t i = 0; i < kVerdicts.size(); ++i)
    html += formatted("<dt>{}</dt><dd>{}</dd>\n", html::verdict(kVerdicts[i]), meanings[i]);
  return html + "</dl></div>\n";
}

std::string summary_html(const Report& report) {
  std::string rows;
  for (std::size_t i = 0; i < report.sections.size(); ++i) {
    const ReportSection& section = report.sections[i];
    if (section.measures.empty()) continue;
    rows +=
        formatted("<tbody><tr class=\"group\"><th colspan=\"4\" scope=\"rowgroup\">{}</th></tr>\n",
                  html::text(section.title));
    for (std::size_t j = 0; j < section.measures.size(); ++j)
      rows += summary_row(section.measures[j], i, j);
    rows += "</tbody>\n";
  }
  std::string html = "<section id=\"summary\"><h2>Summary</h2>\n";
  if (rows.empty()) return html + "<p>Nothing was measured.</p></section>\n";
  html += tally_html(report) +
          "<div class=\"scroll\" tabindex=\"0\"><table class=\"summary\">"
          "<thead><tr><th scope=\"col\">Measure</th><th scope=\"col\" class=\"number\">" +
          html::text(report.words.value) +
          "</th><th scope=\"col\" class=\"number\">Real against real</th>"
          "<th scope=\"col\">Verdict</th></tr></thead>\n" +
          rows + "</table></div>\n";
  return html + reasons_html(report) + key_html(report.words) + "</section>\n";
}

std::string detail(std::string_view name, const std::string& value) {
  return formatted("<div><dt>{}</dt><dd>{}</dd></div>\n", name, value);
}

/// What a number must carry: its floor, how many images, whose features.
std::string details_html(const Measure& measure) {
  std::string rows;
  if (measure.floor)
    rows += detail("Real against real", formatted("{} (n = {}, {})", floor_of(measure),
                                                  html::count(measure.floor->count),
                                                  html::counted(measure.floor->draws, "draw")));
  if (measure.at_floor_count)
    rows += detail(measure.floor ? formatted("This set with n = {}, as the floor has",
                                             html::count(measure.floor->count))
                                 : "This set with as many images as the floor has",
                   html::number(*measure.at_floor_count, measure.decimals));
  std::string images;
  if (measure.synthetic_count > 0) images = html::count(measure.synthetic_count) + " synthetic";
  if (measure.real_count > 0)
    images += formatted("{}{} real", images.empty() ? "" : ", ", html::count(measure.real_count));
  if (!images.empty()) rows += detail("Images", images);
  if (!measure.features.empty()) rows += detail("Features", html::text(measure.features));
  return rows.empty() ? rows : "<dl>\n" + rows + "</dl>";
}

std::string measure_html(const Measure& measure, std::size_t section, std::size_t index) {
  std::string range;
  if (measure.interval)
    range = formatted("<span class=\"range\">95 % interval {}</span>",
                      html::interval(*measure.interval, measure.decimals));
  return formatted(
      "<article class=\"measure\" id=\"measure-{}-{}\"><h3>{}{}</h3>\n<div><p class=\"value\">{}{}"
      "</p>\n{}</div>\n<div><p>{}</p><p>{}</p>\n{}</div></article>\n",
      section, index, html::text(measure.name), html::arrow(measure.better), value_of(measure),
      range, floor_strip(measure), html::verdict(verdict_of(measure)), html::text(measure.sentence),
      details_html(measure));
}

std::string section_html(const ReportSection& section, std::size_t index) {
  std::string html =
      formatted("<section id=\"section-{}\"><h2>{}</h2>\n", index, html::text(section.title));
  if (!section.introduction.empty())
    html += formatted("<p>{}</p>\n", html::text(section.introduction));
  for (std::size_t i = 0; i < section.measures.size(); ++i)
    html += measure_html(section.measures[i], index, i);
  for (const MeasureTable& table : section.tables) html += table_html(table);
  if (!section.figures.empty()) {
    html += "<div class=\"figures\">\n";
    for (const ReportFigure& figure : section.figures) html += figure_html(figure);
    html += "</div>\n";
  }
  return html + "</section>\n";
}

}  // namespace

std::string report_html(const Report& report) {
  check_report(report);
  const std::string title = html::text(report.title.empty() ? "Evaluation" : report.title);
  std::string html = head_html(title) + "<body>\n" + html::verdict_shapes() +
                     formatted("<header><h1>{}</h1>\n", title) + conclusion_html(report) +
                     warnings_html(report.warnings) + facts_html(report) + contents_html(report) +
                     "</header>\n<main>\n" + summary_html(report);
  for (std::size_t i = 0; i < report.sections.size(); ++i)
    html += section_html(report.sections[i], i);
  return html +
         "</main>\n<footer class=\"quiet\"><p>metrics.json has every number of this page, "
         "table.csv "
         "every measure.</p></footer>\n</body>\n</html>\n";
}

}  // namespace raygen::engine
