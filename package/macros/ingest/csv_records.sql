{#- Cuts the physical lines of CSV files into records without trusting any CSV reader.

    A record is one line, or the lines from one with an unclosed quote to the next with an odd number of quotes,
    if together they make a record of the right number of fields; otherwise the quote was a mistake, the line is
    a record of its own (a corrupt one) and reading goes on with the next line. Every line that is not blank
    belongs to exactly one record.

    Arguments: lines (name of a relation with source_file, line_number from 1, line_text without its line end,
    line_end (LF, CR or CRLF), is_utf8, field_count of the file's header). The first line of each file is its header.
    Gives the CTEs of a `with` clause; the last, `records`, has source_file, line_number, record_text (without its
    last line end), is_whole, field_count. -#}
{% macro csv_records(lines) -%}
    {%- set field, any = medallion.csv_field_pattern(), medallion.repeat_all() -%}
    content as (
        select
            *,
            -- The number of lines with an odd number of quotes, up to this one.
            sum(cast(is_odd as int)) over (
                partition by source_file order by line_number rows between unbounded preceding and current row
            ) as odd_number
        from (
            select
                *,
                (length(line_text) - length(replace(line_text, '"', ''))) % 2 = 1 as is_odd
            from {{ lines }}
            where line_number > 1
        ) as marked
    ),

    -- Windows see no text, which is long; whether a line ends within a quoted field is known before. Only such a line
    -- can begin a record of several lines.
    odd_lines as (
        select
            *,
            lead(line_number) over (partition by source_file order by line_number) as next_odd_line
        from (
            select
                source_file,
                line_number,
                odd_number,
                field_count,
                {{ medallion.matches_fully('line_text', "'(?:" ~ field ~ ",)" ~ any ~ "\"[^\"]" ~ any ~ "(?:\"\"[^\"]" ~ any ~ ")" ~ any ~ "'") }} as is_open
            from content
            where is_odd
        ) as opened
    ),

    -- The lines from each odd line to the next, by the number of the first: an odd line ends one and begins another.
    -- (Joining by a range of line numbers would compare every line with every open one.)
    stretches as (
        select source_file, odd_number, line_number, line_text, line_end, is_utf8, false as is_last
        from content
        union all
        select source_file, odd_number - 1 as odd_number, line_number, line_text, line_end, is_utf8, true as is_last
        from content
        where is_odd
    ),

    joined as (
        select
            odd_lines.source_file,
            odd_lines.line_number,
            odd_lines.field_count,
            {{ medallion.concat_lines(
                'case when stretches.is_last then stretches.line_text '
                ~ 'else concat(stretches.line_text, stretches.line_end) end',
                'stretches.line_number'
            ) }} as record_text,
            bool_and(stretches.is_utf8) as is_utf8
        from odd_lines
        inner join stretches
            on odd_lines.source_file = stretches.source_file
            and odd_lines.odd_number = stretches.odd_number
        where odd_lines.is_open and odd_lines.next_odd_line is not null
        group by 1, 2, 3
    ),

    whole as (
        select source_file, line_number, record_text
        from joined
        where is_utf8 and {{ medallion.is_whole_record('record_text', 'field_count') }}
    ),

    -- Where pairs overlap (each odd line with the next), the first counts, and then every other one.
    runs as (
        select
            odd_lines.*,
            whole.record_text,
            whole.line_number is not null as is_pair,
            odd_lines.odd_number - row_number() over (
                partition by odd_lines.source_file, whole.line_number is not null order by odd_lines.line_number
            ) as run_number
        from odd_lines
        left join whole
            on odd_lines.source_file = whole.source_file
            and odd_lines.line_number = whole.line_number
    ),

    several_lines as (
        select source_file, line_number, next_odd_line as last_line, odd_number, record_text, field_count
        from (
            select
                *,
                row_number() over (partition by source_file, is_pair, run_number order by line_number) as place
            from runs
        ) as placed
        where is_pair and place % 2 = 1
    ),

    records as (
        select source_file, line_number, record_text, true as is_whole, field_count
        from several_lines
        union all
        select
            content.source_file,
            content.line_number,
            content.line_text as record_text,
            content.is_utf8 and {{ medallion.is_whole_record('content.line_text', 'content.field_count') }} as is_whole,
            content.field_count
        from content
        -- Of a record of several lines the first and the inner ones share its number; the last has the next number.
        left join several_lines as inside
            on content.source_file = inside.source_file
            and content.odd_number = inside.odd_number
        left join several_lines as finished
            on content.source_file = finished.source_file
            and content.line_number = finished.last_line
        where inside.line_number is null and finished.line_number is null and content.line_text <> ''
    )
{%- endmacro %}
