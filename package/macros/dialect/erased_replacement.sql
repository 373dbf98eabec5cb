{#- What stands in the place of a key: null unless it was erased. The hashes are written into the statement, because a join
    would change the order of the records, by which they are numbered.
    Arguments: keys (as `erased_keys` gives them), key (expression). -#}
{% macro erased_replacement(keys, key) -%}
    {{ return(adapter.dispatch('erased_replacement', 'medallion')(keys, key)) }}
{%- endmacro %}

{% macro default__erased_replacement(keys, key) -%}
    {{ exceptions.raise_compiler_error('erased_replacement() is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__erased_replacement(keys, key) -%}
    map([{% for hash in keys.replacements %}'{{ hash }}'{{ ', ' if not loop.last }}{% endfor %}],
        [{% for value in keys.replacements.values() %}'{{ value }}'{{ ', ' if not loop.last }}{% endfor %}])[
        md5('{{ keys.salt }}' || trim({{ key }}))]
{%- endmacro %}

{% macro databricks__erased_replacement(keys, key) -%}
    try_element_at(
        map({% for hash, value in keys.replacements.items() %}'{{ hash }}', '{{ value }}'{{ ', ' if not loop.last }}{% endfor %}),
        md5(concat('{{ keys.salt }}', trim({{ key }})))
    )
{%- endmacro %}
