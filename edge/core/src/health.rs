//! How each instrument does, in words for people at the roadside: a pure function of facts and the time.

pub mod instruments;

use std::time::Duration;

use plumewatch_shared::device_check::CheckKind;
use plumewatch_shared::ids::LaneNo;
use plumewatch_shared::language::Bilingual;
use plumewatch_shared::protocol::message::PartHealth;
use plumewatch_shared::reading::HeadStatus;
use plumewatch_shared::time::{ClockQuality, Tick};

use crate::matching::CameraRole;
use instruments::{AnalyserFacts, NmeaFacts};

/// A head says something every second; after five it is silent.
pub const HEAD_SILENT_AFTER: Duration = Duration::from_secs(5);
/// A weather station is asked every few seconds; weather older than a minute serves nobody (the rulebook's
/// own limit is two).
pub const WEATHER_SILENT_AFTER: Duration = Duration::from_secs(60);
/// An opacimeter is asked ten times a second; after five seconds it is silent.
pub const METER_SILENT_AFTER: Duration = Duration::from_secs(5);
/// A camera gives several frames a second; after ten seconds its picture stands still.
pub const CAMERA_SILENT_AFTER: Duration = Duration::from_secs(10);

/// A head's clock may differ from ours by so much before it is said.
pub const CLOCKS_APART_MAX: Duration = Duration::from_secs(60);

/// What is known of one part. Ticks are of the last sign of life; `None` if there was none yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Facts {
    /// The remote-sensing head of a lane.
    Head {
        /// Whose.
        lane: LaneNo,
        /// Is its port open?
        port_open: bool,
        /// The last good line.
        heard: Option<Tick>,
        /// What it said of itself last.
        status: Option<HeadStatus>,
        /// Measurements it gave up because nobody acknowledged them.
        lost: u32,
        /// Is it wired to the port of another lane?
        other_lane: bool,
        /// How far its clock and ours are apart, if it told the time.
        clocks_apart: Option<Duration>,
        /// Its last check, if it ever sent one.
        check: Option<CheckFacts>,
    },
    /// The weather station.
    Weather {
        /// Is its port open?
        port_open: bool,
        /// The last good reply.
        heard: Option<Tick>,
    },
    /// The opacimeter of roadside tests.
    Opacimeter {
        /// Is its port open?
        port_open: bool,
        /// The last good answer.
        heard: Option<Tick>,
        /// Does it say that it warms up?
        warming: bool,
        /// Does it call itself out of order?
        fault: bool,
    },
    /// A talker of NMEA 0183: place, time, weather.
    Nmea(NmeaFacts),
    /// An analyser that speaks AK.
    Analyser {
        /// Which, from 1, in the order of the configuration.
        number: usize,
        /// How it does.
        facts: AnalyserFacts,
    },
    /// One camera.
    Camera {
        /// Which.
        role: CameraRole,
        /// Of which lane.
        lane: LaneNo,
        /// Is its worker running?
        running: bool,
        /// The last frame.
        frame: Option<Tick>,
        /// Does its source end by itself (a file), and has it?
        ended: bool,
        /// Did the self-test of its smoke measure give other figures than it must?
        smoke_untrusted: bool,
    },
    /// The clock.
    Clock(ClockQuality),
    /// Where evidence is kept.
    Disk {
        /// Free bytes.
        free_bytes: u64,
        /// Evidence is shed below this many.
        reserve_bytes: u64,
        /// Files shed since the start.
        shed_files: u64,
        /// Can records be written?
        writable: bool,
    },
    /// The rulebooks in use.
    Rulebook {
        /// Where they came from.
        source: RulebookSource,
        /// The edition that judges passages now.
        edition: String,
        /// Why the last issue was not taken, if it was not.
        refused: Option<RulebookRefusal>,
    },
    /// The link to the server.
    Uplink {
        /// Does it stand?
        connected: bool,
        /// Was the unit ever enrolled?
        enrolled: bool,
        /// Records that wait.
        backlog_records: u64,
        /// Since when no receipt came while records waited.
        unanswered_since: Option<Tick>,
    },
}

/// Where the rulebooks in use came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RulebookSource {
    /// With the program.
    Shipped,
    /// From a file of this unit's.
    File,
    /// From the server.
    Server {
        /// Which issue.
        issue: u64,
        /// How long ago it was issued.
        age: Duration,
    },
}

