{#- The text that a silver column is read from. Arguments: column (a list: the landed column, or `column.key` for a key of
    the JSON object in it; the type; optionally the form its text has, as for `rewritten`; optionally a list of the texts
    that stand for a missing value, such as 'N/A'). -#}
{% macro landed_text(column) -%}
    {%- set path = column[0].split('.', 1) -%}
    {%- set text = medallion.json_text('records.' ~ path[0], path[1]) if path | length > 1 else 'records.' ~ path[0] -%}
    {%- set missing = [] -%}
    {%- for marker in (column[3] if column | length > 3 else []) -%}{%- do missing.append(medallion.string_literal(marker)) -%}{%- endfor -%}
    {%- if missing -%}
        {%- set text = 'case when ' ~ medallion.trimmed(text) ~ ' not in (' ~ missing | join(', ') ~ ') then ' ~ text ~ ' end' -%}
        {{ medallion.rewritten(text, column[2]) if column[2] else text }}
    {%- else -%}
        {{ medallion.rewritten(text, column[2]) if column | length > 2 and column[2] else text }}
    {%- endif -%}
{%- endmacro %}
