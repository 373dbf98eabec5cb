{{ config(severity='warn') }}

-- The latest drop of a source is far smaller or larger than the drops before it.
select *
from {{ ref('ops_drop_volumes') }}
where is_unusual
qualify drop_date = max(drop_date) over (partition by entity)
