{{ config(tags=['learning']) }}

-- Grain: one row per measure, category and week of the eight weeks after the last complete one.
-- Publishes int_demand_forecasts.
with

forecasts as (
    select * from {{ ref('int_demand_forecasts') }}
),

final as (
    select
        {{ surrogate_key(['measure', 'category_name', 'week_start_date']) }} as demand_forecast_key,
        measure,
        category_name,
        method,
        weeks_ahead,
        history_week_count,
        smoothing_alpha,
        forecast_quantity,
        lower_quantity,
        upper_quantity,
        has_short_history,
        week_start_date,
        last_complete_week_date
    from forecasts
)

{{ keep_stamps('final', 'demand_forecast_key') }}
