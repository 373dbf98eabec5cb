{{ config(materialized='streaming_table') }}
select id, _metadata.file_name as file_name
from stream read_files(
    '{{ var("landing") }}', format => 'csv', schema => 'id string, name string', header => false
)
