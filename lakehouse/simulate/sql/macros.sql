-- Draws, formats and small rules shared by all the other scripts.
--
-- Every random number is a pure function of (seed, stream, id): nothing depends on the order in
-- which rows are made, so any number of threads gives the same bytes. The mixing is written out,
-- because DuckDB's own hash() may change between versions: four rounds of "multiply, take the
-- remainder by a prime just below 2^32, flip bits". No step overflows 64 bits, and `id` is named
-- only once (a macro is pasted in: naming it twice a round would paste it sixteen times).

-- two numbers below 2^32 out of seed and stream; folded once per query
create or replace macro key_1(stream) as
    md5_number_lower(getvariable('seed') || ':' || stream) & 4294967295;
create or replace macro key_2(stream) as
    md5_number_upper(getvariable('seed') || ':' || stream) & 4294967295;
-- uniform in [0, 1); stream: a text, id: a whole number below 2^32
create or replace macro u(stream, id) as
    (xor(
        (xor(
            (xor(
                ((id)::ubigint * 2654435761 + key_1(stream)) % 4294967291,
                key_2(stream)) * 2246822507) % 4294967279,
            2863311530) * 3266489917) % 4294967231,
        1431655765) * 668265263 % 4294967197) / 4294967197.0;
create or replace macro id32(stream, id) as md5(getvariable('seed') || ':' || stream || ':' || id);

-- tables of distributions: a value by slot, a number by piecewise linear quantile curve
create or replace macro slot(x) as floor(x * 4000)::integer;
create or replace macro bucket(x) as floor(x * 40)::integer;
create or replace macro on_curve(lo, hi, x) as lo + (hi - lo) * (x * 40 - floor(x * 40));

-- a number from 0 to n - 1, small ones more often: density falls like (number + flat)^(1/g - 1);
-- `flat` keeps the first few from taking too much; x is uniform
create or replace macro skewed_start(n, flat, g) as pow(flat / (n + flat), 1 / g);
create or replace macro skewed(n, flat, g, x) as least(n - 1, greatest(0, floor((n + flat)
    * pow(skewed_start(n, flat, g) + (1 - skewed_start(n, flat, g)) * x, g) - flat)))::bigint;

-- the drop that delivers what happened at a moment: 0 is the history, n the n-th daily drop
-- (null stays null: greatest() alone would make it 0)
create or replace macro drop_of(moment) as
    if(moment is null, null,
        greatest(0, datediff('day', getvariable('first_drop'), (moment)::date)));
create or replace macro plus_hours(moment, h) as moment + to_seconds(round(h * 3600)::bigint);
create or replace macro stamp(moment) as strftime(moment, '%Y-%m-%d %H:%M:%S');
create or replace macro brl(cents) as
    (cents // 100)::varchar || '.' || lpad((cents % 100)::varchar, 2, '0');
create or replace macro zip5(number) as lpad((number)::varchar, 5, '0');
-- prefix j of the `prefixes` in use in a city; one that ends in 999 is never in use, so that a
-- prefix without any geolocation (M7, M8) can be made of it
create or replace macro zip_number(zip_from, width, prefixes, j) as
    zip_from + floor(j * width / prefixes)::bigint
        - if((zip_from + floor(j * width / prefixes)::bigint) % 1000 = 999, 1, 0);
create or replace macro lost_zip(zip) as zip5(zip // 1000 * 1000 + 999);

create or replace macro region(state) as case
    when state in ('SP', 'RJ', 'MG', 'ES') then 'southeast'
    when state in ('PR', 'SC', 'RS') then 'south'
    when state in ('DF', 'GO', 'MS', 'MT') then 'centre'
    when state in ('BA', 'SE', 'AL', 'PE', 'PB', 'RN', 'CE', 'PI', 'MA') then 'northeast'
    else 'north' end;
create or replace macro distance_band(a, b) as case
    when a = b then 'same_state' when region(a) = region(b) then 'same_region' else 'far' end;
create or replace macro weight_band(grams) as case
    when grams is null or grams <= 300 then 1 when grams <= 700 then 2 when grams <= 1500 then 3
    when grams <= 4000 then 4 when grams <= 10000 then 5 else 6 end;
create or replace macro delay_band(days) as case
    when days is null then 'never' when days <= 0 then 'on_time' when days <= 3 then 'late_3'
    when days <= 7 then 'late_7' else 'late_more' end;
create or replace macro value_band(cents) as case
    when cents < 5000 then 1 when cents < 10000 then 2 when cents < 20000 then 3
    when cents < 50000 then 4 else 5 end;

-- a field as the published files write it: in quotes only when it must be
create or replace macro csv_text(field) as case
    when field is null then ''
    when regexp_matches(field, '[,"\r\n]') then '"' || replace(field, '"', '""') || '"'
    else field end;
