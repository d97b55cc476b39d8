use edge_core::matching::LaneConfig;
use plumewatch_shared::{ids::LaneNo, reading::Reading, rulebook::Rulebook, sample};

use super::*;
use crate::{
    announce::{Board, News},
    config::ClockConfig,
    outbox::store::SledOutbox,
    rulebooks::RulebookShelf,
    watchlist::WatchlistShelf,
};

fn drive(
    outbox: Arc<dyn Outbox>,
    acknowledge: Option<Acknowledge>,
) -> (mpsc::Sender<Input>, mpsc::Receiver<PassageDraft>, LaneDrive) {
    let (inputs_tx, inputs) = mpsc::channel(INPUTS);
    let (drafts, drafts_rx) = mpsc::channel(DRAFTS);
    let (_, weather) = watch::channel(None);
    let lane = Lane::new(LaneConfig::usual(LaneNo::new(1).unwrap()), Rulebook::hj845());
    let clock = Clock::new(ClockConfig::Trusted);
    let herald = Herald {
        station: "A140105001".parse().unwrap(),
        watchlist: WatchlistShelf::open(std::path::Path::new("nowhere"), None),
        board: Board::new(crate::health::starting(), "nowhere".into()),
        said: Vec::new(),
    };
    let rulebooks = RulebookShelf::shipped().passages();
    let checks = CheckShelf::open(std::path::Path::new("nowhere"));
    let drive = LaneDrive {
        lane,
        inputs,
        weather,
        rulebooks,
        drafts,
        acknowledge,
        herald,
        outbox,
        learnt: checks.follow(),
        checks,
        judged: mpsc::channel(1).0,
        pictures: Arc::default(),
        awaiting: VecDeque::new(),
        clock,
    };
    (inputs_tx, drafts_rx, drive)
}

fn reading(number: u64) -> Reading {
    let mut reading = sample::passage(number).passage().reading.unwrap();
    reading.measured = Clock::new(ClockConfig::Trusted).now();
    reading
}

#[tokio::test]
async fn what_waits_when_the_inputs_close_is_passed_on_before_the_lane_ends() {
    let folder = tempfile::tempdir().unwrap();
    let outbox = Arc::new(SledOutbox::open(folder.path()).unwrap());
    let (inputs, mut drafts, drive) = drive(outbox, None);
    inputs.send(Input::Reading(Box::new(reading(1)))).await.unwrap();
    inputs.send(Input::Reading(Box::new(reading(1)))).await.unwrap();
    drop(inputs);
    drive.run().await;
    assert_eq!(drafts.recv().await.unwrap().origin().unwrap().sequence, 1);
    assert!(drafts.recv().await.is_none(), "a repeat is no second passage");
}

#[tokio::test]
async fn rulebooks_that_come_decide_from_the_next_passage_on() {
    let folder = tempfile::tempdir().unwrap();
    let outbox = Arc::new(SledOutbox::open(folder.path()).unwrap());
    let (inputs, mut drafts, mut drive) = drive(outbox, None);
    let newer = Rulebook { version: "2017-07-27.2".to_owned(), ..Rulebook::hj845() };
    let (told, rulebooks) = watch::channel(Rulebook::hj845().into());
    drive.rulebooks = rulebooks;
    let running = tokio::spawn(drive.run());
    inputs.send(Input::Reading(Box::new(reading(1)))).await.unwrap();
    assert_eq!(drafts.recv().await.unwrap().rulebook.version, "2017-07-27.1");
    told.send_replace(newer.into());
    inputs.send(Input::Reading(Box::new(reading(2)))).await.unwrap();
    drop(inputs);
    assert_eq!(drafts.recv().await.unwrap().rulebook.version, "2017-07-27.2");
    running.await.unwrap();
}

#[tokio::test]
async fn a_measurement_stored_before_a_restart_is_acknowledged_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let outbox = SledOutbox::open(folder.path()).unwrap();
    outbox
        .append(&crate::outbox::NewRecord {
            sequence: 1,
            payload: b"{}".to_vec(),
            link: outbox.head().link,
            origin: Some(reading(5).origin),
            files: Vec::new(),
            class: edge_core::retention::Class::Remarkable,
        })
        .unwrap();
    let (origins, mut acknowledged) = mpsc::channel(4);
    let head = Acknowledge { origins, line: Arc::default() };
    let (inputs, mut drafts, drive) = drive(Arc::new(outbox), Some(head));
    inputs.send(Input::Reading(Box::new(reading(5)))).await.unwrap();
    drop(inputs);
    drive.run().await;
    assert_eq!(acknowledged.recv().await.unwrap(), reading(5).origin);
    assert!(drafts.recv().await.is_none());
}

#[tokio::test]
async fn an_acknowledgement_that_finds_the_line_full_is_dropped_and_counted() {
    let (origins, _kept) = mpsc::channel(1);
    let head = Acknowledge { origins, line: Arc::default() };
    head.send(reading(1).origin);
    head.send(reading(2).origin);
    assert_eq!(head.line.facts().dropped_acknowledgements, 1);
}

