{#- DuckDB: a table expression that gives the physical lines of text files as they are, without CSV rules.
    Each line feed and each carriage return ends a line, so CRLF gives an empty (null) line more. A line that is
    not UTF-8, or too long, is left out: the bytes then do not add up, which is how `duckdb_count_records` finds it.
    Arguments: files (list of paths), options (further options of read_csv). -#}
{% macro duckdb_lines(files, options='') -%}
    read_csv(
        {{ duckdb_list(files) }}, columns = {'line_text': 'VARCHAR'}, auto_detect = false, header = false,
        -- U+10FFFF is no character and stands in no text, so nothing is ever cut at this delimiter.
        delim = chr(1114111), quote = '', escape = '', new_line = '\n', strict_mode = false,
        ignore_errors = true, hive_partitioning = false, filename = 'file_path'{{ options }}
    )
{%- endmacro %}

{#- DuckDB: `duckdb_lines` with every byte read as one Latin-1 character, so that no line is left out: of a
    compressed file DuckDB shows its bytes in no other way. Arguments: files (list of paths). -#}
{% macro duckdb_latin1_lines(files) -%}
    {{ duckdb_lines(files, ", encoding = 'latin-1', max_line_size = 1000000000") }}
{%- endmacro %}

{#- DuckDB: paths as a list literal, taken literally where DuckDB would see a glob pattern.
    Arguments: paths (list of strings). -#}
{% macro duckdb_list(paths) -%}
    [{% for path in paths %}{{ duckdb_path(path) }}{{ ', ' if not loop.last }}{% endfor %}]
{%- endmacro %}

{#- DuckDB: one path as a literal, without its characters' meaning in a glob pattern.
    Arguments: path (string). -#}
{% macro duckdb_path(path) -%}
    {{ string_literal(modules.re.sub('([\\[*?])', '[\\1]', path)) }}
{%- endmacro %}

{#- DuckDB: the lines of files with every byte kept, as CTEs that end in `exact_lines` (source_file, line_number,
    line_text, line_end, is_utf8, field_count). Blank lines and a byte order mark before the header do not count;
    a line that is not UTF-8 is shown with its bytes read as Latin-1.
    Costs memory in the order of the files' size, so it serves only files that need a careful look.
    Arguments: files (list of inventory rows). -#}
{% macro duckdb_exact_lines(files) -%}
    {%- set plain = files | rejectattr('is_compressed') | list -%}
    {%- set compressed = files | selectattr('is_compressed') | list -%}
    {%- if plain -%}
    -- A BLOB cast to VARCHAR writes printable ASCII as it is and every other byte as \xHH.
    contents as materialized (
        select
            filename as file_path,
            -- chr(1) and chr(2) cannot occur in the escaped text: chr(2) stands for CRLF, chr(1) cuts after a line.
            string_split(
                replace(replace(replace(replace(
                    regexp_replace(cast(content as varchar), '^(\\xEF\\xBB\\xBF|\\x0D|\\x0A)+', ''),
                    '\x0D\x0A', chr(2)), '\x0D', '\x0D' || chr(1)), '\x0A', '\x0A' || chr(1)),
                    chr(2), '\x0D\x0A' || chr(1)
                ),
                chr(1)
            ) as pieces
        from read_blob({{ duckdb_list(plain | map(attribute='file_path')) }})
    ),

    plain_pieces as (
        select
            contents.file_path,
            positions.line_number,
            contents.pieces[positions.line_number] as piece
        from contents
        cross join lateral unnest(range(1, len(contents.pieces) + 1)) as positions (line_number)
    ),

    plain_lines as (
        select
            file_path,
            line_number,
            regexp_replace(piece, '(\\x0D|\\x0A)+$', '') as escaped,
            case
                when piece like '%\x0D\x0A' then chr(13) || chr(10)
                when piece like '%\x0D' then chr(13)
                else chr(10)
            end as line_end
        from plain_pieces
    ),
    {%- endif %}
    {%- if compressed %}

    compressed_rows as (
        {%- for file in compressed %}
        {{ 'union all' if not loop.first }}
        select
            {{ string_literal(file.file_path) }} as file_path,
            row_number() over () as row_number,
            line_text
        from {{ duckdb_latin1_lines([file.file_path]) }}
        {%- endfor %}
    ),

    compressed_placed as (
        select
            *,
            min(row_number) filter (line_text is not null) over (partition by file_path) as first_row,
            max(row_number) filter (line_text is not null) over (
                partition by file_path order by row_number
            ) as last_text_row,
            line_text is not null
            and lead(line_text) over (partition by file_path order by row_number) is not null as is_lone_end
        from compressed_rows
    ),

    -- Whether a line ended in LF or CR is not shown; where each one is followed by an empty one, the ends are CRLF.
    compressed_lines as (
        select
            file_path,
            row_number - first_row + 1 as line_number,
            {{ duckdb_latin1_bytes(
                "case when row_number = first_row then regexp_replace(line_text, '^\\xEF\\xBB\\xBF', '') "
                ~ "else coalesce(line_text, '') end"
            ) }} as escaped,
            case
                when not bool_or(is_lone_end) over (partition by file_path) and (row_number - last_text_row) % 2 = 0
                    then chr(13)
                else chr(10)
            end as line_end
        from compressed_placed
        where row_number >= first_row
    ),
    {%- endif %}

    escaped_lines as (
        {{ 'select * from plain_lines' if plain }}
        {{ 'union all' if plain and compressed }}
        {{ 'select * from compressed_lines' if compressed }}
    ),

    decoded as (
        select
            *,
            try(decode(cast(escaped as blob))) as utf8_text
        from escaped_lines
    ),

    exact_lines as (
        select
            files.file_path,
            files.source_file,
            decoded.line_number,
            coalesce(decoded.utf8_text, {{ duckdb_latin1_text('decoded.escaped') }}) as line_text,
            decoded.line_end,
            decoded.utf8_text is not null as is_utf8,
            files.field_count
        from decoded
        inner join {{ duckdb_files(files) }} on decoded.file_path = files.file_path
    )
{%- endmacro %}

{#- DuckDB: the lines of UTF-8 files numbered, blank ones left out, as CTEs that end in `numbered_lines` (columns as
    `exact_lines`, with LF for every line end). Cheap in memory; good for counting.
    Arguments: files (list of inventory rows). -#}
{% macro duckdb_numbered_lines(files) -%}
    numbered_lines as (
        {%- for file in files %}
        {{ 'union all' if not loop.first }}
        select
            {{ string_literal(file.file_path) }} as file_path,
            {{ string_literal(file.source_file) }} as source_file,
            row_number() over () as line_number,
            line_text,
            chr(10) as line_end,
            true as is_utf8,
            {{ file.field_count }} as field_count
        from {{ duckdb_lines([file.file_path]) }}
        where line_text <> ''
        {%- endfor %}
    )
{%- endmacro %}

{#- DuckDB: the text of bytes read as Latin-1. Arguments: escaped (expression: a BLOB that was cast to VARCHAR). -#}
{% macro duckdb_latin1_text(escaped) -%}
    {#- In UTF-8, U+0080 to U+00BF are C2 80 to C2 BF and U+00C0 to U+00FF are C3 80 to C3 BF. The bytes put in
        are marked with chr(1) for a backslash, so that no later replacement takes them for bytes of the text. -#}
    {%- set text = namespace(sql="regexp_replace(" ~ escaped ~ ", '\\\\x([89AB].)', chr(1) || 'xC2' || chr(1) || 'x\\1', 'g')") -%}
    {%- for old, new in [('C', '8'), ('D', '9'), ('E', 'A'), ('F', 'B')] -%}
        {%- set text.sql = "regexp_replace(" ~ text.sql ~ ", '\\\\x" ~ old ~ "(.)', chr(1) || 'xC3' || chr(1) || 'x" ~ new ~ "\\1', 'g')" -%}
    {%- endfor -%}
    decode(cast(replace({{ text.sql }}, chr(1), '\') as blob))
{%- endmacro %}

{#- DuckDB: the bytes that a text of Latin-1 characters stands for, as a BLOB cast to VARCHAR: the way back from
    `duckdb_latin1_text`. Arguments: text (expression). -#}
{% macro duckdb_latin1_bytes(text) -%}
    {%- set escaped = namespace(sql="replace(cast(encode(" ~ text ~ ") as varchar), '\\xC2\\x', chr(1) || 'x')") -%}
    {%- for old, new in [('8', 'C'), ('9', 'D'), ('A', 'E'), ('B', 'F')] -%}
        {%- set escaped.sql = "replace(" ~ escaped.sql ~ ", '\\xC3\\x" ~ old ~ "', chr(1) || 'x" ~ new ~ "')" -%}
    {%- endfor -%}
    replace({{ escaped.sql }}, chr(1), '\')
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
