select cast(id as string) as id from {{ ref('payments') }}
