{#- Whether a record was delivered in a later drop than one that comes after it: what it tells was known too late.
    Arguments: key (of what the records are about), order (in which they happened, without ties). -#}
{% macro is_late_news(key, order) -%}
    coalesce(_delivered_at > min(_delivered_at) over (
        partition by {{ key }} order by {{ order }} rows between 1 following and unbounded following
    ), false)
{%- endmacro %}
