{#- The surrogate key of a row: the MD5 of its natural key as text, the same on every engine and in every build.
    Arguments: columns (list of expressions; nulls count as empty). -#}
{% macro surrogate_key(columns) -%}
    md5(concat_ws('|'
        {%- for column in columns -%}
        , coalesce(cast({{ column }} as {{ dbt.type_string() }}), '')
        {%- endfor -%}
    ))
{%- endmacro %}
