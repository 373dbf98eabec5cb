-- Grain: one row per calendar day, and the unknown day (key 0).
with

days as (
    select
        calendar_date,
        {{ date_key('calendar_date') }} as date_key,
        extract(year from calendar_date) as year_number,
        extract(quarter from calendar_date) as quarter_number,
        extract(month from calendar_date) as month_number,
        extract(day from calendar_date) as day_of_month,
        {{ iso_weekday('calendar_date') }} as day_of_week_number
    from {{ calendar_days(var('calendar_from'), var('calendar_to')) }}
),

holidays as (
    select
        holiday_date,
        min(case when kind = 'national' then holiday_name_english end) as national_holiday_name,
        min(case when kind = 'optional' then holiday_name_english end) as optional_holiday_name,
        min(case when is_commercial then holiday_name_english end) as commercial_date_name
    from {{ ref('seed_holidays') }}
    group by holiday_date
),

final as (
    select
        cast(days.date_key as int) as date_key,
        days.calendar_date,
        cast(days.year_number as int) as year_number,
        cast(days.quarter_number as int) as quarter_number,
        cast(days.month_number as int) as month_number,
        {{ month_name('days.month_number') }} as month_name,
        cast(date_trunc('month', days.calendar_date) as date) as month_start_date,
        cast(date_trunc('week', days.calendar_date) as date) as week_start_date,
        cast(days.day_of_month as int) as day_of_month,
        days.day_of_week_number,
        {{ weekday_name('days.day_of_week_number') }} as day_of_week_name,
        days.day_of_week_number >= 6 as is_weekend,
        holidays.national_holiday_name is not null as is_national_holiday,
        coalesce(holidays.national_holiday_name, holidays.optional_holiday_name) as holiday_name,
        holidays.commercial_date_name,
        days.day_of_week_number < 6 and holidays.national_holiday_name is null as is_business_day
    from days
    left join holidays on days.calendar_date = holidays.holiday_date

    union all

    select
        0 as date_key,
        null as calendar_date,
        null as year_number,
        null as quarter_number,
        null as month_number,
        'Unknown' as month_name,
        null as month_start_date,
        null as week_start_date,
        null as day_of_month,
        null as day_of_week_number,
        'Unknown' as day_of_week_name,
        null as is_weekend,
        null as is_national_holiday,
        null as holiday_name,
        null as commercial_date_name,
        null as is_business_day
)

{{ keep_stamps('final', 'date_key') }}