/// Why an issue of rulebooks was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RulebookRefusal {
    /// The server did not seal it.
    Seal,
    /// It cannot be read, or a rulebook in it contradicts itself.
    Malformed,
    /// It is for another region.
    OtherRegion,
    /// It is older than what is in use.
    Older,
    /// It cannot be written.
    Disk,
}

/// How a head was checked last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckFacts {
    /// How it was checked last.
    pub kind: CheckKind,
    /// Did it pass, by this unit's judgement?
    pub passed: bool,
    /// How long ago.
    pub ago: Duration,
    /// How long ago it passed one that makes readings count.
    pub audit_ago: Option<Duration>,
    /// How long such a one counts, by the rulebook.
    pub counts_for: Option<Duration>,
}

/// Records wait for a receipt for so long only if the server is in trouble.
pub const UPLINK_UNANSWERED_AFTER: Duration = Duration::from_secs(60);

/// How well a part does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It does its work.
    Good,
    /// It does some of it.
    Degraded,
    /// It does none.
    Down,
}

impl State {
    /// The word on the wire.
    pub const fn wire_word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Degraded => "degraded",
            Self::Down => "down",
        }
    }
}

/// The parts of a health report, in the order of the facts.
pub fn parts(facts: &[Facts], now: Tick) -> Vec<PartHealth> {
    facts.iter().map(|fact| part(fact, now)).collect()
}

/// How one part does.
pub fn part(facts: &Facts, now: Tick) -> PartHealth {
    let (state, words) = assess(facts, now);
    PartHealth { part: name(facts), state: state.wire_word().to_owned(), zh: words.zh, en: words.en }
}

/// `head-1`, `weather`, `opacimeter`, `nmea`, `analyser-1`, `camera-front-1`, `clock`, `disk`, `rulebook`, `uplink`.
pub fn name(facts: &Facts) -> String {
    match facts {
        Facts::Head { lane, .. } => format!("head-{}", lane.number()),
        Facts::Weather { .. } => "weather".to_owned(),
        Facts::Opacimeter { .. } => "opacimeter".to_owned(),
        Facts::Nmea(_) => "nmea".to_owned(),
        Facts::Analyser { number, .. } => format!("analyser-{number}"),
        Facts::Camera { role: CameraRole::Front, lane, .. } => format!("camera-front-{}", lane.number()),
        Facts::Camera { role: CameraRole::Rear, lane, .. } => format!("camera-rear-{}", lane.number()),
        Facts::Clock(_) => "clock".to_owned(),
        Facts::Disk { .. } => "disk".to_owned(),
        Facts::Rulebook { .. } => "rulebook".to_owned(),
        Facts::Uplink { .. } => "uplink".to_owned(),
    }
}

fn assess(facts: &Facts, now: Tick) -> (State, Bilingual) {
    match facts {
        Facts::Head { port_open, heard, status, lost, other_lane, clocks_apart, check, .. } => {
            let itself = head(*port_open, silence(*heard, now), *status, *lost, *other_lane);
            let checked = check.map(head_check);
            match (itself, checked) {
                (itself @ (State::Down, _), _) => itself,
                (_, Some(failed @ (State::Down, _))) => failed,
                (itself @ (State::Degraded, _), _) => itself,
                ((State::Good, words), checked) => {
                    // Of two clocks that differ one is wrong, so the age of a check says nothing.
                    match head_clock(words, clocks_apart.unwrap_or_default()) {
                        (State::Good, words) => checked.unwrap_or((State::Good, words)),
                        apart => apart,
                    }
                }
            }
        }
        Facts::Weather { port_open, heard } => weather(*port_open, silence(*heard, now)),
        Facts::Opacimeter { port_open, heard, warming, fault } => {
            opacimeter(*port_open, silence(*heard, now), *warming, *fault)
        }
        Facts::Nmea(facts) => instruments::nmea(facts, now),
        Facts::Analyser { facts, .. } => instruments::analyser(facts, now),
        Facts::Camera { running, frame, ended, smoke_untrusted, .. } => {
            camera(*running, silence(*frame, now), *ended, *smoke_untrusted)
        }
        Facts::Clock(quality) => clock(*quality),
        Facts::Disk { free_bytes, reserve_bytes, shed_files, writable } => {
            disk(*free_bytes, *reserve_bytes, *shed_files, *writable)
        }
        Facts::Rulebook { source, edition, refused } => rulebook(*source, edition, *refused),
        Facts::Uplink { connected, enrolled, backlog_records, unanswered_since } => {
            let unanswered = unanswered_since.map(|since| now.since(since));
            uplink(*connected, *enrolled, *backlog_records, unanswered)
        }
    }
}

