{#- A statement that deletes the rows of this model whose key a query gives.
    Arguments: key (list of columns of both), query (a select). -#}
{% macro delete_matching(key, query) -%}
    {{ return(adapter.dispatch('delete_matching', 'medallion')(key, query)) }}
{%- endmacro %}

{% macro default__delete_matching(key, query) -%}
    {{ exceptions.raise_compiler_error('delete_matching() is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__delete_matching(key, query) -%}
    delete from {{ this }} as kept
    using ({{ query }}) as gone
    where {% for column in key %}{{ 'and ' if not loop.first }}kept.{{ column }} = gone.{{ column }} {% endfor %}
{%- endmacro %}

{#- Delta deletes by a subquery on Databricks alone, and by a merge everywhere. -#}
{% macro databricks__delete_matching(key, query) -%}
    merge into {{ this }} as kept
    using ({{ query }}) as gone
        on {% for column in key %}{{ 'and ' if not loop.first }}kept.{{ column }} = gone.{{ column }} {% endfor %}
    when matched then delete
{%- endmacro %}
