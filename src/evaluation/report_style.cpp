#include "evaluation/report_style.hpp"

namespace raygen::engine {

// The four groups' colours are told apart with the common colour blindnesses, after Okabe and Ito,
// darkened or lightened to a contrast of 3 or more with the page; text has 4.5 or more.
std::string_view report_style() {
  return R"(
:root{color-scheme:light dark;--page:#fff;--ink:#1b2127;--quiet:#59636e;--rule:#dce1e6;--soft:#f4f6f8;--link:#0b5cad;
--good:#146c3c;--weak:#8a5300;--bad:#b3201a;--undefined:#59636e;--none:#59636e;--band:#c9d1d9;
--group-0:#0069a8;--group-1:#c24a00;--group-2:#007a59;--group-3:#a3497f}
@media screen and (prefers-color-scheme:dark){:root{--page:#13171b;--ink:#e4e8ec;--quiet:#9aa6b2;--rule:#303840;--soft:#1b2127;--link:#7ab8f5;
--good:#5fd08f;--weak:#efb755;--bad:#ff8d84;--undefined:#9aa6b2;--none:#9aa6b2;--band:#47525d;
--group-0:#58b4ec;--group-1:#f58c4b;--group-2:#3fc79f;--group-3:#dd93c1}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0 auto;max-width:62rem;padding:2rem 1rem 4rem;background:var(--page);color:var(--ink);
font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans","DejaVu Sans",sans-serif;overflow-wrap:anywhere}
h1,h2,h3,p,ul,dl,dd,figure,table{margin:0;padding:0}
h1{font-size:1.75rem;line-height:1.2;font-weight:650;letter-spacing:-.01em}
h2{font-size:1.3rem;line-height:1.3;font-weight:650;margin-top:3.5rem;padding-top:1rem;border-top:2px solid var(--ink)}
h3{font-size:1rem;font-weight:650}
p,li,dd,figcaption{max-width:44rem}
a{color:var(--link);text-decoration-thickness:1px;text-underline-offset:2px}
.spoken{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.shapes{position:absolute}
.quiet,figcaption,.note{color:var(--quiet);font-size:.875rem}
.verdict{display:inline-flex;align-items:center;gap:.35em;font-weight:600;white-space:nowrap}
.verdict svg{width:.95em;height:.95em;flex:none;fill:currentColor}
.cut{fill:none;stroke:var(--page);stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
.ring{fill:none;stroke:currentColor;stroke-width:2.4;stroke-linecap:round}
.good{color:var(--good)}.weak{color:var(--weak)}.bad{color:var(--bad)}.undefined{color:var(--undefined)}.none{color:var(--none);font-weight:400}
.conclusion{margin-top:1.25rem;padding:1rem 1.25rem;background:var(--soft);border-left:4px solid currentColor}
.conclusion p{color:var(--ink);font-size:1.1rem;margin-top:.35rem}
.conclusion>.verdict{font-size:1.25rem;line-height:1.3;white-space:normal}
.warnings{margin-top:1.25rem;padding:1rem 1.25rem;border:1px solid var(--weak)}
.warnings h2{margin:0;padding:0;border:0;font-size:1rem;color:var(--weak)}
.warnings ul{padding-left:1.2rem;margin-top:.35rem}
.facts{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1.5rem;margin-top:1.5rem;font-size:.9375rem}
.facts dt{color:var(--quiet)}
nav{margin-top:1.5rem;font-size:.9375rem}
nav ul{display:flex;flex-wrap:wrap;gap:.3rem 1.25rem;list-style:none}
.tally li{display:flex;align-items:center;gap:.4rem}
.tally{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;list-style:none;margin-top:.75rem}
.scroll{position:relative;overflow-x:auto;margin-top:1rem}
.scroll:focus-visible{outline:2px solid var(--link)}
table{border-collapse:separate;border-spacing:0;font-size:.9375rem;line-height:1.25rem;font-variant-numeric:tabular-nums}
th,td{padding:.5rem .9rem .45rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--rule);overflow-wrap:normal}
th:last-child,td:last-child{padding-right:0}
thead th{font-weight:650;border-bottom:1.5px solid var(--ink);vertical-align:bottom}
tbody th{font-weight:400}
.number{text-align:right;white-space:nowrap}
thead .number{white-space:normal}
td .interval,td .spread{color:var(--quiet);font-size:.8125rem;white-space:nowrap}
.summary{width:100%}
.summary .interval,.summary .spread{display:block}
.summary .group th{padding-top:1.1rem;font-weight:650}
.summary a{color:inherit;text-decoration-color:var(--band)}
.numbers th:first-child{min-width:7.5rem;max-width:22rem}
.best{font-weight:700}.second{text-decoration:underline;text-underline-offset:3px}
.reasons{padding-left:1.2rem;margin-top:.35rem}
.key{margin-top:1.25rem}
.key dl{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1rem;margin-top:.5rem}
details{margin-top:1rem}
summary{cursor:pointer;color:var(--link)}
h2+p{margin-top:.5rem}
.measure{display:grid;grid-template-columns:minmax(0,5fr) minmax(0,8fr);gap:.25rem 2rem;padding:1.25rem 0;border-bottom:1px solid var(--rule)}
.measure h3{grid-column:1/-1}
.measure .value{font-size:1.75rem;line-height:1.2;font-variant-numeric:tabular-nums}
.measure .range{display:block;font-size:.9375rem;line-height:1.5;color:var(--quiet)}
.measure dl{margin-top:.5rem;font-size:.875rem;color:var(--quiet);font-variant-numeric:tabular-nums}
.measure dl div{margin-top:.1rem}
.measure dt{display:inline}.measure dt::after{content:": "}.measure dd{display:inline}
.strip{display:block;width:100%;max-width:300px;margin-top:.5rem}
.table{margin-top:2rem}.table .note{margin-top:.5rem}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));gap:2.5rem 3rem;margin-top:2rem}
.figure{min-width:0}
.wide{grid-column:1/-1}
.figure figcaption{margin-top:.5rem}
.figure h3{margin-bottom:.35rem}
.chart{display:block;width:100%;max-width:27.5rem;margin-top:.25rem}
svg text{font-size:12.5px;fill:var(--ink);font-variant-numeric:tabular-nums}
.axis-title{font-size:.8125rem;line-height:1.35;color:var(--quiet);margin-top:.35rem}
.axis-title.x{text-align:center;max-width:27.5rem;margin-top:0}
.empty{color:var(--quiet);margin:.5rem 0}
.legend{display:flex;flex-wrap:wrap;gap:.1rem 1.25rem;list-style:none;font-size:.8125rem;margin-bottom:.35rem}
.legend li{display:flex;align-items:center;gap:.5rem}
.legend svg{width:32px;height:12px;flex:none}
.panels{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(9.6rem,46%),1fr));gap:1rem .75rem;margin-top:.35rem}
.panel{max-width:13rem;min-width:0}
.panel p{font-size:.8125rem;line-height:1.3}
.grid{fill:none;stroke:var(--rule);stroke-width:1}
.axis{fill:none;stroke:var(--quiet);stroke-width:1}
.line{fill:none;stroke-width:2;stroke-linejoin:round}
.area{stroke:none;fill-opacity:.1}
.marker{stroke:var(--page);stroke-width:1}
.line.group-0{stroke:var(--group-0)}.line.group-1{stroke:var(--group-1);stroke-dasharray:7 3}
.line.group-2{stroke:var(--group-2);stroke-dasharray:2 2.5}.line.group-3{stroke:var(--group-3);stroke-dasharray:9 3 2 3}
.area.group-0,.marker.group-0{fill:var(--group-0)}.area.group-1,.marker.group-1{fill:var(--group-1)}
.area.group-2,.marker.group-2{fill:var(--group-2)}.area.group-3,.marker.group-3{fill:var(--group-3)}
.diagonal{fill:none;stroke:var(--quiet);stroke-width:1}
.mark{fill:none;stroke:var(--ink);stroke-width:1.25;stroke-dasharray:4 3}
.zero{fill:none;stroke:var(--ink);stroke-width:1.25}
.bar{fill:var(--group-0);fill-opacity:.55}
.whisker{fill:none;stroke:var(--ink);stroke-width:1.5}
.point{fill:var(--group-0);stroke:var(--page);stroke-width:1}
.under{fill:var(--page)}
.band{fill:var(--band)}
.pairs{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,17.5rem),1fr));gap:1.75rem 2rem;margin-top:.75rem}
.pictures{display:flex;gap:.35rem}
.pictures div{flex:1 1 0;min-width:0;max-width:12rem}
.pictures p{font-size:.75rem;line-height:1.3;color:var(--quiet);margin-bottom:.2rem}
.pictures img{display:block;width:100%;background:#000}
.pair figcaption{margin-top:.35rem}
footer{margin-top:4rem;padding-top:1rem;border-top:1px solid var(--rule)}
@media (max-width:40rem){
body{padding-top:1.25rem}h1{font-size:1.5rem}
.measure{grid-template-columns:minmax(0,1fr)}
.facts{grid-template-columns:1fr;gap:0}.facts dd{margin-bottom:.5rem}
.key dl{grid-template-columns:1fr;gap:0}.key dd{margin-bottom:.5rem}
table{font-size:.875rem}
th,td{padding-right:.6rem}
.numbers th:first-child{position:sticky;left:0;background:var(--page);max-width:9rem}}
@media screen and (max-width:40rem){
.summary,.summary thead,.summary tbody{display:block}
.summary tr{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr) 6.5rem;column-gap:.75rem;padding:.5rem 0;border-bottom:1px solid var(--rule)}
.summary thead tr{border-bottom:1.5px solid var(--ink)}
.summary th,.summary td{display:block;padding:.1rem 0;border:0;text-align:left}
.summary th{grid-column:1/3}
.summary th:nth-child(2){grid-column:1;grid-row:2}
.summary th:nth-child(3){grid-column:2/4;grid-row:2}
.summary td:nth-child(2){grid-column:1;grid-row:2}
.summary td:nth-child(3){grid-column:2/4;grid-row:2}
.summary th:nth-child(4),.summary td:nth-child(4){grid-column:3;grid-row:1}
.summary .group th{grid-column:1/-1;padding-top:.6rem}}
@page{margin:16mm 15mm}
@media print{
:root{color-scheme:light}
body{max-width:none;padding:0;font-size:10pt}
nav{display:none}
a{color:inherit;text-decoration:none}
h2{margin-top:2rem}
h2,h3,thead,.axis-title,.legend,.group,h2+p{break-after:avoid}
.measure,.conclusion,.warnings,.pair,.chart,.panel,tr,.key{break-inside:avoid}
.figure:not(.wide){break-inside:avoid}
.scroll{overflow:visible}
.figures{grid-template-columns:1fr 1fr;gap:1.5rem 2rem}
details::details-content{content-visibility:visible;height:auto}
summary{display:none}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
)";
}

}  // namespace raygen::engine
