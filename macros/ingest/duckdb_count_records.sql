{#- DuckDB: adds header, field_count, record_count and is_regular to inventory rows, from the raw text (CSV, JSON
    lines) or the footer (Parquet). A file is regular when every line of it is beyond doubt: then, and only then,
    DuckDB's own reader may read it, which forgives in silence (a comma or a space too many, for instance).
    Arguments: files (list of dicts, changed in place). -#}
{% macro duckdb_count_records(files) -%}
    {%- set texts, binaries = {}, [] -%}
    {%- for file in files -%}
        {%- do file.update({'header': none, 'field_count': none, 'record_count': 0, 'is_regular': true}) -%}
        {%- if file.entity is not none and file.size_bytes > 0 -%}
            {%- if file.file_format == 'parquet' -%}
                {%- do binaries.append(file) -%}
            {%- else -%}
                {#- A file that two sources claim is counted once. -#}
                {%- do texts.setdefault(file.file_path, []).append(file) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do duckdb_count_parquet_records(binaries) -%}
    {%- if texts -%}
        {%- set firsts = [] -%}
        {%- for claims in texts.values() -%}{%- do firsts.append(claims[0]) -%}{%- endfor -%}
        {%- do duckdb_count_text_records(firsts) -%}
        {%- for claims in texts.values() -%}
            {%- for file in claims -%}
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
    {%- set by_path, paths, compressed = {}, files | map(attribute='file_path') | list, [] -%}
    {%- for file in files -%}
        {%- do by_path.update({file.file_path: file}) -%}
        {%- do compressed.append(file.file_path) if file.is_compressed -%}
    {%- endfor -%}

    {%- set headers -%}
        {%- for path in paths %}
        {{ 'union all' if not loop.first }}
        (
            select {{ string_literal(path) }} as file_path, line_text as header
            from {{ duckdb_lines([path], ', buffer_size = 1000000, max_line_size = 400000') }}
            where line_text <> ''
            limit 1
        )
        {%- endfor %}
    {%- endset -%}
    {%- for row in run_query(headers).rows -%}
        {%- do by_path[row[0]].update({'header': row[1]}) -%}
    {%- endfor -%}
    {%- set by_count = {} -%}
    {%- for file in files if file.file_format == 'csv' -%}
        {%- do file.update({'field_count': csv_header_names(file.header) | length}) -%}
        {%- do by_count.setdefault(file.field_count, []).append(file.file_path) -%}
    {%- endfor -%}

    {#- One pass over all text. -#}
    {%- set field = csv_field_pattern(strict=true) -%}
    {%- set json_paths = files | rejectattr('file_format', 'equalto', 'csv') | map(attribute='file_path') | list -%}
    {%- set scan -%}
        {%- for field_count, csv_paths in by_count.items() %}
        select
            file_path,
            count(nullif(line_text, '')) as line_count,
            coalesce(sum(strlen(line_text)), 0) + count(*) as byte_count,
            count(*) filter (
                -- Empty lines of a file with one column could be empty values: for a careful look.
                {{ 'line_text is null or ' if field_count == 1 }}
                not regexp_full_match(line_text, '{{ field }}{{ (',' ~ field) * (field_count - 1) }}')
            ) as irregular_line_count
        from {{ duckdb_lines(csv_paths) }}
        group by file_path
        {{ 'union all' if not loop.last or json_paths }}
        {%- endfor %}
        {%- if json_paths %}
        select file_path, count(nullif(line_text, '')), coalesce(sum(strlen(line_text)), 0) + count(*), 0
        from {{ duckdb_lines(json_paths) }}
        group by file_path
        {%- endif %}
    {%- endset -%}
    {%- set scanned = {} -%}
    {%- for row in run_query(scan).rows -%}
        {%- do scanned.update({row[0]: row}) -%}
    {%- endfor -%}
    {%- set text_sizes = {} -%}
    {%- if compressed -%}
        {%- set sizes -%}
            select file_path, coalesce(sum(length(line_text)), 0) + count(*)
            from {{ duckdb_latin1_lines(compressed) }}
            group by file_path
        {%- endset -%}
        {%- for row in run_query(sizes).rows -%}
            {%- do text_sizes.update({row[0]: row[1] | int}) -%}
        {%- endfor -%}
    {%- endif -%}

    {%- set exact, multiline = [], [] -%}
    {%- for file in files -%}
        {%- set row = scanned.get(file.file_path) -%}
        {%- if row -%}
            {%- do file.update({'record_count': (row[1] | int) - (1 if file.file_format == 'csv' else 0)}) -%}
        {%- endif -%}
        {#- Only the line end of the last line may be missing from the bytes of a file. -#}
        {%- set missing = (text_sizes.get(file.file_path, 0) if file.is_compressed else file.size_bytes | int)
            - (row[2] | int if row else 0) -%}
        {%- if missing not in ([0] if file.is_compressed else [0, -1]) -%}
            {#- A byte order mark, or lines that are not UTF-8 or too long: count from the exact bytes. -#}
            {%- do exact.append(file) -%}
        {%- elif row and row[3] > 0 -%}
            {%- do multiline.append(file) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do duckdb_count_exact_records(exact, by_path) -%}
    {%- do duckdb_count_csv_records(multiline, exact=false) -%}
{%- endmacro %}

{#- DuckDB: header, field_count, record_count and is_regular of text files by their exact bytes.
    Arguments: files (list of dicts, changed in place), by_path (dict: file_path → the same dicts). -#}
{% macro duckdb_count_exact_records(files, by_path) -%}
    {%- if files -%}
        {%- set first_lines -%}
            with {{ duckdb_exact_lines(files) }}
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
                'field_count': csv_header_names(row[1]) | length if file.file_format == 'csv',
            }) -%}
        {%- endfor -%}
        {%- do duckdb_count_csv_records(files | selectattr('file_format', 'equalto', 'csv') | list, exact=true) -%}
    {%- endif -%}
{%- endmacro %}

{#- DuckDB: sets record_count and is_regular of CSV files whose records may span lines or be corrupt.
    Arguments: files (list of dicts, changed in place), exact (whether the lines are taken from the bytes). -#}
{% macro duckdb_count_csv_records(files, exact) -%}
    {%- if files -%}
        {%- set field = csv_field_pattern(strict=true) -%}
        {%- set count -%}
            with {{ duckdb_exact_lines(files) if exact else duckdb_numbered_lines(files) }},
            {{ csv_records('exact_lines' if exact else 'numbered_lines') }}
            select
                source_file,
                count(*),
                bool_and(
                    is_whole and field_count > 1
                    and {{ matches_fully('record_text', "'" ~ field ~ "(?:," ~ field ~ ")*'") }}
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

{#- DuckDB: number of records and column names of Parquet files, from their footers. A file without Parquet's mark at
    both ends (an upload cut off, say) would stop the run: it counts as one corrupt record instead.
    Arguments: files (list of dicts, changed in place). -#}
{% macro duckdb_count_parquet_records(files) -%}
    {%- if files -%}
        {%- set broken_files -%}
            select filename
            from read_blob({{ duckdb_list(files | map(attribute='file_path')) }})
            where size < 12 or content[1:4] <> 'PAR1'::blob or content[-4:] <> 'PAR1'::blob
        {%- endset -%}
        {%- set broken = run_query(broken_files).columns[0].values() | list -%}
        {%- for file in files -%}
            {%- if file.file_path in broken -%}
                {%- do exceptions.warn("The landed file '" ~ file.source_file ~ "' is no whole Parquet file: it becomes "
                    ~ "one corrupt record of " ~ file.entity ~ ". Deliver it again.") -%}
                {%- do file.update({'record_count': 1, 'is_regular': false}) -%}
            {%- else -%}
                {%- set query -%}
                    select
                        (
                            select string_agg(column_name, ',')
                            from (describe from {{ duckdb_parquet(file.file_path) }})
                        ),
                        (select num_rows from parquet_file_metadata({{ duckdb_path(file.file_path) }}))
                {%- endset -%}
                {%- set row = run_query(query).rows[0] -%}
                {%- do file.update({'header': row[0], 'record_count': row[1] | int}) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

{#- DuckDB: a table expression that reads one Parquet file. Arguments: file_path. -#}
{% macro duckdb_parquet(file_path) -%}
    read_parquet({{ duckdb_path(file_path) }}, file_row_number = true, hive_partitioning = false)
{%- endmacro %}