fn silence(last: Option<Tick>, now: Tick) -> Option<Duration> {
    last.map(|last| now.since(last))
}

fn good(zh: impl Into<String>, en: impl Into<String>) -> (State, Bilingual) {
    (State::Good, Bilingual::new(zh, en))
}

fn degraded(zh: impl Into<String>, en: impl Into<String>) -> (State, Bilingual) {
    (State::Degraded, Bilingual::new(zh, en))
}

fn down(zh: impl Into<String>, en: impl Into<String>) -> (State, Bilingual) {
    (State::Down, Bilingual::new(zh, en))
}

/// A length of time as people say it.
fn spoken(time: Duration) -> Bilingual {
    match time.as_secs() {
        seconds @ 0..=119 => Bilingual::new(format!("{seconds}秒"), format!("{seconds} s")),
        seconds @ 120..=7_199 => {
            Bilingual::new(format!("{}分钟", seconds / 60), format!("{} min", seconds / 60))
        }
        seconds @ 7_200..=172_799 => {
            Bilingual::new(format!("{}小时", seconds / 3_600), format!("{} h", seconds / 3_600))
        }
        seconds => Bilingual::new(format!("{}天", seconds / 86_400), format!("{} days", seconds / 86_400)),
    }
}

fn head(
    port_open: bool,
    silence: Option<Duration>,
    status: Option<HeadStatus>,
    lost: u32,
    other_lane: bool,
) -> (State, Bilingual) {
    match (port_open, silence) {
        _ if other_lane => down(
            "遥测仪接到了另一条车道的接口，请检查接线。",
            "The head is plugged into another lane's port; check the cables.",
        ),
        (false, _) => {
            down("遥测仪的接口未打开，请检查连接线。", "The head's port is not open; check its cable.")
        }
        (true, None) => down("尚未收到遥测仪的信号。", "Nothing heard from the head yet."),
        (true, Some(quiet)) if quiet > HEAD_SILENT_AFTER => {
            let time = spoken(quiet);
            down(format!("遥测仪已{}无信号。", time.zh), format!("The head has been silent for {}.", time.en))
        }
        (true, Some(_)) => match status {
            Some(HeadStatus::Fault) => down("遥测仪报告自身故障。", "The head reports a fault of its own."),
            // The rest is the last vehicle's matter.
            Some(
                HeadStatus::Good
                | HeadStatus::WeakPlume
                | HeadStatus::Reblocked
                | HeadStatus::Scattered
                | HeadStatus::Implausible,
            )
            | None => match lost {
                1.. => degraded(
                    format!("遥测仪工作正常，但有{lost}次测量因存满而丢失。"),
                    format!("The head works, but its memory overflowed and {lost} measurements were lost."),
                ),
                0 => good("遥测仪工作正常。", "The head works."),
            },
        },
    }
}

/// How its last check came out, and whether what it measures counts by it.
fn head_check(check: CheckFacts) -> (State, Bilingual) {
    let (kind, ago) = (check.kind.name(), spoken(check.ago));
    if !check.passed {
        return down(
            format!(
                "遥测仪{}前的{}未合格，其测量无效；请清洁镜面，核对标准气和滤光片，然后重新检查。",
                ago.zh, kind.zh
            ),
            format!(
                "The head failed its {} {} ago and nothing it measures counts: clean its windows, look after gases \
                 and filters, and check it again.",
                kind.en, ago.en
            ),
        );
    }
    let overdue = match (check.audit_ago, check.counts_for) {
        (Some(ago), Some(counts_for)) => ago > counts_for,
        (None, _) => true,
        (Some(_), None) => false,
    };
    match (overdue, check.audit_ago.map(spoken)) {
        (true, Some(audit)) => degraded(
            format!("遥测仪上次合格的检查已是{}前，其测量无效；请让遥测仪重新检查。", audit.zh),
            format!(
                "The head passed its last audit {} ago, too long for its measurements to count: check it again.",
                audit.en
            ),
        ),
        (true, None) => degraded(
            "遥测仪还没有合格的检查，其测量无效；请让遥测仪进行检查。",
            "The head has passed no audit yet and nothing it measures counts: let it make one.",
        ),
        (false, _) => good(
            format!("遥测仪工作正常；{}前{}合格。", ago.zh, kind.zh),
            format!("The head works; it passed its {} {} ago.", kind.en, ago.en),
        ),
    }
}

