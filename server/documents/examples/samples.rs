//! Prints a sample of each paper: `cargo run -p server-documents --example samples -- FOLDER [TEMPLATES]`.

use std::path::PathBuf;
use std::time::Instant;

use server_documents::{Press, PressPlan, samples};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let folder = arguments.next().unwrap_or_else(|| PathBuf::from("."));
    let began = Instant::now();
    let press = Press::open(&PressPlan { fonts: None, templates: arguments.next() })?;
    eprintln!("opened in {:?}", began.elapsed());
    std::fs::create_dir_all(&folder)?;
    for round in 1..=2 {
        let began = Instant::now();
        let papers = samples::pdfs(&press)?;
        eprintln!("round {round}: {} papers in {:?}", papers.len(), began.elapsed());
        for (name, pdf) in papers {
            std::fs::write(folder.join(format!("{name}.pdf")), pdf)?;
        }
    }
    Ok(())
}
