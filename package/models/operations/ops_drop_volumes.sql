-- Grain: one row per entity and drop: how many records it brought, against the drops before it. A drop is unusual when
-- it lies outside Tukey's fences (the quartiles of the earlier drops, one and a half times their distance further
-- out), which one huge first delivery cannot move; quartiles need at least four earlier drops.
with

drops as (
    select
        entity,
        cast(delivered_at as date) as drop_date,
        count(*) as file_count,
        sum(record_count) as record_count
    from {{ ref('ops_landed_files') }}
    where entity is not null
    group by entity, cast(delivered_at as date)
),

histories as (
    select
        drops.entity,
        drops.drop_date,
        count(earlier.drop_date) as earlier_drop_count,
        percentile_cont(0.25) within group (order by earlier.record_count) as lower_quartile,
        percentile_cont(0.75) within group (order by earlier.record_count) as upper_quartile
    from drops
    left join drops as earlier
        on drops.entity = earlier.entity
        and drops.drop_date > earlier.drop_date
    group by drops.entity, drops.drop_date
),

final as (
    select
        {{ medallion.surrogate_key(['drops.entity', 'drops.drop_date']) }} as drop_volume_key,
        drops.entity,
        drops.drop_date,
        cast(drops.file_count as bigint) as file_count,
        cast(drops.record_count as bigint) as record_count,
        cast(histories.earlier_drop_count as bigint) as earlier_drop_count,
        greatest(
            cast(0 as double),
            cast(histories.lower_quartile - 1.5 * (histories.upper_quartile - histories.lower_quartile) as double)
        ) as lower_fence,
        cast(
            histories.upper_quartile + 1.5 * (histories.upper_quartile - histories.lower_quartile) as double
        ) as upper_fence
    from drops
    inner join histories
        on drops.entity = histories.entity
        and drops.drop_date = histories.drop_date
)

select
    *,
    coalesce(
        earlier_drop_count >= 4 and (record_count < lower_fence or record_count > upper_fence), false
    ) as is_unusual,
    {{ medallion.run_timestamp() }} as _processed_at
from final
