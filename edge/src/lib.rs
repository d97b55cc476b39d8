//! The roadside unit: readers, cameras, evidence, outbox, uplink, roadside page.
