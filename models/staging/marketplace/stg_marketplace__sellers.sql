{{ ingest(source('marketplace', 'sellers')) }}
