{{ config(materialized='incremental', incremental_strategy='append', full_refresh=false) }}

-- Grain: one row per rule, entity and run: how many of the records judged in the run break it.
with

results as (
    {% for entity, staging in medallion.judged_entities() -%}
    {%- set records = 'int_' ~ entity ~ '__records' -%}
    {%- set node = medallion.model_node(records) -%}
    {{ 'union all' if not loop.first }}
    select
        '{{ entity }}' as entity,
        rules.rule_name,
        rules.on_violation,
        sum(judged.record_count) as checked_count,
        sum(
            case
                when concat(', ', judged.broken_rules, ', ') like concat('%, ', rules.rule_name, ', %')
                    then judged.record_count
                else 0
            end
        ) as failed_count
    from (
        select
            concat_ws(', ', _broken_rules, _warnings) as broken_rules,
            count(*) as record_count
        from {{ ref(project_name, records) }}
        where _processed_at = {{ medallion.run_timestamp() }}
        group by 1
    ) as judged
    cross join (
        {%- for rule in medallion.all_rules(node) or [{'name': '', 'on_violation': ''}] %}
        {{ 'union all' if not loop.first }}
        select '{{ rule.name }}' as rule_name, '{{ rule.on_violation }}' as on_violation
        {%- endfor %}
    ) as rules
    group by rules.rule_name, rules.on_violation
    {% else -%}
    select
        null as entity,
        null as rule_name,
        null as on_violation,
        null as checked_count,
        null as failed_count
    where false
    {% endfor %}
)

select
    cast(entity as {{ dbt.type_string() }}) as entity,
    cast(rule_name as {{ dbt.type_string() }}) as rule_name,
    cast(on_violation as {{ dbt.type_string() }}) as on_violation,
    cast(checked_count as bigint) as checked_count,
    cast(failed_count as bigint) as failed_count,
    {{ medallion.run_timestamp() }} as _processed_at
from results
-- An entity may have no rule at all: a text alone, and no key.
where rule_name <> ''
