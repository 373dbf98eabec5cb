{#- Stops a full refresh that would forget records: one whose landing zone lacks files that the lakehouse holds.
    Arguments: found (the files in the landing zone, as dicts with source_file). -#}
{% macro refuse_loss(found) -%}
    {%- set known = load_cached_relation(this) if medallion.is_running() and flags.FULL_REFRESH -%}
    {%- if known and not var('forget_missing_files', false) -%}
        {%- set present = found | map(attribute='source_file') | list -%}
        {%- set missing = [] -%}
        {%- for row in run_query("select distinct source_file from " ~ known
            ~ " where entity is not null and record_count > 0 order by source_file").rows if row[0] not in present -%}
            {%- do missing.append(row[0]) -%}
        {%- endfor -%}
        {%- if missing -%}
            {{ exceptions.raise_compiler_error("A full refresh reads the landing zone again, and '" ~ medallion.landing_root()
                ~ "' no longer holds " ~ missing | length ~ " of the files the lakehouse was built from (for example "
                ~ missing[0] ~ "): their records would be lost. Put the files back, or accept the loss with "
                ~ "--vars 'forget_missing_files: true'.") }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
