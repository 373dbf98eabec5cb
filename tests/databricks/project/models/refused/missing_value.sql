select id, note from {{ ref('payments') }}
