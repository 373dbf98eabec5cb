{#- In an incremental run, a condition that keeps the rows of touched keys; nothing in a full refresh.
    Arguments: column (expression), key (its name in the CTE `touched`; the column by default), keyword (where or and). -#}
{% macro only_touched(column, key=none, keyword='where') -%}
    {%- if is_incremental() -%}
    {{ keyword }} {{ column }} in (select {{ key or column }} from touched)
    {%- endif -%}
{%- endmacro %}
