{#- How the files of one entity differ from its declared columns, as CTEs that end in `<entity>_drift`. Kinds: added (an
    undeclared column, kept in `_rescued_data`), missing (a declared one that some file lacks), reordered (a file has
    the declared columns in another order), type_changed (a file in which more values of a column cannot be read as
    its type than can).
    Arguments: entity, staging (an entry of `judged_entities()`). -#}
{% macro schema_drift(entity, staging) -%}
    {%- set columns = declared_columns(staging) -%}
    {{ entity }}_files as (
        select
            source_file,
            delivered_at,
            record_count,
            -- `||` keeps null, the column names of a file whose rows carry their own.
            {{ line_feed() }} || column_names || {{ line_feed() }} as column_names
        from {{ ref('ops_landed_files') }}
        where entity = '{{ source_entity(staging) }}'
    ),

    {{ entity }}_declared as (
        {%- for column in columns or [''] %}
        {{ 'union all' if not loop.first }} select '{{ column }}' as column_name
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
            bronze._delivered_at as delivered_at,
            {{ json_keys_and_values('bronze._rescued_data') }}
        from {{ ref(staging) }} as bronze
        where bronze._rescued_data is not null
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
            (
                select sum(files.record_count)
                from {{ entity }}_files as files
                where files.source_file in (select source_file from {{ entity }}_rescued)
            ) as record_count,
            count(*) as filled_count,
            {{ sample_of('rescued.column_value') }} as sample_values,
            {{ suggested_type('rescued.column_value') }} as suggested_type
        from {{ entity }}_rescued as rescued
        where rescued.column_name not in (
            '_operation'{% for column in columns %}, '{{ column }}'{% endfor %}
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
            and files.column_names like concat('%', {{ line_feed() }}, '{{ column }}', {{ line_feed() }}, '%')
            {%- endfor %}
            and files.column_names not like concat('%', {{ line_feed() }}
                {%- for column in columns %}, '{{ column }}', {{ line_feed() }}, '%'{% endfor %})
        having count(*) > 0

        union all

        {{ type_changes(entity) }}
    )
{%- endmacro %}

{#- The columns of a silver `__records` model that are typed from text. Arguments: node (the model, or none). -#}
{% macro readable_columns(node) -%}
    {%- set columns = [] -%}
    {%- for column in (node.columns.values() if node else []) if column.data_type not in ['string', 'boolean']
        and not column.name.startswith('_') -%}
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
