{#- DuckDB: adds header, field_count and record_count to inventory rows, from the raw text (CSV, JSON lines) or
    the footer (Parquet). Arguments: files (list of dicts, changed in place). -#}
{% macro duckdb_count_records(files) -%}
    {%- set texts = {} -%}
    {%- for file in files -%}
        {%- do file.update({'header': none, 'field_count': none, 'record_count': 0}) -%}
        {%- if file.entity is not none and file.size_bytes > 0 -%}
            {%- if file.file_format == 'parquet' -%}
                {%- do file.update(duckdb_parquet_facts(file.file_path)) -%}
            {%- else -%}
                {%- do texts.update({file.file_path: file}) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if texts -%}
        {%- set scan -%}
            select
                file_path,
                count(nullif(line_text, '')) as line_count,
                coalesce(sum(strlen(line_text)), 0) + count(*) as byte_count,
                count(*) filter (
                    contains(line_text, '"') and (strlen(line_text) - strlen(replace(line_text, '"', ''))) % 2 = 1
                ) as odd_line_count
            from {{ duckdb_lines(texts.keys() | list) }}
            group by file_path
        {%- endset -%}
        {%- set headers -%}
            {%- for path in texts %}
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
            {%- do texts[row[0]].update({'header': row[1]}) -%}
        {%- endfor -%}
        {%- set careful, multiline = [], [] -%}
        {%- for row in run_query(scan).rows -%}
            {%- set file = texts[row[0]] -%}
            {%- do file.update({'record_count': row[1] - (1 if file.file_format == 'csv' else 0)}) -%}
            {%- if not file.is_compressed and file.size_bytes - row[2] not in [0, -1] -%}
                {#- A byte order mark, or lines that are not UTF-8: count from the exact bytes. -#}
                {%- do careful.append(file) -%}
            {%- elif file.file_format == 'csv' and row[3] > 0 -%}
                {%- do multiline.append(file) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- if careful -%}
            {%- set first_lines -%}
                with {{ duckdb_exact_lines(careful) }}
                select file_path, max(line_text) filter (line_number = 1), count(nullif(line_text, ''))
                from exact_lines
                group by file_path
            {%- endset -%}
            {%- for row in run_query(first_lines).rows -%}
                {%- set file = texts[row[0]] -%}
                {%- do file.update({'header': row[1], 'record_count': row[2] | int}) -%}
            {%- endfor -%}
        {%- endif -%}
        {%- for file in texts.values() if file.file_format == 'csv' -%}
            {%- do file.update({'field_count': csv_header_names(file.header) | length}) -%}
        {%- endfor -%}
        {%- do duckdb_count_csv_records(careful | selectattr('file_format', 'equalto', 'csv') | list, exact=true) -%}
        {%- do duckdb_count_csv_records(multiline, exact=false) -%}
    {%- endif -%}
{%- endmacro %}

{#- DuckDB: sets record_count of CSV files whose records may span lines. Arguments: files (list of dicts, changed
    in place), exact (whether the lines are taken from the bytes). -#}
{% macro duckdb_count_csv_records(files, exact) -%}
    {%- if files -%}
        {%- set count -%}
            with {{ duckdb_exact_lines(files) if exact else duckdb_numbered_lines(files) }},
            {{ csv_records('exact_lines' if exact else 'numbered_lines') }}
            select source_file, count(*) from records group by source_file
        {%- endset -%}
        {%- set counts = {} -%}
        {%- for row in run_query(count).rows -%}
            {%- do counts.update({row[0]: row[1] | int}) -%}
        {%- endfor -%}
        {%- for file in files -%}
            {%- do file.update({'record_count': counts.get(file.source_file, 0)}) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

{#- DuckDB: number of records and column names of a Parquet file, from its footer.
    Arguments: file_path. Gives a dict with header and record_count. -#}
{% macro duckdb_parquet_facts(file_path) -%}
    {%- set query -%}
        select
            (select string_agg(column_name, ',') from (describe from read_parquet({{ string_literal(file_path) }}))),
            (select num_rows from parquet_file_metadata({{ string_literal(file_path) }}))
    {%- endset -%}
    {%- set row = run_query(query).rows[0] -%}
    {{ return({'header': row[0], 'record_count': row[1] | int}) }}
{%- endmacro %}
