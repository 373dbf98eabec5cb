{#- A text in the form that `read_as` understands; one that does not have the form named is left as it is, so that it is
    refused and not misread. The forms:
    decimal_comma (1.234,56, R$ 1.234,56 and 7,5 %), thousands_comma (1,234.56, $1,234.56 and 7.5 %), day_month_year (31/12/2018 9:30),
    month_day_year (12/31/2018 9:30), year_month_day (2018/12/31, 20181231), utc (2018-12-31T09:30:00Z), local_time
    (2018-12-31T09:30:00-03:00, of which the time on the spot is kept), common_time (the same with several offsets, and Z: told
    at the one of the var `utc_offset_hours`, so that moments can be compared; one without is taken to be told there already),
    epoch_seconds (1546248600.25) and epoch_milliseconds (1546248600250), told at UTC,
    yes_no (yes, y, 1 and sim; no, n, 0 and não).
    Arguments: text (expression), form. -#}
{% macro rewritten(text, form) -%}
    {%- set value = medallion.trimmed(text) -%}
    {%- if form in ['decimal_comma', 'thousands_comma'] -%}
        {%- set number = "regexp_replace(regexp_replace(" ~ value ~ ", '^(?:R[$]|US[$]|[$€£]) ?', ''), ' ?%$', '')" -%}
        {%- set thousands, point = ('.', ',') if form == 'decimal_comma' else (',', '.') -%}
        case
            when {{ medallion.matches_fully(number, "'[+-]?(?:[0-9]{1,3}(?:[" ~ thousands ~ "][0-9]{3})+|[0-9]+)(?:[" ~ point ~ "][0-9]+)?'") }}
                then replace(replace({{ number }}, '{{ thousands }}', ''), ',', '.')
            -- Not a number in this form: nothing that could be taken for one.
            when {{ value }} <> '' then concat('?', {{ value }})
        end
    {%- elif form in ['day_month_year', 'month_day_year'] -%}
        {%- set day = "translate(split_part(" ~ value ~ ", ' ', 1), '/.', '--')" -%}
        {%- set time = "split_part(" ~ value ~ ", ' ', 2)" -%}
        case
            when {{ medallion.matches_fully(value, "'[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4}(?: [0-9:.]+)?'") }} then concat(
                split_part({{ day }}, '-', 3),
                '-', lpad(split_part({{ day }}, '-', {{ 2 if form == 'day_month_year' else 1 }}), 2, '0'),
                '-', lpad(split_part({{ day }}, '-', {{ 1 if form == 'day_month_year' else 2 }}), 2, '0'),
                case
                    when {{ time }} = '' then ''
                    when {{ time }} like '_:%' then concat(' 0', {{ time }})
                    else concat(' ', {{ time }})
                end
            )
            else {{ value }}
        end
    {%- elif form == 'year_month_day' -%}
        case
            when {{ medallion.matches_fully(value, "'[0-9]{8}'") }}
                then concat(substr({{ value }}, 1, 4), '-', substr({{ value }}, 5, 2), '-', substr({{ value }}, 7, 2))
            else concat(translate(substr({{ value }}, 1, 10), '/.', '--'), substr({{ value }}, 11))
        end
    {%- elif form == 'utc' -%}
        regexp_replace({{ value }}, '(?:Z|[+-]00(?::?00)?)$', '')
    {%- elif form == 'local_time' -%}
        regexp_replace({{ value }}, '[+-][0-9]{2}:?[0-9]{2}$', '')
    {%- elif form == 'common_time' -%}
        {%- set spot = "try_cast(regexp_replace(" ~ value ~ ", '(?:Z|[+-][0-9]{2}:[0-9]{2})$', '') as timestamp)" -%}
        {%- set offset = "case when " ~ value ~ " like '%Z' then '+00:00' else right(" ~ value ~ ", 6) end" -%}
        {%- set minutes = "(try_cast(substr(" ~ offset ~ ", 2, 2) as int) * 60 + try_cast(right(" ~ offset ~ ", 2) as int))" -%}
        case
            when {{ spot }} is not null and {{ medallion.matches_fully(value, "'.*[0-9](?:Z|[+-][0-9]{2}:[0-9]{2})'") }} then cast(
                {{ spot }} + interval '1' minute * (
                    {{ var('utc_offset_hours', 0) }} * 60
                    - case when {{ offset }} like '-%' then -1 else 1 end * {{ minutes }}
                ) as {{ dbt.type_string() }}
            )
            else {{ value }}
        end
    {%- elif form in ['epoch_seconds', 'epoch_milliseconds'] -%}
        {%- set is_seconds = form == 'epoch_seconds' -%}
        {%- set seconds = "split_part(" ~ value ~ ", '.', 1)" if is_seconds else "substr(" ~ value ~ ", 1, length(" ~ value ~ ") - 3)" -%}
        {%- set fraction = "substr(split_part(" ~ value ~ ", '.', 2), 1, 6)" if is_seconds else "right(" ~ value ~ ", 3)" -%}
        case
            when {{ medallion.matches_fully(value, "'[0-9]{9,10}(?:[.][0-9]+)?'" if is_seconds else "'[0-9]{12,13}'") }} then concat(
                cast(timestamp '1970-01-01 00:00:00' + interval '1' second * try_cast({{ seconds }} as bigint) as {{ dbt.type_string() }}),
                case when {{ fraction }} <> '' then concat('.', {{ fraction }}) else '' end
            )
            -- A number that is no such moment must not be taken for another text.
            when {{ value }} <> '' then concat('?', {{ value }})
        end
    {%- elif form == 'yes_no' -%}
        case
            when lower({{ value }}) in ('yes', 'y', 'true', 't', '1', 'sim', 's') then 'true'
            when lower({{ value }}) in ('no', 'n', 'false', 'f', '0', 'não', 'nao') then 'false'
            else {{ value }}
        end
    {%- else -%}
        {{ exceptions.raise_compiler_error("rewritten: unknown form '" ~ form ~ "' for " ~ text ~ "; use decimal_comma, "
            ~ "thousands_comma, day_month_year, month_day_year, year_month_day, utc, local_time, common_time, epoch_seconds, epoch_milliseconds or yes_no") }}
    {%- endif -%}
{%- endmacro %}
