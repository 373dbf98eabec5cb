{#- In an incremental run, a condition that keeps the rows of touched keys; nothing in a full refresh.
    Arguments: column (expression), key (its name in the CTE `touched`; the column by default). -#}
{% macro only_touched(column, key=none) -%}
    {%- if is_incremental() -%}
    where {{ column }} in (select {{ key or column }} from touched)
    {%- endif -%}
{%- endmacro %}
