{#- The text that a silver column is read from. Arguments: column (a list: the landed column, `column.key` for a key of the
    JSON object in it, `column.key.key` for one of an object in that; the type; optionally the form its text has, as for `rewritten`; optionally a list of the texts
    that stand for a missing value, such as 'N/A'). -#}
{% macro landed_text(column) -%}
    {%- set path = column[0].split('.') -%}
    {%- set read = namespace(text='records.' ~ path[0]) -%}
    {%- for key in path[1:] -%}{%- set read.text = medallion.json_text(read.text, key) -%}{%- endfor -%}
    {%- set text = read.text -%}
    {%- set missing = [] -%}
    {%- for marker in (column[3] if column | length > 3 else []) -%}{%- do missing.append(medallion.string_literal(marker)) -%}{%- endfor -%}
    {%- if missing -%}
        {%- set text = 'case when ' ~ medallion.trimmed(text) ~ ' not in (' ~ missing | join(', ') ~ ') then ' ~ text ~ ' end' -%}
        {{ medallion.rewritten(text, column[2]) if column[2] else text }}
    {%- else -%}
        {{ medallion.rewritten(text, column[2]) if column | length > 2 and column[2] else text }}
    {%- endif -%}
{%- endmacro %}
