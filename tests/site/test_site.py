"""The site of any lakehouse, read in a real browser: loads, links, charts, accessibility, phone width."""

import re
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest
from conftest import SITE

# What is there, and the SQL of one model, for those pages are alike.
PAGES = [path.name for path in sorted(SITE.glob("*.html"))] or ["index.html"]
PAGES += [path.relative_to(SITE).as_posix() for path in sorted(SITE.glob("engines/*.html"))[:1]]
# The pages of other tools: they load and ask for nothing, and that is all we hold them to.
FOREIGN = ("docs/index.html", "columns/index.html")
PHONE = 360
CHARTS = {"quality.html": 1, "lineage.html": 1}


@pytest.mark.parametrize("width", [1280, PHONE])
@pytest.mark.parametrize("name", PAGES)
def test_page_loads_and_fits(visit, name, width):
    page = visit(name, width)
    assert page.title()
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("h1").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", FOREIGN)
def test_page_of_another_tool_loads_and_asks_for_nothing(visit, name):
    page = visit(name, is_ours=False)
    page.wait_for_function("document.body.innerText.trim().length > 50")


def test_every_sql_page_loads(visit, site):
    names = sorted(path.name for path in (site / "engines").glob("*.html"))
    page = visit(f"engines/{names[0]}", PHONE)
    for name in names:
        page.goto(f"{site.as_uri()}/engines/{name}")
        assert page.locator("pre").count() == 3, f"{name} lacks a text"
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE, name


class Anchors(HTMLParser):
    """The links and the ids of a page."""

    def __init__(self, text):
        super().__init__()
        self.links, self.ids = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):  # noqa: ARG002
        found = dict(attributes)
        self.links += [found[key] for key in ("href", "src") if found.get(key)]
        self.ids += [found["id"]] if found.get("id") else []


def own_pages(site):
    """The pages that this project writes, path to text."""
    return {
        path.relative_to(site).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(site.rglob("*.html"))
        if path.relative_to(site).parts[0] not in ("docs", "columns")
    }


def test_every_link_leads_somewhere(site):
    pages = {name: Anchors(text) for name, text in own_pages(site).items()}
    dead = []
    for name, page in pages.items():
        for link in page.links:
            assert not re.match(r"[a-z]+:|/", link), f"{name} leaves the site: {link}"
            path, _, fragment = link.partition("#")
            target = ((site / name).parent / unquote(path)).resolve() if path else site / name
            if not target.is_file():
                dead.append((name, link))
            elif fragment:
                other = pages.get(target.relative_to(site).as_posix())
                if other and fragment not in other.ids:
                    dead.append((name, link))
    assert dead == []


def test_ids_are_unique(site):
    for name, text in own_pages(site).items():
        ids = Anchors(text).ids
        assert sorted(set(ids)) == sorted(ids), name


@pytest.mark.parametrize("width", [1280, PHONE])
@pytest.mark.parametrize("name", CHARTS)
def test_charts_are_drawn_and_told(visit, name, width):
    check_charts(visit(name, width), CHARTS[name])


def check_charts(page, least):
    """A page draws at least so many charts, each large enough, with a title, its words inside."""
    charts = page.evaluate(
        """
        () => [...document.querySelectorAll('figure svg, .drawing svg')]
            .filter((svg) => svg.getBoundingClientRect().width > 0)
            .map((svg) => ({
                width: svg.getBoundingClientRect().width,
                height: svg.getBoundingClientRect().height,
                shapes: [...svg.querySelectorAll('rect, polyline, path, line')]
                    .filter((shape) => { const b = shape.getBBox(); return b.width + b.height > 1; }).length,
                titled: !!svg.querySelector(':scope > title')?.textContent
                    && !!svg.querySelector(':scope > desc')?.textContent,
                outside: [...svg.querySelectorAll('text')].filter((text) => {
                    const b = text.getBBox(), v = svg.viewBox.baseVal;
                    return b.x < -1 || b.x + b.width > v.width + 1;
                }).map((text) => text.textContent),
            }))
        """
    )
    assert len(charts) >= least
    for chart in charts:
        assert chart["width"] > 150
        assert chart["height"] > 30
        assert chart["shapes"] >= 3
        assert chart["titled"]
        assert chart["outside"] == []


