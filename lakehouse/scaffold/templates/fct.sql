<% macro on(link) -%>
<% for column in link.columns -%>
<< entity >>.<< column >> = << link.alias >>.<< column >><< '\n        and ' if not loop.last >>
<%- endfor %>
<%- endmacro %>
-- Grain: << grain_lower >>.
with

<< entity >> as (
    select * from {{ ref('int_<< entity >>') }}
),

<% for link in links %>
<< link.alias >> as (
    select * from {{ ref('<< link.dimension >>') }}
),

<% endfor %>
final as (
    select
<% for column in columns if column.name != '_processed_at' %>
        << column.expression >><< '' if column.expression.split('.')[-1] == column.name else ' as ' ~ column.name >><< ',' if not loop.last >>
<% endfor %>
    from << entity >>
<% for link in links %>
    left join << link.alias >>
        on << on(link) >>
<% if link.is_versioned and moment %>
        and {{ valid_at('<< link.alias >>', '<< entity >>.<< moment >>') }}
<% elif link.is_versioned %>
        and << link.alias >>.is_current
<% endif %>
<% endfor %>
)

{{ keep_stamps('final', '<< columns[0].name >>') }}
