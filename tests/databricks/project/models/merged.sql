{{ config(materialized='incremental', incremental_strategy='merge', unique_key='id', liquid_clustered_by=['id'], on_schema_change='append_new_columns') }}
select
    id,
    amount
    {% if is_incremental() %}
        * 2 as amount,
        'second' as run
    from {{ ref('payments') }}
    where id > 2
    union all
    select 4, cast(40 as decimal(10, 2)), 'second'
    {% else %}
        , 'first' as run
    from {{ ref('payments') }}
    {% endif %}
