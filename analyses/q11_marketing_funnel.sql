-- Question: Does the marketing funnel bring sellers that sell?
-- Reading: Leads by the channel they came from, and what became of them. Selling is of the won
-- leads; sales per lead say what a lead of the channel is worth, whether it was won or not.
-- Finding: Of {first.all_lead_count:,} leads {first.all_won_lead_count:,} were won
-- ({first.all_conversion_share:.1%}) and {first.all_selling_lead_count:,} have sold something;
-- a lead from {first.origin} is worth most, {first.items_brl_per_lead:,.2f} BRL.
-- Hidden: all_lead_count, all_won_lead_count, all_selling_lead_count, all_conversion_share
with

funnel as (
    select * from {{ ref('mart_funnel_conversion') }}
),

origins as (
    select
        origin,
        sum(lead_count) as lead_count,
        sum(won_lead_count) as won_lead_count,
        sum(selling_lead_count) as selling_lead_count,
        sum(items_brl) as items_brl
    from funnel
    group by origin
),

totals as (
    select
        sum(lead_count) as all_lead_count,
        sum(won_lead_count) as all_won_lead_count,
        sum(selling_lead_count) as all_selling_lead_count,
        cast(sum(won_lead_count) as double) / nullif(cast(sum(lead_count) as double), 0)
            as all_conversion_share
    from funnel
),

final as (
    select
        origins.origin,
        origins.lead_count,
        origins.won_lead_count,
        cast(origins.won_lead_count as double) / cast(origins.lead_count as double)
            as conversion_share,
        origins.selling_lead_count,
        cast(origins.selling_lead_count as double)
        / nullif(cast(origins.won_lead_count as double), 0) as selling_share,
        origins.items_brl,
        cast(origins.items_brl as double) / cast(origins.lead_count as double)
            as items_brl_per_lead,
        totals.*
    from origins
    cross join totals
)

select * from final
order by items_brl_per_lead desc, origin
