{{ ingest(source('marketplace', 'product_category_translations')) }}
