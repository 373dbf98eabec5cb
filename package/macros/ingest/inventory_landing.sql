{#- The inventory of the landing zone: one row per file version not inventoried yet and per source table it
    belongs to, with the number of records counted from the raw text, independently of the reader that fills
    bronze. A file no source claims gets a row without an entity. Used by the model `ops_landed_files` alone. -#}
{% macro inventory_landing() -%}
    {{ return(adapter.dispatch('inventory_landing', 'medallion')()) }}
{%- endmacro %}

{% macro default__inventory_landing() -%}
    {{ exceptions.raise_compiler_error('inventory_landing() is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__inventory_landing() -%}
    {%- set files = medallion.duckdb_new_files() if medallion.is_running() else [] -%}
    {%- do medallion.duckdb_count_records(files) -%}
    {{ medallion.inventory_rows(files) }}
{%- endmacro %}

{#- The rows of the inventory as a select. Arguments: files (list of dicts with entity, source_file, file_format, size_bytes,
    modified_at, delivered_at, header, field_count, record_count, is_regular). -#}
{% macro inventory_rows(files) -%}
    select
        cast(entity as {{ dbt.type_string() }}) as entity,
        cast(source_file as {{ dbt.type_string() }}) as source_file,
        cast(file_format as {{ dbt.type_string() }}) as file_format,
        cast(size_bytes as bigint) as size_bytes,
        cast(modified_at as timestamp) as modified_at,
        cast(delivered_at as timestamp) as delivered_at,
        cast(header as {{ dbt.type_string() }}) as header,
        -- Column names as they are matched, lower case, separated by line feeds; null where rows carry their own.
        cast(column_names as {{ dbt.type_string() }}) as column_names,
        cast(field_count as int) as field_count,
        cast(record_count as bigint) as record_count,
        cast(is_regular as boolean) as is_regular,
        {{ medallion.run_timestamp() }} as _processed_at
    from (
        values
        {%- for file in files %}
        (
            {{ medallion.string_literal(file.entity) }}, {{ medallion.string_literal(file.source_file) }},
            {{ medallion.string_literal(file.file_format) }}, {{ file.size_bytes }}, '{{ file.modified_at }}',
            '{{ file.delivered_at }}', {{ medallion.string_literal(file.header) }},
            {{ medallion.string_literal(medallion.csv_header_names(file.header) | join('\n') if file.header and file.file_format != 'jsonl' else none) }},
            {{ file.field_count or 'null' }},
            {{ file.record_count }}, {{ file.is_regular }}
        ),
        {%- endfor %}
        (null, null, null, null, null, null, null, null, null, null, null)
    ) as files (
        entity, source_file, file_format, size_bytes, modified_at, delivered_at, header, column_names, field_count,
        record_count, is_regular
    )
    where source_file is not null
{%- endmacro %}

{#- DuckDB: the files below the landing root that the inventory does not hold in this version, as a list of
    dicts. Warns of a landing zone without files, raises for a required source without one. -#}
{% macro duckdb_new_files() -%}
    {%- set root = medallion.landing_root() -%}
    {%- set entities = medallion.landing_entities() -%}
    {%- set everything = medallion.duckdb_path(root)[:-1] ~ "/**'" -%}
    {%- if run_query("select count(*) from glob(" ~ everything ~ ")").rows[0][0] == 0 -%}
        {%- set found = [] -%}
        {%- do exceptions.warn("The landing path '" ~ root ~ "' holds no file. Set LANDING_PATH to the folder "
            ~ "your files are in, or make a sample with `make simulate`.") -%}
    {%- else -%}
        {%- set query -%}
            with files as (
                select
                    filename as file_path,
                    filename[{{ root | length + 2 }}:] as source_file,
                    size as size_bytes,
                    cast(last_modified as timestamp) as modified_at
                from read_blob({{ everything }})
            ),

            described as (
                select
                    *,
                    -- The first date in the path is the drop's; without one, the file's own time.
                    coalesce({{ medallion.duckdb_path_date('source_file') }}, modified_at) as delivered_at,
                    case lower(nullif(regexp_extract(source_file, '(?i)\.([a-z]+)(?:\.gz)?$', 1), ''))
                        when 'csv' then 'csv'
                        when 'jsonl' then 'jsonl'
                        when 'ndjson' then 'jsonl'
                        when 'json' then 'jsonl'
                        when 'parquet' then 'parquet'
                    end as file_format,
                    source_file ilike '%.gz' as is_compressed
                from files
                -- Hidden files, and those in hidden folders, are none of ours.
                where not regexp_matches(source_file, '(^|/)[._]')
            ),

            entities (entity, pattern) as (
                values
                {%- for entity in entities %}
                ({{ medallion.string_literal(entity.entity) }}, {{ medallion.string_literal(entity.pattern) }}),
                {%- endfor %}
                (null, null)
            )

            select
                described.* replace (cast(described.modified_at as varchar) as modified_at),
                case when described.file_format is not null then entities.entity end as entity
            from described
            left join entities on regexp_full_match(described.source_file, entities.pattern)
            order by described.delivered_at, described.source_file, entity
        {%- endset -%}
        {%- set found = medallion.query_dicts(query) -%}
    {%- endif -%}

    {{ return(medallion.new_landed_files(found, entities)) }}
{%- endmacro %}

{#- DuckDB: the first valid date in a path, written 2018-08-01, 20180801 or with any of - _ . / between, as a
    timestamp. Arguments: path (expression). -#}
{% macro duckdb_path_date(path) -%}
    list_filter(
        list_transform(
            -- Each border is one character, and two dates may share one.
            regexp_extract_all(
                regexp_replace({{ path }}, '([^0-9])', '\1\1', 'g'),
                '(?:^|[^0-9])((?:19|20)\d{2}(?:[-_./]{2})?\d{2}(?:[-_./]{2})?\d{2})(?:[^0-9]|$)', 1
            ),
            lambda text: try_strptime(regexp_replace(text, '[^0-9]', '', 'g'), '%Y%m%d')
        ),
        lambda date: date is not null
    )[1]
{%- endmacro %}