/// A head's measurements come with their age, so its clock decides nothing; but of two clocks that differ one is
/// wrong, and it may be ours.
fn head_clock(good: Bilingual, apart: Duration) -> (State, Bilingual) {
    if apart <= CLOCKS_APART_MAX {
        return (State::Good, good);
    }
    let time = spoken(apart);
    degraded(
        format!("遥测仪的时钟与本机相差{}，请核对两者的时间。", time.zh),
        format!("The head's clock and this unit's are {} apart; check both.", time.en),
    )
}

fn weather(port_open: bool, silence: Option<Duration>) -> (State, Bilingual) {
    match (port_open, silence) {
        (false, _) => down(
            "气象仪的接口未打开，请检查连接线；此时的尾气测量不计入。",
            "The weather station's port is not open; check its cable. Exhaust readings do not count meanwhile.",
        ),
        (true, None) => down(
            "尚未收到气象仪的读数；此时的尾气测量不计入。",
            "No weather reading yet. Exhaust readings do not count meanwhile.",
        ),
        (true, Some(quiet)) if quiet > WEATHER_SILENT_AFTER => {
            let time = spoken(quiet);
            down(
                format!("气象仪已{}无读数；此时的尾气测量不计入。", time.zh),
                format!("No weather reading for {}. Exhaust readings do not count meanwhile.", time.en),
            )
        }
        (true, Some(_)) => good("气象仪工作正常。", "The weather station works."),
    }
}

/// It measures stopped vehicles only: without it passages are judged as ever.
fn opacimeter(port_open: bool, silence: Option<Duration>, warming: bool, fault: bool) -> (State, Bilingual) {
    match (port_open, silence) {
        (false, _) => degraded(
            "烟度计的接口未打开，请检查连接线和电源；路检暂不能用仪器测量。",
            "The opacimeter's port is not open; check cable and power. No roadside test with it meanwhile.",
        ),
        (true, None) => degraded(
            "尚未收到烟度计的应答，请检查电源和配置的型号。",
            "No answer from the opacimeter yet; check its power and the driver in the configuration.",
        ),
        (true, Some(quiet)) if quiet > METER_SILENT_AFTER => {
            let time = spoken(quiet);
            degraded(
                format!("烟度计已{}无应答，请检查电源和连接线。", time.zh),
                format!("The opacimeter has not answered for {}; check power and cable.", time.en),
            )
        }
        (true, Some(_)) if fault => {
            degraded("烟度计报告自身故障。", "The opacimeter reports a fault of its own.")
        }
        (true, Some(_)) if warming => degraded("烟度计正在预热。", "The opacimeter is warming up."),
        (true, Some(_)) => good("烟度计工作正常。", "The opacimeter works."),
    }
}

fn camera(
    running: bool,
    silence: Option<Duration>,
    ended: bool,
    smoke_untrusted: bool,
) -> (State, Bilingual) {
    match (running, silence) {
        _ if ended => good("录像已播放完毕。", "The recording has been played to its end."),
        (false, _) => {
            down("摄像机已停止，正在重新启动。", "The camera has stopped and is being started again.")
        }
        (true, None) => degraded("摄像机正在启动。", "The camera is starting."),
        (true, Some(still)) if still > CAMERA_SILENT_AFTER => {
            let time = spoken(still);
            down(
                format!("摄像机画面已停止{}。", time.zh),
                format!("The camera's picture has stood still for {}.", time.en),
            )
        }
        (true, Some(_)) if smoke_untrusted => degraded(
            "黑烟测量自检未通过：参考画面未得出应有的数值。本摄像机的黑烟不作为证据；车牌识别不受影响。",
            "The self-test of the smoke measure failed: the reference frames did not give their figures. Smoke from this camera is kept out of evidence; plates are still read.",
        ),
        (true, Some(_)) => good("摄像机工作正常。", "The camera works."),
    }
}

