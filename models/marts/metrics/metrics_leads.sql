{% do ref('fct_lead_conversions') %}
{{ metric_view('leads') }}
