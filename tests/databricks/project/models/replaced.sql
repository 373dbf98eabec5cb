{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='day') }}
select id, day from {{ ref('payments') }}
{% if is_incremental() %} where id = 2 {% endif %}
