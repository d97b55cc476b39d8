//! The figures that README quotes, each against a physical limit or a plain peer in the same run: `make bench`.
//!
//! Prints; judges nothing. A machine that is busy with something else slows both sides of a ratio alike.

#![allow(clippy::unwrap_used, reason = "a bench that fails says where and stops")]
#![allow(clippy::print_stdout, reason = "its output is the result")]

mod bare;
mod camera;
mod decoders;
mod delivery;
mod hard;
mod outbox;
mod postgres;
mod roadside;
mod scale;
mod smoke;
mod times;

/// A part's name and what measures it.
type Part = (&'static str, fn());

const PARTS: [Part; 10] = [
    ("decoders", decoders::measure),
    ("camera", camera::measure),
    ("hard-plates", hard::measure),
    ("smoke", smoke::measure),
    ("outbox", outbox::measure),
    ("roadside", roadside::measure),
    ("delivery-sqlite", delivery::on_sqlite),
    ("delivery-postgresql", delivery::on_postgresql),
    ("scale-sqlite", scale::on_sqlite),
    ("scale-postgresql", scale::on_postgresql),
];

/// `cargo bench … -- NAME` measures the parts whose name holds NAME.
fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let _ = rustls::crypto::ring::default_provider().install_default();
    for (name, measure) in PARTS {
        if wanted.is_empty() || wanted.iter().any(|word| name.contains(word.as_str())) {
            println!("== {name}");
            measure();
            println!();
        }
    }
}
