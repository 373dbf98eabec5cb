{#- Pre-hook: deletes the rows whose key the table they are derived from no longer has, because the record was withdrawn or
    rejected. Of a silver entity only the keys judged since the latest row of this model are looked at, so that the cost
    follows the batch; a table of gold does not tell what it lost, so there all rows are looked at.
    Arguments: model_name (the table they are derived from), key (list of columns of both), is_judged (whether it is a
    silver entity with a `__records` model). -#}
{% macro delete_vanished(model_name, key, is_judged=true) -%}
    {%- set parent = ref(model_name) -%}
    {%- set candidates = ref(model_name ~ '__records') if is_judged else this -%}
    {%- if is_incremental() -%}
        {%- set vanished -%}
            select distinct {% for column in key %}candidates.{{ column }}{{ ', ' if not loop.last }}{% endfor %}
            from {{ candidates }} as candidates
            where
                {%- if is_judged %}
                candidates._processed_at > (select max(_processed_at) from {{ this }})
                and {%- endif %} not exists (
                    select 1 from {{ parent }} as parent
                    where {% for column in key %}{{ 'and ' if not loop.first }}parent.{{ column }} = candidates.{{ column }} {% endfor %}
                )
        {%- endset -%}
        {{ medallion.delete_matching(key, vanished) }}
    {%- else -%}
        select 1
    {%- endif -%}
{%- endmacro %}
