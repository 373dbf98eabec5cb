{{ ingest(source('marketplace', 'orders')) }}
