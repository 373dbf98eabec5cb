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
    {%- set files = duckdb_new_files() if is_running() else [] -%}
    {%- do duckdb_count_records(files) -%}
    select
        cast(entity as varchar) as entity,
        cast(source_file as varchar) as source_file,
        cast(file_format as varchar) as file_format,
        cast(size_bytes as bigint) as size_bytes,
        cast(modified_at as timestamp) as modified_at,
        cast(delivered_at as timestamp) as delivered_at,
        cast(header as varchar) as header,
        -- Column names as they are matched, lower case, separated by line feeds; null where rows carry their own.
        cast(column_names as varchar) as column_names,
        cast(field_count as integer) as field_count,
        cast(record_count as bigint) as record_count,
        cast(is_regular as boolean) as is_regular,
        {{ run_timestamp() }} as _processed_at
    from (
        values
        {%- for file in files %}
        (
            {{ string_literal(file.entity) }}, {{ string_literal(file.source_file) }},
            {{ string_literal(file.file_format) }}, {{ file.size_bytes }}, '{{ file.modified_at }}',
            '{{ file.delivered_at }}', {{ string_literal(file.header) }},
            {{ string_literal(csv_header_names(file.header) | join('\n') if file.header and file.file_format != 'jsonl' else none) }},
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
    {%- set root = landing_root() -%}
    {%- set entities = landing_entities() -%}
    {%- set everything = duckdb_path(root)[:-1] ~ "/**'" -%}
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
                    coalesce({{ duckdb_path_date('source_file') }}, modified_at) as delivered_at,
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
                ({{ string_literal(entity.entity) }}, {{ string_literal(entity.pattern) }}),
                {%- endfor %}
                (null, null)
            )

            select
                described.*,
                case when described.file_format is not null then entities.entity end as entity
            from described
            left join entities on regexp_full_match(described.source_file, entities.pattern)
            order by described.delivered_at, described.source_file, entity
        {%- endset -%}
        {%- set found = duckdb_dicts(run_query(query)) -%}
    {%- endif -%}

    {%- do refuse_loss(found) -%}
    {%- for entity in entities if entity.required and not found | selectattr('entity', 'equalto', entity.entity) | list -%}
        {%- do exceptions.raise_compiler_error("The landing path '" ~ root ~ "' holds no file for the required "
            ~ "source " ~ entity.entity ~ " (pattern '" ~ entity.files ~ "'). Put one there, set LANDING_PATH to "
            ~ "the folder your files are in, or make the source optional in its YAML (required: false).") -%}
    {%- endfor -%}
    {%- for entity in entities if found and not found | selectattr('entity', 'equalto', entity.entity) | list -%}
        {%- do exceptions.warn("No file in '" ~ root ~ "' for source " ~ entity.entity ~ " (pattern '"
            ~ entity.files ~ "'): its table stays as it is.") -%}
    {%- endfor -%}

    {%- set known = [] -%}
    {%- if is_incremental() -%}
        {%- for row in run_query("select entity, source_file, size_bytes, modified_at from " ~ this).rows -%}
            {%- do known.append((row[0], row[1], row[2] | int, row[3] | string)) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- set new = [] -%}
    {%- for file in found if (file.entity, file.source_file, file.size_bytes | int, file.modified_at | string) not in known -%}
        {%- if file.entity is none -%}
            {%- do exceptions.warn("No source claims the landed file '" ~ file.source_file ~ "': it is listed in "
                ~ "ops_landed_files and not read. "
                ~ ("Add it to a source's meta.landing.files, or remove it." if file.file_format else
                "It is none of .csv, .jsonl, .ndjson, .json (each also .gz) and .parquet: convert or remove it.")) -%}
        {%- endif -%}
        {%- do new.append(file) -%}
    {%- endfor -%}
    {{ return(new) }}
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

{#- DuckDB: the rows of a query result as a list of dicts. Arguments: table (what `run_query` returns). -#}
{% macro duckdb_dicts(table) -%}
    {%- set rows = [] -%}
    {%- for row in table.rows -%}
        {%- do rows.append(dict(zip(table.column_names, row.values()))) -%}
    {%- endfor -%}
    {{ return(rows) }}
{%- endmacro %}
