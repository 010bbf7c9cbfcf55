#include "app/rehearse/report_style.hpp"

#include <array>
#include <string>

namespace hedgerow::report {

namespace {

/// Colours after Okabe and Ito, apart in lightness as well as in hue.
constexpr std::string_view colours = R"(
:root{color-scheme:light dark;
--page:#fff;--panel:#f6f7f9;--ink:#16191d;--soft:#59626d;--line:#e2e6ea;--event:#6b7785;
--answered:#98c2e5;--fallback:#2272b4;--degraded:#e8a400;--blocked:#8b6bb5;--rejected:#7b8591;
--cancelled:#b4bcc6;--failed:#c8420a;--closed:#9fb0c0;--calls:#7fb2d9;
--p50:#16191d;--p99:#2f7fbf;--p999:#c8420a;--good:#1d6b3c;--warn:#8a5a00;--bad:#b03205}
@media (prefers-color-scheme:dark){:root{
--page:#14171b;--panel:#1c2026;--ink:#eceef1;--soft:#a4adb8;--line:#2c323a;--event:#8b97a5;
--answered:#335f84;--fallback:#6fb5ea;--degraded:#f0b63a;--blocked:#b397dd;--rejected:#929ca8;
--cancelled:#5f6974;--failed:#ff7a45;--closed:#54626f;--calls:#4b84b0;
--p50:#eceef1;--p99:#6fb5ea;--p999:#ff7a45;--good:#79d09b;--warn:#f0b63a;--bad:#ff8f63}}
)";

/// Four sizes of text and multiples of 8 pixels.
constexpr std::string_view layout = R"(
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
font-variant-numeric:tabular-nums;-webkit-text-size-adjust:100%}
body>*{max-width:1064px;margin:0 auto;padding-inline:32px}
h1,h2,h3,p,dl,dd,ul,figure{margin:0;padding:0}
h1{font-size:30px;line-height:1.2;font-weight:650;letter-spacing:-.015em;text-wrap:balance}
h2{font-size:20px;line-height:1.3;font-weight:650;letter-spacing:-.01em}
h3{font-size:20px;line-height:1.3;font-weight:600;overflow-wrap:anywhere}
a{color:inherit;text-decoration-color:var(--soft);text-underline-offset:3px}
a:hover{text-decoration-thickness:2px}
:focus-visible{outline:2px solid var(--fallback);outline-offset:3px;border-radius:4px}
header{padding-top:64px}
header>*+*{margin-top:16px}
.kicker,.note,.facts,.legend,caption,figcaption,summary,nav,footer,.status,.of{font-size:13px}
.kicker,.note,.of,footer,.lede{color:var(--soft)}
.about{max-width:65ch;color:var(--soft)}
.facts{display:flex;flex-wrap:wrap;gap:16px 40px;padding-top:8px}
dt{color:var(--soft);font-size:13px}
.events{list-style:none;font-size:13px;padding-left:12px;border-left:3px solid var(--event)}
.events span{display:inline-block;margin-right:16px;color:var(--soft)}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:8px 24px}
main>section{padding-top:64px}
main>section>*+*{margin-top:24px}
.headline{font-size:20px;line-height:1.4;max-width:60ch;text-wrap:pretty}
h2+.headline{margin-top:8px}
.verdicts{list-style:none;display:grid;gap:24px;
grid-template-columns:repeat(auto-fill,minmax(min(100%,296px),1fr))}
.verdicts>li{background:var(--panel);border-radius:12px;padding:24px}
.verdicts h3{font-size:16px}
.share{font-size:30px;line-height:1.2;font-weight:650;letter-spacing:-.015em;margin-top:16px}
.bar{display:flex;gap:2px;height:10px;margin:16px 0;border-radius:3px;overflow:hidden}
.bar span{flex-basis:0;min-width:3px}
.verdicts .legend{display:block;margin:0}
.status{font-weight:600;margin-top:8px}
.status.held{color:var(--good)}.status.degraded{color:var(--warn)}
.status.failed,.status.broken{color:var(--bad)}.status.untested{color:var(--soft)}
.bug{border:2px solid var(--bad);border-radius:12px;padding:16px 24px;font-weight:600}
.task{padding-top:24px}
.task>*+*{margin-top:24px}
.task h3+.lede{margin-top:4px}
.strip{display:grid;gap:16px 24px;grid-template-columns:repeat(auto-fill,minmax(152px,1fr));
border-top:1px solid var(--line);border-bottom:1px solid var(--line);padding:16px 0}
.strip dd{font-size:16px;font-weight:600;overflow-wrap:anywhere}
figcaption{font-weight:600;margin-bottom:4px}
figcaption .of{font-weight:400}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:4px 20px;margin-bottom:8px}
.legend li{display:flex;align-items:center;gap:8px}
.legend svg{width:20px;height:12px;flex:none}
.verdicts .legend li+li{margin-top:4px}
figure+figure{margin-top:40px}
summary{cursor:pointer;color:var(--soft);padding:8px 0;width:fit-content}
summary:hover{color:var(--ink)}
details .scroll{max-height:420px}
.scroll{overflow:auto;border-top:1px solid var(--line);border-bottom:1px solid var(--line)}
table{border-collapse:collapse;font-size:13px;line-height:1.4;min-width:100%}
caption{text-align:left;font-weight:600;padding:12px 0}
th,td{padding:7px 0 7px 24px;vertical-align:top;font-weight:400;text-align:right;
white-space:nowrap}
th:first-child{padding-left:0}
th:last-child,td:last-child{padding-right:2px}
thead th{color:var(--soft);position:sticky;top:0;background:var(--page);
box-shadow:0 1px var(--line)}
tbody tr+tr>*{border-top:1px solid var(--line)}
.words{text-align:left}
td.words{white-space:normal;min-width:14ch}
footer{padding-top:48px;padding-bottom:64px}
@media (max-width:719px){
body>*{padding-inline:20px}header{padding-top:32px}main>section{padding-top:48px}
h1{font-size:26px}.facts{gap:12px 28px}.verdicts>li{padding:20px}}
@media print{details{display:none}.verdicts>li,figure,.strip{break-inside:avoid}
body{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
)";

constexpr std::string_view drawing = R"(
svg.wide,svg.narrow{display:block;width:100%;height:auto;overflow:visible}
svg.narrow{display:none}
@media (max-width:719px){svg.wide{display:none}svg.narrow{display:block;max-width:480px}}
svg text{font-size:12px;fill:var(--ink)}
svg text.axis{fill:var(--soft)}
.end{text-anchor:end}.middle{text-anchor:middle}
svg text.name{font-weight:600;paint-order:stroke;stroke:var(--page);stroke-width:4px}
svg text.event-label{fill:var(--soft)}
.grid,.baseline,.event-edge{fill:none;stroke:var(--line);shape-rendering:crispEdges}
.baseline{stroke:var(--soft)}
.event{fill:var(--event);fill-opacity:.11}
.event-edge{stroke:var(--event);stroke-dasharray:3 3;stroke-opacity:.8}
.area{stroke-width:1;stroke:none}
.answered{fill:var(--answered);background:var(--answered)}
.fallback{fill:var(--fallback);background:var(--fallback)}
.calls{fill:var(--calls)}
.degraded.area,.degraded.key{fill:url(#fill-degraded)}
.blocked.area,.blocked.key{fill:url(#fill-blocked)}
.rejected.area,.rejected.key{fill:url(#fill-rejected)}
.cancelled.area,.cancelled.key{fill:url(#fill-cancelled)}
.failed.area,.failed.key{fill:url(#fill-failed)}
.degraded.area{stroke:var(--degraded)}.blocked.area{stroke:var(--blocked)}
.rejected.area{stroke:var(--rejected)}.cancelled.area{stroke:var(--cancelled)}
.failed.area{stroke:var(--failed)}
.bar .degraded{background:var(--degraded)}.bar .blocked{background:var(--blocked)}
.bar .rejected{background:var(--rejected)}.bar .cancelled{background:var(--cancelled)}
.bar .failed{background:var(--failed)}
.closed{fill:var(--closed)}
.open{fill:var(--failed)}
.half-open{fill:url(#fill-half-open);stroke:var(--degraded)}
.ground-degraded,.ground-half-open{fill:var(--degraded)}.ground-blocked{fill:var(--blocked)}
.ground-rejected{fill:var(--rejected)}.ground-cancelled{fill:var(--cancelled)}
.ground-failed{fill:var(--failed)}
.pattern{fill:none;stroke:var(--page);stroke-opacity:.6;stroke-width:1.6}
.line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
.p50{stroke:var(--p50)}
.p99{stroke:var(--p99);stroke-dasharray:7 4}
.p999{stroke:var(--p999);stroke-width:1.5;stroke-dasharray:1.5 3.5}
.tip{fill:var(--ink);fill-opacity:0}
.tip:hover{fill-opacity:.1}
.defs{position:absolute;width:0;height:0;padding:0}
)";

struct pattern {
  std::string_view of;
  std::string_view d;
  std::string_view transform;
};

constexpr std::array patterns{
    pattern{"failed", "M3 0V6", "rotate(45)"},   pattern{"degraded", "M2 3H4", "rotate(0)"},
    pattern{"blocked", "M3 0V6", "rotate(-45)"}, pattern{"rejected", "M0 3H6", "rotate(0)"},
    pattern{"cancelled", "M3 0V6", "rotate(0)"}, pattern{"half-open", "M3 0V6", "rotate(45)"},
};

} // namespace

std::string_view style_sheet() {
  static const auto all = std::string{colours}.append(layout).append(drawing);
  return all;
}

void add_patterns(markup& out) {
  out.open("svg", {{"class", "defs"}, {"aria-hidden", "true"}, {"focusable", "false"}});
  out.open("defs");
  for (const auto& x : patterns) {
    out.open("pattern", {{"id", "fill-" + std::string{x.of}},
                         {"width", 6},
                         {"height", 6},
                         {"patternUnits", "userSpaceOnUse"},
                         {"patternTransform", x.transform}});
    out.leaf("rect", {{"class", "ground-" + std::string{x.of}}, {"width", 6}, {"height", 6}});
    out.leaf("path", {{"class", "pattern"}, {"d", x.d}});
    out.close();
  }
  out.close();
  out.close();
}

} // namespace hedgerow::report
