{#- What engines are known to do differently, through the project's own macros: one row per probe, its value as text. -#}
{%- set texts = [
    '', ' ', '12', ' 12 ', '\u00a012\u3000', '\t12', '+5', '-0', '1.7', '1e3', '.5', '5.', '1e400', '0x10', '1_000', '12abc', '\u0661',
    'infinity', 'NaN', '2147483648', '9223372036854775808', '99999999.995', '2.675', '-2.675', '0.005', 'true', 'TRUE', 't',
    'yes', '2018', '2018-08-01', '2018-8-1', '2018-02-29', '2018-13-01', '2018-08-01 10:00', '2018-08-01T10:00:00',
    '2018-08-01 10:00:00.5', '2018-08-01 10:00:00.123456', '2018-08-01 24:00:00', '2018-08-01 23:59:60',
    '2018-10-14 23:59:59', '2018-11-04 00:30:00', '2018-02-17 23:30:00', '1500-02-29', '1899-12-31 23:59:59', '9999-12-31',
    '2018-08-01 10:00:00Z', '2018-08-01 10:00:00+02:00', "it's", 'a\\b', 'a\\', '\\n', '"', "''", '%_', '${x}', '{{x}}',
] -%}
{%- set types = ['string', 'int', 'bigint', 'double', 'decimal(10, 2)', 'boolean', 'date', 'timestamp'] -%}
{%- set names = [
    'São Paulo', 'SAO  PAULO', ' são\tpaulo ', 'Mogi-Mirim', 'Embu das Artes', "Santa Bárbara d'Oeste", 'ÁÉÍÓÚÇÑ', 'spaces: ss', '',
    ' ', '\u00a0x\u00a0', 'a\u000bb', 'Straße', '日本', '😀', 'Sa\u0303o Paulo', 'ΟΔΟΣ', 'İstanbul', 'ﬁm', 'Ǆ', '\u2028x',
] -%}
{#- Landed texts, each in every form that a source may declare, and then read. -#}
{%- set landed = [
    '1.234,56', '-0,5', 'R$ 1.234,56', 'R$1,5', '€2', '1,234.56', '1.23', '12.34.567,8', '31/12/2018', '31/12/2018 9:30',
    '1.2.2018 09:30:15', '30/02/2018', '12/31/2018 9:30', '2018/12/31', '20181231', '2018.12.31 10:00', '2018-12-31T09:30:00Z',
    '2018-12-31T09:30:00-03:00', '2018-11-04T00:30:00-02:00', '2018-12-31T23:59:59.5+05:45', '2018-12-31T09:30:00Z\n',
    'Sim', 'NÃO', 'não', 'S', '0', '', ' ', '9:30', 'é', '😀/12/2018',
] -%}
{%- set forms = {
    'decimal_comma': 'decimal(10, 2)', 'thousands_comma': 'decimal(10, 2)', 'day_month_year': 'timestamp',
    'month_day_year': 'timestamp', 'year_month_day': 'timestamp', 'utc': 'timestamp', 'local_time': 'timestamp',
    'common_time': 'timestamp', 'yes_no': 'boolean',
} -%}
{%- set patterns = [
    'a.', '\\d+', '[a-z]+', '(?i)[a-z]+', '[^a]+', 'a|ab', '(a|ab)(c|bcd)', 'a$', '^a', '.{2}', '', '\\w+', '\\s', '[à-ü]+',
] -%}
{%- set matched = ['a', 'ab', 'abcd', 'a\r', 'a\n', 'a\u2028', 'Á', 'ç', 'a\u0303', '😀', '12', '\u0661', '', ' ', '\u00a0'] -%}
{%- set moment = "cast('2018-10-13 23:30:00' as timestamp)" -%}
{%- set later = "cast('2018-10-14 01:15:30' as timestamp)" -%}
{%- set probes = {
    'days across midnight': days_between(moment, later),
    'days backwards': days_between(later, moment),
    'days over the change to daylight saving': days_between("cast('2018-11-03' as date)", "cast('2018-11-05' as date)"),
    'seconds': seconds_between(moment, later),
    'seconds backwards': seconds_between(later, moment),
    'seconds of a fraction': seconds_between("cast('2018-01-01 00:00:00.9' as timestamp)", "cast('2018-01-01 00:00:02.1' as timestamp)"),
    'date key': date_key(moment),
    'date key outside the calendar': date_key("cast('1999-01-01' as date)"),
    'seconds over an hour that a zone skips': seconds_between(
        "cast('2018-11-03 12:00:00' as timestamp)", "cast('2018-11-04 12:00:00' as timestamp)"),
    'days over an hour that a zone has twice': days_between("cast('2018-02-17 23:30:00' as timestamp)", "cast('2018-02-18 00:30:00' as timestamp)"),
    'fraction of a day over a skipped hour': 'cast(' ~ days_after(
        "cast('2018-11-03 18:00:00' as timestamp)", "cast('2018-11-04 06:00:00' as timestamp)") ~ ' as decimal(18, 8))',
    'the day of a skipped hour': "cast(cast('2018-11-04 00:30:00' as timestamp) as date)",
    'date key of a skipped hour': date_key("cast('2018-11-04 00:30:00' as timestamp)"),
    'hour that is skipped': "extract(hour from cast('2018-11-04 00:30:00' as timestamp))",
    'days later, over a skipped hour': "cast('2018-06-01 00:30:00' as timestamp) + interval '180' day",
    'a month after its last day': "cast(cast('2018-01-31' as timestamp) + interval 1 month as date)",
    'minutes later': "cast('2018-11-03 23:30:00' as timestamp) + interval '1' minute * 60",
    'last day of a leap month': "last_day(cast('2016-02-10' as date))",
    'a time as text, without its fraction': "cast('2018-08-01 10:00:00.000' as timestamp)",
    'a time as text, with one': "cast('2018-08-01 10:00:00.120' as timestamp)",
    'midnight as text': "cast('2018-08-01' as timestamp)",
    'a day beside a moment': "case when cast('2018-10-14' as date) < cast('2018-10-14 00:00:01' as timestamp) then 1 else 0 end",
    'a moment within its bounds': "case when cast('2018-10-14' as timestamp) between cast('2018-10-14' as date) and cast('2018-10-14' as date) then 1 else 0 end",
    'days over the reform of the calendar': days_between("cast('1582-10-04' as date)", "cast('1582-10-15' as date)"),
    'week of a Sunday': "cast(date_trunc('week', cast('2018-11-04' as date)) as date)",
    'week at the turn of a year': "cast(date_trunc('week', cast('2019-01-01' as date)) as date)",
    'quarter': "cast(date_trunc('quarter', cast('2018-12-31' as date)) as date)",
    'weekday before the first Monday counted from': iso_weekday("cast('2000-12-31' as date)"),
    'weekday': iso_weekday("cast('2018-10-14' as date)"),
    'month': 'cast(date_trunc(\'month\', ' ~ moment ~ ') as date)',
    'week': 'cast(date_trunc(\'week\', ' ~ moment ~ ') as date)',
    'months between': months_between_starts("cast('2017-11-01' as date)", "cast('2018-02-01' as date)"),
    'key of words': surrogate_key(["'São Paulo'", "'a|b'"]),
    'key with a null': surrogate_key(['cast(null as int)', "''", '1']),
    'key of a date, a time, a boolean, a decimal': surrogate_key(
        ["cast('2018-08-01' as date)", moment, 'true', 'cast(1.50 as decimal(9, 2))']),
    'key of empty texts': surrogate_key(["''", "''"]),
    'key of numbers': surrogate_key(['-1', 'cast(9223372036854775807 as bigint)', '0']),
    'key of a fraction of a second': surrogate_key(["cast('1899-12-31 23:59:59.000001' as timestamp)"]),
    'key of false': surrogate_key(['false']),
    'md5 of nothing': "md5('')",
    'md5 of a null': 'md5(cast(null as ' ~ dbt.type_string() ~ '))',
    'md5 of spaces and line ends': 'md5(' ~ string_literal(' \t\r\n') ~ ')',
    'md5 of one accent in two ways': "case when md5('ã') = md5(" ~ string_literal('a\u0303') ~ ") then 1 else 0 end",
    'md5 of Unicode': "md5('日本 😀 ção')",
    'concat_ws leaves nulls out': "concat_ws(', ', cast(null as " ~ dbt.type_string() ~ "), 'a', '', 'b')",
    'unknown key': unknown_key(),
    'half of a decimal': 'cast(cast(2.675 as decimal(9, 3)) as decimal(9, 2))',
    'half of a negative decimal': 'cast(cast(-2.675 as decimal(9, 3)) as decimal(9, 2))',
    'a measure at its half': 'cast(' ~ rounded('cast(0.125 as double)', 2) ~ ' as decimal(18, 8))',
    'a negative measure at its half': 'cast(' ~ rounded('cast(-0.125 as double)', 2) ~ ' as decimal(18, 8))',
    'a measure beside its half': 'cast(' ~ rounded('cast(1.005 as double)', 2) ~ ' as decimal(18, 8))',
    'a measure without places': 'cast(' ~ rounded('cast(2.5 as double)', 0) ~ ' as decimal(18, 8))',
    'half of a negative double': 'cast(round(cast(-2.5 as double)) as decimal(9, 2))',
    'floor of a negative double': 'cast(floor(cast(-7 as double) / 2) as int)',
    'half of a double': 'cast(round(cast(2.5 as double)) as decimal(9, 2))',
    'four digits of a double': 'cast(cast(round(cast(0.00005 as double), 4) as double) as decimal(18, 8))',
    'division of whole numbers': 'cast(7 / 2 as decimal(9, 3))',
    'division of negative whole numbers': 'cast(-7 / 2 as decimal(9, 3))',
    'division as a double': 'cast(cast(1 as double) / 3 as decimal(18, 8))',
    'division by nothing': 'cast(7 as double) / nullif(0, 0)',
    'remainder of a negative number': '-7 % 3',
    'a third of a decimal': 'cast(cast(cast(10 as decimal(18, 2)) as double) / 3 as decimal(18, 8))',
    'product of decimals': 'cast(cast(12345678.91 as decimal(10, 2)) * cast(1.1 as decimal(2, 1)) as decimal(18, 2))',
    'sum of decimals': '(select sum(cast(0.1 as decimal(9, 2))) from t)',
    'difference of decimals': 'cast(1.10 as decimal(9, 2)) - cast(1.1 as decimal(9, 1))',
    'a decimal as text': 'cast(1.50 as decimal(9, 2))',
    'a decimal beside a double': 'case when cast(0.1 as decimal(9, 2)) = cast(0.1 as double) then 1 else 0 end',
    'a sum of doubles that is exact': '(select cast(sum(cast(b as double) / 4) as decimal(18, 8)) from t)',
    'least and greatest leave nulls out': 'least(1, cast(null as int)) + greatest(2, cast(null as int))',
    'case of accents': "concat(lower('ÁÇÑ'), upper('áçñ'))",
    'length in characters': "length('ção😀')",
    'words compare by bytes': "case when 'Z' < 'a' and 'z' < 'á' and 'a' < 'a ' then 'yes' else 'no' end",
    'an accent makes another word': "case when 'Sao' = 'São' then 1 else 0 end",
    'one accent in two ways is two words': "case when 'ã' = " ~ string_literal('a\u0303') ~ ' then 1 else 0 end',
    'case makes another word': "case when 'SP' = 'sp' then 1 else 0 end",
    'a space behind makes another word': "case when 'a' = 'a ' then 1 else 0 end",
    'like knows case and accents': "case when 'São' like 's%' or 'São' like 'Sao' then 1 else 0 end",
    'like and one character': "case when '😀' like '_' then 1 else 0 end",
    'length of an accent apart': 'length(' ~ string_literal('a\u0303') ~ ')',
    'part of a text in characters': "substr('😀çb', 2, 1)",
    'part beyond the end': "concat('<', substr('abc', 5), substr('abc', 2, 9), '>')",
    'the right end of a short text': "right('ab', 6)",
    'filled up on the left': "concat(lpad('1', 2, '0'), lpad('123', 2, '0'), lpad('', 2, '0'))",
    'parts between separators': "concat('<', split_part('a b', ' ', 2), split_part('a b', ' ', 3), split_part('', ' ', 1), '>')",
    'letters replaced': "translate('a/b.c', '/.', '--')",
    'greatest word': "(select max(a) from t)",
    'words in another order': "(select " ~ concat_lines("coalesce(a, '-')", '-b') ~ " from t)",
    'empty texts': "concat(coalesce('', 'x'), case when nullif('', '') is null then 'null' end, length(''))",
    'blanks are an empty text once trimmed': "case when trim('  ') = '' then 1 else 0 end",
    'an empty text is no null': "case when '' is null then 'null' else 'text' end",
    'a match is of the whole text': matches_fully("'ab'", "'a'"),
    'a match sees line ends': matches_fully("'a\nb'", "'a[^x]b'"),
    'an accent is one character': matches_fully("'ç'", "'.'"),
    'rules that are broken': "nullif(concat_ws(', ', case when 1 > 2 then 'a' end, case when 1 = 1 then 'b' end), '')",
    'a like with an escape': "'x_readable' like '%!_readable%' escape '!'",
    'text of a JSON key': json_text("'{\"a\": \"x\", \"b\": null, \"é\": \"ü\"}'", 'a'),
    'text of a JSON null': json_text("'{\"a\": \"x\", \"b\": null}'", 'b'),
    'text of a key that is not there': json_text("'{\"a\": \"x\"}'", 'c'),
    'text of a JSON number': json_text("'{\"a\": 12}'", 'a'),
    'text of a JSON text that is empty': json_text("'{\"a\": \"\"}'", 'a'),
    'text of a JSON truth': json_text("'{\"a\": true}'", 'a'),
    'text of JSON in JSON': json_text("'{\"a\":{\"b\":1}}'", 'a'),
    'text of a JSON key with a point': json_text("'{\"a.b\": 1, \"a\": {\"b\": 2}}'", 'a.b'),
    'JSON without nulls': json_object_without_nulls(
        {'a': string_literal('x"\\\n\té/' ~ '\u0001'), 'b': 'cast(null as ' ~ dbt.type_string() ~ ')', 'c': "''"}, ['a', 'b', 'c']),
    'JSON of nothing': json_object_without_nulls({'b': 'cast(null as ' ~ dbt.type_string() ~ ')'}, ['b']),
    'fields of a record': list_size(csv_fields("'a,\"b,\"\"c\",,'")),
    'a whole record': is_whole_record("'a,\"b\"\"\",c'", '3'),
    'a record with an open quote': is_whole_record("'a,\"b'", '2'),
} -%}
{%- do probes.update({
    'nulls come last': '(select a from (select a, row_number() over (order by a nulls last) as place from t) as s where place = 4)',
    'nulls come last, backwards': '(select b from (select b, row_number() over (order by a desc nulls last) as place from t) as s where place = 4)',
    'nulls are one group': '(select count(*) from (select x from (select cast(null as int) as x from t) as u group by x) as s)',
    'counting leaves nulls out': "(select concat(count(*), '|', count(a), '|', count(distinct a)) from t)",
    'sum of nothing': '(select sum(b) from t where b > 9)',
    'a null is not in a list': "(select count(*) from t where a not in ('a'))",
    'a null equals nothing': "(select count(*) from t where a = a)",
    'ranks with ties': '(select max(place) from (select rank() over (order by b % 2) as place from t) as s)',
    'the row before': '(select sum(b - before) from (select b, lag(b) over (order by b) as before from t) as s)',
    'first by another': '(select min_by(a, b) from t where b > 1)',
    'quartile': '(select cast(percentile_cont(0.25) within group (order by b) as decimal(18, 8)) from t)',
    'ninth tenth': '(select cast(percentile_cont(0.9) within group (order by cast(b as double)) as decimal(18, 8)) from t)',
    'kilometres': '(select cast(' ~ distance_km('here', 'there') ~ ' as int) from'
        ~ ' (select cast(-23.5505 as double) as latitude, cast(-46.6333 as double) as longitude) as here'
        ~ ' cross join (select cast(-3.119 as double) as latitude, cast(-60.0217 as double) as longitude) as there)',
    'kilometres to itself': '(select cast(' ~ distance_km('here', 'here') ~ ' as int) from'
        ~ ' (select cast(-23.5505 as double) as latitude, cast(-46.6333 as double) as longitude) as here)',
    'average of whole numbers': '(select cast(avg(cast(b as double)) as decimal(18, 8)) from t)',
    'exact average': '(select cast(' ~ exact_average('cast(b as double) / 3') ~ ' as decimal(18, 8)) from t)',
    'median': '(select cast(median(cast(b as double)) as decimal(18, 8)) from t)',
    'first that is filled': '(select max(f) from (select ' ~ first_filled('a')
        ~ ' over (order by b desc rows between unbounded preceding and current row) as f from t) as s)',
    'lines in their order': '(select ' ~ concat_lines("coalesce(a, '-')", 'b') ~ ' from t)',
    'days of a calendar': '(select count(*) from ' ~ calendar_days('2016-02-27', '2016-03-01') ~ ' as days)',
    'all of some': '(select bool_and(b > 0) from t)',
    'order of words': "(select " ~ concat_lines("concat(a, ' ')", 'a') ~ " from t where a is not null)",
}) -%}
{%- set rows = {} -%}
{%- for name, column in {'texts': texts, 'names': names, 'landed': landed, 'matched': matched}.items() -%}
    {%- set values -%}
        (values {% for text in column %}({{ string_literal(text) }}){{ ', ' if not loop.last }}{% endfor %}) as texts (probed)
    {%- endset -%}
    {%- do rows.update({name: values}) -%}
{%- endfor -%}
with t as (
    select 'a' as a, 1 as b union all select 'ç', 2 union all select cast(null as {{ dbt.type_string() }}), 3 union all select 'Z', 5
)
{% for type in types %}
select
    concat('read ', probed, ' as {{ type }}') as probe,
    {%- set value = read_as('probed', type) %}
    {% if type == 'double' %}cast(try_cast({{ value }} as decimal(20, 6)) as {{ dbt.type_string() }})
    {%- else %}cast({{ value }} as {{ dbt.type_string() }}){% endif %} as probe_value
from {{ rows.texts }}
union all
{% endfor %}
{% for form, type in forms.items() %}
select concat('landed ', probed, ' as {{ form }}'), cast({{ read_as(rewritten('probed', form), type) }} as {{ dbt.type_string() }})
from {{ rows.landed }}
union all
{% endfor %}
{% for pattern in patterns %}
select
    concat({{ string_literal(pattern ~ ' is the whole of ') }}, probed),
    cast({{ matches_fully('probed', string_literal(pattern)) }} as {{ dbt.type_string() }})
from {{ rows.matched }}
union all
{% endfor %}
select concat('normalized ', probed), {{ normalized_name('probed') }} from {{ rows.names }}
union all
select concat('md5 of ', probed), md5(probed) from {{ rows.names }}
union all
{% for name in names %}
select {{ string_literal('literal ' ~ name) }}, {{ string_literal(name) }}
union all
{% endfor %}
{% for probe, value in probes.items() %}
select {{ string_literal(probe) }}, cast({{ value }} as {{ dbt.type_string() }})
{{ 'union all' if not loop.last }}
{% endfor %}
