{#- Whether a model is left alone when nothing it is built from has changed: those configured with `when_unchanged: skip`,
    in builds of the whole project. What somebody selects is built. Arguments: node (of the graph). -#}
{% macro may_stay(node) -%}
    {{ return(
        node.config.get('meta', {}).get('when_unchanged') == 'skip'
        and node.config.materialized in ['table', 'incremental'] and node.language == 'sql'
        and medallion.is_running() and not flags.EMPTY and not flags.SAMPLE and not invocation_args_dict.get('select')
    ) }}
{%- endmacro %}
