use edge_vision::plates::PlateReader;
use edge_vision::source::Frame;
use edge_vision::track::{CameraRole, TrackEnded, Tracker};
use plumewatch_shared::passage::PlateDecision;
use plumewatch_shared::plate::{PlateColour, PlateRows};
use plumewatch_shared::time::{ClockQuality, Moment, Stamp, Tick};

use crate::draw::{Canvas, Dice};

const YELLOW: [u8; 3] = [240, 175, 20];
const BLUE: [u8; 3] = [25, 60, 170];
const GREEN: [u8; 3] = [120, 205, 150];
const BLACK: [u8; 3] = [15, 15, 15];
const WHITE: [u8; 3] = [245, 245, 245];

pub(crate) fn moment(number: u64) -> Moment {
    let tick = Tick { micros: 1_000_000 + number * 125_000 };
    let stamp = Stamp::from_micros(1_790_000_000_000_000 + number as i64 * 125_000, ClockQuality::Holdover);
    Moment { tick, stamp: stamp.unwrap() }
}

/// One plate on a lorry's grey front: whatever is not abstained must be right, and most must be read.
#[test]
fn rendered_plates_are_read_and_none_is_read_wrong() {
    let kinds = [
        ("晋A72Q16", YELLOW, BLACK, false, PlateColour::Yellow),
        ("鲁H5K903", YELLOW, BLACK, false, PlateColour::Yellow),
        ("皖K88361", BLUE, WHITE, false, PlateColour::Blue),
        ("浙F3L209", BLUE, WHITE, false, PlateColour::Blue),
        ("沪AD30572", GREEN, BLACK, false, PlateColour::Green),
        ("川E61P85", YELLOW, BLACK, true, PlateColour::Yellow),
        ("苏C4038挂", YELLOW, BLACK, true, PlateColour::Yellow),
        ("湘B90257", YELLOW, BLACK, true, PlateColour::Yellow),
    ];
    let reader = PlateReader::new().unwrap();
    let mut dice = Dice(7);
    let (mut right, mut all) = (0, 0);
    for (text, ground, ink, two, colour) in kinds {
        for width in [130, 180, 230] {
            let mut canvas = Canvas::road(640, 400, u64::from(width as u32));
            canvas.fill([120, 40, 400, 300], [92, 98, 108]);
            canvas.plate((210, 220), width, text, ground, ink, two);
            all += 1;
            for read in reader.read(&canvas.shot(&mut dice)).unwrap() {
                if read.abstained {
                    continue;
                }
                let got = read.text.as_ref().map(|plate| plate.as_str()).unwrap_or_default();
                assert_eq!(got, text, "{width} pixels, confidence {:?}", read.confidence);
                assert_eq!(read.colour, colour, "{text}");
                assert_eq!(read.rows == PlateRows::Two, two, "{text}");
                right += 1;
            }
        }
    }
    println!("rendered plates read: {right} of {all}, none wrong");
    assert!(right * 10 >= all * 6, "{right} of {all}");
}

/// Words on a tarpaulin are no plate.
#[test]
fn words_are_not_read_as_plates() {
    let reader = PlateReader::new().unwrap();
    let mut dice = Dice(3);
    for (text, ground) in [("安全运输公司车", YELLOW), ("0351882", BLUE), ("严禁超载注意人", WHITE)]
    {
        let mut canvas = Canvas::road(640, 400, 5);
        canvas.fill([120, 40, 400, 300], [92, 98, 108]);
        canvas.plate((200, 200), 240, text, ground, BLACK, false);
        let reads = reader.read(&canvas.shot(&mut dice)).unwrap();
        assert!(reads.iter().all(|read| read.abstained), "{text}: {reads:?}");
    }
}

/// An empty road, the lorries one after another with `gap` frames missing between them, the empty road again.
fn drive(plates: &[Option<&str>], gap: u64) -> Vec<TrackEnded> {
    let mut tracker = Tracker::new(CameraRole::Front, PlateReader::new().unwrap()).unwrap();
    let mut dice = Dice(11);
    let road = Canvas::road(640, 400, 2);
    let mut number = 0;
    let mut ended = Vec::new();
    let mut show = |canvas: &Canvas, number: u64| {
        let frame = Frame { picture: canvas.shot(&mut dice), at: moment(number), number, recorded_s: None };
        ended.extend(tracker.on_frame(&frame).unwrap());
    };
    for _ in 0..16 {
        show(&road, number);
        number += 1;
    }
    for plate in plates {
        for step in 0..10 {
            let mut canvas = road.clone();
            let (x, y) = (150, 20 + step * 14);
            canvas.fill([x, y, 330, 230], [70, 82, 110]);
            canvas.fill([x + 30, y + 30, 270, 60], [20, 25, 30]);
            if let Some(text) = plate {
                canvas.plate((x + 80, y + 160), 170, text, YELLOW, BLACK, false);
            }
            show(&canvas, number);
            number += 1;
        }
        number += gap;
    }
    for _ in 0..8 {
        show(&road, number);
        number += 1;
    }
    ended.extend(tracker.finish_all().unwrap());
    ended
}

#[test]
fn a_lorry_driving_by_is_one_track_with_its_plate_and_pictures() {
    let ended = drive(&[Some("晋A72Q16")], 0);
    assert_eq!(ended.len(), 1, "{}", ended.len());
    let track = &ended[0];
    assert!((8..=12).contains(&track.frames), "{} frames", track.frames);
    assert_eq!(track.sighting.decision, PlateDecision::Read("晋A72Q16".parse().unwrap()));
    assert!(track.vehicle.is_some() && track.plate.is_some() && track.smoke.is_none());
}

#[test]
fn a_lorry_without_a_plate_is_a_track_that_abstains() {
    let ended = drive(&[None], 0);
    assert_eq!(ended.len(), 1);
    assert!(matches!(ended[0].sighting.decision, PlateDecision::Abstained(_)));
    assert!(ended[0].vehicle.is_some());
}

/// The camera gave no frame for three seconds, and another lorry stands where the first was.
#[test]
fn a_lorry_seen_after_a_gap_is_not_the_one_before_it() {
    let ended = drive(&[Some("晋A72Q16"), Some("鲁H5K903")], 24);
    let plates: Vec<_> = ended.iter().map(|track| track.sighting.decision.clone()).collect();
    let read = |text: &str| PlateDecision::Read(text.parse().unwrap());
    assert_eq!(plates, [read("晋A72Q16"), read("鲁H5K903")]);
}
