{#- Aggregate: the narrowest type every value can be read as. Arguments: value (a string expression). -#}
{% macro suggested_type(value) -%}
    case
                {%- for type in ['bigint', 'double', 'boolean', 'date', 'timestamp'] %}
                {%- if type == 'date' %}
                when count({{ medallion.read_as(value, 'timestamp') }}) = count(*) and max(length({{ value }})) = 10 then 'date'
                {%- else %}
                when count({{ medallion.read_as(value, type) }}) = count(*) then '{{ type }}'
                {%- endif %}
                {%- endfor %}
                else 'string'
            end
{%- endmacro %}
