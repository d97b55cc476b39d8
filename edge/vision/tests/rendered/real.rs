//! Real pictures, where they are at hand. They are never part of this repository.

use std::path::PathBuf;

use edge_vision::picture::Picture;
use edge_vision::plates::PlateReader;

/// `PLUMEWATCH_DATA`, or `../shared/data` beside the repository.
fn data() -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let path = std::env::var_os("PLUMEWATCH_DATA").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    path.join("plates/manifest.csv").exists().then_some(path)
}

/// Plates of toll-gate and street scenes: a sample; the whole table is in the model card.
#[test]
fn real_scenes_are_read() {
    let Some(data) = data() else {
        eprintln!("SKIPPED real_scenes_are_read: no real pictures (set PLUMEWATCH_DATA)");
        return;
    };
    let manifest = std::fs::read_to_string(data.join("plates/manifest.csv")).unwrap();
    let reader = PlateReader::new().unwrap();
    let (mut right, mut wrong, mut all) = (0, 0, 0);
    // Columns: file, plate, …; the first two hold no commas.
    for row in manifest.lines().skip(1).filter(|row| row.starts_with("scenes/")).step_by(28) {
        let mut columns = row.split(',');
        let (file, plate) = (columns.next().unwrap(), columns.next().unwrap());
        let others: String = row.to_owned();
        all += u32::from(!plate.is_empty());
        let picture = Picture::open(&data.join("plates").join(file)).unwrap();
        for read in reader.read(&picture).unwrap().into_iter().filter(|read| !read.abstained) {
            let text = read.text.as_ref().map(|t| t.as_str().to_owned()).unwrap_or_default();
            right += u32::from(text == plate);
            wrong += u32::from(!others.contains(&text));
        }
    }
    println!("real scenes: {right} of {all} right, {wrong} wrong");
    assert!(right * 2 >= all, "{right} of {all}");
    assert!(wrong * 8 <= all, "{wrong} wrong of {all}");
}
