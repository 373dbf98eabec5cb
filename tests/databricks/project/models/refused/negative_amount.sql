select id, amount - 15 as amount from {{ ref('payments') }}
