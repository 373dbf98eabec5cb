{#- The entry of `landing_entities()` that belongs to a source relation.
    Arguments: relation (what `source()` returns). Raises when the table is not fed from landed files. -#}
{% macro landing_entity(relation) -%}
    {%- for entity in landing_entities()
        if entity.schema == relation.schema and entity.identifier == relation.identifier -%}
        {{ return(entity) }}
    {%- endfor -%}
    {{ exceptions.raise_compiler_error(
        "ingest(): " ~ relation ~ " is not fed from landed files; add config.meta.landing.files to its source YAML") }}
{%- endmacro %}
