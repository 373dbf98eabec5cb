{{ config(severity='warn') }}

-- The latest drop of a source is far smaller or larger than the drops before it.
with

drops as (
    select
        *,
        max(drop_date) over (partition by entity) as latest_drop_date
    from {{ ref('ops_drop_volumes') }}
)

select *
from drops
where is_unusual and drop_date = latest_drop_date
