{#- Those files of the landing zone that the inventory does not hold in this version. Stops a full refresh that
    would lose records; raises for a required source without a file, warns of any other and of files that no source
    claims.
    Arguments: found (the files, as a list of dicts with entity, source_file, file_format, size_bytes, modified_at),
    entities (as `landing_entities()` gives them). -#}
{% macro new_landed_files(found, entities) -%}
    {%- set root = medallion.landing_root() -%}
    {%- do medallion.refuse_loss(found) -%}
    {%- for entity in entities if entity.required and not found | selectattr('entity', 'equalto', entity.entity) | list -%}
        {%- do exceptions.raise_compiler_error("The landing path '" ~ root ~ "' holds no file for the required "
            ~ "source " ~ entity.entity ~ " (pattern '" ~ entity.files ~ "'). Put one there, set LANDING_PATH to "
            ~ "the folder your files are in, or make the source optional in its YAML (required: false).") -%}
    {%- endfor -%}
    {%- for entity in entities if found and not found | selectattr('entity', 'equalto', entity.entity) | list -%}
        {%- do exceptions.warn("No file in '" ~ root ~ "' for source " ~ entity.entity ~ " (pattern '"
            ~ entity.files ~ "'): its table stays as it is.") -%}
    {%- endfor -%}

    {%- set known = {} -%}
    {%- if is_incremental() -%}
        {%- for row in run_query("select entity, source_file, size_bytes, cast(modified_at as " ~ dbt.type_string()
            ~ ") from " ~ this).rows -%}
            {%- do known.update({(row[0], row[1], row[2] | int, row[3]): true}) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- set new = [] -%}
    {%- for file in found if (file.entity, file.source_file, file.size_bytes | int, file.modified_at) not in known -%}
        {%- if file.entity is none -%}
            {%- do exceptions.warn("No source claims the landed file '" ~ file.source_file ~ "': it is listed in "
                ~ "ops_landed_files and not read. "
                ~ ("Add it to a source's meta.landing.files, or remove it." if file.file_format else
                "It is none of .csv, .jsonl, .ndjson, .json (each also .gz) and .parquet: convert or remove it.")) -%}
        {%- endif -%}
        {%- do new.append(file) -%}
    {%- endfor -%}
    {{ return(new) }}
{%- endmacro %}
