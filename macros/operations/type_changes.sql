{#- The drift of type of one entity, as a select with the columns of `schema_drift`: a file in which more values of a
    column cannot be read as its type than can. Arguments: entity (an entry of `judged_entities()`). -#}
{% macro type_changes(entity) -%}
    select
        '{{ entity }}',
        broken.column_name,
        'type_changed',
        min_by(broken.source_file, concat(cast(broken.delivered_at as {{ dbt.type_string() }}), broken.source_file)),
        min(broken.delivered_at),
        count(*),
        sum(broken.record_count),
        sum(broken.broken_count),
        null,
        null
    from (
        select
            rules.column_name,
            judged._source_file as source_file,
            judged._delivered_at as delivered_at,
            count(*) as record_count,
            sum(
                case
                    when concat(', ', judged._broken_rules, ', ')
                        like concat('%, ', rules.column_name, '_readable, %') then 1
                    else 0
                end
            ) as broken_count
        from {{ ref('int_' ~ entity ~ '__records') }} as judged
        cross join (
            {%- set node = model_node('int_' ~ entity ~ '__records') %}
            {%- for column in readable_columns(node) or [''] %}
            {{ 'union all' if not loop.first }} select '{{ column }}' as column_name
            {%- endfor %}
        ) as rules
        where judged._source_file in (
            select _source_file
            from {{ ref('int_' ~ entity ~ '__records') }}
            where _broken_rules like '%!_readable%' escape '!'
        )
        group by rules.column_name, judged._source_file, judged._delivered_at
    ) as broken
    where broken.broken_count * 2 > broken.record_count
    group by broken.column_name
{%- endmacro %}
