{#- A place name for comparison: lower case, no accents, single spaces.
    Arguments: text (expression). -#}
{% macro normalized_name(text) -%}
    {%- set plain -%}
        regexp_replace(translate(
            lower({{ text }}), 'áàâãäéèêëíìîïóòôõöúùûüçñ', 'aaaaaeeeeiiiiooooouuuucn'
        ), {{ string_literal('[\\s\\x0B]+') }}, ' '{{ regexp_all() }})
    {%- endset -%}
    nullif({{ trimmed(plain) }}, '')
{%- endmacro %}
