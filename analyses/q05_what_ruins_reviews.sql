-- Question: Is lateness what ruins reviews?
-- Reading: One row per driver: its best and its worst bucket of at least 30 reviews, and what share
-- of all differences between scores it explains (between buckets, of the total sum of squares).
-- Orders that never arrived and orders without items are left out, or they would explain
-- everything. Drivers overlap, so the shares do not add up.
-- Finding: Of the drivers, "{first.driver_name}" explains most, {first.explained_share:.1%} of the
-- differences: the score falls from {first.best_score:.2f} ({first.best_bucket_name}) to
-- {first.worst_score:.2f} ({first.worst_bucket_name}). Next comes "{second.driver_name}" with
-- {second.explained_share:.1%}.
with

buckets as (
    select *
    from {{ ref('mart_review_drivers') }}
    where bucket_name not in ('not delivered', 'no items', 'unknown')
),

means as (
    select
        driver_name,
        sum(average_review_score * review_count) / cast(sum(review_count) as double) as mean_score
    from buckets
    group by driver_name
),

squares as (
    select
        buckets.driver_name,
        sum(buckets.review_count) as review_count,
        sum(
            buckets.review_count * pow(buckets.average_review_score - means.mean_score, 2)
        ) as between_sum,
        sum(buckets.review_count * pow(buckets.review_score_deviation, 2)) as within_sum
    from buckets
    inner join means on buckets.driver_name = means.driver_name
    group by buckets.driver_name
),

ranked as (
    select
        driver_name,
        bucket_name,
        average_review_score,
        row_number() over (
            partition by driver_name order by average_review_score desc nulls last, bucket_number
        ) as best_rank,
        row_number() over (
            partition by driver_name order by average_review_score nulls last, bucket_number
        ) as worst_rank
    from buckets
    where review_count >= 30
),

final as (
    select
        squares.driver_name,
        squares.review_count,
        best.bucket_name as best_bucket_name,
        best.average_review_score as best_score,
        worst.bucket_name as worst_bucket_name,
        worst.average_review_score as worst_score,
        best.average_review_score - worst.average_review_score as gap_score,
        squares.between_sum / nullif(squares.between_sum + squares.within_sum, 0)
            as explained_share
    from squares
    left join ranked as best
        on squares.driver_name = best.driver_name
        and best.best_rank = 1
    left join ranked as worst
        on squares.driver_name = worst.driver_name
        and worst.worst_rank = 1
)

select * from final
order by explained_share desc nulls last, driver_name
