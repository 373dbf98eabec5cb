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

{#- What stands in the place of a key: null unless it was erased. The hashes are written into the statement, because a join
    would change the order of the records, by which they are numbered.
    Arguments: keys (as `erased_keys` gives them), key (expression). -#}
{% macro erased_replacement(keys, key) -%}
    {{ return(adapter.dispatch('erased_replacement', 'medallion')(keys, key)) }}
{%- endmacro %}

{% macro default__erased_replacement(keys, key) -%}
    {{ exceptions.raise_compiler_error('erased_replacement() is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__erased_replacement(keys, key) -%}
    map([{% for hash in keys.replacements %}'{{ hash }}'{{ ', ' if not loop.last }}{% endfor %}],
        [{% for value in keys.replacements.values() %}'{{ value }}'{{ ', ' if not loop.last }}{% endfor %}])[
        md5('{{ keys.salt }}' || trim({{ key }}))]
{%- endmacro %}

{% macro databricks__erased_replacement(keys, key) -%}
    try_element_at(
        map({% for hash, value in keys.replacements.items() %}'{{ hash }}', '{{ value }}'{{ ', ' if not loop.last }}{% endfor %}),
        md5(concat('{{ keys.salt }}', trim({{ key }})))
    )
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

{#- Whether one of the words of a text is a key that was erased. Arguments: keys (as `erased_keys` gives them), text. -#}
{% macro names_an_erased_key(keys, text) -%}
    {{ return(adapter.dispatch('names_an_erased_key', 'medallion')(keys, text)) }}
{%- endmacro %}

{% macro default__names_an_erased_key(keys, text) -%}
    {{ exceptions.raise_compiler_error('names_an_erased_key() is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__names_an_erased_key(keys, text) -%}
    list_has_any(
        list_transform(regexp_extract_all({{ text }}, '[0-9A-Za-z_-]+'), word -> md5('{{ keys.salt }}' || word)),
        [{% for hash in keys.replacements %}'{{ hash }}'{{ ', ' if not loop.last }}{% endfor %}]
    )
{%- endmacro %}

{% macro databricks__names_an_erased_key(keys, text) -%}
    arrays_overlap(
        transform(regexp_extract_all({{ text }}, '[0-9A-Za-z_-]+', 0), word -> md5(concat('{{ keys.salt }}', word))),
        array({% for hash in keys.replacements %}'{{ hash }}'{{ ', ' if not loop.last }}{% endfor %})
    )
{%- endmacro %}
