{#- The entry of `landing_entities()` for a source table. Arguments: name (`<source>.<table>`). Raises when the table is
    not fed from landed files. -#}
{% macro landing_entity(name) -%}
    {%- for entity in medallion.landing_entities() if entity.entity == name -%}
        {{ return(entity) }}
    {%- endfor -%}
    {{ exceptions.raise_compiler_error(
        "The source table '" ~ name ~ "' is not fed from landed files; add config.meta.landing.files to its YAML.") }}
{%- endmacro %}
