{{ config(materialized='incremental', incremental_strategy='insert_overwrite', partition_by=['day']) }}
select id, day from {{ ref('payments') }}
{% if is_incremental() %} where id = 3 union all select 33, date '2018-01-02' {% endif %}
