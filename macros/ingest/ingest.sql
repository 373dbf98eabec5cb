{#- A bronze table: every record of the landed files of a source, once, verbatim, with its lineage.
    The declared columns come first, as strings; then `_rescued_data` (JSON of columns nobody declared),
    `_corrupt_record` (a record that could not be parsed, whole), `_source_file`, `_source_row` (its number within
    the file, from 1, without the header), `_source_modified_at`, `_delivered_at`, `_loaded_at`, `_record_hash`.
    Arguments: relation (a `source()` with meta.landing.files in its YAML). -#}
{% macro ingest(relation) -%}
    {%- do ref('ops_landed_files') -%}
    {%- set entity = landing_entity(relation) if execute else {'entity': none, 'columns': []} -%}
    {{ return(adapter.dispatch('ingest', 'medallion')(entity)) }}
{%- endmacro %}

{% macro default__ingest(entity) -%}
    {{ exceptions.raise_compiler_error('ingest() is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__ingest(entity) -%}
    {%- set files = duckdb_files_to_read(entity) if is_running() else [] -%}
    {%- for file in files if file.record_count > 0 %}
    {{ duckdb_read_file(entity, file) }}
    union all
    {%- endfor %}
    -- No file left: the columns alone.
    {{ bronze_record(entity, {}, {}, 'null', 'null', {'modified_at': none}) }}
    from (select 1) as nothing
    where false
{%- endmacro %}

{#- DuckDB: the newest version of each inventoried file of an entity that bronze does not hold yet, as dicts.
    Arguments: entity (an entry of `landing_entities()`). -#}
{% macro duckdb_files_to_read(entity) -%}
    {%- set query -%}
        select files.*, {{ string_literal(landing_root()) }} || '/' || files.source_file as file_path
        from (
            select *
            from {{ ref('ops_landed_files') }}
            where entity = {{ string_literal(entity.entity) }}
            qualify row_number() over (partition by source_file order by _processed_at desc) = 1
        ) as files
        {%- if is_incremental() %}
        anti join (select distinct _source_file, _source_modified_at from {{ this }}) as read
            on files.source_file = read._source_file and files.modified_at = read._source_modified_at
        {%- endif %}
        order by files.delivered_at, files.source_file
    {%- endset -%}
    {{ return(duckdb_dicts(run_query(query))) }}
{%- endmacro %}

{#- DuckDB: a select that reads one file with DuckDB's own reader for its format. Lines the reader refuses are
    left out here and found again by `reread_irregular_files`.
    Arguments: entity, file (an inventory row). -#}
{% macro duckdb_read_file(entity, file) -%}
    {%- if file.file_format == 'csv' -%}
        {%- set names = csv_header_names(file.header) -%}
        {%- set fields = {} -%}
        {%- for name in names -%}{%- do fields.update({name: 'c' ~ loop.index}) -%}{%- endfor -%}
        {{ bronze_record(entity, fields, {}, 'row_number() over ()', 'null', file) }}
        from read_csv(
            {{ string_literal(file.file_path) }},
            columns = { {%- for name in names %}'c{{ loop.index }}': 'VARCHAR'{{ ', ' if not loop.last }}{% endfor -%} },
            auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
            allow_quoted_nulls = false, null_padding = false, ignore_errors = true
        )
    {%- elif file.file_format == 'jsonl' -%}
        {{ duckdb_json_records(entity, file, '(select line_text from ' ~ duckdb_lines([file.file_path])
            ~ " where line_text <> '')") }}
    {%- else -%}
        {%- set fields = {} -%}
        {%- for row in run_query("select column_name from (describe from read_parquet("
            ~ string_literal(file.file_path) ~ "))").rows -%}
            {%- do fields.update({row[0] | lower: 'cast("' ~ row[0] | replace('"', '""') ~ '" as varchar)'}) -%}
        {%- endfor -%}
        {{ bronze_record(entity, fields, {}, 'file_row_number + 1', 'null', file) }}
        from read_parquet({{ string_literal(file.file_path) }}, file_row_number = true)
    {%- endif -%}
{%- endmacro %}

{#- DuckDB: a select that takes JSON lines apart; a line that is no JSON object goes to `_corrupt_record`.
    Arguments: entity, file (an inventory row), lines (a table expression with line_text, in order). -#}
{% macro duckdb_json_records(entity, file, lines) -%}
    {%- set fields, declared = {}, {} -%}
    {%- for column in entity.columns -%}
        {%- do fields.update({column: "json_extract_string(object, '$.\"" ~ column ~ "\"')"}) -%}
        {%- do declared.update({column: none}) -%}
    {%- endfor -%}
    {#- RFC 7396: merging nulls into an object takes the declared keys away and leaves the others. -#}
    {%- set rescued = "nullif(cast(json_merge_patch(object, '" ~ tojson(declared) ~ "') as varchar), '{}')" -%}
    {{ bronze_record(entity, fields, {'_rescued_data': rescued}, 'line_number',
        'case when object is null then line_text end', file) }}
    from (
        select
            row_number() over () as line_number,
            line_text,
            case when json_valid(line_text) and json_type(line_text) = 'OBJECT' then cast(line_text as json) end as object
        from {{ lines }} as lines
    ) as objects
{%- endmacro %}

{#- The select list of a bronze record, in the one order that all readers share.
    Arguments: entity; fields (dict: name in the file → expression of its text); given (dict: `_rescued_data` where
    the reader knows better than the fields); source_row, corrupt_record (expressions); file (an inventory row). -#}
{% macro bronze_record(entity, fields, given, source_row, corrupt_record, file) -%}
    {%- set extra = fields.keys() | reject('in', entity.columns) | list -%}
    {%- set rescued = given.get('_rescued_data') or (json_object_without_nulls(fields, extra) if extra) -%}
    {%- set hashed = [] -%}
    {%- for name in fields.keys() | sort -%}
        {%- do hashed.append("'" ~ name | replace("'", "''") ~ "=' || " ~ fields[name]) -%}
    {%- endfor -%}
    {%- if given.get('_rescued_data') -%}{%- do hashed.append(rescued) -%}{%- endif -%}
    select
        {%- for column in entity.columns %}
        cast({{ fields.get(column, 'null') }} as {{ dbt.type_string() }}) as {{ column }},
        {%- endfor %}
        cast({{ rescued or 'null' }} as {{ dbt.type_string() }}) as _rescued_data,
        cast({{ corrupt_record }} as {{ dbt.type_string() }}) as _corrupt_record,
        cast({{ string_literal(file.source_file) }} as {{ dbt.type_string() }}) as _source_file,
        cast({{ source_row }} as bigint) as _source_row,
        cast({{ string_literal(file.modified_at | string if file.modified_at else none) }} as timestamp) as _source_modified_at,
        cast({{ string_literal(file.delivered_at | string if file.delivered_at else none) }} as timestamp) as _delivered_at,
        {{ run_timestamp() }} as _loaded_at,
        -- The same record has the same hash whatever the order of its columns and whether they are declared.
        md5(concat_ws(chr(31), {{ (hashed + [corrupt_record]) | join(', ') }})) as _record_hash
{%- endmacro %}
