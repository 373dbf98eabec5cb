{#- What stands for a column of personal data where the reader may not see it; null stays null, and so does the type.
    The class of a column is `config: {meta: {pii: <class>}}` in its YAML, from the source to gold:
    identifier (a salted hash, the same wherever the identifier occurs, so that masked tables still join),
    postcode (its first two digits, about a region), city and free_text (nothing), coordinate (whole degrees, some 100 km).
    The salt is the var `pii_salt`, else the environment variable PII_SALT, else empty.
    Arguments: column (an expression), pii_class. -#}
{% macro masked(column, pii_class) -%}
    {%- if pii_class == 'identifier' -%}
        md5(cast({{ column }} as {{ dbt.type_string() }}) || {{ medallion.string_literal(var('pii_salt', env_var('PII_SALT', ''))) }})
    {%- elif pii_class == 'postcode' -%}
        substring(cast({{ column }} as {{ dbt.type_string() }}), 1, 2)
    {%- elif pii_class in ['city', 'free_text'] -%}
        cast(null as {{ dbt.type_string() }})
    {%- elif pii_class == 'coordinate' -%}
        round(cast({{ column }} as double), 0)
    {%- else -%}
        {{ exceptions.raise_compiler_error("'" ~ pii_class ~ "' is no class of personal data: write config.meta.pii as "
            ~ "identifier, postcode, city, free_text or coordinate (docs/how-to/govern.md).") }}
    {%- endif -%}
{%- endmacro %}
