"""AS-IS and TO-BE: what is wrong in the raw data, and what gold answers, each answer a chart whose title is found."""

from typing import Any

from lakehouse.site.charts import (
    Chart,
    Series,
    bars,
    brl,
    brl_short,
    columns,
    lines,
    one,
    percent,
    percent_tick,
    tiles,
    whole,
)
from lakehouse.site.pages.home import LATEST_RECONCILIATION
from lakehouse.site.project import Site
from lakehouse.site.words import enumerate_words, month, of, plain, share

# Below this many cases a share says little.
FEW = 20
EXAMPLES = 2
FORECASTS = "gold.mart_demand_forecasts"
DEMAND = "gold.mart_weekly_demand"


def content(site: Site) -> dict[str, Any]:
    """Both halves of the page."""
    found = defects(site)
    return {
        "sources": sources(site, found),
        "defects": defects_chart(found),
        "misreadings": misreadings(site),
        "charts": charts(site),
    }


# ---------------------------------------------------------------------------------------------- as it is


def defects(site: Site) -> list[dict[str, Any]]:
    """A row an entity and rule that records break now, most first: how many, of how many, what became of them."""
    found = []
    for entity, (staging, source) in site.entities.items():
        table, records = f"bronze.{staging}", f"silver.int_{entity}__records"
        if not site.has(table, records):
            continue
        total = site.value(f"select count(*) from {table}")
        described = {rule["name"]: rule for rule in site.rules(entity)}
        counts = site.rows(
            f"""
            with broken as (
                select unnest(string_split(_broken_rules, ', ')) as rule, 'quarantine' as fate
                from {records} where _broken_rules is not null
                union all
                select unnest(string_split(_warnings, ', ')), 'warn'
                from {records} where _warnings is not null
                union all
                select 'record_parseable', 'quarantine'
                from {table} where _corrupt_record is not null
            )

            select rule, fate, count(*) as records from broken group by all order by records desc, rule
            """
        )
        for row in counts:
            rule = described.get(row["rule"], {})
            words = (
                rule.get("description")
                or "The line cannot be read: fields, quotes or bytes are wrong."
            )
            found.append(
                {
                    "source": source,
                    "entity": entity,
                    "rule": row["rule"],
                    "means": words,
                    "fate": row["fate"],
                    "records": row["records"],
                    "of": total,
                    "share": share(row["records"], total),
                    "examples": examples(site, entity, staging, row["rule"], row["fate"]),
                }
            )
    return sorted(found, key=lambda row: -row["records"])


def examples(site: Site, entity: str, staging: str, rule: str, fate: str) -> list[dict[str, Any]]:
    """Some landed records that break a rule: where they stand, and their fields without personal data."""
    column = "_broken_rules" if fate == "quarantine" else "_warnings"
    match = f"""
        select bronze.* from bronze.{staging} as bronze
        inner join silver.int_{entity}__records as judged
            on bronze._source_file = judged._source_file
            and bronze._source_modified_at = judged._source_modified_at
            and bronze._source_row = judged._source_row
        where judged.{column} is not null and list_contains(string_split(judged.{column}, ', '), $1)
        order by bronze._delivered_at desc, bronze._source_file, bronze._source_row
        limit {EXAMPLES}
    """
    if rule == "record_parseable":
        match = f"""
            select * from bronze.{staging} where _corrupt_record is not null
            order by _delivered_at desc, _source_file, _source_row
            limit {EXAMPLES}
        """
    found = []
    for row in site.rows(match, [] if rule == "record_parseable" else [rule]):
        shown = {
            name: site.mask.show(name, value)
            for name, value in row.items()
            if value is not None and (not name.startswith("_") or name == "_corrupt_record")
        }
        absent = [name for name, value in row.items() if value is None and not name.startswith("_")]
        place = f"{row['_source_file']}, record {row['_source_row']:,}"
        found.append(
            {"place": place, "fields": shown, "absent": [] if row["_corrupt_record"] else absent}
        )
    return found


