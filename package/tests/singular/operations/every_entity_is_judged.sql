-- Every silver `__records` model stands in the list that quarantine and reconciliation cover
-- (macros/silver/judged_entities.sql), and the other way round.
{% set listed = medallion.judged_entities() | map('first') | list -%}
{%- set found = [] -%}
{%- for node in graph.get('nodes', {}).values() if node.resource_type == 'model' and '__records' in node.name -%}
    {%- do found.append(node.name[4:-9]) -%}
{%- endfor -%}
select
    entity,
    problem
from (
    values
    {%- for entity in found if entity not in listed %}
    ('{{ entity }}', 'missing in judged_entities()'),
    {%- endfor %}
    {%- for entity in listed if execute and entity not in found %}
    ('{{ entity }}', 'no such model'),
    {%- endfor %}
    (null, null)
) as problems (entity, problem)
where entity is not null
