{#- The root of the landing zone, without a trailing slash: the var `landing_path`, else the environment
    variable LANDING_PATH, else `landing` in the project. -#}
{% macro landing_root() -%}
    {{ return(var('landing_path', env_var('LANDING_PATH', 'landing')).rstrip('/')) }}
{%- endmacro %}
