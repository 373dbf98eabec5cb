{{ ingest(source('carriers', 'shipment_events')) }}
