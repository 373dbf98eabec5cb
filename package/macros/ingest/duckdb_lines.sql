{#- DuckDB: a table expression that gives the physical lines of text files as they are, without CSV rules.
    Each line feed and each carriage return ends a line, so CRLF gives an empty (null) line more. A line that is
    not UTF-8, or too long, is left out: the bytes then do not add up, which is how `duckdb_count_records` finds it.
    Arguments: files (list of paths), options (further options of read_csv). -#}
{% macro duckdb_lines(files, options='') -%}
    read_csv(
        {{ medallion.duckdb_list(files) }}, columns = {'line_text': 'VARCHAR'}, auto_detect = false, header = false,
        -- U+10FFFF is no character and stands in no text, so nothing is ever cut at this delimiter.
        delim = chr(1114111), quote = '', escape = '', new_line = '\n', strict_mode = false,
        ignore_errors = true, hive_partitioning = false, filename = 'file_path'{{ options }}
    )
{%- endmacro %}

{#- DuckDB: `duckdb_lines` of one compressed file. The lines it refuses go to the temporary table
    `duckdb_refused_table` where asked to. Arguments: path, keeps_refused (whether to fill that table). -#}
{% macro duckdb_compressed_lines(path, keeps_refused=false) -%}
    {{ medallion.duckdb_lines([path], ", compression = 'gzip', parallel = false, max_line_size = 100000000"
        ~ (", store_rejects = true, rejects_limit = 0, rejects_table = '" ~ medallion.duckdb_refused_table(path)
            ~ "', rejects_scan = '" ~ medallion.duckdb_refused_table(path) ~ "_scan'" if keeps_refused else '')) }}
{%- endmacro %}

{#- DuckDB: name of the temporary table of the refused lines of a compressed file. Arguments: path. -#}
{% macro duckdb_refused_table(path) -%}
    {{ return('refused_' ~ local_md5(path)) }}
{%- endmacro %}

{#- DuckDB: reads a compressed file once to learn which lines DuckDB refuses. Gives a list: number of lines that are
    not blank, bytes of the text. Arguments: path. -#}
{% macro duckdb_find_refused_lines(path) -%}
    {%- set table = medallion.duckdb_refused_table(path) -%}
    {%- do run_query("drop table if exists temp." ~ table) -%}
    {%- do run_query("drop table if exists temp." ~ table ~ "_scan") -%}
    {%- set scan -%}
        select count(nullif(line_text, '')), coalesce(sum(strlen(line_text)), 0) + count(*)
        from {{ medallion.duckdb_compressed_lines(path, keeps_refused=true) }}
    {%- endset -%}
    {%- set read = run_query(scan).rows[0] -%}
    {%- set refused = run_query("select count(*), coalesce(sum(strlen(csv_line)), 0) + count(*) from temp." ~ table).rows[0] -%}
    {{ return([(read[0] + refused[0]) | int, (read[1] + refused[1]) | int, refused[0] | int]) }}
{%- endmacro %}

{#- DuckDB: paths as a list literal, taken literally where DuckDB would see a glob pattern.
    Arguments: paths (list of strings). -#}
{% macro duckdb_list(paths) -%}
    [{% for path in paths %}{{ medallion.duckdb_path(path) }}{{ ', ' if not loop.last }}{% endfor %}]
{%- endmacro %}

{#- DuckDB: one path as a literal, without its characters' meaning in a glob pattern.
    Arguments: path (string). -#}
{% macro duckdb_path(path) -%}
    {{ medallion.string_literal(modules.re.sub('([\\[*?])', '[\\1]', path)) }}
{%- endmacro %}

{#- DuckDB: the lines of files with every byte kept, as CTEs that end in `exact_lines` (source_file, line_number,
    line_text, line_end, is_utf8, field_count). Blank lines and a byte order mark before the header do not count;
    a line that is not UTF-8 is shown with its bytes read as Latin-1, in a compressed file with `?` for such bytes.
    Compressed files must have gone through `duckdb_find_refused_lines` on this connection.
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
        from read_blob({{ medallion.duckdb_list(plain | map(attribute='file_path')) }})
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
            {{ medallion.string_literal(file.file_path) }} as file_path,
            line_text,
            true as is_utf8,
            row_number() over () as place,
            0 as refused_line
        from {{ medallion.duckdb_compressed_lines(file.file_path) }}
        union all
        -- The n-th refused line stands after as many good ones as its number says, less the refused before it.
        select
            {{ medallion.string_literal(file.file_path) }} as file_path,
            regexp_replace(csv_line, '^[\r\n]+|[\r\n]+$', '', 'g') as line_text,
            false as is_utf8,
            line - row_number() over (order by line) + 0.5 as place,
            line as refused_line
        from temp.{{ medallion.duckdb_refused_table(file.file_path) }}
        {%- endfor %}
    ),

    compressed_places as (
        select
            *,
            row_number() over (partition by file_path order by place, refused_line) as row_number
        from compressed_rows
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
        from compressed_places
    ),

    -- Whether a line ended in LF or CR is not shown; where each one is followed by an empty one, the ends are CRLF.
    compressed_lines as (
        select
            file_path,
            row_number - first_row + 1 as line_number,
            coalesce(line_text, '') as line_text,
            case
                when not bool_or(is_lone_end) over (partition by file_path) and (row_number - last_text_row) % 2 = 0
                    then chr(13)
                else chr(10)
            end as line_end,
            is_utf8
        from compressed_placed
        where row_number >= first_row
    ),
    {%- endif %}

    {% if plain -%}
    decoded as (
        select
            *,
            try(decode(cast(escaped as blob))) as utf8_text
        from plain_lines
    ),
    {%- endif %}

    exact_lines as (
        {%- if plain %}
        select
            files.file_path,
            files.source_file,
            decoded.line_number,
            coalesce(decoded.utf8_text, {{ medallion.duckdb_latin1_text('decoded.escaped') }}) as line_text,
            decoded.line_end,
            decoded.utf8_text is not null as is_utf8,
            files.field_count
        from decoded
        inner join {{ medallion.duckdb_files(plain) }} on decoded.file_path = files.file_path
        {%- endif %}
        {{ 'union all' if plain and compressed }}
        {%- if compressed %}
        select
            files.file_path,
            files.source_file,
            compressed_lines.line_number,
            compressed_lines.line_text,
            compressed_lines.line_end,
            compressed_lines.is_utf8,
            files.field_count
        from compressed_lines
        inner join {{ medallion.duckdb_files(compressed) }} on compressed_lines.file_path = files.file_path
        {%- endif %}
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
            {{ medallion.string_literal(file.file_path) }} as file_path,
            {{ medallion.string_literal(file.source_file) }} as source_file,
            row_number() over () as line_number,
            line_text,
            chr(10) as line_end,
            true as is_utf8,
            {{ file.field_count }} as field_count
        from {{ medallion.duckdb_compressed_lines(file.file_path) if file.is_compressed else medallion.duckdb_lines([file.file_path]) }}
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

{#- DuckDB: inventory rows as a table expression. Arguments: files (list of inventory rows). -#}
{% macro duckdb_files(files) -%}
    (
        values
        {%- for file in files %}
        ({{ medallion.string_literal(file.file_path) }}, {{ medallion.string_literal(file.source_file) }}, {{ file.field_count or 0 }})
        {{- ',' if not loop.last }}
        {%- endfor %}
    ) as files (file_path, source_file, field_count)
{%- endmacro %}
