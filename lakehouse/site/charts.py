"""Charts as SVG text: a title and a description for screen readers, axes with units, a table behind each.

Colours are classes that the style sheet fills for light and dark; what must be told apart differs in lightness, dash or
a printed value too, so that a chart says the same in grey. Each chart is drawn twice, for a desk and for a phone: SVG
scales its letters with the picture.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import count, pairwise

WIDE, NARROW = 620, 340
LETTER = 7.0  # mean width of a letter at 12 pixels
BOLD = 8.0  # and of a bold one

Format = Callable[[float], str]
_numbers = count(1)


@dataclass
class Table:
    """The numbers behind a chart, or a table of its own: rows of text or numbers."""

    columns: list[str]
    rows: list[list[object]]


@dataclass
class Chart:
    """A drawn chart. title: the finding; subtitle: what is measured, in which unit; source: where it comes from."""

    title: str
    subtitle: str
    wide: str
    narrow: str
    table: Table
    source: str = ""
    note: str = ""


@dataclass
class Series:
    """A line: its name, a value a point (None: no value), and whether it is the one to look at."""

    name: str
    values: Sequence[float | None]
    kind: str = "main"  # main, other or forecast: solid, dashed, dotted
    band: tuple[Sequence[float | None], Sequence[float | None]] | None = field(default=None)


def whole(value: float) -> str:
    """1,234."""
    return f"{value:,.0f}"


def one(value: float) -> str:
    """1,234.5."""
    return f"{value:,.1f}"


def percent(value: float) -> str:
    """A share as 12.3 %."""
    return f"{100 * value:.1f} %"


def percent_tick(value: float) -> str:
    """A share as 12 %, with a decimal only where it is needed."""
    return f"{100 * value:.10g} %"


def brl(value: float) -> str:
    """R$ 1,234."""
    return f"R$ {value:,.0f}"


def brl_short(value: float) -> str:
    """R$ 1.2 M, for axes."""
    for size, unit in ((1e6, " M"), (1e3, " k")):
        if abs(value) >= size:
            return f"R$ {value / size:,.3g}{unit}"
    return f"R$ {value:,.3g}"


def ticks(highest: float, wanted: int = 4) -> list[float]:
    """Round values from 0 to the highest or just above it, about as many as wanted."""
    if not highest > 0:
        return [0.0, 1.0]
    rough = highest / wanted
    magnitude = 10 ** math.floor(math.log10(rough))
    step = next(s * magnitude for s in (1, 2, 2.5, 5, 10) if s * magnitude >= rough * 0.999999)
    steps = math.ceil(highest / step - 1e-9)
    return [round(i * step, 12) for i in range(steps + 1)]


def svg(width: float, height: float, title: str, description: str, body: Sequence[str]) -> str:
    """A picture that says what it shows."""
    number = next(_numbers)
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" role="img" '
        f'aria-labelledby="t{number} d{number}" xmlns="http://www.w3.org/2000/svg">'
        f'<title id="t{number}">{escape(title)}</title><desc id="d{number}">{escape(description)}</desc>'
        f"{''.join(body)}</svg>"
    )


def text(x: float, y: float, words: object, kind: str = "", anchor: str = "start") -> str:
    """A word at a place."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">'
        f"{escape(str(words))}</text>"
    )


def rule(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    """A straight line."""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>'


def box(x: float, y: float, width: float, height: float, kind: str, says: str = "") -> str:
    """A rectangle; says: what it shows when one points at it."""
    inside = f"<title>{escape(says)}</title>" if says else ""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{max(height, 0):.1f}" '
        f'class="{kind}">{inside}</rect>'
    )


def _both(draw: Callable[[int], str]) -> tuple[str, str]:
    return draw(WIDE), draw(NARROW)


def _frame(
    width: int, height: int, labels: Sequence[str], values: Sequence[float], show: Format
) -> tuple[list[str], float, float, Callable[[float], float]]:
    """Grid, y axis and x labels; returns them with the plot's left edge, the width of a slot, and y of a value."""
    marks = ticks(max(values, default=0))
    left = 10 + LETTER * max(len(show(mark)) for mark in marks)
    bottom, top = height - 26, 14
    slot = (width - left - 8) / max(len(labels), 1)

    def y(value: float) -> float:
        return bottom - (bottom - top) * value / marks[-1]

    body = []
    for mark in marks:
        body += [
            rule(left, y(mark), width - 8, y(mark), "axis" if mark == 0 else "grid"),
            text(left - 6, y(mark) + 4, show(mark), "tick", "end"),
        ]
    every = max(
        1, math.ceil(max((len(label) for label in labels), default=1) * LETTER * 1.5 / slot)
    )
    for i, label in enumerate(labels):
        if (len(labels) - 1 - i) % every == 0:
            x = left + slot * (i + 0.5)
            half = len(label) * LETTER / 2
            body.append(
                text(
                    min(max(x, left + half - 6), width - half - 2),
                    height - 8,
                    label,
                    "tick",
                    "middle",
                )
            )
    return body, left, slot, y


