//! Plates, topics, ids and rulebooks: short texts from people, cameras and files.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plumewatch_shared::ids::{FileHash, PassageId, StationId};
use plumewatch_shared::plate::Plate;
use plumewatch_shared::protocol::topic::Topic;
use plumewatch_shared::rulebook::{Rulebook, Source, edition::Edition};

fuzz_target!(|text: &str| {
    if let Ok(plate) = text.parse::<Plate>() {
        assert!(plate.as_str().parse::<Plate>() == Ok(plate.clone()));
    }
    if let Ok(topic) = text.parse::<Topic>() {
        assert_eq!(topic.to_string(), text);
    }
    if let Ok(id) = text.parse::<PassageId>() {
        assert_eq!(id.to_string(), text);
    }
    let _ = (text.parse::<StationId>(), text.parse::<FileHash>(), Rulebook::parse(text));
    let _ = (Source::parse("noise", text), text.parse::<Edition>());
});
