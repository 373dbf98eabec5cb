{#- Stops the load of an entity when a new file's columns drift in a way its policy refuses; nothing of it is read then,
    and what is built on it keeps its last state. The policy is the var `schema_drift` (added, missing: warn or fail),
    which a source overrides in `meta.landing.schema_drift`. Kinds not named only warn, see `ops_schema_drift`.
    Arguments: entity (an entry of `landing_entities()`), files (the inventory rows about to be read). -#}
{% macro refuse_drift(entity, files) -%}
    {%- set policy = dict(var("schema_drift", {}), **(entity.schema_drift or {})) if execute else {} -%}
    {%- set declared = entity.landed.values() | map('lower') | list -%}
    {%- for file in files if file.column_names -%}
        {%- set names = file.column_names.split('\n') -%}
        {%- set drift = {
            'added': names | reject('in', declared + ['_operation']) | list,
            'missing': declared | reject('in', names) | list,
        } -%}
        {%- for kind, columns in drift.items() if columns and policy.get(kind) == 'fail' -%}
            {{ exceptions.raise_compiler_error(
                "The landed file '" ~ file.source_file ~ "' has " ~ kind ~ " columns: " ~ columns | join(', ')
                ~ ". The schema_drift policy of " ~ entity.entity ~ " refuses it, so no new file of it was read. Declare "
                ~ "the columns in the source YAML, have the file corrected, or set the policy to warn.") }}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}
