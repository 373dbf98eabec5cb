{#- Whether one of the words of a text is a key that was erased. Arguments: keys (as `erased_keys` gives them), text. -#}
{% macro names_an_erased_key(keys, text) -%}
    {{ return(adapter.dispatch('names_an_erased_key', 'medallion')(keys, text)) }}
{%- endmacro %}

{% macro default__names_an_erased_key(keys, text) -%}
    {{ exceptions.raise_compiler_error('names_an_erased_key() is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__names_an_erased_key(keys, text) -%}
    list_has_any(
        list_transform(regexp_extract_all({{ text }}, '[0-9A-Za-z_-]+'), word -> md5('{{ keys.salt }}' || word)),
        [{% for hash in keys.replacements %}'{{ hash }}'{{ ', ' if not loop.last }}{% endfor %}]
    )
{%- endmacro %}

{% macro databricks__names_an_erased_key(keys, text) -%}
    arrays_overlap(
        transform(regexp_extract_all({{ text }}, '[0-9A-Za-z_-]+', 0), word -> md5(concat('{{ keys.salt }}', word))),
        array({% for hash in keys.replacements %}'{{ hash }}'{{ ', ' if not loop.last }}{% endfor %})
    )
{%- endmacro %}
