{#- The source tables that are fed from landed files (those with `meta.landing` in their YAML), as a list of
    {entity, files, pattern, required, schema_drift, columns, landed, classes}. `pattern` is `files` as a regular expression
    over the path below the landing root; `landed` says what each column is called in the files: its own name, unless
    the YAML gives another (`meta.landed_as`) because that is no plain SQL name; `classes` says by those names which class
    of personal data a column is. -#}
{% macro landing_entities() -%}
    {%- set entities = [] -%}
    {%- for node in graph.sources.values() | sort(attribute='unique_id')
        if node.config.meta.get('landing') -%}
        {%- set landing, landed = node.config.meta.landing, {} -%}
        {%- for name, column in node.columns.items() -%}
            {%- do landed.update({name: column.get('config', {}).get('meta', {}).get('landed_as') or name}) -%}
        {%- endfor -%}
        {%- if not landing.get('files') -%}
            {{ exceptions.raise_compiler_error(
                node.original_file_path ~ ": source table '" ~ node.name ~ "' has no meta.landing.files; "
                ~ "give a glob below the landing path, such as '**/" ~ node.name ~ "*'") }}
        {%- endif -%}
        {%- set classes = {} -%}
        {%- for column in medallion.personal_columns(node) -%}
            {%- do classes.update({landed[column.name]: column.class, landed[column.name] | lower: column.class}) -%}
        {%- endfor -%}
        {%- do entities.append({
            'entity': node.source_name ~ '.' ~ node.name,
            'files': landing.files,
            'pattern': landing.files | replace('.', '\\.') | replace('**/', '\x01') | replace('*', '[^/]*')
                | replace('?', '[^/]') | replace('\x01', '(?:.*/)?'),
            'required': landing.get('required', false),
            'schema_drift': landing.get('schema_drift', {}),
            'columns': node.columns.keys() | list,
            'landed': landed,
            'classes': classes,
        }) -%}
    {%- endfor -%}
    {{ return(entities) }}
{%- endmacro %}
