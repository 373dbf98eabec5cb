-- Leads, won leads, selling leads and their sales are the same by month and origin as in the fact,
-- and the funnel narrows: no row sells more often than it won, or wins more often than it met.
with

mart as (
    select
        sum(lead_count) as lead_count,
        sum(won_lead_count) as won_lead_count,
        sum(selling_lead_count) as selling_lead_count,
        sum(items_brl) as items_brl,
        count(
            case
                when won_lead_count > lead_count or selling_lead_count > won_lead_count then 1
            end
        ) as widening_row_count
    from {{ ref('mart_funnel_conversion') }}
),

facts as (
    select
        count(*) as lead_count,
        count(case when is_won then 1 end) as won_lead_count,
        count(case when is_selling then 1 end) as selling_lead_count,
        sum(items_brl) as items_brl
    from {{ ref('fct_lead_conversions') }}
)

select
    mart.*,
    facts.lead_count as fact_lead_count,
    facts.won_lead_count as fact_won_lead_count,
    facts.selling_lead_count as fact_selling_lead_count,
    facts.items_brl as fact_items_brl
from mart
cross join facts
where
    coalesce(mart.lead_count, 0) <> facts.lead_count
    or coalesce(mart.won_lead_count, 0) <> facts.won_lead_count
    or coalesce(mart.selling_lead_count, 0) <> facts.selling_lead_count
    or coalesce(mart.items_brl, 0) <> coalesce(facts.items_brl, 0)
    or mart.widening_row_count > 0
