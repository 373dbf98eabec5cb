{% do [ref('fct_order_payments'), ref('fct_orders'), ref('dim_payment_types')] %}
{{ metric_view('order_payments') }}
