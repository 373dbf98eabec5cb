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
    ' ', '\u00a0x\u00a0', 'a\u000bb', 'Straße', '日本', '😀',
] -%}
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
    'weekday': iso_weekday("cast('2018-10-14' as date)"),
    'month': 'cast(date_trunc(\'month\', ' ~ moment ~ ') as date)',
    'week': 'cast(date_trunc(\'week\', ' ~ moment ~ ') as date)',
    'months between': months_between_starts("cast('2017-11-01' as date)", "cast('2018-02-01' as date)"),
    'key of words': surrogate_key(["'São Paulo'", "'a|b'"]),
    'key with a null': surrogate_key(['cast(null as int)', "''", '1']),
    'key of a date, a time, a boolean, a decimal': surrogate_key(
        ["cast('2018-08-01' as date)", moment, 'true', 'cast(1.50 as decimal(9, 2))']),
    'md5 of Unicode': "md5('日本 😀 ção')",
    'concat_ws leaves nulls out': "concat_ws(', ', cast(null as " ~ dbt.type_string() ~ "), 'a', '', 'b')",
    'unknown key': unknown_key(),
    'half of a decimal': 'cast(cast(2.675 as decimal(9, 3)) as decimal(9, 2))',
    'half of a negative decimal': 'cast(cast(-2.675 as decimal(9, 3)) as decimal(9, 2))',
    'half of a double': 'cast(round(cast(2.5 as double)) as decimal(9, 2))',
    'four digits of a double': 'cast(cast(round(cast(0.00005 as double), 4) as double) as decimal(18, 8))',
    'division of whole numbers': 'cast(7 / 2 as decimal(9, 3))',
    'remainder of a negative number': '-7 % 3',
    'least and greatest leave nulls out': 'least(1, cast(null as int)) + greatest(2, cast(null as int))',
    'case of accents': "concat(lower('ÁÇÑ'), upper('áçñ'))",
    'length in characters': "length('ção😀')",
    'words compare by bytes': "case when 'Z' < 'a' and 'z' < 'á' and 'a' < 'a ' then 'yes' else 'no' end",
    'an empty text is no null': "case when '' is null then 'null' else 'text' end",
    'a match is of the whole text': matches_fully("'ab'", "'a'"),
    'a match sees line ends': matches_fully("'a\nb'", "'a[^x]b'"),
    'an accent is one character': matches_fully("'ç'", "'.'"),
    'rules that are broken': "nullif(concat_ws(', ', case when 1 > 2 then 'a' end, case when 1 = 1 then 'b' end), '')",
    'a like with an escape': "'x_readable' like '%!_readable%' escape '!'",
    'text of a JSON key': json_text("'{\"a\": \"x\", \"b\": null, \"é\": \"ü\"}'", 'a'),
    'text of a JSON null': json_text("'{\"a\": \"x\", \"b\": null}'", 'b'),
    'text of a key that is not there': json_text("'{\"a\": \"x\"}'", 'c'),
    'JSON without nulls': json_object_without_nulls(
        {'a': string_literal('x"\\\n\té/' ~ '\u0001'), 'b': 'cast(null as ' ~ dbt.type_string() ~ ')', 'c': "''"}, ['a', 'b', 'c']),
    'JSON of nothing': json_object_without_nulls({'b': 'cast(null as ' ~ dbt.type_string() ~ ')'}, ['b']),
    'fields of a record': list_size(csv_fields("'a,\"b,\"\"c\",,'")),
    'a whole record': is_whole_record("'a,\"b\"\"\",c'", '3'),
    'a record with an open quote': is_whole_record("'a,\"b'", '2'),
} -%}
{%- do probes.update({
    'nulls come last': '(select a from (select a, row_number() over (order by a nulls last) as place from t) as s where place = 4)',
    'average of whole numbers': '(select cast(avg(cast(b as double)) as decimal(18, 8)) from t)',
    'exact average': '(select cast(' ~ exact_average('cast(b as double) / 3') ~ ' as decimal(18, 8)) from t)',
    'median': '(select cast(median(cast(b as double)) as decimal(18, 8)) from t)',
    'latest': '(select ' ~ latest('a', "cast('2018-01-01' as timestamp)", 'cast(b as ' ~ dbt.type_string() ~ ')') ~ ' from t)',
    'first that is filled': '(select max(f) from (select ' ~ first_filled('a')
        ~ ' over (order by b desc rows between unbounded preceding and current row) as f from t) as s)',
    'lines in their order': '(select ' ~ concat_lines("coalesce(a, '-')", 'b') ~ ' from t)',
    'days of a calendar': '(select count(*) from ' ~ calendar_days('2016-02-27', '2016-03-01') ~ ' as days)',
    'all of some': '(select bool_and(b > 0) from t)',
    'order of words': "(select " ~ concat_lines("concat(a, ' ')", 'a') ~ " from t where a is not null)",
}) -%}
with t as (
    select 'a' as a, 1 as b union all select 'ç', 2 union all select cast(null as {{ dbt.type_string() }}), 3 union all select 'Z', 5
)
{% for text in texts %}{% for type in types %}
select
    {{ string_literal('read ' ~ text ~ ' as ' ~ type) }} as probe,
    {%- set value = read_as(string_literal(text), type) %}
    {% if type == 'double' %}cast(try_cast({{ value }} as decimal(20, 6)) as {{ dbt.type_string() }})
    {%- else %}cast({{ value }} as {{ dbt.type_string() }}){% endif %} as probe_value
union all
{% endfor %}{% endfor %}
{% for name in names %}
select {{ string_literal('normalized ' ~ name) }}, {{ normalized_name(string_literal(name)) }}
union all
select {{ string_literal('literal ' ~ name) }}, {{ string_literal(name) }}
union all
{% endfor %}
{% for probe, value in probes.items() %}
select {{ string_literal(probe) }}, cast({{ value }} as {{ dbt.type_string() }})
{{ 'union all' if not loop.last }}
{% endfor %}
