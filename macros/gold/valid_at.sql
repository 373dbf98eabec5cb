{#- Join condition: the version of a dimension that was valid at a moment.
    Arguments: dimension (alias), moment (timestamp expression). -#}
{% macro valid_at(dimension, moment) -%}
    {{ moment }} >= {{ dimension }}.valid_from
        and {{ moment }} < coalesce({{ dimension }}.valid_to, cast('9999-12-31 00:00:00' as timestamp))
{%- endmacro %}
