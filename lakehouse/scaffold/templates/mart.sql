-- Grain: << grain_lower >>.
-- TODO: why it exists.
with

<< entity >> as (
    select
        *<< ',' if month >>
<% if month %>
        cast(date_trunc('month', << month >>) as date) as << month_name >>
<% endif %>
    from {{ ref('<< parent >>') }}
),

totals as (
    select
<% for name in grain_columns %>
        << name >>,
<% endfor %>
<% for measure in measures %>
        << measure.aggregate >> as << measure.name >><< ',' if not loop.last >>
<% endfor %>
    from << entity >>
    group by << grain_columns | join(', ') >>
),

final as (
    select
        {{ surrogate_key([<% for name in grain_columns %>'<< name >>'<< ', ' if not loop.last >><% endfor %>]) }} as << columns[0].name >>,
<% for name in grain_columns %>
        << name >>,
<% endfor %>
<% for measure in measures %>
        cast(<< measure.name >> as << measure.type | replace(',', ', ') | replace(',  ', ', ') >>) as << measure.name >><< ',' if not loop.last >>
<% endfor %>
    from totals
)

select
    *,
    {{ run_timestamp() }} as _processed_at
from final
