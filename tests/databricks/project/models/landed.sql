select
    *,
    _metadata.file_name as file_name
from read_files(
    '{{ var("landing") }}',
    format => 'csv',
    header => true,
    schema => 'id string, name string, _corrupt string',
    rescuedDataColumn => '_rescued',
    columnNameOfCorruptRecord => '_corrupt'
) as files
