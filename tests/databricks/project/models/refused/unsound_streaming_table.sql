{{ config(materialized='streaming_table') }}
select nowhere from stream read_files('{{ var("landing") }}', format => 'text')
