{{ ingest(source('marketplace', 'order_reviews')) }}
