//! Each part in each state, by its facts.

use super::*;

const NOW: Tick = Tick { micros: 1_000_000_000 };

fn ago(seconds: u64) -> Option<Tick> {
    Some(NOW.before(Duration::from_secs(seconds)))
}

fn lane() -> LaneNo {
    LaneNo::new(1).unwrap()
}

fn state(facts: Facts) -> String {
    let part = part(&facts, NOW);
    assert!(!part.zh.is_empty() && !part.en.is_empty());
    assert!(part.zh.ends_with('。') && part.en.ends_with('.'), "sentences: {} {}", part.zh, part.en);
    part.state
}

fn head(heard: Option<Tick>, status: HeadStatus) -> Facts {
    Facts::Head {
        lane: lane(),
        port_open: true,
        heard,
        status: Some(status),
        lost: 0,
        other_lane: false,
        clocks_apart: Some(Duration::from_secs(60)),
    }
}

#[test]
fn a_head_is_good_while_it_is_heard_and_says_so() {
    assert_eq!(state(head(ago(5), HeadStatus::Good)), "good");
    assert_eq!(state(head(ago(6), HeadStatus::Good)), "down");
    assert_eq!(state(head(None, HeadStatus::Good)), "down");
    assert_eq!(state(head(ago(0), HeadStatus::Fault)), "down");
    assert_eq!(state(head(ago(0), HeadStatus::WeakPlume)), "good", "a weak plume is the vehicle's matter");
    let with = |port_open, lost, other_lane| Facts::Head {
        lane: lane(),
        port_open,
        heard: ago(0),
        status: None,
        lost,
        other_lane,
        clocks_apart: None,
    };
    assert_eq!(state(with(true, 3, false)), "degraded");
    assert_eq!(state(with(false, 0, false)), "down");
    assert_eq!(state(with(true, 0, true)), "down");
}

#[test]
fn two_clocks_that_differ_are_said_unless_something_worse_is() {
    let with = |heard| {
        let Facts::Head { lane, port_open, status, lost, other_lane, .. } = head(heard, HeadStatus::Good)
        else {
            unreachable!("it is a head")
        };
        let clocks_apart = Some(Duration::from_secs(3 * 3_600));
        part(&Facts::Head { lane, port_open, heard, status, lost, other_lane, clocks_apart }, NOW)
    };
    assert_eq!(with(ago(0)).state, "degraded");
    assert_eq!(with(ago(0)).zh, "遥测仪的时钟与本机相差3小时，请核对两者的时间。");
    assert_eq!(with(ago(9)).state, "down");
}

#[test]
fn a_silent_part_says_for_how_long_in_both_languages() {
    let silent = part(&head(ago(300), HeadStatus::Good), NOW);
    assert_eq!(silent.part, "head-1");
    assert_eq!(silent.zh, "遥测仪已5分钟无信号。");
    assert_eq!(silent.en, "The head has been silent for 5 min.");
}

#[test]
fn weather_that_is_not_read_is_down_because_nothing_counts_without_it() {
    let weather = |port_open, heard| state(Facts::Weather { port_open, heard });
    assert_eq!(weather(true, ago(60)), "good");
    assert_eq!(weather(true, ago(61)), "down");
    assert_eq!(weather(true, None), "down");
    assert_eq!(weather(false, ago(1)), "down");
}

#[test]
fn a_camera_is_down_when_its_picture_stands_still_but_a_recording_may_end() {
    let camera = |running, frame, ended| {
        state(Facts::Camera {
            role: CameraRole::Rear,
            lane: lane(),
            running,
            frame,
            ended,
            smoke_untrusted: false,
        })
    };
    assert_eq!(camera(true, ago(10), false), "good");
    assert_eq!(camera(true, ago(11), false), "down");
    assert_eq!(camera(true, None, false), "degraded");
    assert_eq!(camera(false, ago(1), false), "down");
    assert_eq!(camera(false, ago(500), true), "good");
}

#[test]
fn clock_disk_and_uplink_say_what_it_means_for_the_records() {
    assert_eq!(state(Facts::Clock(ClockQuality::Synchronised)), "good");
    assert_eq!(state(Facts::Clock(ClockQuality::Holdover)), "degraded");
    assert_eq!(state(Facts::Clock(ClockQuality::Unsynchronised)), "degraded");

    let disk = |free_bytes, shed_files, writable| {
        state(Facts::Disk { free_bytes, reserve_bytes: 1_000, shed_files, writable })
    };
    assert_eq!(disk(1_000, 0, true), "good");
    assert_eq!(disk(999, 0, true), "degraded");
    assert_eq!(disk(1_000, 7, true), "degraded");
    assert_eq!(disk(1_000, 0, false), "down");

    let uplink = |connected, enrolled, backlog_records, unanswered_since| {
        state(Facts::Uplink { connected, enrolled, backlog_records, unanswered_since })
    };
    assert_eq!(uplink(true, true, 0, None), "good");
    assert_eq!(uplink(true, true, 500, ago(60)), "good");
    assert_eq!(uplink(true, true, 500, ago(61)), "degraded");
    assert_eq!(uplink(false, true, 0, None), "down");
    assert_eq!(uplink(false, false, 0, None), "down");
}

#[test]
fn parts_are_named_as_the_page_and_the_server_know_them() {
    let camera = |role| Facts::Camera {
        role,
        lane: lane(),
        running: true,
        frame: None,
        ended: false,
        smoke_untrusted: false,
    };
    let facts = [
        head(None, HeadStatus::Good),
        Facts::Weather { port_open: true, heard: None },
        camera(CameraRole::Front),
        camera(CameraRole::Rear),
        Facts::Clock(ClockQuality::Synchronised),
        Facts::Disk { free_bytes: 1, reserve_bytes: 0, shed_files: 0, writable: true },
        Facts::Uplink { connected: true, enrolled: true, backlog_records: 0, unanswered_since: None },
    ];
    let names: Vec<String> = parts(&facts, NOW).into_iter().map(|part| part.part).collect();
    assert_eq!(names, ["head-1", "weather", "camera-front-1", "camera-rear-1", "clock", "disk", "uplink"]);
}

#[test]
fn a_camera_whose_smoke_is_not_to_be_trusted_says_so_while_it_works() {
    let with = |frame| {
        let role = CameraRole::Rear;
        let facts =
            Facts::Camera { role, lane: lane(), running: true, frame, ended: false, smoke_untrusted: true };
        part(&facts, NOW)
    };
    assert_eq!(with(ago(1)).state, "degraded");
    assert!(with(ago(1)).zh.contains("不作为证据") && with(ago(1)).en.contains("out of evidence"));
    assert_eq!(with(ago(60)).state, "down", "a picture that stands still is the worse fault");
}
