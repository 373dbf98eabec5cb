{{ config(severity='warn', warn_if='>1000') }}

-- Delivered orders whose payments differ from items plus freight by more than a cent. Interest on instalments explains
-- most: 303 of the 100,000 real orders. Many more mean that items or payments got lost or doubled.
select
    order_id,
    order_total_brl,
    paid_brl
from {{ ref('fct_orders') }}
where has_items and payment_count > 0 and abs(paid_brl - order_total_brl) > 0.01
