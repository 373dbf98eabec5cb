{#- The rejected records of one entity: what broke which rules, where it came from, and whether a later record of the
    same key was accepted. Records that could not be parsed are among them, under the rule `record_parseable`.
    Arguments: entity, staging (an entry of `judged_entities()`). -#}
{% macro quarantined_records(entity, staging) -%}
    {%- set records = ref(project_name, 'int_' ~ entity ~ '__records') -%}
    {%- set bronze = ref(project_name, staging) -%}
    {%- set columns = medallion.declared_columns(staging) -%}
    {%- set node = medallion.model_node('int_' ~ entity ~ '__records') -%}
    {%- set key = node.config.meta.get('key', ['_record_hash']) if node else ['_record_hash'] -%}
    {%- set fields = {} -%}
    {%- for column in columns + ['_rescued_data'] -%}{%- do fields.update({column: 'bronze.' ~ column}) -%}{%- endfor -%}
    select
        '{{ entity }}' as entity,
        {{ medallion.business_key(key, 'rejected') }} as business_key,
        rejected._broken_rules as broken_rules,
        case when rejected._released_at is not null then 'released' else 'open' end as quarantine_status,
        {{ medallion.json_object_without_nulls(fields, fields.keys() | list) }} as original_record,
        rejected._source_file as source_file,
        rejected._source_row as source_row,
        rejected._source_modified_at as source_modified_at,
        rejected._delivered_at as delivered_at,
        rejected._released_at as released_at,
        rejected._released_by as released_by_file,
        rejected._loaded_at as first_seen_at
    from (
        select
            judged.*,
            {%- for what in ['_delivered_at', '_source_file'] %}
            {{ medallion.first_filled('case when judged._broken_rules is null then judged.' ~ what ~ ' end') }} over (
                partition by judged.{{ key | join(', judged.') }}
                order by judged.{{ medallion.recency() | join(', judged.') }}
                rows between 1 following and unbounded following
            ) as {{ '_released_at' if loop.first else '_released_by' }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ records }} as judged
        inner join (
            select distinct {{ key | join(', ') }} from {{ records }} where _disposition = 'quarantined'
        ) as keys
            on {% for column in key -%}
                {{ 'and ' if not loop.first }}coalesce(cast(judged.{{ column }} as {{ dbt.type_string() }}), '')
                = coalesce(cast(keys.{{ column }} as {{ dbt.type_string() }}), '')
            {% endfor %}
    ) as rejected
    inner join {{ bronze }} as bronze
        on rejected._source_file = bronze._source_file
        and rejected._source_modified_at = bronze._source_modified_at
        and rejected._source_size_bytes = bronze._source_size_bytes
        and rejected._source_row = bronze._source_row
    where rejected._disposition = 'quarantined'

    union all

    select
        '{{ entity }}', null, 'record_parseable', 'open', _corrupt_record, _source_file, _source_row,
        _source_modified_at, _delivered_at, null, null, _loaded_at
    from {{ bronze }}
    where _corrupt_record is not null
{%- endmacro %}

{#- A business key as one text for people, its parts separated by a slash. Arguments: key (list), alias. -#}
{% macro business_key(key, alias) -%}
    concat_ws('/'{% for column in key %}, cast({{ alias }}.{{ column }} as {{ dbt.type_string() }}){% endfor %})
{%- endmacro %}
