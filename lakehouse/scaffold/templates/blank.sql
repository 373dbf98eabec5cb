-- Grain: << grain_lower >>.
-- TODO: why it exists.
with

<% for parent in parents %>
<< parent.alias >> as (
    select * from {{ ref('<< parent.name >>') }}
),

<% endfor %>
final as (
    -- TODO: the columns, and the other parents.
    select
        {{ surrogate_key([<% for name in key %>'<< parents[0].alias >>.<< name >>'<< ', ' if not loop.last >><% endfor %>]) }} as << columns[0].name >><< ',' if columns | length > 2 >>
<% for column in columns[1:-1] %>
        << column.expression >><< ',' if not loop.last >>
<% endfor %>
    from << parents[0].alias >>
)

select
    *,
    {{ run_timestamp() }} as _processed_at
from final
