-- Grain: one row per month of first contact and origin of the leads: how many became sellers, how
-- soon, and what they sold since. Young months convert less because they had less time.
with

leads as (
    select
        *,
        cast(date_trunc('month', first_contact_date) as date) as contact_month_date
    from {{ ref('fct_lead_conversions') }}
),

funnel as (
    select
        contact_month_date,
        origin,
        count(*) as lead_count,
        count(case when is_won then 1 end) as won_lead_count,
        count(case when is_selling then 1 end) as selling_lead_count,
        -- A lead won before its first contact is a wrong date, not a fast win.
        median(case when days_to_win >= 0 then cast(days_to_win as double) end)
            as median_days_to_win,
        median(case when days_to_first_sale >= 0 then cast(days_to_first_sale as double) end)
            as median_days_to_first_sale,
        sum(order_count) as order_count,
        sum(items_brl) as items_brl
    from leads
    group by contact_month_date, origin
),

final as (
    select
        {{ surrogate_key(['contact_month_date', 'origin']) }} as funnel_conversion_key,
        cast({{ date_key('contact_month_date') }} as int) as contact_month_date_key,
        origin,
        cast(lead_count as bigint) as lead_count,
        cast(won_lead_count as bigint) as won_lead_count,
        cast(selling_lead_count as bigint) as selling_lead_count,
        cast(order_count as bigint) as order_count,
        cast(items_brl as decimal(18, 2)) as items_brl,
        cast(items_brl as double) / nullif(cast(selling_lead_count as double), 0)
            as items_brl_per_selling_lead,
        cast(won_lead_count as double) / nullif(cast(lead_count as double), 0) as conversion_share,
        cast(selling_lead_count as double) / nullif(cast(won_lead_count as double), 0)
            as selling_share,
        cast(median_days_to_win as double) as median_days_to_win,
        cast(median_days_to_first_sale as double) as median_days_to_first_sale,
        contact_month_date
    from funnel
)

select
    *,
    {{ run_timestamp() }} as _processed_at
from final
