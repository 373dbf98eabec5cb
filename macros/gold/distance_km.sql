{#- Great-circle distance in whole kilometres between two places (haversine, radius 6371 km), as a double.
    Arguments: origin, destination (aliases of relations with latitude and longitude in degrees). -#}
{% macro distance_km(origin, destination) -%}
    round(2 * 6371 * asin(least(1, sqrt(
            pow(sin(radians({{ destination }}.latitude - {{ origin }}.latitude) / 2), 2)
            + cos(radians({{ origin }}.latitude)) * cos(radians({{ destination }}.latitude))
            * pow(sin(radians({{ destination }}.longitude - {{ origin }}.longitude) / 2), 2)
        ))))
{%- endmacro %}
