{{ ingest(source('marketplace', 'order_payments')) }}
