-- Question: What does a split shipment cost in score?
-- Reading: Delivered orders by how they were filled, each with its latest review. Several items
-- from one seller are the fair comparison for several sellers; the score of orders delivered in
-- time shows what is left when lateness is taken out. The source has one delivery date per order.
-- Finding: Orders split over several sellers score {last.average_review_score:.2f} against
-- {second.average_review_score:.2f} for several items of one seller; also in time the score is
-- {last.on_time_review_score:.2f} against {second.on_time_review_score:.2f}.
-- Hidden: filling_number
with

orders as (
    select *
    from {{ ref('fct_orders') }}
    where is_delivered and has_items and latest_review_score is not null
),

grouped as (
    select
        case
            when item_count = 1 then 1
            when seller_count = 1 then 2
            else 3
        end as filling_number,
        case
            when item_count = 1 then 'one item'
            when seller_count = 1 then 'several items, one seller'
            else 'several items, several sellers'
        end as filling,
        latest_review_score,
        is_late_by_day
    from orders
),

final as (
    select
        filling_number,
        filling,
        count(*) as reviewed_order_count,
        avg(cast(latest_review_score as double)) as average_review_score,
        avg(case when not is_late_by_day then cast(latest_review_score as double) end)
            as on_time_review_score,
        cast(count(case when latest_review_score <= 2 then 1 end) as double) / count(*)
            as low_review_share,
        cast(count(case when is_late_by_day then 1 end) as double) / count(*)
            as late_by_day_share
    from grouped
    group by filling_number, filling
)

select * from final
order by filling_number
