{{ ingest(source('marketplace', 'geolocation')) }}
