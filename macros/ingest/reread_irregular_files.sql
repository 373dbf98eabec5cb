{#- Post-hook of every bronze table, in the transaction that filled it: compares the records read from each file
    with the inventory's own count, and reads a file again, carefully, where they differ. Nothing is left out then:
    what cannot be parsed goes whole into `_corrupt_record`. -#}
{% macro reread_irregular_files() -%}
    {{ return(adapter.dispatch('reread_irregular_files', 'medallion')()) }}
{%- endmacro %}

{% macro default__reread_irregular_files() -%}
    select 1
{%- endmacro %}

{% macro duckdb__reread_irregular_files() -%}
    {%- set files = duckdb_irregular_files() if execute else [] -%}
    {%- if files -%}
        {%- set entity = landing_entity(source(*model.sources[0])) -%}
        delete from {{ this }} where {% for file in files -%}
            (_source_file = {{ string_literal(file.source_file) }} and _source_modified_at = '{{ file.modified_at }}')
            {{- ' or ' if not loop.last }}
        {%- endfor %};
        insert into {{ this }} by name
        {%- for file in files %}
        {{ 'union all' if not loop.first }}
        (
            with {{ duckdb_exact_lines([file]) }}
            {%- if file.file_format == 'jsonl' %}
            {{ duckdb_json_records(entity, file, "(select line_text from exact_lines where replace(line_text, chr(13), '') <> '' order by line_number)") }}
            {%- else %},
            {{ csv_records('exact_lines') }},

            numbered as (
                select
                    *,
                    case
                        when is_whole
                            then {{ csv_fields("regexp_replace(record_text, '\\r$', '')") }}
                    end as fields,
                    row_number() over (order by line_number) as record_number
                from records
            )
            {% set names = csv_header_names(file.header) -%}
            {%- set fields = {} -%}
            {%- for name in names -%}{%- do fields.update({name: csv_unquoted('fields[' ~ loop.index ~ ']')}) -%}{%- endfor %}
            {{ bronze_record(entity, fields, {}, 'record_number',
                'case when not is_whole then record_text end', file) }}
            from numbered
            {%- endif %}
        )
        {%- endfor %}
    {%- else -%}
        select 1
    {%- endif -%}
{%- endmacro %}

{#- DuckDB: the files of which bronze holds another number of records than the inventory counted, as dicts. -#}
{% macro duckdb_irregular_files() -%}
    {%- set entity = landing_entity(source(*model.sources[0])) -%}
    {%- set query -%}
        select files.*, {{ string_literal(landing_root()) }} || '/' || files.source_file as file_path
        from {{ ref('ops_landed_files') }} as files
        left join (
            select _source_file, _source_modified_at, count(*) as row_count from {{ this }} group by all
        ) as read
            on files.source_file = read._source_file and files.modified_at = read._source_modified_at
        where
            files.entity = {{ string_literal(entity.entity) }}
            and files.record_count <> coalesce(read.row_count, 0)
            and files.file_format <> 'parquet'
        qualify row_number() over (partition by files.source_file order by files._processed_at desc) = 1
        order by files.delivered_at, files.source_file
    {%- endset -%}
    {{ return(duckdb_dicts(run_query(query))) }}
{%- endmacro %}

{#- The text of a raw CSV field: without its quotes, doubled quotes single; an empty field is a missing value
    (null), an empty quoted one is an empty string. Arguments: field (expression). -#}
{% macro csv_unquoted(field) -%}
    case
        when {{ field }} like '"%' then replace(substr({{ field }}, 2, length({{ field }}) - 2), '""', '"')
        else nullif({{ field }}, '')
    end
{%- endmacro %}
