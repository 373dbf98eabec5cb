-- Question: Which definition of "late" matters, and by how much?
-- Reading: Delivered orders under five definitions: how many each calls late, and the score of
-- those against the others. A definition matters when its two scores are far apart.
-- Finding: By timestamp {first.late_share:.2%} of deliveries are late, by day
-- {second.late_share:.2%}; the difference is {third.late_order_count:,} parcels that came on the
-- promised day itself, and their customers gave {third.late_score:.2f}, against
-- {second.late_score:.2f} from those served on a later day.
-- Hidden: definition_number
with

orders as (
    select *
    from {{ ref('fct_orders') }}
    where is_delivered and is_late_by_day is not null
),

definitions as (
    {%- for name, condition in [
        ('after midnight of the promised day (by timestamp)', 'is_late_by_timestamp'),
        ('on a later day than promised (by day)', 'is_late_by_day'),
        ('on the promised day itself', 'is_late_by_timestamp and not is_late_by_day'),
        ('more than three days after the promised day', 'delay_calendar_days > 3'),
        ('handed to the carrier after the limit (by the seller)', 'is_shipped_late'),
    ] %}
    select
        {{ loop.index }} as definition_number,
        '{{ name }}' as late_means,
        latest_review_score,
        {{ condition }} as is_late
    from orders
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

final as (
    select
        definition_number,
        late_means,
        count(is_late) as measured_order_count,
        count(case when is_late then 1 end) as late_order_count,
        cast(count(case when is_late then 1 end) as double)
        / nullif(cast(count(is_late) as double), 0) as late_share,
        avg(case when is_late then cast(latest_review_score as double) end) as late_score,
        avg(case when not is_late then cast(latest_review_score as double) end) as other_score
    from definitions
    group by definition_number, late_means
)

select * from final
order by definition_number
