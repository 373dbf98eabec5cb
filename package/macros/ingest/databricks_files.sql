{#- Databricks: a call of `read_files`. Arguments: path (a folder is read with all below it), options (dict),
    is_stream (whether only files not read before are wanted). -#}
{% macro databricks_read_files(path, options, is_stream=false) -%}
    {{ 'stream ' if is_stream }}read_files(
        {{ medallion.string_literal(path) }}
        {%- for name, value in dict(options, recursiveFileLookup=true).items() -%}
        , {{ name }} => {{ value | lower if value is boolean else medallion.string_literal(value) }}
        {%- endfor -%}
    )
{%- endmacro %}

{#- Databricks: the path of the file at hand below the landing root. A URL encodes some characters, but never a
    plus. -#}
{% macro databricks_source_file() -%}
    {%- set path = "url_decode(replace(_metadata.file_path, '+', '%2B'))" -%}
    {%- set root = medallion.string_literal(medallion.landing_root() ~ '/') -%}
    substr({{ path }}, instr({{ path }}, {{ root }}) + length({{ root }}))
{%- endmacro %}

{#- Databricks: when the file at hand was changed, in whole seconds, as DuckDB tells it. -#}
{% macro databricks_modified_at() -%}
    date_trunc('second', _metadata.file_modification_time)
{%- endmacro %}

{#- Databricks: when a file was delivered, a timestamp: the first valid date in its path, written 2018-08-01,
    20180801 or with any of - _ . / between; without one, the file's own time. Arguments: path, modified_at
    (expressions). -#}
{% macro databricks_delivered_at(path, modified_at) -%}
    coalesce(
        get(filter(transform(
            -- Each border is one character, and two dates may share one.
            regexp_extract_all(
                regexp_replace({{ path }}, '([^0-9])', '$1$1'),
                '(?:^|[^0-9])((?:19|20)[0-9]{2}(?:[-_./]{2})?[0-9]{2}(?:[-_./]{2})?[0-9]{2})(?:[^0-9]|$)', 1
            ),
            text -> try_to_timestamp(regexp_replace(text, '[^0-9]', ''), 'yyyyMMdd')
        ), date -> date is not null), 0),
        {{ modified_at }}
    )
{%- endmacro %}

{#- Databricks: whether a value is one of some strings. Arguments: value (expression), strings (list). -#}
{% macro databricks_is_one_of(value, strings) -%}
    {{ value }} in (
        {%- for string in strings %}{{ medallion.string_literal(string) }}{{ ', ' if not loop.last }}{% endfor -%}
    )
{%- endmacro %}

{#- Databricks: the glob of the file names of an entity, so that others are not even listed. -#}
{% macro databricks_file_name_pattern(entity) -%}
    {{ return(entity.get('files', '*').split('/')[-1]) }}
{%- endmacro %}

{#- Databricks: a table expression that reads one Parquet file. Arguments: source_file (path below the root). -#}
{% macro databricks_parquet(source_file) -%}
    {{ medallion.databricks_read_files(
        medallion.landing_root() ~ '/' ~ modules.re.sub('([\\[\\]{}*?\\\\])', '\\\\\\1', source_file), {'format': 'parquet'}) }}
{%- endmacro %}

{#- Databricks: the names of the columns of one Parquet file. Arguments: source_file (path below the root). -#}
{% macro databricks_parquet_columns(source_file) -%}
    {{ return(medallion.databricks_parquet_texts(source_file).keys() | list) }}
{%- endmacro %}

{#- Databricks: the columns of one Parquet file as text, as a dict of name → expression; what holds other values is JSON, as
    it is in JSON lines. Arguments: source_file (path below the root). -#}
{% macro databricks_parquet_texts(source_file) -%}
    {%- set texts = {} -%}
    {%- for column in adapter.get_column_schema_from_query(
        'select * except (_rescued_data) from ' ~ medallion.databricks_parquet(source_file)) -%}
        {%- set name = adapter.quote(column.name) -%}
        {%- set is_nested = modules.re.match('(?i)struct|map|array', column.dtype) -%}
        {%- do texts.update({column.name: 'to_json(' ~ name ~ ')' if is_nested else 'cast(' ~ name ~ ' as string)'}) -%}
    {%- endfor -%}
    {{ return(texts) }}
{%- endmacro %}
