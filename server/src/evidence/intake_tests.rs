use super::*;
use crate::store::fixture::{STATION, enrol, now, record, sqlite, station};
use plumewatch_shared::passage::{EvidenceFile, EvidenceKind};
use plumewatch_shared::sample;

/// A store with one passage that announces `picture`, and an intake into a folder.
struct Bench {
    store: Store,
    folder: tempfile::TempDir,
}

impl Bench {
    async fn announcing(picture: &[u8]) -> Self {
        let (store, folder) = sqlite().await;
        enrol(&store, STATION).await;
        let file = EvidenceFile {
            kind: EvidenceKind::VehicleFront,
            hash: FileHash::of(picture),
            bytes: picture.len() as u32,
        };
        let mut writing = store.writing().await.unwrap();
        writing.insert_passages(&[record(sample::passage(1).with_evidence(vec![file]))]).await.unwrap();
        writing.commit().await.unwrap();
        Self { store, folder }
    }

    fn files(&self) -> EvidenceStore {
        EvidenceStore::open(&self.folder.path().join("evidence")).unwrap()
    }

    /// As after a restart: nothing remembered but what is on the disk.
    fn intake(&self) -> Intake {
        Intake::new(self.files())
    }

    async fn send(
        &self,
        intake: &mut Intake,
        file: FileHash,
        total: u32,
        offset: u32,
        bytes: &[u8],
    ) -> Option<Answer> {
        let payload = Chunk { total, offset, bytes }.encode();
        intake.take(&self.store, station(STATION), file, &payload, now()).await.unwrap()
    }
}

#[tokio::test]
async fn a_file_comes_whole_through_a_restart_between_any_two_chunks() {
    let picture: Vec<u8> = (0..1_000u32).map(|n| (n % 251) as u8).collect();
    let bench = Bench::announcing(&picture).await;
    let file = FileHash::of(&picture);
    let mut next = 0;
    for chunk in picture.chunks(300) {
        let answer = bench.send(&mut bench.intake(), file, 1_000, next, chunk).await.unwrap();
        assert_eq!(bench.files().read(file).await.unwrap().is_some(), answer.complete);
        next = answer.next_offset;
    }
    assert_eq!(next, 1_000);
    assert_eq!(bench.files().read(file).await.unwrap(), Some(picture.clone()));
    // A repeat after the receipt was lost is answered again.
    let again = bench.send(&mut bench.intake(), file, 1_000, 900, &picture[900..]).await.unwrap();
    assert_eq!((again.complete, again.completed_now, again.next_offset), (true, false, 1_000));
}

#[tokio::test]
async fn a_chunk_out_of_order_is_told_where_to_go_on() {
    let bench = Bench::announcing(b"0123456789").await;
    let file = FileHash::of(b"0123456789");
    let mut intake = bench.intake();
    assert_eq!(bench.send(&mut intake, file, 10, 4, b"456").await, Some(Answer::go_on(0)));
    assert_eq!(bench.send(&mut intake, file, 10, 0, b"0123").await, Some(Answer::go_on(4)));
    assert_eq!(bench.send(&mut intake, file, 10, 0, b"0123").await, Some(Answer::go_on(4)));
    assert!(bench.send(&mut intake, file, 10, 4, b"456789").await.unwrap().complete);
}

#[tokio::test]
async fn a_file_that_nobody_announced_is_neither_kept_nor_answered() {
    let bench = Bench::announcing(b"0123456789").await;
    let stray = FileHash::of(b"stray");
    assert_eq!(bench.send(&mut bench.intake(), stray, 5, 0, b"stray").await, None);
    assert_eq!(bench.files().read(stray).await.unwrap(), None);
    let partial = bench.folder.path().join("evidence/partial");
    assert_eq!(fs::read_dir(partial).unwrap().count(), 0);
}

#[tokio::test]
async fn another_size_than_announced_is_refused() {
    let bench = Bench::announcing(b"0123456789").await;
    let answer = bench.send(&mut bench.intake(), FileHash::of(b"0123456789"), 9, 0, b"012").await.unwrap();
    assert!(answer.refused.is_some());
}

#[tokio::test]
async fn wrong_bytes_are_sent_anew_once_and_then_refused() {
    let bench = Bench::announcing(b"0123456789").await;
    let file = FileHash::of(b"0123456789");
    let mut intake = bench.intake();
    assert_eq!(bench.send(&mut intake, file, 10, 0, b"012345678x").await, Some(Answer::go_on(0)));
    let second = bench.send(&mut intake, file, 10, 0, b"012345678x").await.unwrap();
    assert!(second.refused.is_some());
    assert_eq!(bench.files().read(file).await.unwrap(), None);
    // The right bytes are still welcome.
    assert!(bench.send(&mut intake, file, 10, 0, b"0123456789").await.unwrap().complete);
}

/// Killed between the rename and the database: the next chunk finds the file and finishes the work.
#[tokio::test]
async fn a_file_on_the_disk_that_the_database_does_not_know_is_completed_by_the_next_chunk() {
    let bench = Bench::announcing(b"0123456789").await;
    let file = FileHash::of(b"0123456789");
    let part = bench.folder.path().join("part");
    bench.files();
    fs::write(&part, b"0123456789").unwrap();
    bench.files().keep(&part, file).unwrap();
    let answer = bench.send(&mut bench.intake(), file, 10, 0, b"0123").await.unwrap();
    assert!(answer.complete && answer.completed_now);
}

#[tokio::test]
async fn what_is_no_chunk_is_refused() {
    let bench = Bench::announcing(b"0123456789").await;
    let mut intake = bench.intake();
    let answer =
        intake.take(&bench.store, station(STATION), FileHash::of(b"x"), b"\x01", now()).await.unwrap();
    assert!(answer.unwrap().refused.is_some());
}

#[test]
fn a_station_keeps_a_bounded_number_of_parts() {
    let folder = tempfile::tempdir().unwrap();
    let station = folder.path().join("A140105001");
    for n in 0..3 * PARTIALS_MAX {
        make_room(&station).unwrap();
        fs::write(station.join(n.to_string()), b"part").unwrap();
    }
    assert_eq!(fs::read_dir(&station).unwrap().count(), PARTIALS_MAX);
}
