-- Every record that landed is accounted for, in every entity. A row here is a record lost or counted twice: stop and
-- look before anything else. The law itself is in ops_reconciliation.
select *
from {{ ref('ops_reconciliation') }}
qualify _processed_at = max(_processed_at) over () and not is_balanced
