select
    cast(id as bigint) as id,
    cast(amount as decimal(10, 2)) as amount,
    cast(day as date) as day
from {{ ref('plain') }}
