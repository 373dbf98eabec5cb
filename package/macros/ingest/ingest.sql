{#- A bronze table: every record of the landed files of a source, once, verbatim, with its lineage.
    The declared columns come first, as strings; then `_rescued_data` (JSON of columns nobody declared),
    `_corrupt_record` (a record that could not be parsed, whole), `_source_file`, `_source_row` (its number within
    the file, from 1, without the header), `_source_size_bytes`, `_source_modified_at` (with the file, the version
    that was read), `_delivered_at`, `_loaded_at`, `_record_hash`.
    Arguments: relation (a `source()` with meta.landing.files in its YAML). -#}
{% macro ingest(relation) -%}
    {%- do ref('ops_landed_files') -%}
    {%- do ref('ops_erased_keys') -%}
    {%- if target.type == 'databricks' and var('databricks_bronze', '') is not string and model.name in var('databricks_bronze') -%}
        {{ config(materialized='streaming_table') }}
    {%- endif -%}
    {%- set entity = medallion.landing_entity(model.sources[0] | join('.')) if execute else {'entity': none, 'columns': [], 'landed': {}} -%}
    {{ return(adapter.dispatch('ingest', 'medallion')(entity)) }}
{%- endmacro %}

{% macro default__ingest(entity) -%}
    {{ exceptions.raise_compiler_error('ingest() is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__ingest(entity) -%}
    {%- set files = medallion.duckdb_files_to_read(entity, is_incremental()) if medallion.is_running() else [] -%}
    {%- do medallion.refuse_drift(entity, files) -%}
    {%- do entity.update({'erased': medallion.erased_keys() if files}) -%}
    {%- for file in files %}
    {{ medallion.duckdb_read_file(entity, file) if file.is_regular else medallion.duckdb_read_file_carefully(entity, file) }}
    union all
    {%- endfor %}
    -- No file left: the columns alone.
    {{ medallion.bronze_record(entity, {}, {}, 'null', 'null', {'modified_at': none}) }}
    from (select 1) as nothing
    where false
{%- endmacro %}

{#- DuckDB: the newest version of each inventoried file of an entity that bronze did not hold before this run, as
    dicts. Arguments: entity (an entry of `landing_entities()`), is_appended (whether bronze exists and may already
    hold rows of this run, which do not count). -#}
{% macro duckdb_files_to_read(entity, is_appended) -%}
    {%- set query -%}
        select
            files.*,
            {{ medallion.string_literal(medallion.landing_root()) }} || '/' || files.source_file as file_path,
            files.source_file ilike '%.gz' as is_compressed
        from ({{ medallion.newest_file_versions(entity) }}) as files
        {%- if is_appended %}
        anti join (
            select distinct _source_file, _source_size_bytes, _source_modified_at
            from {{ this }}
            where _loaded_at <> {{ medallion.run_timestamp() }}
        ) as read
            on files.source_file = read._source_file
            and files.size_bytes = read._source_size_bytes
            and files.modified_at = read._source_modified_at
        {%- endif %}
        where files.record_count > 0
        order by files.delivered_at, files.source_file
    {%- endset -%}
    {{ return(medallion.query_dicts(query)) }}
{%- endmacro %}

{#- DuckDB: a select that reads one regular file with DuckDB's own reader for its format. Should the reader refuse a
    line after all, it is left out here and found again by `reread_irregular_files`.
    Arguments: entity, file (an inventory row). -#}
{% macro duckdb_read_file(entity, file) -%}
    {%- if file.file_format == 'csv' -%}
        {%- set names = medallion.csv_header_names(file.header) -%}
        {%- set fields = {} -%}
        {%- for name in names -%}{%- do fields.update({name: 'c' ~ loop.index}) -%}{%- endfor -%}
        (
            -- DuckDB numbers the records of a file in one thread. Held in between, they are hashed, compressed and
            -- written, which is most of the work, by all.
            with records as materialized (
                select
                    *,
                    row_number() over () as record_number
                from read_csv(
                    {{ medallion.duckdb_path(file.file_path) }},
                    columns = { {%- for name in names %}'c{{ loop.index }}': 'VARCHAR'{{ ', ' if not loop.last }}{% endfor -%} },
                    auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
                    allow_quoted_nulls = false, null_padding = false, ignore_errors = true, hive_partitioning = false,
                    -- In strict mode mixed line ends stop the run; without this `new_line` they cost characters; and read
                    -- in parallel without strict mode, quoted line ends at the bounds of a chunk give records too many.
                    strict_mode = false, new_line = '\n', parallel = false
                    {{- ", compression = 'gzip'" if file.is_compressed }}
                )
            )
            {{ medallion.bronze_record(entity, fields, {}, 'record_number', 'null', file) }}
            from records
        )
    {%- elif file.file_format == 'jsonl' -%}
        {{ medallion.duckdb_json_records(entity, file, '(select line_text, true as is_utf8 from '
            ~ (medallion.duckdb_compressed_lines(file.file_path) if file.is_compressed else medallion.duckdb_lines([file.file_path]))
            ~ " where line_text <> '')") }}
    {%- else -%}
        {%- set fields = {} -%}
        {%- for row in run_query("select column_name, column_type from (describe from "
            ~ medallion.duckdb_parquet(file.file_path) ~ ") where column_name <> 'file_row_number'").rows -%}
            {%- set value = '"' ~ row[0] | replace('"', '""') ~ '"' -%}
            {#- What holds other values is JSON in bronze, as it is in JSON lines: silver takes it apart by its keys. -#}
            {%- if modules.re.match('STRUCT|MAP|UNION|.*\\]$', row[1]) -%}{%- set value = 'to_json(' ~ value ~ ')' -%}{%- endif -%}
            {%- do fields.update({row[0] | lower: 'cast(' ~ value ~ ' as varchar)'}) -%}
        {%- endfor -%}
        {{ medallion.bronze_record(entity, fields, {}, 'file_row_number + 1', 'null', file) }}
        from {{ medallion.duckdb_parquet(file.file_path) }}
    {%- endif -%}
{%- endmacro %}

{#- DuckDB: a select that reads one irregular file from its bytes. Nothing is left out: what cannot be parsed goes
    whole into `_corrupt_record`. Arguments: entity, file (an inventory row). -#}
{% macro duckdb_read_file_carefully(entity, file) -%}
    {%- if file.header is none %}
    {#- A broken binary file has no records to show: its first bytes stand for it. -#}
    {{ medallion.bronze_record(entity, {}, {}, '1', medallion.duckdb_latin1_text("cast(content[1:10000] as varchar)"), file) }}
    from read_blob({{ medallion.duckdb_path(file.file_path) }})
    {%- else %}
    {%- do medallion.duckdb_find_refused_lines(file.file_path) if file.is_compressed %}
    (
        with {{ medallion.duckdb_exact_lines([file]) }}
        {%- if file.file_format == 'jsonl' %}
        {{ medallion.duckdb_json_records(entity, file,
            "(select line_text, is_utf8 from exact_lines where line_text <> '' order by line_number)") }}
        {%- else %},
        {{ medallion.csv_records('exact_lines') }},

        numbered as (
            select
                *,
                case when is_whole then {{ medallion.csv_fields('record_text') }} end as fields,
                row_number() over (order by line_number) as record_number
            from records
        )
        {% set fields = {} -%}
        {%- for name in medallion.csv_header_names(file.header) -%}
            {%- do fields.update({name: medallion.csv_unquoted('fields[' ~ loop.index ~ ']')}) -%}
        {%- endfor %}
        {{ medallion.bronze_record(entity, fields, {}, 'record_number', 'case when not is_whole then record_text end', file) }}
        from numbered
        {%- endif %}
    )
    {%- endif %}
{%- endmacro %}

{#- DuckDB: a select that takes JSON lines apart; a line that is no JSON object goes to `_corrupt_record`, and so does
    one with the same key twice, of which one value would be lost.
    Arguments: entity, file (an inventory row), lines (a table expression with line_text and is_utf8, in order). -#}
{% macro duckdb_json_records(entity, file, lines) -%}
    {%- set fields, declared = {}, {} -%}
    {%- for column in entity.landed.values() -%}
        {%- do fields.update({column: medallion.duckdb_json_text(
            "json_extract_string(object, '$.\"" ~ column ~ "\"')")}) -%}
        {%- do declared.update({column: none}) -%}
    {%- endfor -%}
    {#- RFC 7396: merging nulls into an object takes the declared keys away and leaves the others. -#}
    {%- set rescued = "case when object is not null then nullif(" ~ medallion.duckdb_json_text(
        "cast(json_merge_patch(object, '" ~ tojson(declared) ~ "') as varchar)") ~ ", '{}') end" -%}
    {{ medallion.bronze_record(entity, fields, {'_rescued_data': rescued}, 'line_number',
        'case when object is null then line_text end', file) }}
    from (
        select
            row_number() over () as line_number,
            line_text,
            case
                when is_utf8 and json_valid(line_text) and json_type(line_text) = 'OBJECT'
                    and len(json_keys(line_text)) = len(list_distinct(json_keys(line_text)))
                    then cast({{ medallion.duckdb_json_numbers_kept('line_text') }} as json)
            end as object
        from {{ lines }} as lines
    ) as objects
{%- endmacro %}

{#- DuckDB: a JSON text with its numbers as strings between two U+10FFFE (no character), because DuckDB writes 18.10
    as 18.1 once it has parsed it; `duckdb_json_text` turns them back. Arguments: text (expression). -#}
{% macro duckdb_json_numbers_kept(text) -%}
    {%- set mark = 'chr(1114110)' -%}
    {#- Strings are matched to be passed over: they get a pair of marks, which goes at once. -#}
    replace(
        regexp_replace(
            {{ text }}, '("(?:[^"\\]|\\.)*")|(-?[0-9][0-9.eE+-]*)',
            '\1"' || {{ mark }} || '\2' || {{ mark }} || '"', 'g'
        ),
        '"' || {{ mark }} || {{ mark }} || '"', ''
    )
{%- endmacro %}

{#- DuckDB: takes the marks of `duckdb_json_numbers_kept` away. Arguments: text (expression). -#}
{% macro duckdb_json_text(text) -%}
    replace(replace(replace({{ text }}, '"' || chr(1114110), ''), chr(1114110) || '"', ''), chr(1114110), '')
{%- endmacro %}

{#- The select list of a bronze record, in the one order that all readers share.
    Arguments: entity; fields (dict: name in the file → expression of its text); given (dict: `_rescued_data` where
    the reader knows better than the fields); source_row, corrupt_record (expressions); file (an inventory row). -#}
{% macro bronze_record(entity, fields, given, source_row, corrupt_record, file) -%}
    {#- Names in CSV and Parquet files are matched in lower case, JSON keys as they are. -#}
    {%- set landed = entity.landed.values() | list -%}
    {%- set extra = fields.keys() | reject('in', landed + landed | map('lower') | list) | list -%}
    {%- set rescued_as_given = given.get('_rescued_data') -%}
    {%- if entity.get('erased') and fields -%}
        {%- set without = medallion.without_erased(entity, fields) -%}
        {%- set fields = without.fields -%}
        {%- set corrupt_record = medallion.corrupt_without_erased(entity.erased, corrupt_record) -%}
        {%- if rescued_as_given -%}
            {%- set operation = medallion.json_object_without_nulls(
                {'_operation': "json_extract_string(" ~ rescued_as_given ~ ", '$._operation')"}, ['_operation']) -%}
            {%- set rescued_as_given = 'case when ' ~ without.is_erased ~ ' then ' ~ operation ~ ' else '
                ~ rescued_as_given ~ ' end' -%}
        {%- endif -%}
    {%- endif -%}
    {%- set rescued = rescued_as_given or (medallion.json_object_without_nulls(fields, extra) if extra) -%}
    {%- set hashed = [] -%}
    {%- for name in fields.keys() | sort -%}
        {%- do hashed.append(medallion.string_literal(name ~ '=') ~ " || " ~ fields[name]) -%}
    {%- endfor -%}
    {%- if rescued_as_given -%}{%- do hashed.append(rescued) -%}{%- endif -%}
    select
        {%- for column in entity.columns %}
        {%- set name = entity.landed[column] %}
        cast({{ fields.get(name) or fields.get(name | lower, 'null') }} as {{ dbt.type_string() }}) as {{ column }},
        {%- endfor %}
        cast({{ rescued or 'null' }} as {{ dbt.type_string() }}) as _rescued_data,
        cast({{ corrupt_record }} as {{ dbt.type_string() }}) as _corrupt_record,
        cast({{ medallion.string_literal(file.source_file) }} as {{ dbt.type_string() }}) as _source_file,
        cast({{ source_row }} as bigint) as _source_row,
        cast({{ file.size_bytes or 'null' }} as bigint) as _source_size_bytes,
        cast({{ medallion.string_literal(file.modified_at | string if file.modified_at else none) }} as timestamp) as _source_modified_at,
        cast({{ medallion.string_literal(file.delivered_at | string if file.delivered_at else none) }} as timestamp) as _delivered_at,
        {{ medallion.run_timestamp() }} as _loaded_at,
        -- The same record has the same hash whatever the order of its columns and whether they are declared.
        md5(concat_ws(chr(31), {{ (hashed + [corrupt_record]) | join(', ') }})) as _record_hash
{%- endmacro %}
