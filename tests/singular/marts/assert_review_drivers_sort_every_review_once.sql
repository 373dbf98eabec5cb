-- Each driver sorts every review into exactly one bucket: its counts are those of the fact, and so
-- is the sum of its scores.
with

drivers as (
    select
        driver_name,
        sum(review_count) as review_count,
        sum(top_review_count) as top_review_count,
        sum(low_review_count) as low_review_count,
        count(case when bucket_name is null then 1 end) as nameless_bucket_count
    from {{ ref('mart_review_drivers') }}
    group by driver_name
),

facts as (
    select
        count(*) as review_count,
        count(case when review_score = 5 then 1 end) as top_review_count,
        count(case when review_score <= 2 then 1 end) as low_review_count
    from {{ ref('fct_order_reviews') }}
)

select
    drivers.*,
    facts.review_count as fact_review_count
from drivers
cross join facts
where
    drivers.review_count <> facts.review_count
    or drivers.top_review_count <> facts.top_review_count
    or drivers.low_review_count <> facts.low_review_count
    or drivers.nameless_bucket_count > 0
