{#- Days from one moment to another as a double, with fractions; null when either is missing.
    Arguments: start, finish (timestamp expressions). -#}
{% macro days_after(start, finish) -%}
    cast({{ seconds_between(start, finish) }} as double) / 86400
{%- endmacro %}
