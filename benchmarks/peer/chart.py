"""Seconds for an image as a bar chart: SVG on a panel of its own, light or dark as the reader's screen is."""

from html import escape

WIDTH, LEFT, RIGHT, BAR, GAP, TOP = 760, 200, 70, 20, 8, 62
STYLE = """
    .panel { fill: #ffffff } .name, .time { fill: #1c2733 } .small { fill: #5a6875 } .step { fill: #8b9aaa } .decode { fill: #c3ccd5 }
    .ours .step { fill: #1f6feb } .ours .decode { fill: #86b6f6 } .ours .name, .ours .time { font-weight: bold }
    @media (prefers-color-scheme: dark) {
      .panel { fill: #151b23 } .name, .time { fill: #e6edf3 } .small { fill: #9aa7b4 } .step { fill: #6b7885 } .decode { fill: #434d58 }
      .ours .step { fill: #4493f8 } .ours .decode { fill: #234a80 }
    }"""


def bar(top, name, parts, total, scale, ours):
    """One row: parts are (class, seconds) from left to right."""
    middle = top + BAR * 0.72
    lines = [f'  <g class="{"ours" if ours else "peer"}">',
             f'    <text class="name" x="{LEFT - 10}" y="{middle:.1f}" text-anchor="end">{escape(name)}</text>']
    x = LEFT
    for kind, seconds in parts:
        lines.append(f'    <rect class="{kind}" x="{x:.1f}" y="{top}" width="{seconds * scale:.1f}" height="{BAR}"/>')
        x += seconds * scale
    lines += [f'    <text class="time" x="{x + 6:.1f}" y="{middle:.1f}">{total:.1f} s</text>', "  </g>"]
    return lines


def legend(entries):
    x, lines = LEFT, []
    for kind, words in entries:
        lines += [f'  <rect class="{kind}" x="{x}" y="38" width="12" height="12"/>',
                  f'  <text class="small" x="{x + 18}" y="48.5">{escape(words)}</text>']
        x += 30 + 7 * len(words)
    return lines


def svg(found, title, steps):
    """found: [(peer, figures)]. The decode is what was measured alone; all else of an image counts as steps."""
    ordered = sorted(found, key=lambda row: row[1]["image_s"])
    height = TOP + len(ordered) * (BAR + GAP) + 12
    scale = (WIDTH - LEFT - RIGHT) / max(figures["image_s"] for _, figures in ordered)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="Helvetica, Arial, sans-serif" font-size="13">',
        f"  <title>{escape(title)}</title>",
        f"  <style>{STYLE}\n  </style>",
        f'  <rect class="panel" width="{WIDTH}" height="{height}" rx="8"/>',
        f'  <text class="name" x="{LEFT}" y="24" font-size="15">{escape(title)}</text>',
        *legend([("step", f"{steps} steps"), ("decode", "VQ decode")]),
    ]
    for i, (peer, figures) in enumerate(ordered):
        decode = min(figures["vq_decode_s"], figures["image_s"])
        parts = [("step", figures["image_s"] - decode), ("decode", decode)]
        lines += bar(TOP + i * (BAR + GAP), peer.name, parts, figures["image_s"], scale, peer.engine == "raygen")
    return "\n".join([*lines, "</svg>", ""])
