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
        << column.expression >><< '' if column.expression == entity ~ '.' ~ column.name else ' as ' ~ column.name >><< ',' if not loop.last >>
<% endfor %>
    from << entity >>
<% for link in links %>
<% if link.is_versioned and moment %>
    left join << link.alias >>
        on << entity >>.<< link.column >> = << link.alias >>.<< link.column >>
        and {{ valid_at('<< link.alias >>', '<< entity >>.<< moment >>') }}
<% elif link.is_versioned %>
    left join << link.alias >> on << entity >>.<< link.column >> = << link.alias >>.<< link.column >> and << link.alias >>.is_current
<% else %>
    left join << link.alias >> on << entity >>.<< link.column >> = << link.alias >>.<< link.column >>
<% endif %>
<% endfor %>
)

{{ keep_stamps('final', '<< columns[0].name >>') }}
