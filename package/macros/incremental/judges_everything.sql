{#- Whether a silver `__records` model judges all of bronze in this run: in a full refresh, and when a column was added to
    it, which is then filled for the earlier records too. Arguments: columns (as for `read_columns`). -#}
{% macro judges_everything(columns) -%}
    {%- if not is_incremental() -%}{{ return(true) }}{%- endif -%}
    {%- set known = adapter.get_columns_in_relation(this) | map(attribute='name') | list if medallion.is_running() else columns -%}
    {{ return((columns | reject('in', known) | list | length) > 0) }}
{%- endmacro %}
