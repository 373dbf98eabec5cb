{#- The end of a silver `__records` model: judges every typed record by the rules in the model's YAML and gives it
    exactly one `_disposition`, from which the conservation law follows:
    quarantined (it breaks a quarantine rule), withdrawn (a change feed deleted it), duplicate (it says what the
    record of the same key before it said), superseded (a later record of the same key replaced it), current.
    "Later" is by drop, then file, then the file's version, then row. An earlier record is written again only when its
    judgement changed.
    Arguments: records (the CTE to judge: `touched_records`, joined with what the rules need), key (list of columns). -#}
{% macro judge(records, key) -%}
    {%- set rules = medallion.expectations(model, key) if execute else [] -%}
    {%- set helpers = ['_previous_hash', '_least_later_hash', '_greatest_later_hash', '_earlier_disposition', '_earlier_broken_rules', '_earlier_warnings'] -%}
    {%- for rule in rules if rule.on_violation == 'fail' -%}{%- do helpers.append('_failed_' ~ loop.index) -%}{%- endfor -%}
    {%- set parts = key | join(', ') ~ ', _broken_rules is null' -%}
    {%- set order = medallion.recency() | join(', ') -%}
    judged as (
        select
            *,
            case when coalesce(lower(_operation), '') <> 'delete' then
                {{ medallion.broken_rules(rules, 'quarantine') }}
            when {{ key | join(' is null or ') }} is null then '{{ key[0] }}_present' end as _broken_rules,
            {{ medallion.broken_rules(rules, 'warn') }} as _warnings
            {%- for rule in rules if rule.on_violation == 'fail' %},
            case
                when coalesce(lower(_operation), '') <> 'delete' and not ({{ rule.expression }}) then cast({{ medallion.raise_error(
                    "concat('" ~ model.name ~ ": expectation " ~ rule.name ~ " is broken by row ', cast(_source_row as "
                    ~ dbt.type_string() ~ "), ' of ', _source_file)") }} as {{ dbt.type_string() }})
            end as _failed_{{ loop.index }}
            {%- endfor %}
        from {{ records }}
    ),

    -- One window, because each costs a sort of everything: a later change is a later record that says something else.
    placed as (
        select
            *,
            lag(_record_hash) over same_key as _previous_hash,
            min(_record_hash) over later as _least_later_hash,
            max(_record_hash) over later as _greatest_later_hash
        from judged
        window
            same_key as (partition by {{ parts }} order by {{ order }}),
            later as (partition by {{ parts }} order by {{ order }} rows between 1 following and unbounded following)
    ),

    disposed as (
        select
            *,
            case
                {%- for rule in rules if rule.on_violation == 'fail' %}
                -- Looked at here, because an engine leaves out what nobody looks at, and the run would go on.
                when _failed_{{ loop.index }} is not null then 'failed'
                {%- endfor %}
                when _broken_rules is not null then 'quarantined'
                when _record_hash = _previous_hash then 'duplicate'
                when _least_later_hash <> _record_hash or _greatest_later_hash <> _record_hash then 'superseded'
                when lower(_operation) = 'delete' then 'withdrawn'
                else 'current'
            end as _disposition
        from placed
    )

    select
        {{ medallion.all_except(helpers) }},
        {{ medallion.run_timestamp() }} as _processed_at
    from disposed
    {%- if is_incremental() %}
    where
        _earlier_disposition is null
        or _earlier_disposition <> _disposition
        or _earlier_broken_rules is distinct from _broken_rules
        or _earlier_warnings is distinct from _warnings
    {%- endif %}
{%- endmacro %}
