{#- The entities whose records silver judges, as a list of [name, staging model]: `int_<name>__records` reads the staging
    model. They are the var `judged_entities` of the project that uses this package. (Medallion itself, which does not
    read this folder, lists its own in macros/silver/judged_entities.sql.) -#}
{% macro judged_entities() -%}
    {{ return(var('judged_entities', {}).items() | list) }}
{%- endmacro %}