def columns(
    title: str,
    subtitle: str,
    labels: Sequence[str],
    values: Sequence[float],
    show: Format = whole,
    tick: Format | None = None,
    marked: Sequence[bool] | None = None,
    **about: str,
) -> Chart:
    """A column a label; marked: the ones the title speaks of, drawn darker with their value printed."""
    marked = marked or [False] * len(values)
    tick = tick or show

    def draw(width: int) -> str:
        height = 250 if width == WIDE else 210
        body, left, slot, y = _frame(width, height, labels, values, tick)
        for i, (label, value, is_marked) in enumerate(zip(labels, values, marked, strict=True)):
            x = left + slot * (i + 0.15)
            kind = "bar strong" if is_marked else "bar"
            body.append(
                box(x, y(value), slot * 0.7, y(0) - y(value), kind, f"{label}: {show(value)}")
            )
            if is_marked:
                half = len(show(value)) * BOLD / 2
                middle = min(max(x + slot * 0.35, left + half), width - half - 2)
                body.append(text(middle, max(y(value) - 4, 11), show(value), "value", "middle"))
        return svg(width, height, title, subtitle, body)

    table = Table(
        ["", subtitle], [[label, show(v)] for label, v in zip(labels, values, strict=True)]
    )
    return Chart(title, subtitle, *_both(draw), table, **about)


def lines(
    title: str,
    subtitle: str,
    labels: Sequence[str],
    series: Sequence[Series],
    show: Format = one,
    tick: Format = whole,
    **about: str,
) -> Chart:
    """Lines over the same labels, named at their end; a series with a band has an interval around it."""

    def draw(width: int) -> str:
        height = 270 if width == WIDE else 230
        known = [v for one_ in series for v in one_.values if v is not None]
        known += [v for one_ in series if one_.band for v in one_.band[1] if v is not None]
        body, left, slot, y = _frame(width, height, labels, known, tick)

        def points(values: Sequence[float | None]) -> list[str]:
            return [
                f"{left + slot * (i + 0.5):.1f},{y(v):.1f}"
                for i, v in enumerate(values)
                if v is not None
            ]

        drawn = []
        for one_ in series:
            known_at = [
                (left + slot * (i + 0.5), y(v)) for i, v in enumerate(one_.values) if v is not None
            ]
            drawn += known_at
            drawn += [
                (x1 + (x2 - x1) * part, y1 + (y2 - y1) * part)
                for (x1, y1), (x2, y2) in pairwise(known_at)
                for part in (0.25, 0.5, 0.75)
            ]
        labelled: list[tuple[float, float, float]] = []
        for one_ in series:
            if one_.band:
                low, high = one_.band
                corners = " ".join(points(high) + points(low)[::-1])
                body.append(f'<polygon points="{corners}" class="band"/>')
            body.append(
                f'<polyline points="{" ".join(points(one_.values))}" class="line {one_.kind}"/>'
            )
        for one_ in series:
            last = max((i for i, v in enumerate(one_.values) if v is not None), default=None)
            if last is None:
                continue
            label = f"{one_.name} {show(one_.values[last] or 0.0)}"
            right, at = min(left + slot * (last + 0.5), width - 10), y(one_.values[last] or 0.0)
            start = right - len(label) * LETTER

            def hidden(place: float, start: float = start, right: float = right) -> int:
                """How many points of lines, and of other labels' corners, a label at this height would cover."""
                covered = sum(
                    start - 4 <= x <= right + 4 and place - 13 <= at <= place + 5 for x, at in drawn
                )
                return covered + 9 * sum(
                    abs(place - other) < 15 and start <= stop and begin <= right
                    for begin, stop, other in labelled
                )

            # Above the end of the line or below it, as near as covers nothing.
            place = min((at + shift for shift in (-9, 18, -24, 33, -39, -54)), key=hidden)
            labelled.append((start, right, place))
            body.append(text(right, place, label, "value", "end"))
        return svg(width, height, title, subtitle, body)

    table = Table(
        ["", *(one_.name for one_ in series)],
        [
            [label, *("" if one_.values[i] is None else show(one_.values[i]) for one_ in series)]
            for i, label in enumerate(labels)
        ],
    )
    for one_ in series:
        if one_.band:
            table.columns += ["from", "to"]
            for i, row in enumerate(table.rows):
                row += ["" if side[i] is None else show(side[i]) for side in one_.band]
    return Chart(title, subtitle, *_both(draw), table, **about)


