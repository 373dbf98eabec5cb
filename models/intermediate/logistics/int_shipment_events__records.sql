-- Grain: one row per landed shipment event record, typed and judged; `int_shipment_events` holds the current ones.
-- A verdict depends on the record, its key and its parents alone; what the events of a shipment say of each other is in
-- `int_shipments`.
{% set key = ['event_id'] %}
{% set columns = {
    'event_id': ['event_id', 'string'],
    'shipment_id': ['shipment_id', 'string'],
    'order_id': ['order_id', 'string'],
    'seller_id': ['seller_id', 'string'],
    'event_type': ['type', 'string'],
    'carrier_name': ['carrier.name', 'string'],
    'carrier_service': ['carrier.service', 'string'],
    'city': ['place.city', 'string'],
    'state_code': ['place.state', 'string'],
    'zip_code_prefix': ['place.zip_code_prefix', 'string'],
    'occurred_at': ['occurred_at', 'timestamp', 'common_time'],
    'recorded_at': ['recorded_at', 'timestamp', 'common_time'],
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

event_types as (
    select * from {{ ref('seed_shipment_event_types') }}
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
        event_types.stage_number,
        event_types.event_type is not null as has_known_type,
        orders.order_id is not null as has_order,
        sellers.seller_id is not null as has_seller,
        coalesce(touched.occurred_at >= orders.purchased_at, true) as is_after_purchase,
        coalesce(touched.recorded_at >= touched.occurred_at, true) as is_recorded_after
    from touched
    left join event_types on touched.event_type = event_types.event_type
    left join orders on touched.order_id = orders.order_id
    left join sellers on touched.seller_id = sellers.seller_id
),

{{ judge('checked', key) }}
