{#- In an incremental run, a condition that keeps the rows of touched keys; nothing in a full refresh.
    Arguments: column (expression), key (its name in the CTE; the column by default), keyword (where or and), among (the CTE
    that has the keys; `touched` by default). -#}
{% macro only_touched(column, key=none, keyword='where', among='touched') -%}
    {%- if is_incremental() -%}
    {{ keyword }} {{ column }} in (select {{ among }}.{{ key or column }} from {{ among }})
    {%- endif -%}
{%- endmacro %}
