{{ ingest(source('marketplace', 'order_items')) }}
