{% do [ref('fct_orders'), ref('dim_locations')] %}
{{ metric_view('orders') }}
