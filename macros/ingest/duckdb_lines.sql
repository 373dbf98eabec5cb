{#- DuckDB: a table expression that gives the physical lines of text files as they are, without CSV rules.
    Each line feed and each carriage return ends a line, so CRLF gives an empty (null) line more; a line that is
    not UTF-8 is left out (the bytes then do not add up, which is how `inventory_landing` finds it).
    Arguments: files (list of paths), options (further options of read_csv). -#}
{% macro duckdb_lines(files, options='') -%}
    read_csv(
        {{ duckdb_list(files) }}, columns = {'line_text': 'VARCHAR'}, auto_detect = false, header = false,
        delim = '\x01', quote = '', escape = '', new_line = '\n', strict_mode = false,
        ignore_errors = true, filename = 'file_path'{{ options }}
    )
{%- endmacro %}

{#- DuckDB: strings as a list literal. Arguments: values (list of strings). -#}
{% macro duckdb_list(values) -%}
    [{% for value in values %}{{ string_literal(value) }}{{ ', ' if not loop.last }}{% endfor %}]
{%- endmacro %}

{#- DuckDB: the lines of files with every byte kept, as CTEs that end in `exact_lines` (source_file, line_number,
    line_text, is_utf8, field_count). A line that is not UTF-8 is shown with its bytes read as Latin-1.
    Costs memory in the order of the files' size, so it serves only files that need a careful look.
    Arguments: files (list of inventory rows). -#}
{% macro duckdb_exact_lines(files) -%}
    contents as materialized (
        select
            filename as file_path,
            string_split(
                -- Blank lines and a byte order mark before the header do not count.
                regexp_replace(cast(content as varchar), '^(\\xEF\\xBB\\xBF|\\x0D|\\x0A)+', ''), '\x0A'
            ) as pieces
        from read_blob({{ duckdb_list(files | map(attribute='file_path')) }})
    ),

    pieces as (
        select
            contents.file_path,
            positions.line_number,
            contents.pieces[positions.line_number] as piece
        from contents
        cross join lateral unnest(range(1, len(contents.pieces) + 1)) as positions (line_number)
    ),

    decoded as (
        select
            *,
            try(decode(cast(piece as blob))) as utf8_text
        from pieces
    ),

    exact_lines as (
        select
            files.file_path,
            files.source_file,
            decoded.line_number,
            coalesce(decoded.utf8_text, {{ duckdb_latin1('decoded.piece') }}) as line_text,
            decoded.utf8_text is not null as is_utf8,
            files.field_count
        from decoded
        inner join {{ duckdb_files(files) }} on decoded.file_path = files.file_path
    )
{%- endmacro %}

{#- DuckDB: the lines of UTF-8 files numbered, blank ones left out, as CTEs that end in `numbered_lines` (columns as
    `exact_lines`). Cheap in memory. Arguments: files (list of inventory rows). -#}
{% macro duckdb_numbered_lines(files) -%}
    numbered_lines as (
        {%- for file in files %}
        {{ 'union all' if not loop.first }}
        select
            {{ string_literal(file.file_path) }} as file_path,
            {{ string_literal(file.source_file) }} as source_file,
            row_number() over () as line_number,
            line_text,
            true as is_utf8,
            {{ file.field_count }} as field_count
        from {{ duckdb_lines([file.file_path]) }}
        where line_text <> ''
        {%- endfor %}
    )
{%- endmacro %}

{#- DuckDB: the text of a BLOB that was cast to VARCHAR (bytes beyond ASCII as \xHH), read as Latin-1.
    Arguments: escaped (expression). -#}
{% macro duckdb_latin1(escaped) -%}
    list_aggregate(
        list_transform(
            regexp_extract_all({{ escaped }}, '\\x[0-9A-F]{2}|[^\\]'),
            lambda byte: case
                when length(byte) = 4 then chr(cast('0x' || byte[3:4] as integer)) else byte
            end
        ),
        'string_agg', ''
    )
{%- endmacro %}

{#- DuckDB: inventory rows as a table expression. Arguments: files (list of inventory rows). -#}
{% macro duckdb_files(files) -%}
    (
        values
        {%- for file in files %}
        ({{ string_literal(file.file_path) }}, {{ string_literal(file.source_file) }}, {{ file.field_count or 0 }})
        {{- ',' if not loop.last }}
        {%- endfor %}
    ) as files (file_path, source_file, field_count)
{%- endmacro %}
