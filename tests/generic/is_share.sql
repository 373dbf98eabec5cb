{#- Every value of a column lies between 0 and 1, both included; nulls pass.
    Arguments: model, column_name (given by dbt). -#}
{% test is_share(model, column_name) %}
select {{ column_name }}
from {{ model }}
where {{ column_name }} < 0 or {{ column_name }} > 1
{% endtest %}
