"""What the Python models under models/intermediate/learning/ import, on both engines."""
