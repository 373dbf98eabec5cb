{#- The keys of a model whose rows were written after the latest row of the model asking, as a select: what a parent
    touched since. None in a full refresh, where nobody asks. Arguments: model_name (a model with `_processed_at`),
    column (the key, as an expression). -#}
{% macro touched_keys(model_name, column) -%}
    select {{ column }}
    from {{ ref(model_name) }}
    where {{ '_processed_at > (select max(_processed_at) from ' ~ this ~ ')' if is_incremental() else 'false' }}
{%- endmacro %}