#[tokio::test]
async fn a_reading_is_told_of_before_its_passage_closes() {
    let folder = tempfile::tempdir().unwrap();
    let (inputs, mut drafts, drive) = drive(Arc::new(SledOutbox::open(folder.path()).unwrap()), None);
    let (_, mut news) = drive.herald.board.open(0);
    let running = tokio::spawn(drive.run());
    inputs.send(Input::Reading(Box::new(reading(1)))).await.unwrap();
    let News::Early(word) = news.recv().await.unwrap() else { panic!("nothing is stored yet") };
    assert_eq!(word.report.reading.as_ref().unwrap().sequence, 1);
    assert!(drafts.try_recv().is_err(), "the cameras may still speak");
    drop(inputs);
    running.await.unwrap();
}

/// A smoking vehicle behind the rear camera, whose clip is promised under this name.
fn smoking(clip: edge_core::matching::PictureId) -> VehicleTrack {
    use plumewatch_shared::{passage::EvidenceKind, plate::PlateColour, time::Moment};
    let now = Clock::new(ClockConfig::Trusted).now();
    let first = Moment { tick: now.tick.before(Duration::from_secs(1)), ..now };
    VehicleTrack {
        camera: edge_core::matching::CameraRole::Rear,
        first,
        last: now,
        sighting: sample::sighting("晋A12345", PlateColour::Yellow),
        smoke: sample::passage(1).with_smoke(4_100).passage().smoke,
        pictures: vec![(EvidenceKind::PlumeClip, clip)],
    }
}

/// A lane that closes a lone track at once.
fn hasty(drive: &mut LaneDrive) {
    let config = LaneConfig { window: Duration::ZERO, ..LaneConfig::usual(LaneNo::new(1).unwrap()) };
    drive.lane = Lane::new(config, Rulebook::hj845());
}

#[tokio::test]
async fn a_passage_waits_for_the_clip_it_was_promised_and_is_shown_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let (inputs, mut drafts, mut drive) = drive(Arc::new(SledOutbox::open(folder.path()).unwrap()), None);
    hasty(&mut drive);
    let pictures = drive.pictures.clone();
    let clip = pictures.promise(clock::tick());
    let (_, mut news) = drive.herald.board.open(0);
    let running = tokio::spawn(drive.run());
    inputs.send(Input::Track(Box::new(smoking(clip)))).await.unwrap();
    let News::Early(word) = news.recv().await.unwrap() else { panic!("nothing is stored yet") };
    assert_eq!(word.report.verdict.outcome, "exceeding");
    assert!(drafts.try_recv().is_err(), "it waits for its clip");
    pictures.fulfil(clip, Some(vec![1, 2, 3]));
    inputs.send(Input::Clip).await.unwrap();
    let draft = drafts.recv().await.unwrap();
    assert_eq!(pictures.take(draft.pictures[0].1), Some(vec![1, 2, 3]));
    drop(inputs);
    running.await.unwrap();
}

#[tokio::test]
async fn a_passage_whose_clip_will_not_come_goes_on_and_so_does_one_when_the_unit_stops() {
    let folder = tempfile::tempdir().unwrap();
    let (inputs, mut drafts, mut drive) = drive(Arc::new(SledOutbox::open(folder.path()).unwrap()), None);
    hasty(&mut drive);
    let pictures = drive.pictures.clone();
    let (refused, never) = (pictures.promise(clock::tick()), pictures.promise(clock::tick()));
    let running = tokio::spawn(drive.run());
    inputs.send(Input::Track(Box::new(smoking(refused)))).await.unwrap();
    pictures.fulfil(refused, None);
    inputs.send(Input::Clip).await.unwrap();
    assert!(drafts.recv().await.is_some());
    inputs.send(Input::Track(Box::new(smoking(never)))).await.unwrap();
    drop(inputs);
    running.await.unwrap();
    assert!(drafts.recv().await.is_some(), "nothing that was seen is lost");
    assert!(drafts.recv().await.is_none());
}

#[tokio::test]
async fn a_check_counts_for_the_next_reading_before_it_is_stored() {
    let folder = tempfile::tempdir().unwrap();
    let (inputs, mut drafts, mut drive) = drive(Arc::new(SledOutbox::open(folder.path()).unwrap()), None);
    let (judged, mut stored) = mpsc::channel(4);
    drive.judged = judged;
    let mut check = sample::check(1);
    let mut named = reading(2);
    check.performed = named.measured;
    check.points[0].measured = 0;
    named.audit.as_mut().unwrap().id = check.number.clone();
    inputs.send(Input::Check(Box::new(check.clone()))).await.unwrap();
    inputs.send(Input::Reading(Box::new(named))).await.unwrap();
    drop(inputs);
    drive.run().await;
    assert_eq!(*stored.recv().await.unwrap(), check);
    let draft = drafts.recv().await.unwrap();
    let plumewatch_shared::reading::Validity::Invalid(reasons) = draft.validity.unwrap() else {
        panic!("its check failed")
    };
    let audit = reasons.iter().find(|r| r.condition == plumewatch_shared::reading::Condition::Audit).unwrap();
    assert_eq!(audit.breach, plumewatch_shared::reading::Breach::NotMet);
}
