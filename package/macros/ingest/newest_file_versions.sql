{#- The newest version of each inventoried file of an entity, as a select.
    Arguments: entity (an entry of `landing_entities()`). -#}
{% macro newest_file_versions(entity) -%}
    select *
    from {{ ref('ops_landed_files') }}
    where entity = {{ medallion.string_literal(entity.entity) }}
    qualify row_number() over (partition by source_file order by _processed_at desc) = 1
{%- endmacro %}
