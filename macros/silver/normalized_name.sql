{#- A place name for comparison: lower case, no accents, single spaces.
    Arguments: text (expression). -#}
{% macro normalized_name(text) -%}
    nullif(trim(regexp_replace(translate(
        lower({{ text }}), 'áàâãäéèêëíìîïóòôõöúùûüçñ', 'aaaaaeeeeiiiiooooouuuucn'
    ), '[[:space:]]+', ' '{{ regexp_all() }})), '')
{%- endmacro %}
