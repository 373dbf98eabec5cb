{#- The `relationships` tests from a contracted model to the primary key of another: a list of dicts of child, column and
    parent (child and parent are nodes). -#}
{% macro tested_relationships() -%}
    {%- set found = [] -%}
    {%- for test in graph.nodes.values()
        if test.resource_type == 'test' and (test.test_metadata or {}).name == 'relationships'
        and test.attached_node in graph.nodes -%}
        {%- set child = graph.nodes[test.attached_node] -%}
        {%- for parent_id in test.depends_on.nodes if parent_id != test.attached_node and parent_id in graph.nodes -%}
            {%- set parent = graph.nodes[parent_id] -%}
            {%- set field = test.test_metadata.kwargs.field -%}
            {%- set constraints = parent.columns.get(field, {}).get('constraints', []) -%}
            {%- if child.config.contract.enforced and constraints | selectattr('type', 'equalto', 'primary_key') | list -%}
                {%- do found.append({'child': child, 'column': test.test_metadata.kwargs.column_name, 'parent': parent}) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
