-- Grain: one row per entity, column and kind of drift: how the landed files differ from the columns declared for their
-- source. Bronze keeps everything (undeclared columns in `_rescued_data`); declaring a column promotes it.
with

{% for entity, staging in judged_entities() -%}
{{ schema_drift(entity, staging) }},

{% endfor -%}
drifts as (
    {% for entity, staging in judged_entities() -%}
    {{ 'union all' if not loop.first }}
    select * from {{ entity }}_drift
    {% else -%}
    select
        null as entity,
        null as column_name,
        null as drift,
        null as first_source_file,
        null as first_delivered_at,
        null as file_count,
        null as record_count,
        null as filled_count,
        null as sample_values,
        null as suggested_type
    where false
    {% endfor %}
),

final as (
    select
        {{ surrogate_key(['entity', 'column_name', 'drift']) }} as schema_drift_key,
        cast(entity as {{ dbt.type_string() }}) as entity,
        cast(column_name as {{ dbt.type_string() }}) as column_name,
        cast(drift as {{ dbt.type_string() }}) as drift,
        cast(first_source_file as {{ dbt.type_string() }}) as first_source_file,
        cast(first_delivered_at as timestamp) as first_delivered_at,
        cast(file_count as bigint) as file_count,
        cast(record_count as bigint) as record_count,
        cast(filled_count as bigint) as filled_count,
        cast(filled_count as double) / nullif(record_count, 0) as filled_share,
        cast(sample_values as {{ dbt.type_string() }}) as sample_values,
        cast(suggested_type as {{ dbt.type_string() }}) as suggested_type
    from drifts
)

select
    *,
    {{ run_timestamp() }} as _processed_at
from final
