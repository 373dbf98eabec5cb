{#- The keys of a model whose rows were written after the latest row of the model asking, as a select: what a parent
    touched since. None in a full refresh, where nobody asks. Arguments: model_name (a model with `_processed_at`),
    column (the key, as an expression). -#}
{% macro touched_keys(model_name, column) -%}
    select {{ column }}
    from {{ ref(model_name) }}
    where
        {%- if is_incremental() %}
        _processed_at > (select coalesce(max(_processed_at), cast('1900-01-01 00:00:00' as timestamp)) from {{ this }})
        {%- else %}
        false
        {%- endif %}
{%- endmacro %}
