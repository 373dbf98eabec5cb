-- Grain: one row per landed shipment event record, typed and judged; `int_shipment_events` holds the current ones.
{% set key = ['event_id'] %}
{% set columns = {
    'event_id': ['event_id', 'string'],
    'shipment_id': ['shipment_id', 'string'],
    'order_id': ['order_id', 'string'],
    'seller_id': ['seller_id', 'string'],
    'type': ['type', 'string'],
    'carrier_name': ['carrier.name', 'string'],
    'carrier_service': ['carrier.service', 'string'],
    'place_city': ['place.city', 'string'],
    'place_state': ['place.state', 'string'],
    'place_zip_code_prefix': ['place.zip_code_prefix', 'string'],
    'occurred_at': ['occurred_at', 'timestamp', 'common_time'],
    'recorded_at': ['recorded_at', 'timestamp', 'local_time'],
} %}

with

records as (
    {{ new_records('stg_carriers__shipment_events', columns) }}
),

orders as (
    select * from {{ ref('int_orders') }}
),

sellers as (
    select * from {{ ref('int_sellers') }}
),

typed as (
    select
        {{ read_columns(columns) }}
    from records
),

touched as (
    {{ touched_records('typed', columns, key, parents={
        'int_orders__records': 'order_id',
        'int_sellers__records': 'seller_id',
    }) }}
),

checked as (
    select
        touched.*,
        orders.order_id is not null as has_order,
        sellers.seller_id is not null as has_seller
    from touched
    left join orders on touched.order_id = orders.order_id
    left join sellers on touched.seller_id = sellers.seller_id
),

{{ judge('checked', key) }}
