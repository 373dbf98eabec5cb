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

{#- DuckDB: what stands in the place of a key: null unless it was erased. The hashes are written into the statement,
    because a join would change the order of the records, by which they are numbered.
    Arguments: keys (as `erased_keys` gives them), key (expression). -#}
{% macro duckdb_replacement(keys, key) -%}
    map([{% for hash in keys.replacements %}'{{ hash }}'{{ ', ' if not loop.last }}{% endfor %}],
        [{% for value in keys.replacements.values() %}'{{ value }}'{{ ', ' if not loop.last }}{% endfor %}])[
        md5('{{ keys.salt }}' || trim({{ key }}))]
{%- endmacro %}

{#- DuckDB: the fields of a landed record without what belongs to an erased person: keys replaced, columns with a class of
    personal data and columns nobody declared null. Gives {fields, is_erased (expression)}.
    Arguments: entity (an entry of `landing_entities()`, with `erased`), fields (dict: name in the file → expression). -#}
{% macro duckdb_without_erased(entity, fields) -%}
    {#- An order's number says which other records are about the person; it stays. -#}
    {%- set found = [] -%}
    {%- for name in fields if name == 'order_id' or entity.classes.get(name) == 'identifier' -%}
        {%- do found.append(medallion.duckdb_replacement(entity.erased, fields[name])) -%}
    {%- endfor -%}
    {%- if not found -%}{{ return({'fields': fields, 'is_erased': 'false'}) }}{%- endif -%}
    {%- set is_erased = '(coalesce(' ~ found | join(', ') ~ ') is not null)' -%}
    {%- set kept, landed = {}, entity.landed.values() | list -%}
    {%- for name, value in fields.items() -%}
        {%- if entity.classes.get(name) == 'identifier' -%}
            {%- do kept.update({name: 'coalesce(' ~ medallion.duckdb_replacement(entity.erased, value) ~ ', ' ~ value ~ ')'}) -%}
        {%- elif name in entity.classes or name not in landed + landed | map('lower') | list + ['_operation'] -%}
            {%- do kept.update({name: 'case when not ' ~ is_erased ~ ' then ' ~ value ~ ' end'}) -%}
        {%- else -%}
            {%- do kept.update({name: value}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return({'fields': kept, 'is_erased': is_erased}) }}
{%- endmacro %}

{#- DuckDB: a record that could not be parsed, or `[erased]` where it names an erased person.
    Arguments: keys (as `erased_keys` gives them), text (expression). -#}
{% macro duckdb_corrupt_without_erased(keys, text) -%}
    case
        when list_has_any(
            list_transform(regexp_extract_all({{ text }}, '[0-9A-Za-z_-]+'), token -> md5('{{ keys.salt }}' || token)),
            [{% for hash in keys.replacements %}'{{ hash }}'{{ ', ' if not loop.last }}{% endfor %}]
        ) then '[erased]'
        else {{ text }}
    end
{%- endmacro %}