LABELS = """
() => {
    const found = [];
    const named = (e) => e.getAttribute('aria-label') || e.labels?.length || e.textContent.trim() || e.title;
    for (const e of document.querySelectorAll('a, button, input, select')) {
        if (!named(e)) found.push('no name: ' + e.outerHTML.slice(0, 80));
    }
    for (const e of document.querySelectorAll('img')) if (!e.hasAttribute('alt')) found.push('no alt: ' + e.src);
    for (const e of document.querySelectorAll('th')) if (!e.scope) found.push('no scope: ' + e.textContent);
    for (const e of document.querySelectorAll('[aria-labelledby]')) {
        for (const id of e.getAttribute('aria-labelledby').split(' ')) {
            if (!document.getElementById(id)) found.push('labelled by nothing: ' + id);
        }
    }
    for (const e of document.querySelectorAll('.scroll, pre, .drawing')) {
        if (e.tabIndex !== 0) found.push('scrolls without keyboard: ' + e.textContent.slice(0, 40));
    }
    let level = 0;
    for (const e of document.querySelectorAll('h1, h2, h3, h4, h5')) {
        const now = Number(e.tagName[1]);
        if (now > level + 1) found.push('heading skips a level: ' + e.textContent);
        level = now;
    }
    return found;
}
"""


@pytest.mark.parametrize("name", PAGES)
def test_page_is_named_for_screen_readers(visit, name):
    page = visit(name)
    assert page.evaluate(LABELS) == []
    assert page.locator("main, nav, header, footer").count() >= 4


# Text against what lies behind it, by the formula of WCAG 2; 4.5 to 1, large letters 3 to 1.
CONTRAST = """
() => {
    const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
    const rgba = (colour) => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const light = ([r, g, b]) => {
        const part = (v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
        return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
    };
    const behind = (element) => {
        if (element instanceof SVGElement) {
            const tile = element.closest('.tile')?.querySelector('rect') ??
                (element.closest('[data-node]') ?? element).querySelector('rect');
            const fill = tile && getComputedStyle(tile).fill;
            if (fill && fill !== 'none') return rgba(fill);
        }
        for (let e = element; e; e = e.parentElement) {
            const colour = rgba(getComputedStyle(e).backgroundColor);
            if (colour[3] === 255) return colour;
        }
        return [255, 255, 255, 255];
    };
    const found = new Set();
    for (const e of document.querySelectorAll('body *')) {
        const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
        if (!own || !e.checkVisibility() || e.closest('title, desc, .hidden')) continue;
        const style = getComputedStyle(e);
        const ink = rgba(e instanceof SVGElement ? style.fill : style.color);
        const [one, two] = [light(ink), light(behind(e))].sort((a, b) => b - a);
        const ratio = (one + 0.05) / (two + 0.05);
        const size = parseFloat(style.fontSize);
        const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
        if (ratio < (large ? 3 : 4.5)) {
            found.add(`${ratio.toFixed(2)} ${e.tagName}.${e.getAttribute('class')}: ${e.textContent.trim().slice(0, 30)}`);
        }
    }
    return [...found];
}
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_text_stands_out(visit, name, scheme):
    page = visit(name, scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach((d, i) => { d.open = i < 60; })")
    assert page.evaluate(CONTRAST) == []


def test_keyboard_skips_to_the_content(visit):
    page = visit("quality.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_home_counts_what_the_database_holds(visit, database):
    words = visit("index.html").locator("main").inner_text()
    landed, balanced = database.execute(
        """
        select coalesce(sum(landed_count), 0), coalesce(bool_and(is_balanced), true) from ops.ops_reconciliation
        where _processed_at = (select max(_processed_at) from ops.ops_reconciliation)
        """
    ).fetchone()
    assert f"{landed:,} records landed" in words
    assert balanced == ("Every record accounted for\nYes" in words)


def test_page_tells_what_column_lineage_cannot_see(visit):
    assert "cannot see" in visit("lineage.html").locator("main").inner_text()
