{{ config(severity='warn') }}

-- A landed column nobody declared, a declared one that is missing, or one whose values changed type. Nothing is lost
-- and gold does not change; docs/how-to/schema-drift.md says what to do.
select
    entity,
    column_name,
    drift,
    first_source_file,
    filled_share,
    suggested_type
from {{ ref('ops_schema_drift') }}
where drift <> 'reordered'
