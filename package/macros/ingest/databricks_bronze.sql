{% macro databricks__ingest(entity) -%}
    {%- if config.get('materialized') == 'streaming_table' -%}
        {{ medallion.databricks_stream_files(entity) }}
    {%- else -%}
        {{ medallion.databricks_read_new_files(entity) }}
    {%- endif -%}
{%- endmacro %}

{#- Databricks: the records of the files that bronze does not hold yet, in one statement. The records of a CSV file
    that is beyond doubt are cut by one pattern, those of any other by `csv_records`; each Parquet file, whose
    columns have names of their own, and each broken file has a select. Arguments: entity (an entry of
    `landing_entities()`). -#}
{% macro databricks_read_new_files(entity) -%}
    {%- set files = medallion.databricks_files_to_read(entity) -%}
    {%- do medallion.refuse_drift(entity, files) -%}
    {%- do entity.update({'erased': medallion.erased_keys() if files}) -%}
    {%- set texts, doubtful = [], [] -%}
    {%- for file in files if file.header is not none and file.file_format != 'parquet' -%}
        {%- do texts.append(file.source_file) -%}
        {%- do doubtful.append(file.source_file) if file.file_format == 'csv' and not file.is_regular -%}
    {%- endfor -%}
    with

    files as (
        select *
        from values
            {%- for file in files %}
            (
                {{ medallion.string_literal(file.source_file) }}, {{ file.size_bytes }}, '{{ file.modified_at }}',
                '{{ file.delivered_at }}', {{ medallion.string_literal(file.column_names) }}
            ),
            {%- endfor %}
            (null, null, null, null, null) as files (source_file, size_bytes, modified_at, delivered_at, column_names)
    ),
    {%- if texts %}

    {{ medallion.databricks_texts(medallion.databricks_is_one_of(medallion.databricks_source_file(), texts), medallion.databricks_file_name_pattern(entity)) }},

    described as (
        select
            texts.*,
            split(files.column_names, '\n') as column_names
        from texts
        inner join files on texts.source_file = files.source_file
    ),

    cut_records as (
        {{ medallion.databricks_cut_records('described') }}
        {{ 'where not ' ~ medallion.databricks_is_one_of('source_file', doubtful) if doubtful }}
    ),
    {%- if doubtful %}

    {{ medallion.databricks_numbered_lines('described', medallion.databricks_is_one_of('source_file', doubtful), 'size(column_names)') }},

    {{ medallion.csv_records('numbered_lines') }},
    {%- endif %}

    all_records as (
        select source_file, is_csv, column_names, source_row, record_text, is_whole
        from cut_records
        {%- if doubtful %}
        union all
        select
            records.source_file,
            true as is_csv,
            described.column_names,
            row_number() over (partition by records.source_file order by records.line_number) as source_row,
            records.record_text,
            records.is_whole
        from records
        inner join described on records.source_file = described.source_file
        {%- endif %}
    ),

    {{ medallion.databricks_parsed_records(entity, 'all_records') }},
    {%- endif %}

    landed as (
        {%- if texts %}
        select source_file, source_row, fields, rescued, corrupt_record, hashed from parsed_records
        union all
        {%- endif %}
        {%- for file in files if file.header is none or file.file_format == 'parquet' %}
        {{ medallion.databricks_binary_records(entity, file) }}
        union all
        {%- endfor %}
        -- No file left: the columns alone.
        select
            cast(null as string) as source_file,
            cast(null as bigint) as source_row,
            cast(null as map<string, string>) as fields,
            cast(null as string) as rescued,
            cast(null as string) as corrupt_record,
            cast(null as array<string>) as hashed
        where false
    )

    {{ medallion.databricks_bronze_records(entity) }}
    from landed
    inner join files on landed.source_file = files.source_file
{%- endmacro %}

{#- Databricks: the records of files never read before, as the query of a streaming table. A stream knows no
    inventory and no other row, so every CSV file is cut by the one pattern; Parquet is not read (the test
    `every_file_is_whole_in_bronze` would tell). Arguments: entity (an entry of `landing_entities()`). -#}
{% macro databricks_stream_files(entity) -%}
    {%- do entity.update({'erased': medallion.erased_keys()}) -%}
    with

    {{ medallion.databricks_texts(
        "regexp_like(_metadata.file_path, '(?i)[.](?:csv|jsonl|ndjson|json)(?:[.]gz)?$') and "
            ~ medallion.matches_fully(medallion.databricks_source_file(), medallion.string_literal(entity.get('pattern', ''))),
        medallion.databricks_file_name_pattern(entity), is_stream=true
    ) }},

    described as (
        select
            *,
            case when is_csv then {{ medallion.databricks_header_names('header') }} end as column_names,
            {{ medallion.databricks_delivered_at('source_file', 'modified_at') }} as delivered_at
        from texts
    ),

    cut_records as (
        {{ medallion.databricks_cut_records('described') }}
    ),

    {{ medallion.databricks_parsed_records(entity, 'cut_records') }}

    {{ medallion.databricks_bronze_records(entity, landed='files') }}
    from parsed_records as files
{%- endmacro %}

{#- Databricks: the newest version of each inventoried file of an entity that bronze did not hold before this run,
    as dicts.
    Arguments: entity (an entry of `landing_entities()`). -#}
{% macro databricks_files_to_read(entity) -%}
    {%- set query -%}
        select
            files.source_file,
            files.file_format,
            files.size_bytes,
            cast(files.modified_at as string) as modified_at,
            cast(files.delivered_at as string) as delivered_at,
            files.header,
            files.column_names,
            files.is_regular
        from ({{ medallion.newest_file_versions(entity) }}) as files
        {%- if is_incremental() %}
        left anti join {{ this }} as known
            on files.source_file = known._source_file
            and files.size_bytes = known._source_size_bytes
            and files.modified_at = known._source_modified_at
        {%- endif %}
        where files.record_count > 0
        order by files.delivered_at, files.source_file
    {%- endset -%}
    {{ return(medallion.query_dicts(query) if medallion.is_running() else []) }}
{%- endmacro %}

{#- Databricks: a select that cuts texts into records: the columns of the texts without their lines, source_row,
    record_text, is_whole. Each text by itself, with one pattern and no memory of other rows, as a stream must: a
    CSV record begins on a line with an odd number of quotes and spans several, or is one line; a JSON record is a
    line. Exact as long as an unquoted field within a record of several lines has an even number of quotes.
    Arguments: texts (a relation as `texts`, with column_names). -#}
{% macro databricks_cut_records(texts) -%}
    {%- set field = medallion.csv_field_pattern() -%}
    select
        {{ medallion.all_except(['place', 'record']) }},
        place + 1 as source_row,
        {{ medallion.databricks_text('record', 'is_utf8') }} as record_text,
        {{ medallion.databricks_is_utf8('record', 'is_utf8') }}
        and (not is_csv or ({{ medallion.is_whole_record('record', 'size(column_names)') }})) as is_whole
    from (
        select
            {{ medallion.all_except(['lines']) }},
            posexplode(
                case
                    when is_csv then filter(
                        regexp_extract_all(
                            array_join(slice(lines, 2, size(lines)), ''),
                            concat(
                                '(?=[^"\r\n]*+"(?:[^"\r\n]*+"[^"\r\n]*+")*+[^"\r\n]*+[\r\n])',
                                '{{ field }}(?:,{{ field }}){', size(column_names) - 1, '}(?=[\r\n]|\\z)|[^\r\n]+'
                            ),
                            0
                        ),
                        record -> record <> ''
                    )
                    else filter(lines, line -> not {{ medallion.databricks_is_blank('line') }})
                end
            ) as (place, record)
        from {{ texts }}
    )
{%- endmacro %}

{#- Databricks: takes records apart, as CTEs that end in `parsed_records`: the columns of the records, fields (map:
    name → text), rescued (JSON of the undeclared ones), corrupt_record, hashed (what the hash is of). A JSON line
    that is no object is corrupt, and so is one with the same key twice, of which one value would be lost.
    Arguments: entity, records (a relation with is_csv, column_names, record_text, is_whole). -#}
{% macro databricks_parsed_records(entity, records) -%}
    {%- set declared = medallion.databricks_array(entity.landed.values() | list) -%}
    {%- set declared_lower = medallion.databricks_array(entity.landed.values() | map('lower') | list) -%}
    {#- The numbers of a JSON text become strings between two U+10FFFE, which is no character: parsed, 18.10 would
        be 18.1. Strings are matched to be passed over; the pair of marks they get goes at once. -#}
    {%- set mark = '\\U0010FFFE' -%}
    {%- set marked = "replace(regexp_replace(record_text, " ~ medallion.string_literal('("[^"\\\\]*+(?:\\\\.[^"\\\\]*+)*+")|(-?[0-9][0-9.eE+-]*)')
        ~ ", '$1\"" ~ mark ~ "$2" ~ mark ~ "\"'), '\"" ~ mark ~ mark ~ "\"', '')" -%}
    opened_records as (
        select
            *,
            case
                when is_csv and is_whole then map_from_arrays(
                    column_names, transform({{ medallion.csv_fields('record_text') }}, field -> {{ medallion.csv_unquoted('field') }})
                )
            end as csv_fields,
            case
                -- Between brackets, because what follows a first object would be overlooked.
                when not is_csv and is_whole
                    and schema_of_variant(try_parse_json(concat('[', record_text, ']'))) like 'ARRAY<OBJECT%'
                    and try_variant_get(try_parse_json(concat('[', record_text, ']')), '$[1]', 'variant') is null
                    then from_json({{ marked }}, 'map<string, variant>')
            end as json_fields
        from {{ records }}
    ),

    keyed_records as (
        select
            *,
            coalesce(
                csv_fields,
                transform_values(json_fields, (name, value) -> {{ medallion.databricks_unmarked('cast(value as string)', mark) }})
            ) as fields,
            nullif(coalesce(
                to_json(map_filter(
                    csv_fields, (name, value) -> value is not null and not array_contains({{ declared_lower }}, name)
                )),
                {{ medallion.databricks_unmarked(
                    'to_json(map_filter(json_fields, (name, value) -> not array_contains(' ~ declared ~ ', name)))', mark) }}
            ), '{}') as rescued
        from opened_records
    ),
    {%- if entity.get('erased') %}

    {{ medallion.databricks_kept_records(entity) }},
    {%- endif %}

    parsed_records as (
        select
            *,
            case when fields is null then
                {{ medallion.corrupt_without_erased(entity.erased, 'record_text') if entity.get('erased') else 'record_text' }}
            end as corrupt_record,
            concat(
                transform(
                    array_sort(case when is_csv then column_names else {{ declared }} end),
                    name -> concat(name, '=', try_element_at(fields, name))
                ),
                array(case when not is_csv then rescued end)
            ) as hashed
        from {{ 'kept_records' if entity.get('erased') else 'keyed_records' }}
    )
{%- endmacro %}

{#- Databricks: the CTE `kept_records`: `keyed_records` without what belongs to erased persons, as `without_erased` has it.
    Arguments: entity (with `erased`). -#}
{% macro databricks_kept_records(entity) -%}
    {%- set identifiers, kept = [], ['_operation'] -%}
    {%- for name in (entity.landed.values() | list + entity.landed.values() | map('lower') | list) | unique -%}
        {%- if entity.classes.get(name) == 'identifier' -%}
            {%- do identifiers.append(name) -%}
        {%- elif name not in entity.classes -%}
            {%- do kept.append(name) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set found = [] -%}
    {%- for name in ['order_id'] + identifiers -%}
        {%- do found.append(medallion.erased_replacement(entity.erased, 'try_element_at(fields, ' ~ medallion.string_literal(name) ~ ')')) -%}
    {%- endfor -%}
    kept_records as (
        select
            {{ medallion.all_except(['fields', 'rescued', 'is_erased']) }},
            case
                when not is_erased then fields
                else transform_values(fields, (name, value) -> case
                    when array_contains({{ medallion.databricks_array(identifiers) }}, name)
                        then coalesce({{ medallion.erased_replacement(entity.erased, 'value') }}, value)
                    when array_contains({{ medallion.databricks_array(kept) }}, name) then value
                end)
            end as fields,
            case
                when not is_erased then rescued
                when not array_contains({{ medallion.databricks_array(entity.landed.values() | list) }}, '_operation')
                    then nullif(to_json(map_filter(
                        fields, (name, value) -> name = '_operation' and value is not null)), '{}')
            end as rescued
        from (
            select *, coalesce({{ found | join(', ') }}) is not null as is_erased
            from keyed_records
        )
    )
{%- endmacro %}

{#- Databricks: takes the marks of `databricks_parsed_records` away. Arguments: text (expression), mark. -#}
{% macro databricks_unmarked(text, mark) -%}
    replace(replace(replace({{ text }}, '"{{ mark }}', ''), '{{ mark }}"', ''), '{{ mark }}', '')
{%- endmacro %}

{#- Databricks: a select that reads one Parquet file; of a broken file, its first bytes stand for it.
    Arguments: entity, file (an inventory row). -#}
{% macro databricks_binary_records(entity, file) -%}
    {%- if file.header is none %}
        select
            {{ medallion.string_literal(file.source_file) }} as source_file,
            1 as source_row,
            cast(null as map<string, string>) as fields,
            cast(null as string) as rescued,
            decode(substr(content, 1, 10000), 'ISO-8859-1') as corrupt_record,
            cast(array() as array<string>) as hashed
        from {{ medallion.databricks_read_files(medallion.landing_root(), {'format': 'binaryFile'}) }}
        where {{ medallion.databricks_is_one_of(medallion.databricks_source_file(), [file.source_file]) }}
    {%- else %}
        {%- set fields, named = [], {} -%}
        {%- for column, text in medallion.databricks_parquet_texts(file.source_file).items() -%}
            {%- do named.update({column | lower: text}) -%}
        {%- endfor -%}
        {%- if entity.get('erased') and named -%}{%- set named = medallion.without_erased(entity, named).fields -%}{%- endif -%}
        {%- set landed = entity.landed.values() | map('lower') | list -%}
        {%- for name, value in named.items() -%}{%- do fields.append(medallion.string_literal(name) ~ ', ' ~ value) -%}{%- endfor %}
        select
            {{ medallion.string_literal(file.source_file) }} as source_file,
            _metadata.row_index + 1 as source_row,
            map({{ fields | join(', ') }}) as fields,
            {{ medallion.json_object_without_nulls(named, named.keys() | reject('in', landed) | list)
                if named.keys() | reject('in', landed) | list else 'cast(null as string)' }} as rescued,
            cast(null as string) as corrupt_record,
            array(
                {%- for name in named.keys() | sort %}
                concat({{ medallion.string_literal(name ~ '=') }}, {{ named[name] }}){{ ',' if not loop.last }}
                {%- endfor %}
            ) as hashed
        from {{ medallion.databricks_parquet(file.source_file) }}
    {%- endif %}
{%- endmacro %}

{#- Databricks: an array of strings as a literal. Arguments: values (list). -#}
{% macro databricks_array(values) -%}
    cast(array({% for value in values %}{{ medallion.string_literal(value) }}{{ ', ' if not loop.last }}{% endfor %}) as array<string>)
{%- endmacro %}

{#- Databricks: the select list of a bronze record, in the order of `bronze_record`.
    Arguments: entity, landed (alias of the relation with the records; files is the other's). -#}
{% macro databricks_bronze_records(entity, landed='landed') -%}
    select
        {%- for column in entity.columns %}
        {%- set name = entity.landed[column] %}
        {%- set value = 'try_element_at(' ~ landed ~ '.fields, ' ~ medallion.string_literal(name) ~ ')' %}
        {%- set lower_value = 'try_element_at(' ~ landed ~ '.fields, ' ~ medallion.string_literal(name | lower) ~ ')' %}
        {{ value if name == name | lower else 'coalesce(' ~ value ~ ', ' ~ lower_value ~ ')' }} as {{ column }},
        {%- endfor %}
        {{ landed }}.rescued as _rescued_data,
        {{ landed }}.corrupt_record as _corrupt_record,
        {{ landed }}.source_file as _source_file,
        cast({{ landed }}.source_row as bigint) as _source_row,
        cast(files.size_bytes as bigint) as _source_size_bytes,
        cast(files.modified_at as timestamp) as _source_modified_at,
        cast(files.delivered_at as timestamp) as _delivered_at,
        {{ medallion.run_timestamp() }} as _loaded_at,
        -- The same record has the same hash whatever the order of its columns and whether they are declared.
        md5(concat_ws(chr(31), {{ landed }}.hashed, {{ landed }}.corrupt_record)) as _record_hash
{%- endmacro %}
