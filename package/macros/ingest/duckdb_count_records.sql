{#- DuckDB: adds header, field_count, record_count and is_regular to inventory rows, from the raw text (CSV, JSON
    lines) or the footer (Parquet). A file is regular when every line of it is beyond doubt: then, and only then,
    DuckDB's own reader may read it, which forgives in silence (a comma or a space too many, for instance).
    Arguments: files (list of dicts, changed in place). -#}
{% macro duckdb_count_records(files) -%}
    {%- set texts, binaries = {}, [] -%}
    {%- for file in files -%}
        {%- do file.update({'header': none, 'field_count': none, 'record_count': 0, 'is_regular': true}) -%}
        {%- if file.entity is not none and file.size_bytes > 0 -%}
            {%- if file.file_format == 'parquet' or file.is_compressed -%}
                {%- do binaries.append(file) -%}
            {%- endif -%}
            {%- if file.file_format != 'parquet' -%}
                {#- A file that two sources claim is counted once. -#}
                {%- do texts.setdefault(file.file_path, []).append(file) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set broken = medallion.duckdb_broken_files(binaries) -%}
    {%- for file in broken -%}
        {%- do exceptions.warn("The landed file '" ~ file.source_file ~ "' is no whole "
            ~ ('Parquet' if file.file_format == 'parquet' else 'gzip') ~ " file: it becomes one corrupt record of "
            ~ file.entity ~ ". Deliver it again.") -%}
        {%- do file.update({'record_count': 1, 'is_regular': false}) -%}
    {%- endfor -%}
    {%- for file in binaries if file.file_format == 'parquet' and file not in broken -%}
        {%- do file.update(medallion.duckdb_parquet_facts(file.file_path)) -%}
    {%- endfor -%}
    {%- set firsts = [] -%}
    {%- for claims in texts.values() if claims[0] not in broken -%}{%- do firsts.append(claims[0]) -%}{%- endfor -%}
    {%- if firsts -%}
        {%- do medallion.duckdb_count_text_records(firsts) -%}
        {%- for claims in texts.values() -%}
            {%- for file in claims[1:] -%}
                {%- for key in ['header', 'field_count', 'record_count', 'is_regular'] -%}
                    {%- do file.update({key: claims[0][key]}) -%}
                {%- endfor -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

{#- DuckDB: `duckdb_count_records` for CSV and JSON lines that are not empty.
    Arguments: files (list of dicts, changed in place). -#}
{% macro duckdb_count_text_records(files) -%}
    {%- set by_path = {} -%}
    {%- for file in files -%}
        {%- do by_path.update({file.file_path: file}) -%}
    {%- endfor -%}

    {%- set headers -%}
        {%- for file in files %}
        {{ 'union all' if not loop.first }}
        (
            -- Read in order, and no further than the first line: a window over the lines would read the whole file.
            select {{ medallion.string_literal(file.file_path) }} as file_path, line_text as header
            from {{ medallion.duckdb_lines([file.file_path], ', parallel = false, buffer_size = 1000000, max_line_size = 400000'
                ~ (", compression = 'gzip'" if file.is_compressed else '')) }}
            where line_text <> ''
            limit 1
        )
        {%- endfor %}
    {%- endset -%}
    {%- for row in run_query(headers).rows -%}
        {%- do by_path[row[0]].update({'header': row[1]}) -%}
    {%- endfor -%}
    {%- for file in files if file.file_format == 'csv' -%}
        {%- do file.update({'field_count': medallion.csv_header_names(file.header) | length}) -%}
    {%- endfor -%}

    {%- set exact, multiline = [], [] -%}
    {%- set scanned = medallion.duckdb_scan_text(files) -%}
    {%- for file in files -%}
        {%- set row = scanned.get(file.file_path, {'line_count': 0, 'byte_count': 0, 'irregular_line_count': 0}) -%}
        {%- do file.update({'record_count': row.line_count | int - (1 if file.file_format == 'csv' else 0)}) -%}
        {%- if file.is_compressed -%}
            {%- set facts = medallion.duckdb_find_refused_lines(file.file_path) -%}
            {%- set is_complete = facts[2] == 0 and facts[0] == row.line_count | int -%}
        {%- else -%}
            {#- Only the line end of the last line may be missing from the bytes of a file. -#}
            {%- set is_complete = file.size_bytes | int - row.byte_count | int in [0, -1] -%}
        {%- endif -%}
        {%- if file.record_count < 0 -%}
            {#- An empty file, compressed. -#}
            {%- do file.update({'record_count': 0}) -%}
        {%- endif -%}
        {%- if not is_complete -%}
            {#- A byte order mark, or lines that are not UTF-8 or too long: count from the exact bytes. -#}
            {%- do exact.append(file) -%}
        {%- elif row.irregular_line_count -%}
            {%- do multiline.append(file) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do medallion.duckdb_count_exact_records(exact, by_path) -%}
    {%- do medallion.duckdb_count_csv_records(multiline, exact=false) -%}
{%- endmacro %}

{#- DuckDB: one pass over all text. Gives a dict: file_path → dict with line_count (not blank), byte_count,
    irregular_line_count (lines that are no whole record by themselves).
    Arguments: files (list of dicts). -#}
{% macro duckdb_scan_text(files) -%}
    {%- set field = medallion.csv_field_pattern(strict=true) -%}
    {#- Files with the same number of fields share a scan, and so a pattern; each compressed file needs its own. -#}
    {%- set groups = {} -%}
    {%- for file in files -%}
        {%- set key = (file.field_count, file.file_path if file.is_compressed) -%}
        {%- do groups.setdefault(key, []).append(file.file_path) -%}
    {%- endfor -%}
    {%- set scan -%}
        {%- for key, paths in groups.items() %}
        select
            file_path,
            count(nullif(line_text, '')) as line_count,
            coalesce(sum(strlen(line_text)), 0) + count(*) as byte_count,
            count(*) filter (
                {%- if key[0] is none %} false
                {%- else %}
                -- Empty lines of a file with one column could be empty values: for a careful look.
                {{ 'line_text is null or ' if key[0] == 1 }}
                not regexp_full_match(line_text, '{{ field }}{{ (',' ~ field) * (key[0] - 1) }}')
                {%- endif %}
            ) as irregular_line_count
        from {{ medallion.duckdb_compressed_lines(key[1]) if key[1] else medallion.duckdb_lines(paths) }}
        group by file_path
        {{ 'union all' if not loop.last }}
        {%- endfor %}
    {%- endset -%}
    {%- set scanned = {} -%}
    {%- for row in medallion.query_dicts(scan) -%}
        {%- do scanned.update({row.file_path: row}) -%}
    {%- endfor -%}
    {{ return(scanned) }}
{%- endmacro %}

{#- DuckDB: header, field_count, record_count and is_regular of text files by their exact bytes.
    Arguments: files (list of dicts, changed in place), by_path (dict: file_path → the same dicts). -#}
{% macro duckdb_count_exact_records(files, by_path) -%}
    {%- if files -%}
        {%- set first_lines -%}
            with {{ medallion.duckdb_exact_lines(files) }}
            select
                file_path,
                max(line_text) filter (line_number = 1),
                count(nullif(line_text, '')),
                bool_and(is_utf8)
            from exact_lines
            group by file_path
        {%- endset -%}
        {%- for row in run_query(first_lines).rows -%}
            {%- set file = by_path[row[0]] -%}
            {%- do file.update({
                'header': row[1],
                'record_count': row[2] | int,
                'is_regular': file.file_format == 'csv',
                'field_count': medallion.csv_header_names(row[1]) | length if file.file_format == 'csv',
            }) -%}
        {%- endfor -%}
        {%- do medallion.duckdb_count_csv_records(files | selectattr('file_format', 'equalto', 'csv') | list, exact=true) -%}
    {%- endif -%}
{%- endmacro %}

{#- DuckDB: sets record_count and is_regular of CSV files whose records may span lines or be corrupt.
    Arguments: files (list of dicts, changed in place), exact (whether the lines are taken from the bytes). -#}
{% macro duckdb_count_csv_records(files, exact) -%}
    {%- if files -%}
        {%- set field = medallion.csv_field_pattern(strict=true) -%}
        {%- set count -%}
            with {{ medallion.duckdb_exact_lines(files) if exact else medallion.duckdb_numbered_lines(files) }},
            {{ medallion.csv_records('exact_lines' if exact else 'numbered_lines') }}
            select
                source_file,
                count(*),
                bool_and(
                    -- Strictly formed is well formed; whether a line is UTF-8 only exact lines tell.
                    {{ 'is_whole and ' if exact }}case field_count
                    {%- for field_count in files | map(attribute='field_count') | unique if field_count > 1 %}
                        when {{ field_count }}
                            then {{ medallion.matches_fully('record_text', "'" ~ field ~ (',' ~ field) * (field_count - 1) ~ "'") }}
                    {%- endfor %}
                        else false
                    end
                )
            from records
            group by source_file
        {%- endset -%}
        {%- set counts = {} -%}
        {%- for row in run_query(count).rows -%}
            {%- do counts.update({row[0]: row}) -%}
        {%- endfor -%}
        {%- for file in files -%}
            {%- set row = counts.get(file.source_file, [none, 0, true]) -%}
            {%- do file.update({'record_count': row[1] | int, 'is_regular': row[2]}) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

{#- DuckDB: those of some Parquet and gzip files that lack their format's mark (an upload cut off, say) and would stop
    the run; Parquet has one at both ends. Arguments: files (list of dicts). -#}
{% macro duckdb_broken_files(files) -%}
    {%- set broken = [] -%}
    {%- if files -%}
        {%- set query -%}
            select filename
            from read_blob({{ medallion.duckdb_list(files | map(attribute='file_path')) }})
            where case
                when filename ilike '%.gz' then content[1:2] <> '\x1F\x8B'::blob
                else size < 12 or content[1:4] <> 'PAR1'::blob or content[-4:] <> 'PAR1'::blob
            end
        {%- endset -%}
        {%- set paths = run_query(query).columns[0].values() | list -%}
        {%- for file in files if file.file_path in paths -%}
            {%- do broken.append(file) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(broken) }}
{%- endmacro %}

{#- DuckDB: number of records and column names of a Parquet file, from its footer.
    Arguments: file_path. Gives a dict with header and record_count. -#}
{% macro duckdb_parquet_facts(file_path) -%}
    {%- set query -%}
        select
            (
                select string_agg(column_name, ',') from (describe from {{ medallion.duckdb_parquet(file_path) }})
                where column_name <> 'file_row_number'
            ),
            (select num_rows from parquet_file_metadata({{ medallion.duckdb_path(file_path) }}))
    {%- endset -%}
    {%- set row = run_query(query).rows[0] -%}
    {{ return({'header': row[0], 'record_count': row[1] | int}) }}
{%- endmacro %}

{#- DuckDB: a table expression that reads one Parquet file. Arguments: file_path. -#}
{% macro duckdb_parquet(file_path) -%}
    read_parquet({{ medallion.duckdb_path(file_path) }}, file_row_number = true, hive_partitioning = false)
{%- endmacro %}
