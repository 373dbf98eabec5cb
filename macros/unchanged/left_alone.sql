{#- The result of a materialization that leaves its table alone. What a parent may have taken from it is given back. -#}
{% macro left_alone() -%}
    {%- set relation = this.incorporate(type='table') -%}
    {%- do medallion.add_foreign_keys(relation) -%}
    {%- call noop_statement('main', 'UNCHANGED') -%}{%- endcall -%}
    {{ return({'relations': [relation]}) }}
{%- endmacro %}
