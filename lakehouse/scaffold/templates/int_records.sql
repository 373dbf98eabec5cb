-- Grain: one row per landed << one >> record, typed and judged; `int_<< entity >>` holds the current ones.
{% set key = [<% for name in key %>'<< name >>'<< ', ' if not loop.last >><% endfor %>] %}
{% set columns = {
<% for line in column_lines %>
    << line >>
<% endfor %>
} %}

with

records as (
    {{ new_records('stg_<< source >>__<< table >>', columns) }}
),

<% for parent in parents %>
<< parent.entity >> as (
    select * from {{ ref('int_<< parent.entity >>') }}
),

<% endfor %>
typed as (
    select
        {{ read_columns(columns) }}
    from records
),

touched as (
<% if parents %>
    {{ touched_records('typed', columns, key, parents={
<% for parent in parents %>
        'int_<< parent.entity >>__records': '<< parent.column >>',
<% endfor %>
    }) }}
),

checked as (
    select
        touched.*,
<% for parent in parents %>
        << parent.entity >>.<< parent.column >> is not null as has_<< parent.one >><< ',' if not loop.last >>
<% endfor %>
    from touched
<% for parent in parents %>
    left join << parent.entity >> on touched.<< parent.column >> = << parent.entity >>.<< parent.column >>
<% endfor %>
),

{{ judge('checked', key) }}
<% else %>
    {{ touched_records('typed', columns, key) }}
),

{{ judge('touched', key) }}
<% endif %>
