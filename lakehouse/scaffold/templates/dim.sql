-- Grain: << grain_lower >>.
with

<< entity >> as (
    select * from {{ ref('int_<< entity >>') }}
),

final as (
    select
<% for column in columns if column.name != '_processed_at' %>
        << column.expression >><< '' if column.expression == entity ~ '.' ~ column.name else ' as ' ~ column.name >><< ',' if not loop.last >>
<% endfor %>
    from << entity >>

    union all

    select
        {{ unknown_key() }}<% for column in columns[1:-1] %>,<< '\n        ' if loop.index0 % 12 == 0 else ' ' >>null<% endfor %>

)

{{ keep_stamps('final', '<< columns[0].name >>') }}
