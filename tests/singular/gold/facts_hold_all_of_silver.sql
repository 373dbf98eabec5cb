-- Every current record of silver is in gold, and nothing else: counts and money, fact by fact.
{% set facts = [
    ['fct_orders', 'int_orders', '0', '0'],
    ['fct_order_items', 'int_order_items', 'price_brl + freight_brl', 'item_total_brl'],
    ['obt_order_items', 'int_order_items', 'price_brl + freight_brl', 'item_total_brl'],
    ['fct_order_payments', 'int_order_payments', 'payment_brl', 'payment_brl'],
    ['fct_order_reviews', 'int_order_reviews', 'review_score', 'review_score'],
    ['fct_shipments', 'int_shipments', 'event_count', 'event_count'],
    ['fct_shipment_events', 'int_shipment_events', 'stage_number', 'stage_number'],
    ['fct_lead_conversions', 'int_leads', '0', '0'],
] -%}
select *
from (
    {% for fact, silver, silver_measure, fact_measure in facts -%}
    {{ 'union all' if not loop.first }}
    select
        '{{ fact }}' as fact,
        (select count(*) from {{ ref(silver) }}) as silver_count,
        (select count(*) from {{ ref(fact) }}) as fact_count,
        (select sum({{ silver_measure }}) from {{ ref(silver) }}) as silver_sum,
        (select sum({{ fact_measure }}) from {{ ref(fact) }}) as fact_sum
    {% endfor %}
) as sums
where silver_count <> fact_count or coalesce(silver_sum, 0) <> coalesce(fact_sum, 0)
