{{ ingest(source('marketing', 'marketing_qualified_leads')) }}