fn clock(quality: ClockQuality) -> (State, Bilingual) {
    match quality {
        ClockQuality::Synchronised => good("时钟已校准。", "The clock is set by a time source."),
        ClockQuality::Holdover => degraded(
            "时钟失去校准源，目前靠自身走时。",
            "The clock has lost its time source and runs by itself.",
        ),
        ClockQuality::Unsynchronised => degraded(
            "时钟自启动以来未校准，记录时间可能有误。",
            "The clock has not been set since the start; recorded times may be wrong.",
        ),
    }
}

fn disk(free: u64, reserve: u64, shed: u64, writable: bool) -> (State, Bilingual) {
    let megabytes = free / 1_000_000;
    if !writable {
        return down(
            "存储已满或损坏，新的记录无法保存。",
            "The disk is full or broken; new records cannot be kept.",
        );
    }
    match (free < reserve, shed) {
        (true, _) => degraded(
            format!("存储将满（剩余{megabytes} MB），正在删除不重要的图片；记录不受影响。"),
            format!(
                "The disk is nearly full ({megabytes} MB left); lesser pictures are deleted, records are safe."
            ),
        ),
        (false, 1..) => degraded(
            format!("剩余{megabytes} MB；本次启动以来曾因存满删除{shed}张图片。"),
            format!(
                "{megabytes} MB left; {shed} pictures were deleted since the start because the disk was full."
            ),
        ),
        (false, 0) => {
            good(format!("存储剩余{megabytes} MB。"), format!("{megabytes} MB of the disk are free."))
        }
    }
}

fn rulebook(source: RulebookSource, edition: &str, refused: Option<RulebookRefusal>) -> (State, Bilingual) {
    let words = match source {
        RulebookSource::Shipped => Bilingual::new(
            format!("使用随软件附带的规则集{edition}，服务器尚未下发。"),
            format!("Judging by the shipped rulebook {edition}; none has come from the server yet."),
        ),
        RulebookSource::File => Bilingual::new(
            format!("使用本机文件中的规则集{edition}，服务器尚未下发。"),
            format!(
                "Judging by this unit's own file, rulebook {edition}; none has come from the server yet."
            ),
        ),
        RulebookSource::Server { issue, age } => {
            let age = spoken(age);
            Bilingual::new(
                format!("使用规则集{edition}（服务器第{issue}次发布，{}前签发）。", age.zh),
                format!("Judging by rulebook {edition} (the server's issue {issue}, made {} ago).", age.en),
            )
        }
    };
    let Some(refusal) = refused else { return (State::Good, words) };
    let (zh, en) = match refusal {
        RulebookRefusal::Seal => ("签章不符", "its seal does not hold"),
        RulebookRefusal::Malformed => (
            "内容无法识别或自相矛盾，请升级软件",
            "it cannot be read or contradicts itself; update the program",
        ),
        RulebookRefusal::OtherRegion => ("属于其他行政区划", "it is for another region"),
        RulebookRefusal::Older => ("比在用的旧", "it is older than the one in use"),
        RulebookRefusal::Disk => ("无法写入存储", "it cannot be written to the disk"),
    };
    degraded(
        format!("拒绝了服务器下发的规则集：{zh}。{}", words.zh),
        format!("The rulebooks that came from the server are refused: {en}. {}", words.en),
    )
}

fn uplink(connected: bool, enrolled: bool, backlog: u64, unanswered: Option<Duration>) -> (State, Bilingual) {
    match (connected, unanswered) {
        _ if !enrolled => down(
            "本机尚未在服务器登记；记录保存在本机。",
            "This unit is not enrolled with a server yet; records are kept here.",
        ),
        (false, _) => down(
            format!("与服务器的连接已断开；{backlog}条记录保存在本机，恢复后自动上传。"),
            format!("No connection to the server; {backlog} records are kept here and will be sent."),
        ),
        (true, Some(time)) if time > UPLINK_UNANSWERED_AFTER => {
            let time = spoken(time);
            degraded(
                format!("已连接，但服务器{}未确认任何记录；{backlog}条待确认。", time.zh),
                format!(
                    "Connected, but the server has confirmed nothing for {}; {backlog} records wait.",
                    time.en
                ),
            )
        }
        (true, Some(_) | None) if backlog > 0 => good(
            format!("已连接，{backlog}条记录正在上传。"),
            format!("Connected; {backlog} records are being sent."),
        ),
        (true, Some(_) | None) => {
            good("已连接，全部记录已送达。", "Connected; every record has been delivered.")
        }
    }
}

#[cfg(test)]
mod tests;
