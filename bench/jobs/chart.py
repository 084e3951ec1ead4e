"""Charts as SVG text, coloured by the page's style."""
import dataclasses
import html
import math

WIDTH = 900
LABEL_WIDTH = 290
VALUE_WIDTH = 190
ROW_HEIGHT = 34
DASHES = ("", "6 4", "2 4", "9 3 2 3")


@dataclasses.dataclass
class Bar:
    label: str
    value: float
    low: float
    high: float
    text: str
    extra: str
    is_ours: bool


@dataclasses.dataclass
class Curve:
    label: str
    points: list  # (x, y), both above 0
    is_ours: bool


def element(name, content=None, **attributes):
    words = "".join(f' {key.rstrip("_").replace("_", "-")}="{html.escape(str(value))}"'
                    for key, value in attributes.items())
    return f"<{name}{words}/>" if content is None else f"<{name}{words}>{content}</{name}>"


def svg(height, parts, title):
    return element("svg", f"<title>{html.escape(title)}</title>" + "".join(parts),
                   viewBox=f"0 0 {WIDTH} {height:.0f}", role="img",
                   xmlns="http://www.w3.org/2000/svg")


def bars(rows):
    """Horizontal bars with whiskers from low to high."""
    longest = max((row.high for row in rows), default=1.0) or 1.0
    scale = (WIDTH - LABEL_WIDTH - VALUE_WIDTH) / longest
    parts = []
    for i, row in enumerate(rows):
        y = i * ROW_HEIGHT + ROW_HEIGHT / 2
        kind = "ours" if row.is_ours else "peer"
        weight = " strong" if row.is_ours else ""
        parts.append(element("text", html.escape(row.label), x=LABEL_WIDTH - 14, y=y + 4.5,
                             class_="end" + weight))
        parts.append(element("rect", x=LABEL_WIDTH, y=y - 9, width=f"{max(1.5, row.value * scale):.1f}",
                             height=18, rx=3, class_=kind))
        if row.high > row.low:
            left, right = LABEL_WIDTH + row.low * scale, LABEL_WIDTH + row.high * scale
            parts.append(element("line", x1=f"{left:.1f}", x2=f"{right:.1f}", y1=y, y2=y,
                                 class_="whisker"))
        x = LABEL_WIDTH + row.high * scale + 12
        extra = f'<tspan class="soft" dx="10">{html.escape(row.extra)}</tspan>' if row.extra else ""
        parts.append(element("text", html.escape(row.text) + extra, x=f"{x:.1f}", y=y + 4.5,
                             class_="strong" if row.is_ours else ""))
    return svg(max(1, len(rows)) * ROW_HEIGHT, parts, "bars: " + ", ".join(
        f"{row.label} {row.text}" for row in rows))


def powers(low, high):
    return range(math.floor(math.log10(low) + 1e-9), math.ceil(math.log10(high) - 1e-9) + 1)


def short(value):
    for size, unit in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{unit}"
    return f"{value:g}"


def curves(lines, x_unit, y_unit):
    """Lines on logarithmic axes, each labelled at its right end."""
    points = [point for line in lines for point in line.points]
    if not points:
        return ""
    left, right, top, bottom = 70, WIDTH - 270, 16, 400
    x_powers = powers(min(x for x, _ in points), max(x for x, _ in points))
    y_powers = powers(min(y for _, y in points), max(y for _, y in points))

    def place(value, steps, begin, end):
        span = max(1, steps[-1] - steps[0])
        return begin + (math.log10(value) - steps[0]) / span * (end - begin)
    parts = []
    for power in x_powers:
        x = place(10 ** power, x_powers, left, right)
        parts.append(element("line", x1=f"{x:.1f}", x2=f"{x:.1f}", y1=top, y2=bottom, class_="grid"))
        parts.append(element("text", f"{short(10 ** power)} {x_unit}", x=f"{x:.1f}", y=bottom + 22,
                             class_="soft middle"))
    for power in y_powers:
        y = place(10.0 ** power, y_powers, bottom, top)
        parts.append(element("line", x1=left, x2=right, y1=f"{y:.1f}", y2=f"{y:.1f}", class_="grid"))
        parts.append(element("text", f"{10.0 ** power:g} {y_unit}", x=left - 8, y=f"{y + 4:.1f}",
                             class_="soft end"))
    ends = []
    for number, line in enumerate(sorted(lines, key=lambda line: line.points[-1][1])):
        at = [(place(x, x_powers, left, right), place(y, y_powers, bottom, top))
              for x, y in sorted(line.points)]
        colour = "var(--ours)" if line.is_ours else "var(--whisker)"
        parts.append(element("polyline", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in at),
                             class_="curve", stroke=colour,
                             stroke_dasharray=DASHES[number % len(DASHES)] if not line.is_ours
                             else "none"))
        label_y = min(at[-1][1], ends[-1] - 16) if ends else at[-1][1]
        ends.append(label_y)
        parts.append(element("text", html.escape(line.label), x=right + 10, y=f"{label_y + 4:.1f}",
                             class_="strong" if line.is_ours else "soft"))
    return svg(bottom + 36, parts, "curves: " + ", ".join(line.label for line in lines))
