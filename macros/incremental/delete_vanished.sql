{#- Post-hook: deletes the rows whose key the table they are derived from no longer has, because the record was
    withdrawn or rejected. Rows without a key (unknown members) stay.
    Arguments: key (list of columns of both), parent (a relation). -#}
{% macro delete_vanished(key, parent) -%}
    {%- if is_incremental() -%}
    delete from {{ this }}
    where {{ key[0] }} is not null and not exists (
        select 1 from {{ parent }} as parent
        where {% for column in key %}{{ 'and ' if not loop.first }}parent.{{ column }} = {{ this }}.{{ column }} {% endfor %}
    )
    {%- else -%}
    select 1
    {%- endif -%}
{%- endmacro %}
