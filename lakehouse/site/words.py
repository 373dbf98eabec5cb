"""Small helpers of language and text: counts, dates, and the little Markdown that descriptions use."""

import re
from datetime import date, datetime
from html import escape

from markupsafe import Markup


def number(value: object) -> str:
    """1,234; 0.5 of a float keeps a decimal."""
    if value is None:
        return "–"
    if isinstance(value, float) and not value.is_integer():
        return f"{value:,.1f}"
    return f"{value:,.0f}"


def of(count: int, singular: str, plural: str | None = None) -> str:
    """1 record, 2 records."""
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"


def share(part: float, whole: float) -> str:
    """12.3 %, or a dash of nothing; what is there at all is never 0.0 %."""
    if not whole:
        return "–"
    value = 100 * part / whole
    return "below 0.1 %" if 0 < value < 0.05 else f"{value:.1f} %"


def month(day: date) -> str:
    """August 2018."""
    return f"{day:%B %Y}"


def moment(at: datetime | None) -> str:
    """2018-08-05 14:30."""
    return f"{at:%Y-%m-%d %H:%M}" if at else "–"


def enumerate_words(words: list[str]) -> str:
    """a, b and c."""
    return (
        words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""
    )


def plain(name: str) -> str:
    """order_items as order items."""
    return name.replace("_", " ").strip()


def markdown(source: str) -> Markup:
    """Paragraphs, lists, fences, bold and code as HTML; a link keeps its words."""
    html = []
    for i, part in enumerate(re.split(r"```(?:\w*)\n(.*?)```", source.strip(), flags=re.DOTALL)):
        if i % 2:
            html.append(f'<pre tabindex="0"><code>{escape(part.rstrip())}</code></pre>')
            continue
        for block in re.split(r"\n\s*\n", part.strip()):
            if not block.strip():
                continue
            lines = block.strip().splitlines()
            if all(re.match(r"[-*] |  ", line) for line in lines):
                items = re.split(r"(?m)^[-*] ", block.strip())[1:]
                html.append(f"<ul>{''.join(f'<li>{_inline(item)}</li>' for item in items)}</ul>")
            else:
                html.append(f"<p>{_inline(block)}</p>")
    return Markup("".join(html))


def _inline(words: str) -> str:
    words = escape(words.strip(), quote=False)
    words = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", words)
    words = re.sub(r"`([^`]+)`", r"<code>\1</code>", words)
    return re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", words)
