{#- The entities whose records silver judges, as a list of [name, staging model]: `int_<name>__records` reads the
    staging model. One line a source; quarantine, reconciliation, drift and the rule ledger cover what stands here. -#}
{% macro judged_entities() -%}
    {{ return([
        ['customers', 'stg_marketplace__customers'],
        ['sellers', 'stg_marketplace__sellers'],
        ['products', 'stg_marketplace__products'],
        ['location_points', 'stg_marketplace__geolocation'],
        ['category_translations', 'stg_marketplace__product_category_translations'],
        ['orders', 'stg_marketplace__orders'],
        ['order_items', 'stg_marketplace__order_items'],
        ['order_payments', 'stg_marketplace__order_payments'],
        ['order_reviews', 'stg_marketplace__order_reviews'],
        ['leads', 'stg_marketing__marketing_qualified_leads'],
        ['deals', 'stg_marketing__closed_deals'],
        ['shipment_events', 'stg_carriers__shipment_events'],
    ]) }}
{%- endmacro %}
