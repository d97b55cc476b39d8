//! Each part in each state, by its facts.

use super::*;
use crate::reader::ak::Refusal;
use crate::reader::nmea::Position;

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
        check: None,
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
        check: None,
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
        part(
            &Facts::Head { lane, port_open, heard, status, lost, other_lane, clocks_apart, check: None },
            NOW,
        )
    };
    assert_eq!(with(ago(0)).state, "degraded");
    assert_eq!(with(ago(0)).zh, "遥测仪的时钟与本机相差3小时，请核对两者的时间。");
    assert_eq!(with(ago(9)).state, "down");
}

/// A head that is heard and good, checked last like this, minutes ago.
fn checked(passed: bool, last: u64, audit_ago: Option<u64>) -> PartHealth {
    let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
    let facts = CheckFacts {
        kind: CheckKind::Audit,
        passed,
        ago: minutes(last),
        audit_ago: audit_ago.map(minutes),
        counts_for: Some(minutes(120)),
    };
    let Facts::Head { lane, port_open, heard, status, lost, other_lane, clocks_apart, .. } =
        head(ago(0), HeadStatus::Good)
    else {
        unreachable!("it is a head")
    };
    let check = Some(facts);
    part(&Facts::Head { lane, port_open, heard, status, lost, other_lane, clocks_apart, check }, NOW)
}

#[test]
fn a_head_says_how_its_last_check_came_out_and_how_long_ago() {
    let good = checked(true, 3, Some(3));
    assert_eq!((good.state.as_str(), good.zh.as_str()), ("good", "遥测仪工作正常；3分钟前自动检查合格。"));
    assert_eq!(good.en, "The head works; it passed its automatic audit 3 min ago.");
    assert_eq!(checked(true, 120, Some(120)).state, "good", "two hours still count");
    assert_eq!(checked(true, 121, Some(121)).state, "degraded");
    assert_eq!(checked(true, 1, None).state, "degraded", "a zero check alone");
}

#[test]
fn a_failed_check_makes_a_head_red_and_says_what_to_do() {
    let failed = checked(false, 3, Some(100));
    assert_eq!(failed.state, "down");
    assert_eq!(
        failed.zh,
        "遥测仪3分钟前的自动检查未合格，其测量无效；请清洁镜面，核对标准气和滤光片，然后重新检查。"
    );
    assert!(failed.en.ends_with("check it again."), "{}", failed.en);
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
fn a_talker_says_where_it_stands_and_whether_the_clocks_agree() {
    let place = Position {
        latitude_microdegrees: 37_812_341,
        longitude_microdegrees: -112_500_000,
        altitude_cm: None,
    };
    let talker = NmeaFacts {
        open: true,
        heard: ago(1),
        position: ago(1).map(|at| (at, place)),
        apart: ago(1).map(|at| (at, Duration::from_millis(700))),
        weather_only: false,
    };
    let good = part(&Facts::Nmea(talker), NOW);
    assert_eq!((good.part.as_str(), good.state.as_str()), ("nmea", "good"));
    assert_eq!(good.zh, "位置北纬37.81234°，西经112.50000°；本机时钟与卫星时间一致。");
    assert_eq!(good.en, "At 37.81234° N, 112.50000° W; this unit's clock agrees with satellite time.");
    let told = |change: fn(&mut NmeaFacts)| {
        let mut talker = talker;
        change(&mut talker);
        state(Facts::Nmea(talker))
    };
    assert_eq!(told(|t| t.apart = ago(1).map(|at| (at, Duration::from_millis(2_001)))), "degraded");
    assert_eq!(told(|t| t.apart = None), "good");
    assert_eq!(told(|t| t.position = ago(11).map(|at| (at, t.position.unwrap().1))), "degraded");
    assert_eq!(told(|t| (t.position, t.weather_only) = (None, true)), "good");
    assert_eq!(told(|t| t.heard = ago(11)), "down");
    assert_eq!(told(|t| t.heard = None), "down");
    assert_eq!(told(|t| t.open = false), "down");
}

#[test]
fn an_analyser_says_what_it_reads_in_its_own_words() {
    let analyser = |change: fn(&mut AnalyserFacts)| {
        let mut facts = AnalyserFacts {
            open: true,
            heard: ago(1),
            state: "SREM SMGA".to_owned(),
            values: "CO2 12.50 %, CO 0.310 %".to_owned(),
            ..AnalyserFacts::default()
        };
        change(&mut facts);
        Facts::Analyser { number: 2, facts }
    };
    let good = part(&analyser(|_| ()), NOW);
    assert_eq!((good.part.as_str(), good.state.as_str()), ("analyser-2", "good"));
    assert_eq!(good.zh, "分析仪工作正常。读数：CO2 12.50 %, CO 0.310 %。状态：SREM SMGA。");
    assert_eq!(good.en, "The analyser works. It reads CO2 12.50 %, CO 0.310 %. Its state: SREM SMGA.");
    assert_eq!(state(analyser(|facts| facts.errors = 3)), "degraded");
    for refusal in [Refusal::Busy, Refusal::Syntax, Refusal::NotAvailable, Refusal::Data, Refusal::Offline] {
        let facts =
            AnalyserFacts { open: true, heard: ago(1), refusal: Some(refusal), ..AnalyserFacts::default() };
        assert_eq!(state(Facts::Analyser { number: 1, facts }), "degraded");
    }
    assert_eq!(state(analyser(|facts| facts.heard = ago(11))), "down");
    assert_eq!(state(analyser(|facts| facts.heard = None)), "down");
    assert_eq!(state(analyser(|facts| facts.open = false)), "down");
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

fn rulebook(source: RulebookSource, refused: Option<RulebookRefusal>) -> Facts {
    Facts::Rulebook { source, edition: "HJ 845-2017 2017-07-27.1".to_owned(), refused }
}

#[test]
fn the_rulebook_says_its_edition_its_age_and_what_was_refused() {
    let server = RulebookSource::Server { issue: 3, age: Duration::from_secs(3 * 86_400) };
    for source in [RulebookSource::Shipped, RulebookSource::File, server] {
        assert_eq!(state(rulebook(source, None)), "good");
        for refusal in [
            RulebookRefusal::Seal,
            RulebookRefusal::Malformed,
            RulebookRefusal::OtherRegion,
            RulebookRefusal::Older,
            RulebookRefusal::Disk,
        ] {
            assert_eq!(state(rulebook(source, Some(refusal))), "degraded");
        }
    }
    let said = part(&rulebook(server, Some(RulebookRefusal::Seal)), NOW);
    assert!(said.zh.contains("签章不符") && said.zh.contains("第3次发布，3天前签发"), "{}", said.zh);
    assert!(said.en.contains("seal") && said.en.contains("issue 3, made 3 days ago"), "{}", said.en);
    assert!(said.zh.contains("2017-07-27.1") && said.en.contains("2017-07-27.1"));
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
        rulebook(RulebookSource::Shipped, None),
        Facts::Uplink { connected: true, enrolled: true, backlog_records: 0, unanswered_since: None },
    ];
    let names: Vec<String> = parts(&facts, NOW).into_iter().map(|part| part.part).collect();
    assert_eq!(
        names,
        ["head-1", "weather", "camera-front-1", "camera-rear-1", "clock", "disk", "rulebook", "uplink"]
    );
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
