//! Ingest, store, broker, pages and documents.
