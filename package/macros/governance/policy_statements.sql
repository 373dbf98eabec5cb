{#- Databricks: the statements that make what guards personal data, as a list. A mask shows a value to engineers and to the
    group of `pii_readers_group` (also an environment variable), and what `masked` makes of it to everybody else; a build
    must see values, so who builds belongs to one of them. Where the var `regions` lists some, the row filter shows
    members of `regional_group` the rows of their own region, which is that of the group region-<name>, and everybody else
    all. -#}
{% macro policy_statements() -%}
    {%- set readers = [
        var('engineers_group', env_var('ENGINEERS_GROUP', 'data-engineers')),
        var('pii_readers_group', env_var('PII_READERS_GROUP', 'pii-readers')),
    ] -%}
    {%- set is_reader = [] -%}
    {%- for group in readers -%}
        {%- do is_reader.append('is_account_group_member(' ~ medallion.string_literal(group) ~ ')') -%}
    {%- endfor -%}
    {%- set schema = '`' ~ target.database ~ '`.`' ~ generate_schema_name('governance', none) ~ '`' -%}
    {%- set statements = ['create schema if not exists ' ~ schema ~ " comment 'Masks and row filters.'"] -%}
    {%- for class in ['identifier', 'postcode', 'city', 'free_text', 'coordinate'] -%}
        {%- set type = 'double' if class == 'coordinate' else 'string' -%}
        {%- do statements.append(
            'create or replace function ' ~ medallion.policy_function('mask_' ~ class) ~ '(value ' ~ type ~ ') returns ' ~ type
            ~ ' return case when ' ~ is_reader | join(' or ') ~ ' then value else ' ~ medallion.masked('value', class) ~ ' end'
        ) -%}
    {%- endfor -%}
    {%- set regions = [] -%}
    {%- for region in var('regions', []) -%}
        {%- do regions.append('when ' ~ medallion.string_literal(region)
            ~ ' then is_account_group_member(' ~ medallion.string_literal('region-' ~ region | lower) ~ ')') -%}
    {%- endfor -%}
    {%- do statements.append(
        'create or replace function ' ~ medallion.policy_function('only_own_region') ~ '(region string) returns boolean'
        ~ ' return not is_account_group_member('
        ~ medallion.string_literal(var('regional_group', env_var('REGIONAL_GROUP', '')) or 'regional-teams')
        ~ ') or case region ' ~ regions | join(' ') ~ ' else false end'
    ) if regions -%}
    {{ return(statements) }}
{%- endmacro %}
