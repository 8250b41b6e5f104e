#include "evaluation/report_figures.hpp"

#include "error.hpp"
#include "evaluation/report_charts.hpp"
#include "evaluation/report_text.hpp"

#include <openssl/evp.h>

namespace raygen::engine {

namespace {

constexpr std::size_t kMostRowsShown = 40;  // of bars, before they are folded

std::string to_base64(const std::string& bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL ends it with a zero
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  if (size < 0) fail(Status::internal, "OpenSSL cannot write base64");
  text.resize(static_cast<std::size_t>(size));
  return text;
}

std::string pair_html(const PicturePairs& pictures, const PicturePairs::Pair& pair) {
  std::string html = "<figure class=\"pair\"><div class=\"pictures\">";
  for (std::size_t i = 0; i < pair.pngs.size(); ++i) {
    const std::string column = pictures.columns.empty() ? "" : html::text(pictures.columns[i]);
    html +=
        formatted("<div><p>{0}</p><img alt=\"{0}: {1}\" src=\"data:image/png;base64,{2}\"/></div>",
                  column, html::text(pair.caption), to_base64(pair.pngs[i]));
  }
  return html + formatted("</div><figcaption>{}</figcaption></figure>\n", html::text(pair.caption));
}

std::string pictures_html(const PicturePairs& pictures) {
  if (pictures.pairs.empty()) return "<p class=\"empty\">There are no pictures.</p>\n";
  std::string html = "<div class=\"pairs\">\n";
  for (const PicturePairs::Pair& pair : pictures.pairs) html += pair_html(pictures, pair);
  return html + "</div>\n";
}

std::string content_html(const ReportFigure& figure) {
  if (figure.histograms) return histograms_html(*figure.histograms, figure);
  if (figure.curves) return curves_html(*figure.curves, figure);
  if (figure.pictures) return pictures_html(*figure.pictures);
  const std::string bars = bars_html(*figure.bars, figure);
  if (figure.bars->rows.size() <= kMostRowsShown) return bars;
  return formatted("<details><summary>All {} rows</summary>\n{}</details>\n",
                   figure.bars->rows.size(), bars);
}

}  // namespace

std::string figure_html(const ReportFigure& figure) {
  const bool wide = figure.pictures || (figure.curves && figure.curves->curves.size() > 4) ||
                    (figure.histograms && figure.histograms->groups.size() > 4);
  return formatted(
      "<figure class=\"figure{}\">\n<h3>{}</h3>\n{}<figcaption>{}</figcaption>\n</figure>\n",
      wide ? " wide" : "", html::text(figure.title), content_html(figure), html::text(figure.note));
}

}  // namespace raygen::engine
