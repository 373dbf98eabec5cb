{#- The keys of persons who were erased, as {salt, replacements (dict: hash of the key → what stands in its place)}; none
    when nobody was. -#}
{% macro erased_keys() -%}
    {%- set keys = {'salt': none, 'replacements': {}} -%}
    {%- set ledger = load_relation(ref('ops_erased_keys')) if medallion.is_running() -%}
    {%- for row in (run_query('select key_hash, replacement, salt from ' ~ ledger).rows if ledger else []) -%}
        {%- do keys.update({'salt': row[2]}) -%}
        {%- do keys.replacements.update({row[0]: row[1]}) -%}
    {%- endfor -%}
    {{ return(keys if keys.replacements else none) }}
{%- endmacro %}

{#- The fields of a landed record without what belongs to an erased person: keys replaced, columns with a class of
    personal data and columns nobody declared null. Gives {fields, is_erased (expression)}.
    Arguments: entity (an entry of `landing_entities()`, with `erased`), fields (dict: name in the file → expression). -#}
{% macro without_erased(entity, fields) -%}
    {#- An order's number says which other records are about the person; it stays. -#}
    {%- set found = [] -%}
    {%- for name in fields if name == 'order_id' or entity.classes.get(name) == 'identifier' -%}
        {%- do found.append(medallion.erased_replacement(entity.erased, fields[name])) -%}
    {%- endfor -%}
    {%- if not found -%}{{ return({'fields': fields, 'is_erased': 'false'}) }}{%- endif -%}
    {%- set is_erased = '(coalesce(' ~ found | join(', ') ~ ') is not null)' -%}
    {%- set kept, landed = {}, entity.landed.values() | list -%}
    {%- for name, value in fields.items() -%}
        {%- if entity.classes.get(name) == 'identifier' -%}
            {%- do kept.update({name: 'coalesce(' ~ medallion.erased_replacement(entity.erased, value) ~ ', ' ~ value ~ ')'}) -%}
        {%- elif name in entity.classes or name not in landed + landed | map('lower') | list + ['_operation'] -%}
            {%- do kept.update({name: 'case when not ' ~ is_erased ~ ' then ' ~ value ~ ' end'}) -%}
        {%- else -%}
            {%- do kept.update({name: value}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return({'fields': kept, 'is_erased': is_erased}) }}
{%- endmacro %}

{#- A record that could not be parsed, or `[erased]` where it names an erased person.
    Arguments: keys (as `erased_keys` gives them), text (expression). -#}
{% macro corrupt_without_erased(keys, text) -%}
    case when {{ medallion.names_an_erased_key(keys, text) }} then '[erased]' else {{ text }} end
{%- endmacro %}
