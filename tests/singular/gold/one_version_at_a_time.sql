-- The versions of a dimension member follow each other without gap or overlap, and exactly the last is current.
{% set dimensions = [
    ['dim_customers', 'customer_unique_id'],
    ['dim_sellers', 'seller_id'],
    ['dim_products', 'product_id'],
] -%}
{% for dimension, id in dimensions -%}
{{ 'union all' if not loop.first }}
select '{{ dimension }}' as dimension, {{ id }} as member_id, version_number
from (
    select
        *,
        lead(valid_from) over (partition by {{ id }} order by version_number) as next_valid_from
    from {{ ref(dimension) }}
    where {{ id }} is not null
) as versions
where
    coalesce(valid_to < valid_from, false)
    or coalesce(valid_to > next_valid_from, next_valid_from is not null and valid_to is null)
    or is_current <> (valid_to is null)
{% endfor %}
