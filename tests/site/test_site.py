"""The site, read in a real browser: loads, links, charts, accessibility, phone width, and no personal data."""

import re
from html import unescape
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest

PAGES = (
    *("index.html", "answers.html", "journey.html", "quality.html", "lineage.html", "schema.html"),
    *("dictionary.html", "engines.html", "engines/fct_orders.html"),
)
# The pages of other tools: they load and ask for nothing, and that is all we hold them to.
FOREIGN = ("docs/index.html", "columns/index.html")
PHONE = 360
CHARTS = {"answers.html": 10, "quality.html": 1, "schema.html": 6, "lineage.html": 1}


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
    charts = visit(name, width).evaluate(
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
    assert len(charts) >= CHARTS[name]
    for chart in charts:
        assert chart["width"] > 150
        assert chart["height"] > 30
        assert chart["shapes"] >= 3
        assert chart["titled"]
        assert chart["outside"] == []


def test_every_chart_has_its_numbers(visit):
    page = visit("answers.html")
    charts = page.locator("figure.chart:has(.wide)")
    for i in range(charts.count()):
        assert charts.nth(i).locator("details table tbody tr").count() >= 2


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


def test_dictionary_finds_a_column(visit):
    page = visit("dictionary.html")
    everything = page.locator("details.model:visible").count()
    page.get_by_label("Search models, columns").fill("delay_calendar_days")
    assert 0 < page.locator("details.model:visible").count() < everything
    assert page.locator("#fct_orders tbody tr:visible").count() == 1
    assert "delay_calendar_days" in page.locator("#found").inner_text()
    page.get_by_label("Search models, columns").fill("nothing is called so")
    assert page.locator("details.model:visible").count() == 0
    page.get_by_label("Search models, columns").fill("")
    assert page.locator("details.model:visible").count() == everything


def test_link_to_a_model_opens_it(visit):
    page = visit("dictionary.html#fct_orders")
    assert page.locator("#fct_orders").evaluate("(model) => model.open")


def test_order_picker_shows_one_order_with_all_its_layers(visit):
    page = visit("journey.html")
    orders = page.locator("#pick option").evaluate_all("(all) => all.map((one) => one.value)")
    assert len(orders) >= 6
    for order in orders:
        page.get_by_label("Pick an order").select_option(order)
        shown = page.locator("section.order:visible")
        assert shown.count() == 1
        assert shown.get_attribute("id") == order
        for layer in ("landing", "bronze", "silver", "gold"):
            assert shown.locator(f".{layer}").count() >= 1
        assert page.url.endswith(f"#{order}")


def test_a_refused_order_shows_its_broken_rule_and_its_return(visit, database):
    found = database.execute(
        "select count(*) from silver.int_orders__records inner join gold.fct_orders using (order_id) "
        "where _disposition = 'quarantined'"
    ).fetchone()
    if not found[0]:
        pytest.skip("no order of this data was refused and came back")
    order = visit("journey.html").locator("section.order:visible")
    assert order.locator(".rule.broken").count() >= 1
    assert "quarantined" in order.inner_text()
    assert "current" in order.inner_text()


def test_lineage_lights_up_from_the_keyboard(visit):
    page = visit("lineage.html")
    page.locator("a[data-node=fct_orders]").focus()
    lit = page.locator("path.edge.lit").evaluate_all("(all) => all.map((e) => e.dataset.from)")
    assert "int_orders" in lit
    assert page.locator("[data-node='marketplace.orders'].lit").count() == 1
    assert page.locator("[data-node='obt_order_items'].lit").count() == 1
    assert page.locator("[data-node='dim_payment_types'].lit").count() == 0


def test_home_counts_what_the_database_holds(visit, database):
    words = visit("index.html").locator("main").inner_text()
    landed, balanced = database.execute(
        """
        select sum(landed_count), bool_and(is_balanced) from ops.ops_reconciliation
        where _processed_at = (select max(_processed_at) from ops.ops_reconciliation)
        """
    ).fetchone()
    assert f"{landed:,} records landed" in words
    assert balanced == ("Every record accounted for\nYes" in words)


def test_both_engines_are_there(visit):
    page = visit("engines/fct_orders.html")
    assert page.get_by_role("heading", name="DuckDB").count() == 1
    assert page.get_by_role("heading", name="Databricks").count() == 1


def test_page_tells_what_column_lineage_cannot_see(visit):
    assert "cannot see" in visit("lineage.html").locator("main").inner_text()


# ------------------------------------------------------------------------------------- personal data

IDENTIFIERS = """
    select customer_id from bronze.stg_marketplace__customers
    union select customer_unique_id from bronze.stg_marketplace__customers
    union select customer_id from bronze.stg_marketplace__orders
    union select customer_key from gold.dim_customers where customer_unique_id <> 'unknown'
"""
TEXTS = """
    select review_comment_title from bronze.stg_marketplace__order_reviews
    union select review_comment_message from bronze.stg_marketplace__order_reviews
"""
POSTCODES = """
    select customer_zip_code_prefix from bronze.stg_marketplace__customers
    union select seller_zip_code_prefix from bronze.stg_marketplace__sellers
    union select geolocation_zip_code_prefix from bronze.stg_marketplace__geolocation
"""
CITIES = """
    select customer_city from bronze.stg_marketplace__customers
    union select city from silver.int_customers
    union select seller_city from bronze.stg_marketplace__sellers
    union select city from silver.int_sellers
"""
PLACES = """
    select geolocation_lat from bronze.stg_marketplace__geolocation
    union select geolocation_lng from bronze.stg_marketplace__geolocation
"""


def values(database, query, shortest=1):
    """The distinct filled values of a one-column query."""
    rows = database.execute(query).fetchall()
    return {row[0] for row in rows if row[0] and len(row[0]) >= shortest}


def all_texts(site):
    """Every text file of the site, other tools' pages included."""
    return {
        path.relative_to(site).as_posix(): unescape(path.read_text(encoding="utf-8"))
        for path in sorted(site.rglob("*"))
        if path.is_file()
    }


def test_no_identifier_of_a_customer(site, database):
    personal = values(database, IDENTIFIERS)
    assert len(personal) > 1000
    for name, text in all_texts(site).items():
        assert set(re.findall(r"[0-9a-f]{32}", text)) & personal == set(), name


def test_no_text_of_a_review(site, database):
    # Shorter ones are words that any page may hold, such as "ok" or "recomendo".
    personal = values(database, TEXTS, shortest=25)
    text = "\n".join(own_pages(site).values())
    assert [comment for comment in personal if comment in text] == []


def test_no_coordinate(site, database):
    personal = values(database, PLACES, shortest=12)
    for name, text in own_pages(site).items():
        assert set(re.findall(r"-?\d+\.\d{6,}", unescape(text))) & personal == set(), name


def test_no_postcode_and_no_city_in_a_field(site, database):
    personal = values(database, POSTCODES) | values(database, CITIES)
    for name, text in own_pages(site).items():
        # A number in a table has a comma from a thousand on, so what equals a postcode is one.
        fields = re.findall(r"<(?:dd|td|code)\b[^>]*>([^<]*)<", unescape(text))
        parts = {part.strip() for each in fields for part in [each, *each.split(",")]}
        assert {p for p in parts & personal if not p.isdigit() or len(p) > 3} == set(), name
