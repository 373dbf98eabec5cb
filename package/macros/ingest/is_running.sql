{#- Whether this invocation writes tables: only then is the landing zone read. `dbt compile`, `dbt parse` and
    `dbt docs generate` leave it alone. -#}
{% macro is_running() -%}
    {{ return(execute and flags.WHICH in ['run', 'build', 'retry', 'clone']) }}
{%- endmacro %}
