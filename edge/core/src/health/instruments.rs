//! Health of instruments beside the lanes: place and time by satellite, analysers.

use std::time::Duration;

use plumewatch_shared::language::Bilingual;
use plumewatch_shared::time::Tick;

use super::{State, degraded, down, good, silence, spoken};
use crate::reader::ak::Refusal;
use crate::reader::nmea::Position;

/// A talker says its place every second or two.
pub const NMEA_SILENT_AFTER: Duration = Duration::from_secs(10);
/// A receiver says the time within a second of it; more between it and this unit's clock, and one of them is wrong.
pub const GNSS_APART_MAX: Duration = Duration::from_secs(2);
/// An analyser is asked every second or so.
pub const ANALYSER_SILENT_AFTER: Duration = Duration::from_secs(10);

/// What is known of an NMEA 0183 talker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NmeaFacts {
    /// Is its line open?
    pub open: bool,
    /// The last sentence of ours.
    pub heard: Option<Tick>,
    /// Where it last said that it stands.
    pub position: Option<(Tick, Position)>,
    /// How far its time and this unit's were apart when it last told the time.
    pub apart: Option<(Tick, Duration)>,
    /// Is it there for the weather alone, without a receiver of satellites?
    pub weather_only: bool,
}

/// What is known of an analyser.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AnalyserFacts {
    /// Is its line open?
    pub open: bool,
    /// The last answer.
    pub heard: Option<Tick>,
    /// Its error counter, 0 if it has no fault.
    pub errors: u8,
    /// Why it would not answer, when it last would not.
    pub refusal: Option<Refusal>,
    /// What it says of its state (ASTZ), as it says it.
    pub state: String,
    /// Its latest concentrations (AKON), named as configured, as it says them.
    pub values: String,
}

pub(super) fn nmea(facts: &NmeaFacts, now: Tick) -> (State, Bilingual) {
    let recent = |at: &Tick| now.since(*at) <= NMEA_SILENT_AFTER;
    match (facts.open, silence(facts.heard, now)) {
        (false, _) => {
            down("定位/气象（NMEA）接口未打开，请检查连接线。", "The NMEA line is not open; check its cable.")
        }
        (true, None) => down("尚未收到NMEA语句。", "No NMEA sentence yet."),
        (true, Some(quiet)) if quiet > NMEA_SILENT_AFTER => {
            let time = spoken(quiet);
            down(format!("已{}未收到NMEA语句。", time.zh), format!("No NMEA sentence for {}.", time.en))
        }
        (true, Some(_)) if facts.weather_only => {
            good("NMEA气象仪工作正常。", "The NMEA weather station works.")
        }
        (true, Some(_)) => {
            let place = facts.position.filter(|(at, _)| recent(at)).map(|(_, place)| shown(place));
            let apart = facts.apart.filter(|(at, _)| recent(at)).map(|(_, apart)| apart);
            receiver(place, apart)
        }
    }
}

fn receiver(place: Option<Bilingual>, apart: Option<Duration>) -> (State, Bilingual) {
    match (place, apart) {
        (_, Some(apart)) if apart > GNSS_APART_MAX => {
            let time = spoken(apart);
            degraded(
                format!("本机时钟与卫星时间相差{}，请核对本机时间。", time.zh),
                format!("This unit's clock and satellite time are {} apart; check this unit's.", time.en),
            )
        }
        (Some(place), Some(_)) => good(
            format!("位置{}；本机时钟与卫星时间一致。", place.zh),
            format!("At {}; this unit's clock agrees with satellite time.", place.en),
        ),
        (Some(place), None) => good(
            format!("位置{}；尚无卫星时间。", place.zh),
            format!("At {}; no satellite time yet.", place.en),
        ),
        (None, _) => degraded("卫星定位尚未成功。", "The receiver has no fix."),
    }
}

/// Degrees with five decimals, about a metre.
fn shown(place: Position) -> Bilingual {
    let (latitude, longitude) = (place.latitude_microdegrees, place.longitude_microdegrees);
    let degrees = |micro: i32| format!("{:.5}", f64::from(micro.unsigned_abs()) / 1e6);
    let (zh_lat, en_lat) = if latitude < 0 { ("南纬", "S") } else { ("北纬", "N") };
    let (zh_lon, en_lon) = if longitude < 0 { ("西经", "W") } else { ("东经", "E") };
    Bilingual::new(
        format!("{zh_lat}{}°，{zh_lon}{}°", degrees(latitude), degrees(longitude)),
        format!("{}° {en_lat}, {}° {en_lon}", degrees(latitude), degrees(longitude)),
    )
}

pub(super) fn analyser(facts: &AnalyserFacts, now: Tick) -> (State, Bilingual) {
    match (facts.open, silence(facts.heard, now)) {
        (false, _) => down(
            "分析仪未连接，请检查接口或网络。",
            "The analyser is not connected; check its line or network.",
        ),
        (true, None) => down("尚未收到分析仪的应答。", "No answer from the analyser yet."),
        (true, Some(quiet)) if quiet > ANALYSER_SILENT_AFTER => {
            let time = spoken(quiet);
            down(
                format!("分析仪已{}无应答。", time.zh),
                format!("The analyser has not answered for {}.", time.en),
            )
        }
        (true, Some(_)) => {
            let said = said(facts);
            match (facts.errors, facts.refusal) {
                (1.., _) => degraded(
                    format!("分析仪报告{}个故障。{}", facts.errors, said.zh),
                    format!("The analyser reports {} fault(s).{}", facts.errors, said.en),
                ),
                (0, Some(refusal)) => {
                    let why = refused(refusal);
                    degraded(format!("{}{}", why.zh, said.zh), format!("{}{}", why.en, said.en))
                }
                (0, None) => {
                    good(format!("分析仪工作正常。{}", said.zh), format!("The analyser works.{}", said.en))
                }
            }
        }
    }
}

/// What the instrument said, in its own words, as sentences; empty if it said nothing.
fn said(facts: &AnalyserFacts) -> Bilingual {
    let part = |zh: &str, en: &str, text: &str| match text {
        "" => Bilingual::new("", ""),
        text => Bilingual::new(format!("{zh}{text}。"), format!(" {en}{text}.")),
    };
    let (values, state) =
        (part("读数：", "It reads ", &facts.values), part("状态：", "Its state: ", &facts.state));
    Bilingual::new(values.zh + &state.zh, values.en + &state.en)
}

fn refused(refusal: Refusal) -> Bilingual {
    match refusal {
        Refusal::Busy => Bilingual::new("分析仪正忙。", "The analyser is busy."),
        Refusal::Syntax => {
            Bilingual::new("分析仪不能识别询问。", "The analyser does not understand the question.")
        }
        Refusal::NotAvailable => {
            Bilingual::new("分析仪没有此项功能。", "The analyser does not have this function.")
        }
        Refusal::Data => {
            Bilingual::new("分析仪不接受询问的参数。", "The analyser does not accept the question's data.")
        }
        Refusal::Offline => {
            Bilingual::new("分析仪不在远程控制状态。", "The analyser is not under remote control.")
        }
    }
}
