//! How each instrument does, in words for people at the roadside: a pure function of facts and the time.

use std::time::Duration;

use plumewatch_shared::ids::LaneNo;
use plumewatch_shared::language::Bilingual;
use plumewatch_shared::protocol::message::PartHealth;
use plumewatch_shared::reading::HeadStatus;
use plumewatch_shared::time::{ClockQuality, Tick};

use crate::matching::CameraRole;

/// A head says something every second; after five it is silent.
pub const HEAD_SILENT_AFTER: Duration = Duration::from_secs(5);
/// A weather station is asked every few seconds; weather older than a minute serves nobody (the rulebook's
/// own limit is two).
pub const WEATHER_SILENT_AFTER: Duration = Duration::from_secs(60);
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
    },
    /// The weather station.
    Weather {
        /// Is its port open?
        port_open: bool,
        /// The last good reply.
        heard: Option<Tick>,
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

/// `head-1`, `weather`, `camera-front-1`, `clock`, `disk`, `uplink`.
pub fn name(facts: &Facts) -> String {
    match facts {
        Facts::Head { lane, .. } => format!("head-{}", lane.number()),
        Facts::Weather { .. } => "weather".to_owned(),
        Facts::Camera { role: CameraRole::Front, lane, .. } => format!("camera-front-{}", lane.number()),
        Facts::Camera { role: CameraRole::Rear, lane, .. } => format!("camera-rear-{}", lane.number()),
        Facts::Clock(_) => "clock".to_owned(),
        Facts::Disk { .. } => "disk".to_owned(),
        Facts::Uplink { .. } => "uplink".to_owned(),
    }
}

fn assess(facts: &Facts, now: Tick) -> (State, Bilingual) {
    match facts {
        Facts::Head { port_open, heard, status, lost, other_lane, clocks_apart, .. } => {
            match head(*port_open, silence(*heard, now), *status, *lost, *other_lane) {
                (State::Good, words) => head_clock(words, clocks_apart.unwrap_or_default()),
                bad => bad,
            }
        }
        Facts::Weather { port_open, heard } => weather(*port_open, silence(*heard, now)),
        Facts::Camera { running, frame, ended, smoke_untrusted, .. } => {
            camera(*running, silence(*frame, now), *ended, *smoke_untrusted)
        }
        Facts::Clock(quality) => clock(*quality),
        Facts::Disk { free_bytes, reserve_bytes, shed_files, writable } => {
            disk(*free_bytes, *reserve_bytes, *shed_files, *writable)
        }
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
        seconds => Bilingual::new(format!("{}小时", seconds / 3_600), format!("{} h", seconds / 3_600)),
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
            Some(HeadStatus::Good | HeadStatus::WeakPlume | HeadStatus::Reblocked) | None if lost > 0 => {
                degraded(
                    format!("遥测仪工作正常，但有{lost}次测量因存满而丢失。"),
                    format!("The head works, but its memory overflowed and {lost} measurements were lost."),
                )
            }
            Some(HeadStatus::Good | HeadStatus::WeakPlume | HeadStatus::Reblocked) | None => {
                good("遥测仪工作正常。", "The head works.")
            }
        },
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
