{#- The column names in the header line of a CSV file: trimmed, unquoted, lower case. A blank name becomes
    `column_<position>`, a repeated one gets its position appended, so that nothing is lost.
    Arguments: header (the line). -#}
{% macro csv_header_names(header) -%}
    {%- set names = [] -%}
    {%- for field in modules.re.findall(',(' ~ medallion.csv_field_pattern(repeat='*') ~ ')', ',' ~ (header or '').strip('\r\n\ufeff')) -%}
        {%- set name = field.strip() -%}
        {%- set name = name[1:-1].replace('""', '"').strip() if name.startswith('"') and name.endswith('"') else name -%}
        {%- set name = name | lower -%}
        {%- set name = name or 'column_' ~ loop.index -%}
        {%- do names.append(name ~ '_' ~ loop.index if name in names else name) -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}
