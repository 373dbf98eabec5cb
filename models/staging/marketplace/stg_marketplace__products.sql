{{ ingest(source('marketplace', 'products')) }}
