{#- The drift of type of `ops_schema_drift`, as CTEs that end in `type_changed`: files in which more values of a column
    cannot be read as its type than can. -#}
{% macro type_changes() -%}
    -- The columns that silver reads as another type than text.
    readable as (
        select *
        from (
            values
            {%- for entity, staging in medallion.judged_entities() %}{% set last = loop.last %}
            {%- for column in medallion.readable_columns(medallion.model_node('int_' ~ entity ~ '__records')) or [''] %}
            ('{{ entity }}', '{{ column }}'){{ ',' if not (last and loop.last) }}
            {%- endfor %}
            {%- else %}
            ('', '')
            {%- endfor %}
        ) as readable (entity, column_name)
    ),

    -- How many records of a file broke the same rules.
    judged as (
        {% for entity, staging in medallion.judged_entities() -%}
        {{ 'union all' if not loop.first }}
        select
            '{{ entity }}' as entity,
            _source_file as source_file,
            _delivered_at as delivered_at,
            _broken_rules as broken_rules,
            count(*) as record_count
        from {{ ref(project_name, 'int_' ~ entity ~ '__records') }}
        group by _source_file, _delivered_at, _broken_rules
        {% else -%}
        select
            '' as entity,
            '' as source_file,
            cast(null as timestamp) as delivered_at,
            '' as broken_rules,
            0 as record_count
        where false
        {% endfor %}
    ),

    unreadable as (
        select
            judged.entity,
            readable.column_name,
            judged.source_file,
            judged.delivered_at,
            sum(judged.record_count) as record_count,
            sum(
                case
                    when concat(', ', judged.broken_rules, ', ') like concat('%, ', readable.column_name, '_readable, %')
                        then judged.record_count
                    else 0
                end
            ) as broken_count
        from judged
        inner join readable on judged.entity = readable.entity
        group by judged.entity, readable.column_name, judged.source_file, judged.delivered_at
    ),

    type_changed as (
        select
            entity,
            column_name,
            'type_changed' as drift,
            min_by(source_file, concat(cast(delivered_at as {{ dbt.type_string() }}), source_file)) as first_source_file,
            min(delivered_at) as first_delivered_at,
            count(*) as file_count,
            sum(record_count) as record_count,
            sum(broken_count) as filled_count
        from unreadable
        where broken_count * 2 > record_count
        group by entity, column_name
    )
{%- endmacro %}
