select id, day, amount, note from {{ ref('payments') }}
