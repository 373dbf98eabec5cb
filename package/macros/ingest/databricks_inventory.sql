{#- A few statements, however many files: one lists them, one takes the facts of the texts, one counts the records
    of those texts where a line is not a record beyond doubt. -#}
{% macro databricks__inventory_landing() -%}
    {%- set files = medallion.databricks_new_files() -%}
    {%- set texts, doubtful = {}, {} -%}
    {%- for file in files -%}
        {%- do file.update({'header': none, 'field_count': none, 'record_count': 0, 'is_regular': true}) -%}
    {%- endfor -%}
    {%- for file in files if file.entity is not none and file.size_bytes > 0 -%}
        {%- if file.is_broken -%}
            {%- do file.update({'record_count': 1, 'is_regular': false}) -%}
        {%- elif file.file_format == 'parquet' -%}
            {%- do file.update({
                'header': medallion.databricks_parquet_columns(file.source_file) | join(','),
                'record_count': run_query('select count(*) from ' ~ medallion.databricks_parquet(file.source_file)).rows[0][0],
            }) -%}
        {%- else -%}
            {#- A file that two sources claim is counted once. -#}
            {%- do texts.setdefault(file.file_path, []).append(file) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for row in (medallion.query_dicts(medallion.databricks_text_facts(texts.keys() | list)) if texts else []) -%}
        {%- for file in texts[row.file_path] -%}
            {%- do file.update(row) -%}
            {%- do doubtful.setdefault(row.file_path, []).append(file) if row.is_doubtful -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for row in (medallion.query_dicts(medallion.databricks_count_records(doubtful.keys() | list)) if doubtful else []) -%}
        {%- for file in doubtful[row.file_path] -%}{%- do file.update(row) -%}{%- endfor -%}
    {%- endfor -%}
    {{ medallion.inventory_rows(files) }}
{%- endmacro %}

{#- Databricks: the files below the landing root that the inventory does not hold in this version, as a list of
    dicts. -#}
{% macro databricks_new_files() -%}
    {%- set files = [] -%}
    {%- if medallion.is_running() -%}
        {%- set entities = medallion.landing_entities() -%}
        {%- set found = medallion.query_dicts(medallion.databricks_landed_files(entities)) -%}
        {%- if not found -%}
            {%- do exceptions.warn("The landing path '" ~ medallion.landing_root() ~ "' holds no file. Set LANDING_PATH to the "
                ~ "volume or folder your files are in.") -%}
        {%- endif -%}
        {%- do files.extend(medallion.new_landed_files(found, entities)) -%}
        {%- do medallion.databricks_mark_broken(files) -%}
    {%- endif -%}
    {{ return(files) }}
{%- endmacro %}

{#- Databricks: a select of the files of the landing zone, each with the source tables that claim it. Lists, reads
    nothing. Arguments: entities (as `landing_entities()` gives them). -#}
{% macro databricks_landed_files(entities) -%}
    with

    listed as (
        select
            _metadata.file_path as file_path,
            {{ medallion.databricks_source_file() }} as source_file,
            _metadata.file_size as size_bytes,
            {{ medallion.databricks_modified_at() }} as modified_at
        from {{ medallion.databricks_read_files(medallion.landing_root(), {'format': 'binaryFile'}) }}
    ),

    described as (
        select
            *,
            {{ medallion.databricks_delivered_at('source_file', 'modified_at') }} as delivered_at,
            case lower(regexp_extract(source_file, {{ medallion.string_literal('(?i)\\.([a-z]+)(?:\\.gz)?$') }}, 1))
                when 'csv' then 'csv'
                when 'jsonl' then 'jsonl'
                when 'ndjson' then 'jsonl'
                when 'json' then 'jsonl'
                when 'parquet' then 'parquet'
            end as file_format
        from listed
        -- Hidden files, and those in hidden folders, are none of ours.
        where not regexp_like(source_file, '(^|/)[._]')
    ),

    entities as (
        select *
        from values
            {%- for entity in entities %}
            ({{ medallion.string_literal(entity.entity) }}, {{ medallion.string_literal(entity.pattern) }}),
            {%- endfor %}
            (null, null) as entities (entity, pattern)
    )

    select
        described.file_path,
        described.source_file,
        described.file_format,
        lower(described.source_file) like '%.gz' as is_compressed,
        described.size_bytes,
        cast(described.modified_at as string) as modified_at,
        cast(described.delivered_at as string) as delivered_at,
        case when described.file_format is not null then entities.entity end as entity
    from described
    left join entities on {{ medallion.matches_fully('described.source_file', 'entities.pattern') }}
    order by described.delivered_at, described.source_file, entity
{%- endmacro %}

{#- Databricks: marks those of some new files that lack the mark of their format (an upload cut off, say) and would
    stop the run; Parquet has one at both ends. Arguments: files (list of dicts, changed in place). -#}
{% macro databricks_mark_broken(files) -%}
    {%- set binaries = [] -%}
    {%- for file in files if file.entity is not none and file.size_bytes > 0
        and (file.is_compressed or file.file_format == 'parquet') -%}
        {%- do binaries.append(file) -%}
    {%- endfor -%}
    {%- if binaries -%}
        {%- set query -%}
            select _metadata.file_path
            from {{ medallion.databricks_read_files(medallion.landing_root(), {'format': 'binaryFile'}) }}
            where {{ medallion.databricks_is_one_of('_metadata.file_path', binaries | map(attribute='file_path')) }} and case
                when lower(_metadata.file_path) like '%.gz' then substr(content, 1, 2) <> X'1F8B'
                else length(content) < 12 or substr(content, 1, 4) <> X'50415231' or substr(content, -4) <> X'50415231'
            end
        {%- endset -%}
        {%- set paths = run_query(query).columns[0].values() | list -%}
        {%- for file in binaries if file.file_path in paths -%}
            {%- do file.update({'is_broken': true}) -%}
            {%- do exceptions.warn("The landed file '" ~ file.source_file ~ "' is no whole "
                ~ ('Parquet' if file.file_format == 'parquet' else 'gzip') ~ " file: it becomes one corrupt record of "
                ~ file.entity ~ ". Deliver it again.") -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

{#- Databricks: a select of the facts of text files that only their content tells: file_path, header, field_count,
    record_count, is_regular, is_doubtful (a line of a CSV file is no record by itself, so that its records are to be
    counted otherwise). Arguments: paths (list). -#}
{% macro databricks_text_facts(paths) -%}
    {%- set field = medallion.csv_field_pattern(strict=true) -%}
    with

    {{ medallion.databricks_texts(medallion.databricks_is_one_of('_metadata.file_path', paths)) }},

    counted as (
        select
            *,
            case when is_csv then size({{ medallion.csv_fields("coalesce(header, '')") }}) end as field_count,
            size(filter(lines, line -> not {{ medallion.databricks_is_blank('line') }})) as line_count,
            -- A blank line of a file with one column could be an empty value.
            exists(lines, line -> line in ('\n', '\r') or line like '%\r\n') as has_blanks
        from texts
    ),

    judged as (
        select
            *,
            is_csv and not (is_utf8 and not (field_count = 1 and has_blanks) and forall(
                lines,
                line -> {{ medallion.databricks_is_blank('line') }} or regexp_like(line, concat(
                    '\\A{{ field }}(?:,{{ field }}){', field_count - 1, '}[\r\n]*\\z'
                ))
            )) as is_doubtful
        from counted
    )

    select
        file_path,
        header,
        field_count,
        greatest(line_count - case when is_csv then 1 else 0 end, 0) as record_count,
        (is_csv or is_utf8 and not has_mark) and not (field_count <=> 1 and has_mark and line_count > 1) as is_regular,
        is_doubtful
    from judged
{%- endmacro %}

{#- Databricks: a select of the number of records of CSV files whose records may span lines or be corrupt: file_path,
    record_count, is_regular. Arguments: paths (list). -#}
{% macro databricks_count_records(paths) -%}
    {%- set field = medallion.csv_field_pattern(strict=true) -%}
    with

    {{ medallion.databricks_texts(medallion.databricks_is_one_of('_metadata.file_path', paths)) }},

    {{ medallion.databricks_numbered_lines('texts', 'true', 'size(' ~ medallion.csv_fields("coalesce(header, '')") ~ ')') }},

    {{ medallion.csv_records('numbered_lines') }},

    counts as (
        select
            source_file,
            count(*) as record_count,
            bool_and(
                is_whole and field_count > 1
                and {{ medallion.matches_fully('record_text', "'" ~ field ~ "(?:," ~ field ~ ")" ~ medallion.repeat_all() ~ "'") }}
            ) as is_regular
        from records
        group by source_file
    )

    select
        texts.file_path,
        coalesce(counts.record_count, 0) as record_count,
        coalesce(counts.is_regular, true) as is_regular
    from texts
    left join counts on texts.source_file = counts.source_file
{%- endmacro %}
