{% do [ref('fct_order_items'), ref('fct_orders'), ref('dim_locations'), ref('dim_products'), ref('dim_sellers')] %}
{{ metric_view('order_items') }}
