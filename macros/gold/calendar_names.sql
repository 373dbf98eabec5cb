{#- The day of the week of a date, 1 (Monday) to 7 (Sunday), as an int: counted from a known Monday, because the
    engines number weekdays differently. Arguments: day (a date expression). -#}
{% macro iso_weekday(day) -%}
    cast({{ days_between("cast('2001-01-01' as date)", day) }} % 7 + 1 as int)
{%- endmacro %}

{#- The English name of a day of the week. Arguments: number (1 is Monday). -#}
{% macro weekday_name(number) -%}
    case {{ number }}
        {%- for name in ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] %}
            when {{ loop.index }} then '{{ name }}'
        {%- endfor %}
        end
{%- endmacro %}

{#- The English name of a month. Arguments: number (1 is January). -#}
{% macro month_name(number) -%}
    case {{ number }}
        {%- for name in ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September',
            'October', 'November', 'December'] %}
            when {{ loop.index }} then '{{ name }}'
        {%- endfor %}
        end
{%- endmacro %}
