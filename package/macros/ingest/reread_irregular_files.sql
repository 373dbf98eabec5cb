{#- Post-hook of every bronze table, in the transaction that filled it: compares the records read from each file
    with the inventory's own count, and reads a file again, carefully, where they differ. Nothing is left out then:
    what cannot be parsed goes whole into `_corrupt_record`. Irregular files were read so in the first place; this
    is the net under DuckDB's own reader. -#}
{% macro reread_irregular_files() -%}
    {{ return(adapter.dispatch('reread_irregular_files', 'medallion')()) }}
{%- endmacro %}

{% macro default__reread_irregular_files() -%}
    select 1
{%- endmacro %}

{% macro duckdb__reread_irregular_files() -%}
    {%- set files = medallion.duckdb_miscounted_files() if execute and medallion.is_running() else [] -%}
    {%- if files -%}
        {%- set entity = medallion.landing_entity(model.sources[0] | join('.')) -%}
        {%- do entity.update({'erased': medallion.erased_keys()}) -%}
        delete from {{ this }}
        where _loaded_at = {{ medallion.run_timestamp() }} and _source_file in (
            {%- for file in files -%}{{ medallion.string_literal(file.source_file) }}{{ ', ' if not loop.last }}{%- endfor -%}
        );
        insert into {{ this }} by name
        {%- for file in files %}
        {{ 'union all' if not loop.first }}
        {{ medallion.duckdb_read_file_carefully(entity, file) }}
        {%- endfor %}
    {%- else -%}
        select 1
    {%- endif -%}
{%- endmacro %}

{#- DuckDB: the files read in this run of which bronze holds another number of records than the inventory counted,
    as dicts. -#}
{% macro duckdb_miscounted_files() -%}
    {%- set entity = medallion.landing_entity(model.sources[0] | join('.')) -%}
    {%- set files = medallion.duckdb_files_to_read(entity, true) -%}
    {%- set query -%}
        select _source_file, count(*) from {{ this }} where _loaded_at = {{ medallion.run_timestamp() }} group by _source_file
    {%- endset -%}
    {%- set counts = {} -%}
    {%- if files -%}
        {%- for row in run_query(query).rows -%}
            {%- do counts.update({row[0]: row[1] | int}) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- set miscounted = [] -%}
    {%- for file in files
        if file.file_format != 'parquet' and counts.get(file.source_file, 0) != file.record_count | int -%}
        {%- do miscounted.append(file) -%}
    {%- endfor -%}
    {{ return(miscounted) }}
{%- endmacro %}

{#- The text of a raw CSV field: without its quotes, doubled quotes single; an empty field is a missing value
    (null), an empty quoted one is an empty string. Arguments: field (expression). -#}
{% macro csv_unquoted(field) -%}
    case
        when {{ field }} like '"%' then replace(substr({{ field }}, 2, length({{ field }}) - 2), '""', '"')
        else nullif({{ field }}, '')
    end
{%- endmacro %}
