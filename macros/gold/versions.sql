{#- The versions of a dimension member (SCD type 2) from the records of its source: one row per member and change of
    its attributes, valid from the delivery that brought it. The first version is valid from the beginning of time,
    so that events from before its delivery find it. Rebuilt from bronze's history, so it does not depend on when
    anybody ran it. Gives CTEs that end in `versions`: the columns of `events`, version_number, valid_from, valid_to
    (exclusive, null for the last), is_current.
    Arguments: events (a CTE with _delivered_at, _source_file, _source_row and _disposition, one row per record),
    id (natural key), attributes (list of columns whose change makes a version), tie_breaker (list of expressions
    that order records of one delivery before file and row). -#}
{% macro versions(events, id, attributes, tie_breaker=[]) -%}
    deliveries as (
        select
            *,
            md5(concat_ws('|'
                {%- for column in attributes -%}
                , coalesce(cast({{ column }} as {{ dbt.type_string() }}), chr(30))
                {%- endfor -%}
            )) as _state
        from {{ events }}
        where _disposition in ('current', 'superseded')
        qualify row_number() over (
            partition by {{ id }}, _delivered_at
            order by {{ (tie_breaker + recency()[1:]) | join(' desc nulls last, ') }} desc
        ) = 1
    ),

    changes as (
        select *
        from deliveries
        qualify coalesce(_state <> lag(_state) over (partition by {{ id }} order by _delivered_at), true)
    ),

    bounded as (
        select
            *,
            lag(_delivered_at) over (partition by {{ id }} order by _delivered_at) as _previous_change_at,
            lead(_delivered_at) over (partition by {{ id }} order by _delivered_at) as valid_to
        from changes
    ),

    versions as (
        select
            *,
            cast(row_number() over (partition by {{ id }} order by _delivered_at) as int) as version_number,
            case
                when _previous_change_at is null then cast('1900-01-01 00:00:00' as timestamp) else _delivered_at
            end as valid_from,
            valid_to is null as is_current
        from bounded
    )
{%- endmacro %}
