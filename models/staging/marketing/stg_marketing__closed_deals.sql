{{ ingest(source('marketing', 'closed_deals')) }}
