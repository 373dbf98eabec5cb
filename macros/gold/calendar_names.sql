{#- The day of the week of a date, 1 (Monday) to 7 (Sunday), as an int: counted from a known Monday, because the
    engines number weekdays differently. Arguments: day (a date expression). -#}
{% macro iso_weekday(day) -%}
    cast({{ days_between("cast('2001-01-01' as date)", day) }} % 7 + 1 as int)
{%- endmacro %}

{#- The English name of a date's day of the week. Arguments: day (a date expression). -#}
{% macro weekday_name(day) -%}
    case {{ iso_weekday(day) }}
        {%- for name in ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] %}
            when {{ loop.index }} then '{{ name }}'
        {%- endfor %}
        end
{%- endmacro %}

{#- The English name of a date's month. Arguments: day (a date expression). -#}
{% macro month_name(day) -%}
    case extract(month from {{ day }})
        {%- for name in ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September',
            'October', 'November', 'December'] %}
            when {{ loop.index }} then '{{ name }}'
        {%- endfor %}
        end
{%- endmacro %}
