{#- The current row of each business key of a silver `__records` model.
    Arguments: relation (a `ref()` to it). -#}
{% macro current_records(relation) -%}
    select {{ medallion.all_except(['_disposition', '_broken_rules', '_unreadable', '_operation']) }}
    from {{ relation }}
    where _disposition = 'current'
{%- endmacro %}
