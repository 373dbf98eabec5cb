{#- Typed columns of a silver model, and `_unreadable`: the names of those whose text could not be read as their
    type. `judge` makes a broken rule of each, so that a value is never lost to a silent null.
    Arguments: columns (dict: name → [landed column, type]). -#}
{% macro read_columns(columns) -%}
    {%- for name, (text, type) in columns.items() %}
        {{ read_as('records.' ~ text, type) }} as {{ name }},
    {%- endfor %}
        {%- set unreadable = [] -%}
        {%- for name, (text, type) in columns.items() if type != 'string' -%}
            {%- do unreadable.append("case when trim(records." ~ text ~ ") <> '' and (" ~ read_as('records.' ~ text, type)
                ~ ") is null then '" ~ name ~ "_readable' end") -%}
        {%- endfor %}
        {% if unreadable -%}
        nullif(concat_ws(', ', {{ unreadable | join(',\n            ') }}), '')
        {%- else -%}
        cast(null as {{ dbt.type_string() }})
        {%- endif %} as _unreadable,
        records._operation,
        records._source_file,
        records._source_row,
        records._source_modified_at,
        records._delivered_at,
        records._loaded_at,
        records._record_hash
{%- endmacro %}
