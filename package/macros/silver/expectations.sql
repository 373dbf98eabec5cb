{#- The rules of a silver model, in the order they are reported: one that each key column is present, then those
    declared in its YAML under `config.meta.expectations`, as a list of {name, expression, on_violation}.
    (dbt hides a model's YAML from its unit tests: those override `medallion.expectations` with the rules they test.)
    Arguments: node (the model), key (list of columns). -#}
{% macro expectations(node, key) -%}
    {%- set rules = [] -%}
    {%- for column in key if not column.startswith('_') -%}
        {%- do rules.append({'name': column ~ '_present', 'expression': column ~ ' is not null', 'on_violation': 'quarantine'}) -%}
    {%- endfor -%}
    {%- for rule in node.config.get('meta', {}).get('expectations', []) -%}
        {%- if not rule.get('name') or not rule.get('expression') or rule.get('on_violation') not in ['quarantine', 'warn', 'fail'] -%}
            {{ exceptions.raise_compiler_error((node.patch_path or node.name) ~ ": the expectation " ~ rule
                ~ " needs a name, an expression, and on_violation: quarantine, warn or fail") }}
        {%- endif -%}
        {%- do rules.append(rule) -%}
    {%- endfor -%}
    {{ return(rules) }}
{%- endmacro %}

{#- The names of the rules a row breaks, separated by a comma and a space; null when it breaks none. An expression
    that is null passes, as with a CHECK constraint.
    Arguments: rules (list), on_violation (which of them). -#}
{% macro broken_rules(rules, on_violation) -%}
    {%- set cases = ['_unreadable'] if on_violation == 'quarantine' else [] -%}
    {%- for rule in rules if rule.on_violation == on_violation -%}
        {%- do cases.append("case when not (" ~ rule.expression ~ ") then '" ~ rule.name ~ "' end") -%}
    {%- endfor -%}
    {%- if cases -%}
        nullif(concat_ws(', ', {{ cases | join(',\n            ') }}), '')
    {%- else -%}
        cast(null as {{ dbt.type_string() }})
    {%- endif -%}
{%- endmacro %}

{#- The rules of a silver model with the implicit ones: each typed column is readable. While parsing, when there is no
    node yet, one rule without a name. Arguments: node (the model, or none). -#}
{% macro all_rules(node) -%}
    {%- if not node -%}{{ return([{'name': '', 'on_violation': ''}]) }}{%- endif -%}
    {%- set rules = medallion.expectations(node, node.config.meta.get('key', [])) -%}
    {%- for column in medallion.readable_columns(node) -%}
        {%- do rules.append({'name': column ~ '_readable', 'on_violation': 'quarantine'}) -%}
    {%- endfor -%}
    {{ return(rules) }}
{%- endmacro %}
