{#- What a generic test reads. With `test_rows: new` that is the rows written since it last passed; for a test of
    uniqueness, also those that share a key with them. Overrides dbt's macro. Arguments: relation. -#}
{% macro default__get_where_subquery(relation) -%}
    {%- set conditions = [config.get('where'), new_rows_condition(relation)] | select | list -%}
    {%- if not conditions -%}{{ return(relation) }}{%- endif -%}
    {{ return('(select * from ' ~ relation ~ ' where (' ~ conditions | join(') and (') ~ ')) as dbt_subquery') }}
{%- endmacro %}
