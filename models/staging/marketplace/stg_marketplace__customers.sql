{{ ingest(source('marketplace', 'customers')) }}
