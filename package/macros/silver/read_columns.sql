{#- Typed columns of a silver model, and `_unreadable`: the names of those whose text could not be read as their
    type. `judge` makes a broken rule of each, so that a value is never lost to a silent null.
    Arguments: columns (dict: name → a list as for `landed_text` whose second entry is the type, or an expression over
    `records`). -#}
{% macro read_columns(columns) -%}
    {%- for name, value in columns.items() %}
        {{ value if value is string else medallion.read_as(medallion.landed_text(value), value[1]) }} as {{ name }},
    {%- endfor %}
        {%- set unreadable = [] -%}
        {%- for name, value in columns.items() if value is not string and value[1] != 'string' -%}
            {%- do unreadable.append("case when " ~ medallion.trimmed(medallion.landed_text(value)) ~ " <> '' and ("
                ~ medallion.read_as(medallion.landed_text(value), value[1]) ~ ") is null then '" ~ name ~ "_readable' end") -%}
        {%- endfor %}
        {% if unreadable -%}
        nullif(concat_ws(', ', {{ unreadable | join(',\n            ') }}), '')
        {%- else -%}
        cast(null as {{ dbt.type_string() }})
        {%- endif %} as _unreadable,
        records._operation as _operation,
        records._source_file,
        records._source_row,
        records._source_size_bytes,
        records._source_modified_at,
        records._delivered_at,
        records._loaded_at,
        records._record_hash
{%- endmacro %}