def sources(site: Site, defects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A source with its defects and what its files hold."""
    found: dict[str, dict[str, Any]] = {}
    for row in defects:
        one_ = found.setdefault(row["source"], {"name": row["source"], "rows": []})
        one_["rows"].append(row)
    for name, one_ in found.items():
        entities = [entity for entity, (_, source) in site.entities.items() if source == name]
        one_["landed"] = sum(
            site.value(f"select count(*) from bronze.{site.entities[e][0]}") for e in entities
        )
        one_["entities"] = [plain(entity) for entity in entities]
        one_["refused"] = sum(r["records"] for r in one_["rows"] if r["fate"] == "quarantine")
        one_["warned"] = sum(r["records"] for r in one_["rows"] if r["fate"] == "warn")
    return sorted(found.values(), key=lambda one_: -one_["landed"])


def defects_chart(defects: list[dict[str, Any]]) -> Chart | None:
    """The rules most records break."""
    rows = defects[:10]
    if not rows:
        return None
    top = rows[0]
    return bars(
        f"The rule broken most often: {plain(top['rule'])} ({plain(top['entity'])}), "
        f"by {of(top['records'], 'record')}",
        "records that break the rule",
        [f"{plain(row['entity'])}: {plain(row['rule'])}" for row in rows],
        [row["records"] for row in rows],
        notes=["refused" if row["fate"] == "quarantine" else "" for row in rows],
        marked=[row["fate"] == "quarantine" for row in rows],
        source="silver.int_*__records",
        note="Dark bars: the record is refused and waits in the quarantine. Light bars: it is kept and marked.",
    )


def misreadings(site: Site) -> list[dict[str, str]]:
    """What breaks no rule and misleads all the same: the number the raw files suggest, and gold's."""
    found = []
    if site.has("silver.int_customers", "gold.dim_customers"):
        ids, people = (
            site.value(f"select count(distinct {column}) from silver.int_customers")
            for column in ("customer_id", "customer_unique_id")
        )
        found.append(
            {
                "as_is": f"{ids:,} customer identifiers, a new one with each order: nobody ever comes back",
                "to_be": f"{people:,} people, and who among them came back",
                "where": "dim_customers",
            }
        )
    if site.has("gold.fct_order_items", "gold.fct_order_payments"):
        row = site.rows(
            """
            with items as (
                select order_id, count(*) as lines, sum(item_total_brl) as total
                from gold.fct_order_items group by 1
            ),

            payments as (
                select order_id, count(*) as lines, sum(payment_brl) as total
                from gold.fct_order_payments group by 1
            )

            select
                cast(sum(payments.total * items.lines) as double) as joined,
                cast(sum(payments.total) as double) as paid
            from items inner join payments using (order_id)
            """
        )[0]
        if row["paid"]:
            found.append(
                {
                    "as_is": f"{brl(row['joined'])} were paid, if items and payments are joined row by row",
                    "to_be": f"{brl(row['paid'])} for the same orders: payments and items are two facts, each at its own grain",
                    "where": "fct_order_payments",
                }
            )
    if site.has("gold.fct_orders"):
        row = site.rows(
            """
            select
                count(*) filter (is_late_by_timestamp) as by_time,
                count(*) filter (is_late_by_day) as by_day
            from gold.fct_orders
            """
        )[0]
        found.append(
            {
                "as_is": f"{row['by_time']:,} orders late, if the promised day ends at its first midnight",
                "to_be": f"{row['by_day']:,} came after the promised day; both readings have a column",
                "where": "fct_orders",
            }
        )
    repeated = site.rows(
        f"""
        select sum(duplicate_count) as copies, arg_max(entity, duplicate_count) as entity, max(duplicate_count) as most
        from ops.ops_reconciliation {LATEST_RECONCILIATION}
        """
    )[0]
    if repeated["copies"]:
        kind = plain(repeated["entity"])
        most = "all" if repeated["most"] == repeated["copies"] else f"{repeated['most']:,}"
        found.append(
            {
                "as_is": f"{of(repeated['copies'], 'record')} delivered again with the same content, {most} of them {kind}",
                "to_be": "each counted once; the copies stay in bronze",
                "where": f"int_{repeated['entity']}",
            }
        )
    if site.has("silver.int_customers"):
        zeros = site.value(
            "select count(*) from silver.int_customers where zip_code_prefix like '0%'"
        )
        if zeros:
            found.append(
                {
                    "as_is": f"{zeros:,} customers live at a postcode that loses its leading zero in a spreadsheet",
                    "to_be": "postcodes are text in every layer",
                    "where": "dim_locations",
                }
            )
    return found


# ---------------------------------------------------------------------------------------------- to be


def charts(site: Site) -> list[dict[str, Any]]:
    """The questions gold answers, each with its charts; a question whose tables are absent is left out."""
    questions = [
        ("How do sales develop?", "sales", [sales, forecast]),
        ("Do we keep what we promise?", "promise", [promise, late, better_promise]),
        ("Where are the customers, and who waits too long?", "map", [orders_map, late_map]),
        ("What ruins a review?", "reviews", [reviews]),
        ("Do customers come back?", "customers", [returning]),
        ("Where do sellers come from?", "funnel", [funnel, origins]),
        ("What do we live on?", "categories", [categories]),
    ]
    found = []
    for question, anchor, makers in questions:
        made = [chart for maker in makers if (chart := maker(site))]
        if made:
            found.append({"question": question, "anchor": anchor, "charts": made})
    return found


def sales(site: Site) -> Chart | None:
    """Revenue of the complete months."""
    if not site.has("gold.mart_monthly_sales"):
        return None
    rows = site.rows(
        """
        select month_start_date as month, cast(items_brl_sales as double) as sales
        from gold.mart_monthly_sales where is_complete_month order by 1
        """
    )
    if len(rows) < 2:
        return None
    # A gap of incomplete months at the start would look like a crash.
    values = [row["sales"] for row in rows]
    best, last, first = max(rows, key=lambda row: row["sales"]), rows[-1], rows[0]
    year_ago = next(
        (r for r in rows if r["month"] == last["month"].replace(year=last["month"].year - 1)), None
    )
    before = year_ago or first
    change = 100 * (last["sales"] / before["sales"] - 1) if before["sales"] else 0
    moved = f"{abs(change):,.0f} % {'above' if change >= 0 else 'below'} {month(before['month'])}"
    title = f"Sales in {month(last['month'])} were {moved}; " + (
        "no month was better" if best is last else f"the best month was {month(best['month'])}"
    )
    return columns(
        title,
        "sales a month, in reais (prices of items sold, without freight)",
        [f"{row['month']:%Y-%m}" for row in rows],
        values,
        brl,
        brl_short,
        [row in (best, last) for row in rows],
        source="gold.mart_monthly_sales",
        note="Complete months only: the thin first and last months of the data would look like a boom and a crash.",
    )


def forecast(site: Site) -> Chart | None:
    """The demand of the last half year and of the weeks to come with its interval, where the models have run."""
    wanted = {
        "measure",
        "category_name",
        "week_start_date",
        "forecast_quantity",
        "has_short_history",
    }
    if not site.has(FORECASTS, DEMAND) or not wanted <= set(site.columns_of(FORECASTS)):
        return None
    rows = site.rows(
        f"""
        select week_start_date as week, forecast_quantity as middle, lower_quantity as low,
            upper_quantity as high, has_short_history, last_complete_week_date
        from {FORECASTS} where measure = 'items' and category_name = 'all' order by 1
        """
    )
    past = site.rows(
        f"""
        select week_start_date as week, item_count as items
        from {DEMAND} where category_name = 'all' order by 1
        """
    )
    past = [row for row in past if rows and row["week"] <= rows[0]["last_complete_week_date"]][-26:]
    if not rows or not past:
        return None
    # The line of the forecast begins where the known one ends.
    before: list[float | None] = [None] * (len(past) - 1)
    joint = float(past[-1]["items"])
    low, high = ([*before, joint, *(float(row[side]) for row in rows)] for side in ("low", "high"))
    series = [
        Series("sold", [float(row["items"]) for row in past] + [None] * len(rows)),
        Series(
            "expected",
            [*before, joint, *(float(row["middle"]) for row in rows)],
            "forecast",
            (low, high),
        ),
    ]
    first = rows[0]
    return lines(
        f"The week of {first['week'].day} {first['week']:%B %Y} is expected to sell {whole(first['middle'])} items, "
        f"between {whole(first['low'])} and {whole(first['high'])} in four cases of five",
        "items sold a week, and expected with an 80 % interval",
        [f"{row['week']:%Y-%m-%d}" for row in [*past, *rows]],
        series,
        whole,
        whole,
        source=FORECASTS,
        note="Too few weeks for a backtest: the interval is a rule of thumb."
        if first["has_short_history"]
        else "How well such forecasts did is in gold.mart_demand_scores.",
    )


DELIVERY = "gold.mart_delivery_performance"
UNDER_WAY = (
    "Orders still on their way are not counted, so the last months may look better than they are."
)


def _delivery_months(site: Site) -> list[dict[str, Any]]:
    """Months with enough deliveries: days it took, days promised, share late."""
    return site.rows(
        f"""
        select
            purchase_month_date as month,
            sum(measured_order_count) as orders,
            sum(late_by_day_order_count) as late,
            sum(average_delivery_days * measured_order_count) / sum(measured_order_count) as took,
            sum(average_promised_days * measured_order_count) / sum(measured_order_count) as promised
        from {DELIVERY}
        where measured_order_count > 0
        group by 1
        having sum(measured_order_count) >= {FEW}
        order by 1
        """
    )


def promise(site: Site) -> Chart | None:
    """Days promised and days taken."""
    rows = _delivery_months(site) if site.has(DELIVERY) else []
    if len(rows) < 2:
        return None
    orders = sum(row["orders"] for row in rows)
    took = sum(row["took"] * row["orders"] for row in rows) / orders
    promised = sum(row["promised"] * row["orders"] for row in rows) / orders
    return lines(
        f"Customers are promised {one(promised)} days and wait {one(took)}: "
        f"the promise has {one(promised - took)} days to spare",
        "days from purchase, mean of the orders of a month",
        [f"{row['month']:%Y-%m}" for row in rows],
        [
            Series("promised", [row["promised"] for row in rows], "other"),
            Series("taken", [row["took"] for row in rows]),
        ],
        source=DELIVERY,
        note=UNDER_WAY,
    )


def late(site: Site) -> Chart | None:
    """The share of late orders by month."""
    rows = _delivery_months(site) if site.has(DELIVERY) else []
    if len(rows) < 2:
        return None
    worst = max(rows, key=lambda row: row["late"] / row["orders"])
    overall = sum(r["late"] for r in rows) / sum(r["orders"] for r in rows)
    return columns(
        f"Still, {percent(overall)} of the orders came after the promised day; "
        f"in {month(worst['month'])} it was {percent(worst['late'] / worst['orders'])}",
        "share of the month's delivered orders that came late",
        [f"{row['month']:%Y-%m}" for row in rows],
        [row["late"] / row["orders"] for row in rows],
        percent,
        percent_tick,
        [row is worst for row in rows],
        source=DELIVERY,
        note=f"By day, as the customer sees it. Months with fewer than {FEW} delivered orders are left out. {UNDER_WAY}",
    )


def better_promise(site: Site) -> Chart | None:
    """What a learned promise would have kept, against the marketplace's own, on orders it had not seen."""
    scores = "gold.mart_delivery_scores"
    wanted = {
        "score_scope",
        "kept_share",
        "marketplace_kept_share",
        "promised_days",
        "marketplace_promised_days",
    }
    if not site.has(scores) or not wanted <= set(site.columns_of(scores)):
        return None
    found = site.rows(f"select * from {scores} where learned_until is null")
    if (
        len(found) != 1
        or not found[0]["promised_days"]
        or not found[0]["marketplace_promised_days"]
    ):
        return None
    row = found[0]
    fewer = row["marketplace_promised_days"] - row["promised_days"]
    return bars(
        f"A learned promise of {one(row['promised_days'])} days would be kept {percent(row['kept_share'])} of the time; "
        f"the marketplace's is {one(abs(fewer))} days {'longer' if fewer >= 0 else 'shorter'} and kept "
        f"{percent(row['marketplace_kept_share'])}",
        "mean days promised, on orders the model had not seen",
        ["the marketplace", "the model"],
        [row["marketplace_promised_days"], row["promised_days"]],
        one,
        [False, True],
        [f"kept {percent(row['marketplace_kept_share'])}", f"kept {percent(row['kept_share'])}"],
        source=scores,
        note=f"{of(row['order_count'], 'order')} of {row['first_purchased_at']:%Y-%m} to {row['last_purchased_at']:%Y-%m}; "
        "a promise is meant to be kept nine times in ten."
        + (" Few orders: the comparison says little." if row["has_few_orders"] else ""),
    )


def _states(site: Site) -> list[dict[str, Any]]:
    return site.rows(
        f"""
        select
            customer_state_code as state,
            sum(order_count) as orders,
            sum(measured_order_count) as measured,
            sum(late_by_day_order_count) as late
        from {DELIVERY}
        where customer_state_code <> 'unknown'
        group by 1
        order by 1
        """
    )


def _state_names(site: Site) -> dict[str, str]:
    rows = site.rows("select distinct state_code, state_name from gold.dim_locations order by 1, 2")
    return {row["state_code"]: f"{row['state_name']} ({row['state_code']})" for row in rows}


def orders_map(site: Site) -> Chart | None:
    """Share of the orders by state."""
    rows = _states(site) if site.has(DELIVERY, "gold.dim_locations") else []
    total = sum(row["orders"] for row in rows)
    if not total:
        return None
    largest = sorted(rows, key=lambda row: -row["orders"])[:3]
    names = [row["state"] for row in largest]
    part = share(sum(row["orders"] for row in largest), total)
    return tiles(
        f"{enumerate_words(names)} place {part} of the orders",
        "share of all orders, by the customer's state",
        {row["state"]: row["orders"] / total for row in rows},
        percent,
        names=_state_names(site),
        source=DELIVERY,
    )


def late_map(site: Site) -> Chart | None:
    """Share of late orders by state."""
    rows = _states(site) if site.has(DELIVERY, "gold.dim_locations") else []
    enough = [row for row in rows if row["measured"] >= FEW]
    if not enough:
        return None
    names = _state_names(site)
    worst = max(enough, key=lambda row: row["late"] / row["measured"])
    best = min(enough, key=lambda row: row["late"] / row["measured"])
    return tiles(
        f"{names.get(worst['state'], worst['state'])} waits too long most often: "
        f"{share(worst['late'], worst['measured'])} late, against {share(best['late'], best['measured'])} in "
        f"{names.get(best['state'], best['state'])}",
        "share of delivered orders that came after the promised day",
        {row["state"]: row["late"] / row["measured"] for row in rows if row["measured"]},
        percent,
        [row["state"] for row in rows if row["measured"] < FEW],
        names,
        source=DELIVERY,
        note=f"A dash: fewer than {FEW} delivered orders." if len(enough) < len(rows) else "",
    )


def reviews(site: Site) -> Chart | None:
    """Low reviews by how early or late the order came."""
    if not site.has("gold.mart_review_drivers"):
        return None
    rows = site.rows(
        """
        select bucket_name, review_count, low_review_share
        from gold.mart_review_drivers
        where driver_name = 'delivery delay' and review_count > 0
        order by bucket_number
        """
    )
    late_rows = [row for row in rows if "late" in row["bucket_name"]]
    fine = [
        row for row in rows if "early" in row["bucket_name"] or "promised" in row["bucket_name"]
    ]
    if not late_rows or not fine:
        return None

    def low(of_rows: list[dict[str, Any]]) -> float:
        count = sum(row["review_count"] for row in of_rows)
        return sum(row["low_review_share"] * row["review_count"] for row in of_rows) / count

    times = low(late_rows) / low(fine) if low(fine) else 0
    return bars(
        f"Being late ruins a review: {percent(low(late_rows))} of late orders get one or two stars, "
        f"{one(times)} times as many as orders in time",
        "share of reviews with one or two stars, by when the order came",
        [row["bucket_name"] for row in rows],
        [row["low_review_share"] for row in rows],
        percent,
        ["late" in row["bucket_name"] for row in rows],
        [f"of {row['review_count']:,}" for row in rows],
        source="gold.mart_review_drivers",
    )


def returning(site: Site) -> Chart | None:
    """How many of a quarter's new customers came back within so many months."""
    if not site.has("gold.mart_customer_cohorts"):
        return None
    cohorts = site.rows(
        """
        select
            months_since_first_order as age,
            sum(cohort_customer_count) as customers,
            sum(cumulative_repeat_share * cohort_customer_count) / sum(cohort_customer_count) as returned
        from gold.mart_customer_cohorts
        where months_since_first_order <= 12
        group by 1
        order by 1
        """
    )
    # Only ages that most customers have reached: later ones would speak of the oldest cohorts alone.
    most = cohorts[0]["customers"] if cohorts else 0
    rows = [row for row in cohorts if row["customers"] >= 0.3 * most]
    if len(rows) < 3:
        return None
    last = rows[-1]
    return columns(
        f"{percent(1 - last['returned'])} of the customers have not come back within {of(last['age'], 'month')}",
        "share of customers with a second order, by months since their first",
        [str(row["age"]) for row in rows],
        [row["returned"] for row in rows],
        percent,
        percent_tick,
        [row is last for row in rows],
        source="gold.mart_customer_cohorts",
        note="Cohorts old enough to have reached the age, weighted by their customers; ages that fewer than three in "
        "ten customers have reached are left out.",
    )


def cohorts(site: Site) -> dict[str, Any] | None:
    """The cohorts as a table: a row a quarter of first orders, a column a number of months."""
    if not site.has("gold.mart_customer_cohorts"):
        return None
    rows = site.rows(
        """
        select
            year(cohort_month_date) || ' Q' || quarter(cohort_month_date) as cohort,
            months_since_first_order as age,
            sum(cohort_customer_count) as customers,
            count(*) as months,
            sum(cumulative_repeat_share * cohort_customer_count) / sum(cohort_customer_count) as returned
        from gold.mart_customer_cohorts
        group by 1, 2
        order by 1, 2
        """
    )
    ages = [1, 2, 3, 6, 9, 12]
    names = sorted({row["cohort"] for row in rows})
    found = {(row["cohort"], row["age"]): row for row in rows}
    highest = max(
        (r["returned"] for r in rows if r["age"] in ages and r["customers"] >= FEW), default=0
    )
    table = []
    for name in names:
        first = found.get((name, 0))
        if not first or first["customers"] < FEW:
            continue
        cells = []
        for age in ages:
            cell = found.get((name, age))
            # The whole quarter must have reached the age.
            if cell and cell["months"] == first["months"]:
                cells.append(
                    {
                        "words": percent(cell["returned"]),
                        "shade": int(4 * cell["returned"] / (highest or 1)),
                    }
                )
            else:
                cells.append({"words": "", "shade": 0})
        table.append({"name": name, "customers": first["customers"], "cells": cells})
    return {"ages": ages, "rows": table} if table else None


FUNNEL = "gold.mart_funnel_conversion"


def funnel(site: Site) -> Chart | None:
    """Leads, deals, sellers that sell."""
    if not site.has(FUNNEL):
        return None
    row = site.rows(
        f"""
        select sum(lead_count) as leads, sum(won_lead_count) as won, sum(selling_lead_count) as selling
        from {FUNNEL}
        """
    )[0]
    if not row["leads"]:
        return None
    return bars(
        f"Of a hundred leads {100 * row['won'] / row['leads']:.0f} sign and "
        f"{100 * row['selling'] / row['leads']:.0f} ever sell",
        "leads at each step",
        ["contacted", "signed", "sold something"],
        [row["leads"], row["won"], row["selling"]],
        notes=["", share(row["won"], row["leads"]), share(row["selling"], row["leads"])],
        source=FUNNEL,
    )


def origins(site: Site) -> Chart | None:
    """The share of leads that sign, by where they came from."""
    if not site.has(FUNNEL):
        return None
    rows = site.rows(
        f"""
        select origin, sum(lead_count) as leads, sum(won_lead_count) as won
        from {FUNNEL}
        group by 1
        having sum(lead_count) >= {FEW}
        order by sum(won_lead_count) / sum(lead_count) desc, origin
        """
    )
    if len(rows) < 2:
        return None
    known = [row for row in rows if row["origin"] != "unknown"]
    best, worst = known[0], known[-1]
    return bars(
        f"Leads from {plain(best['origin'])} sign most often: {share(best['won'], best['leads'])}, "
        f"against {share(worst['won'], worst['leads'])} from {plain(worst['origin'])}",
        "share of leads that signed, by origin",
        [plain(row["origin"]) for row in rows],
        [row["won"] / row["leads"] for row in rows],
        percent,
        [row is best for row in rows],
        [f"of {row['leads']:,}" for row in rows],
        source=FUNNEL,
        note=f"Origins with at least {FEW} leads.",
    )


def categories(site: Site) -> Chart | None:
    """The categories that sell most."""
    if not site.has("gold.mart_product_categories"):
        return None
    rows = site.rows(
        """
        select category_label, cast(items_brl as double) as sales, items_brl_share
        from gold.mart_product_categories where items_brl > 0 order by sales_rank limit 10
        """
    )
    count = site.value("select count(*) from gold.mart_product_categories where items_brl > 0")
    if len(rows) < 2:
        return None
    return bars(
        f"{rows[0]['category_label']} sells most; ten of {count} categories make "
        f"{percent(sum(row['items_brl_share'] for row in rows))} of sales",
        "sales in reais, the ten largest categories",
        [row["category_label"] for row in rows],
        [row["sales"] for row in rows],
        brl,
        [i == 0 for i in range(len(rows))],
        [percent(row["items_brl_share"]) for row in rows],
        source="gold.mart_product_categories",
    )