def bars(
    title: str,
    subtitle: str,
    labels: Sequence[str],
    values: Sequence[float],
    show: Format = whole,
    marked: Sequence[bool] | None = None,
    notes: Sequence[str] | None = None,
    **about: str,
) -> Chart:
    """A horizontal bar a label with its value printed, from 0; notes: a few words behind each value."""
    marked = marked or [False] * len(values)
    notes = notes or [""] * len(values)
    highest = max([*values, 0]) or 1

    def draw(width: int) -> str:
        above = width == NARROW  # the label stands above its bar
        step = 38 if above else 26
        left = (
            4 if above else min(12 + LETTER * max((len(label) for label in labels), default=1), 300)
        )
        said = [f"{show(v)}{', ' + n if n else ''}" for v, n in zip(values, notes, strict=True)]
        room = width - left - 14 - BOLD * max((len(s) for s in said), default=1)
        body = []
        for i, (label, value, is_marked) in enumerate(zip(labels, values, marked, strict=True)):
            top = i * step + (16 if above else 4)
            at = (
                (left, i * step + 12, label, "label", "start")
                if above
                else (left - 8, top + 13, label, "label", "end")
            )
            length = room * value / highest
            body += [
                text(*at),
                box(
                    left,
                    top,
                    length,
                    18,
                    "bar strong" if is_marked else "bar",
                    f"{label}: {said[i]}",
                ),
                text(left + length + 6, top + 13, said[i], "value"),
            ]
        height = len(labels) * step + 6
        body.append(rule(left, 0, left, height, "axis"))
        return svg(width, height, title, subtitle, body)

    rows: list[list[object]] = [
        [label, show(v), n] for label, v, n in zip(labels, values, notes, strict=True)
    ]
    names = ["", subtitle, ""]
    if not any(notes):
        names, rows = names[:2], [row[:2] for row in rows]
    return Chart(title, subtitle, *_both(draw), Table(names, rows), **about)


# The 26 states and the federal district about where they lie, one tile each: (column, row).
TILES = {
    **{"RR": (1, 0), "AP": (3, 0)},
    **{"AM": (0, 1), "PA": (2, 1), "MA": (3, 1), "CE": (4, 1), "RN": (5, 1)},
    **{"AC": (0, 2), "RO": (1, 2), "TO": (3, 2), "PI": (4, 2), "PE": (5, 2), "PB": (6, 2)},
    **{"MT": (2, 3), "GO": (3, 3), "BA": (4, 3), "SE": (5, 3), "AL": (6, 3)},
    **{"MS": (2, 4), "DF": (3, 4), "MG": (4, 4), "ES": (5, 4)},
    **{"SP": (3, 5), "RJ": (4, 5)},
    **{"PR": (3, 6), "SC": (3, 7), "RS": (2, 7)},
}
SHADES = 5


def tiles(
    title: str,
    subtitle: str,
    values: dict[str, float],
    show: Format,
    few: Sequence[str] = (),
    names: dict[str, str] | None = None,
    **about: str,
) -> Chart:
    """A tile a state, darker for more, with the value printed; few: states with too few cases for a value."""
    names = names or {}
    counted = [v for state, v in values.items() if state not in few]
    low, high = min(counted, default=0), max(counted, default=0)

    def shade(value: float) -> int:
        return min(int((value - low) / ((high - low) or 1) * SHADES), SHADES - 1)

    def draw(width: int) -> str:
        side = min(64, (width - 8) / 7)
        left = (width - 7 * side) / 2
        body = []
        for state, (column, row) in TILES.items():
            x, y = left + column * side, row * side * 0.8
            known = state in values and state not in few
            kind = f"tile shade{shade(values[state])}" if known else "tile none"
            words = show(values[state]) if known else "–"
            body += [
                f'<g class="{kind}">',
                box(
                    x + 1.5,
                    y + 1.5,
                    side - 3,
                    side * 0.8 - 3,
                    "",
                    f"{names.get(state, state)}: {words}",
                ),
                text(x + side / 2, y + side * 0.36, state, "state", "middle"),
                text(x + side / 2, y + side * 0.62, words, "small", "middle"),
                "</g>",
            ]
        return svg(width, 8 * side * 0.8, title, subtitle, body)

    rows: list[list[object]] = [
        [names.get(state, state), "too few" if state in few else show(value)]
        for state, value in sorted(values.items(), key=lambda item: -item[1])
    ]
    return Chart(title, subtitle, *_both(draw), Table(["State", subtitle], rows), **about)
