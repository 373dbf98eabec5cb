{#- How the files of one entity differ from its declared columns, as CTEs that end in `<entity>_drift`. Kinds: added (an
    undeclared column, kept in `_rescued_data`), missing (a declared one that some file lacks), reordered (a file has
    the declared columns in another order), type_changed (a file in which more values of a column cannot be read as
    its type than can).
    Arguments: entity, staging (an entry of `judged_entities()`). -#}
{% macro schema_drift(entity, staging) -%}
    {%- set landed = landed_names(staging).values() | list -%}
    {%- set columns = landed | map('lower') | list -%}
    {{ entity }}_files as (
        select
            source_file,
            modified_at,
            size_bytes,
            delivered_at,
            record_count,
            -- `||` keeps null, the column names of a file whose rows carry their own.
            {{ line_feed() }} || column_names || {{ line_feed() }} as column_names
        from {{ ref('ops_landed_files') }}
        where entity = '{{ source_entity(staging) }}'
    ),

    {{ entity }}_declared as (
        {%- for column in columns or [''] %}
        {{ 'union all' if not loop.first }} select {{ string_literal(column) }} as column_name
        {%- endfor %}
    ),

    -- Since when each declared column comes.
    {{ entity }}_holders as (
        select
            declared.column_name,
            min(files.delivered_at) as first_delivered_at
        from {{ entity }}_files as files
        cross join {{ entity }}_declared as declared
        where files.column_names like concat('%', {{ line_feed() }}, declared.column_name, {{ line_feed() }}, '%')
        group by declared.column_name
    ),

    -- One row per undeclared column of a record.
    {{ entity }}_rescued as (
        select
            bronze._source_file as source_file,
            bronze._source_modified_at as modified_at,
            bronze._source_size_bytes as size_bytes,
            bronze._delivered_at as delivered_at,
            {{ json_keys_and_values('bronze._rescued_data') }}
        from {{ ref(staging) }} as bronze
        where bronze._rescued_data is not null
    ),

    -- How many records the files hold in which an undeclared column occurs.
    {{ entity }}_carriers as (
        select
            carriers.column_name,
            sum(files.record_count) as record_count
        from (
            select distinct column_name, source_file, modified_at, size_bytes from {{ entity }}_rescued
        ) as carriers
        inner join {{ entity }}_files as files
            on carriers.source_file = files.source_file
            and carriers.modified_at = files.modified_at
            and carriers.size_bytes = files.size_bytes
        group by carriers.column_name
    ),

    {{ entity }}_drift as (
        select
            '{{ entity }}' as entity,
            rescued.column_name,
            'added' as drift,
            min_by(rescued.source_file, concat(cast(rescued.delivered_at as {{ dbt.type_string() }}), rescued.source_file))
                as first_source_file,
            min(rescued.delivered_at) as first_delivered_at,
            count(distinct rescued.source_file) as file_count,
            max(carriers.record_count) as record_count,
            count(*) as filled_count,
            {{ sample_of('rescued.column_value') }} as sample_values,
            {{ suggested_type('rescued.column_value') }} as suggested_type
        from {{ entity }}_rescued as rescued
        left join {{ entity }}_carriers as carriers on rescued.column_name = carriers.column_name
        where rescued.column_name not in (
            '_operation'{% for column in (landed + columns) | unique %}, {{ string_literal(column) }}{% endfor %}
        )
        group by rescued.column_name

        union all

        select
            '{{ entity }}',
            declared.column_name,
            'missing',
            min_by(files.source_file, concat(cast(files.delivered_at as {{ dbt.type_string() }}), files.source_file)),
            min(files.delivered_at),
            count(distinct files.source_file),
            sum(files.record_count),
            0,
            null,
            null
        from {{ entity }}_files as files
        cross join {{ entity }}_declared as declared
        left join {{ entity }}_holders as holders on declared.column_name = holders.column_name
        where
            files.column_names not like concat('%', {{ line_feed() }}, declared.column_name, {{ line_feed() }}, '%')
            -- Files from before the column existed do not miss it.
            and (holders.first_delivered_at is null or files.delivered_at >= holders.first_delivered_at)
        group by declared.column_name

        union all

        select
            '{{ entity }}',
            '(all)',
            'reordered',
            min_by(files.source_file, concat(cast(files.delivered_at as {{ dbt.type_string() }}), files.source_file)),
            min(files.delivered_at),
            count(distinct files.source_file),
            sum(files.record_count),
            0,
            null,
            null
        from {{ entity }}_files as files
        where
            true
            {%- for column in columns %}
            and files.column_names like concat('%', {{ line_feed() }}, {{ string_literal(column) }}, {{ line_feed() }}, '%')
            {%- endfor %}
            and files.column_names not like concat('%', {{ line_feed() }}
                {%- for column in columns %}, {{ string_literal(column) }}, {{ line_feed() }}, '%'{% endfor %})
        having count(*) > 0

        union all

        {{ type_changes(entity) }}
    )
{%- endmacro %}

{#- The columns of a silver `__records` model that are typed from text. Arguments: node (the model, or none). -#}
{% macro readable_columns(node) -%}
    {%- set columns = [] -%}
    {#- Other booleans are found out by silver, not read. -#}
    {%- set landed = [] -%}
    {%- for entity, staging in judged_entities() if node and node.name == 'int_' ~ entity ~ '__records' -%}
        {%- do landed.extend(declared_columns(staging)) -%}
    {%- endfor -%}
    {%- for column in (node.columns.values() if node else []) if column.data_type != 'string' and not column.name.startswith('_')
        and (column.data_type != 'boolean' or column.name in landed) -%}
        {%- do columns.append(column.name) -%}
    {%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}

{#- A line feed as a SQL expression. -#}
{% macro line_feed() -%} chr(10) {%- endmacro %}

{#- Aggregate: the least and the greatest value, as one text. Arguments: value (expression). -#}
{% macro sample_of(value) -%}
    concat_ws(', ', min({{ value }}), nullif(max({{ value }}), min({{ value }})))
{%- endmacro %}

{#- Aggregate: the narrowest type every value can be read as. Arguments: value (a string expression). -#}
{% macro suggested_type(value) -%}
    case
                {%- for type in ['bigint', 'double', 'boolean', 'date', 'timestamp'] %}
                {%- if type == 'date' %}
                when count({{ read_as(value, 'timestamp') }}) = count(*) and max(length({{ value }})) = 10 then 'date'
                {%- else %}
                when count({{ read_as(value, type) }}) = count(*) then '{{ type }}'
                {%- endif %}
                {%- endfor %}
                else 'string'
            end
{%- endmacro %}
