{#- The quantifier of a regular expression that repeats and never gives back: possessive on Databricks, because Java
    recurses once for each repetition of a group it might give back, and its stack is short; RE2 never gives back. -#}
{% macro repeat_all() -%}
    {{ return(adapter.dispatch('repeat_all', 'medallion')()) }}
{%- endmacro %}

{% macro default__repeat_all() -%}
    {{ exceptions.raise_compiler_error('repeat_all() is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__repeat_all() -%} {{ return('*') }} {%- endmacro %}

{% macro databricks__repeat_all() -%} {{ return('*+') }} {%- endmacro %}
