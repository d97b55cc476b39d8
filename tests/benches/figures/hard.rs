//! Rendered plates by what makes them hard to read: which difficulty costs how many, and whether the reader then abstains.

use std::ffi::OsString;
use std::fmt::Write;

use e2e::camera::{Confuser, HardRoad};
use e2e::dice::Dice;
use e2e::world::run;
use plumewatch_shared::plate::PlateRows;

/// Pictures of each difficulty.
const EACH: usize = 60;
const SEED: u64 = 3;

pub(crate) fn measure() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("scenes")).unwrap();
    let mut manifest = "file,plate,colour,rows,source,other_plates,stratum,use\n".to_owned();
    let (road, mut dice) = (HardRoad::new(SEED), Dice::new(SEED));
    for confuser in Confuser::ALL {
        for number in 0..EACH {
            let drawn = road.picture(confuser, &mut dice);
            let file = format!("scenes/{}-{number}.jpg", confuser.name().replace(' ', "-"));
            std::fs::write(folder.path().join(&file), &drawn.jpeg).unwrap();
            let (text, colour) = (drawn.plate.plate.as_str(), drawn.plate.colour.word());
            let rows = if drawn.plate.rows == PlateRows::Two { 2 } else { 1 };
            writeln!(manifest, "{file},{text},{colour},{rows},rendered,,{},measure", confuser.name())
                .unwrap();
        }
    }
    let path = folder.path().join("manifest.csv");
    std::fs::write(&path, manifest).unwrap();
    println!(
        "{EACH} rendered pictures of each difficulty (seed {SEED}); the lines \"stratum\" are the difficulties:"
    );
    println!("{}", run("plumewatch-vision", &[OsString::from("eval-plates"), path.into()]).unwrap());
}
