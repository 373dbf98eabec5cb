{#- Databricks: text files as the CTE `texts`, one row per file: file_path, source_file, size_bytes, modified_at,
    is_csv, is_utf8, has_mark (a byte order mark), lines (array of the physical lines, each with its line end),
    header (the first of them without it). Blank lines and a byte order mark before the header do not count. A text
    that is not UTF-8 is shown with its bytes read as Latin-1. `read_files` undoes gzip, and gives the bytes as they
    are.
    Arguments: condition (on the files), file_name_pattern (a glob), is_stream. -#}
{% macro databricks_texts(condition, file_name_pattern='*', is_stream=false) -%}
    contents as (
        select
            _metadata.file_path as file_path,
            {{ medallion.databricks_source_file() }} as source_file,
            _metadata.file_size as size_bytes,
            {{ medallion.databricks_modified_at() }} as modified_at,
            is_valid_utf8(value) as is_utf8,
            case when is_valid_utf8(value) then value else decode(cast(value as binary), 'ISO-8859-1') end as content
        from {{ medallion.databricks_read_files(medallion.landing_root(),
            {'format': 'text', 'wholeText': true, 'fileNamePattern': file_name_pattern}, is_stream) }}
        where {{ condition }}
    ),

    cut as (
        select
            *,
            regexp_like(content, '\\A[\r\n]*(?:\uFEFF|\u00EF\u00BB\u00BF)') as has_mark,
            regexp_extract_all(
                regexp_replace(content, '\\A(?:\uFEFF|\u00EF\u00BB\u00BF|[\r\n])+', ''),
                '[^\r\n]*(?:\r\n|[\r\n])|[^\r\n]+', 0
            ) as lines
        from contents
    ),

    texts as (
        select
            {{ medallion.all_except(['content']) }},
            regexp_like(source_file, {{ medallion.string_literal('(?i)\\.csv(?:\\.gz)?$') }}) as is_csv,
            {{ medallion.databricks_text('get(lines, 0)', 'is_utf8') }} as header
        from cut
    )
{%- endmacro %}

{#- Databricks: the lines of some texts as CTEs that end in `numbered_lines`, for `csv_records`.
    Arguments: texts (a relation as `texts`), condition (which of them), field_count (expression). -#}
{% macro databricks_numbered_lines(texts, condition, field_count) -%}
    places as (
        select
            source_file,
            is_utf8,
            {{ field_count }} as field_count,
            posexplode(lines) as (place, line)
        from {{ texts }}
        where {{ condition }}
    ),

    numbered_lines as (
        select
            source_file,
            place + 1 as line_number,
            {{ medallion.databricks_text('line', 'is_utf8') }} as line_text,
            regexp_extract(line, '[\r\n]*\\z', 0) as line_end,
            {{ medallion.databricks_is_utf8('line', 'is_utf8') }} as is_utf8,
            field_count
        from places
    )
{%- endmacro %}

{#- Databricks: a line without its line end. Of a file that is not UTF-8, the lines that are do not suffer.
    Arguments: line, is_utf8 (of the file): expressions. -#}
{% macro databricks_text(line, is_utf8) -%}
    regexp_replace(
        case
            when {{ is_utf8 }} or not {{ medallion.databricks_is_utf8(line, is_utf8) }} then {{ line }}
            else cast({{ medallion.databricks_bytes(line, is_utf8) }} as string)
        end,
        '[\r\n]+\\z', ''
    )
{%- endmacro %}

{#- Databricks: whether a line is UTF-8. Arguments: line, is_utf8 (of the file): expressions. -#}
{% macro databricks_is_utf8(line, is_utf8) -%}
    is_valid_utf8(cast({{ medallion.databricks_bytes(line, is_utf8) }} as string))
{%- endmacro %}

{#- Databricks: the bytes of a line of a file that is not UTF-8; none of any other, whose characters may not be
    Latin-1 and would stop the run, `case` or not: what occurs twice is evaluated once, and before. Arguments: line,
    is_utf8 (of the file): expressions. -#}
{% macro databricks_bytes(line, is_utf8) -%}
    encode(case when {{ is_utf8 }} then '' else {{ line }} end, 'ISO-8859-1')
{%- endmacro %}

{#- Databricks: whether a line has nothing but its line end. Arguments: line (expression). -#}
{% macro databricks_is_blank(line) -%}
    {{ line }} in ('\n', '\r', '\r\n')
{%- endmacro %}

{#- Databricks: `csv_header_names` as an expression, an array. Arguments: header (expression). -#}
{% macro databricks_header_names(header) -%}
    {%- set blanks = "'^\\\\p{IsWhite_Space}+|\\\\p{IsWhite_Space}+$', ''" -%}
    aggregate(
        transform(
            transform(
                {{ medallion.csv_fields("coalesce(" ~ header ~ ", '')") }},
                field -> regexp_replace(field, {{ blanks }})
            ),
            field -> coalesce(lower(regexp_replace({{ medallion.csv_unquoted('field') }}, {{ blanks }})), '')
        ),
        cast(array() as array<string>),
        (names, name) -> concat(names, array(case
            when name = '' then concat('column_', size(names) + 1)
            when array_contains(names, name) then concat(name, '_', size(names) + 1)
            else name
        end))
    )
{%- endmacro %}
