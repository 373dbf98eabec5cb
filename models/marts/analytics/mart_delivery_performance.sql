{{ config(row_filter=row_filter_by_region('customer_region_name'), grants=grants_to_regional_teams()) }}

-- Grain: one row per month of purchase and state the order was shipped to. Delivery is measured
-- where both the delivery and the promise are known, and lateness by both definitions in use.
with

orders as (
    select * from {{ ref('fct_orders') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
),

locations as (
    select * from {{ ref('dim_locations') }}
),

located as (
    select
        orders.*,
        coalesce(locations.state_code, customers.state_code, 'unknown') as customer_state_code,
        case
            when locations.state_code is not null then locations.region_name
            else coalesce(customers.region_name, 'Unknown')
        end as customer_region_name,
        orders.is_delivered and orders.is_late_by_day is not null as is_measured,
        cast(date_trunc('month', orders.purchased_at) as date) as purchase_month_date
    from orders
    inner join customers on orders.customer_key = customers.customer_key
    inner join locations on orders.customer_location_key = locations.location_key
),

measured as (
    select
        purchase_month_date,
        customer_state_code,
        max(customer_region_name) as customer_region_name,
        count(*) as order_count,
        count(case when is_delivered then 1 end) as delivered_order_count,
        count(case when is_measured then 1 end) as measured_order_count,
        count(case when is_measured and is_late_by_timestamp then 1 end)
            as late_by_timestamp_order_count,
        count(case when is_measured and is_late_by_day then 1 end) as late_by_day_order_count,
        {{ exact_average('case when is_measured then delivery_days end') }} as average_delivery_days,
        median(case when is_measured then delivery_days end) as median_delivery_days,
        avg(case when is_measured then cast(promised_calendar_days as double) end)
            as average_promised_days,
        avg(case when is_measured then cast(delay_calendar_days as double) end)
            as average_delay_days,
        avg(case when is_measured and is_late_by_day then cast(delay_calendar_days as double) end)
            as average_days_late,
        {{ exact_average('case when is_measured then handling_days end') }}
            as average_handling_days,
        {{ exact_average('case when is_measured then transit_days end') }}
            as average_transit_days
    from located
    group by purchase_month_date, customer_state_code
),

final as (
    select
        {{ surrogate_key(['purchase_month_date', 'customer_state_code']) }}
            as delivery_performance_key,
        cast({{ date_key('purchase_month_date') }} as int) as purchase_month_date_key,
        customer_state_code,
        customer_region_name,
        cast(order_count as bigint) as order_count,
        cast(delivered_order_count as bigint) as delivered_order_count,
        cast(measured_order_count as bigint) as measured_order_count,
        cast(late_by_timestamp_order_count as bigint) as late_by_timestamp_order_count,
        cast(late_by_day_order_count as bigint) as late_by_day_order_count,
        cast(late_by_timestamp_order_count as double)
        / nullif(cast(measured_order_count as double), 0) as late_by_timestamp_share,
        cast(late_by_day_order_count as double)
        / nullif(cast(measured_order_count as double), 0) as late_by_day_share,
        {{ rounded('average_delivery_days', 4) }} as average_delivery_days,
        {{ rounded('median_delivery_days', 4) }} as median_delivery_days,
        {{ rounded('average_promised_days', 4) }} as average_promised_days,
        {{ rounded('average_delay_days', 4) }} as average_delay_days,
        {{ rounded('average_days_late', 4) }} as average_days_late,
        {{ rounded('average_handling_days', 4) }} as average_handling_days,
        {{ rounded('average_transit_days', 4) }} as average_transit_days,
        purchase_month_date
    from measured
)

select
    *,
    {{ run_timestamp() }} as _processed_at
from final
