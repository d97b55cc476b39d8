//! How the station is: gathers what the rims know, and lets `edge_core::health` say it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use edge_core::{
    health::{Facts, parts},
    matching::CameraRole,
};
use plumewatch_shared::{
    ids::LaneNo,
    protocol::{
        VERSION,
        message::{HealthReport, WireStamp},
    },
    reading::HeadStatus,
    time::{Moment, Tick},
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::{
    announce::Board,
    camera::CameraState,
    checks::{CheckShelf, counts_for},
    clock::{self, Clock},
    evidence::shelf::Shelf,
    outbox::Outbox,
    rulebooks::RulebookShelf,
    serial::{LineState, ak::AnalyserState, nmea::NmeaState},
    uplink::{link::LinkState, state::PumpState},
    watchlist::WatchlistShelf,
};

/// How often the page is told: a tablet shall show an unplugged cable while one still stands beside it.
const PAGE_EVERY: Duration = Duration::from_secs(1);

/// What is said before anything is known.
pub fn starting() -> HealthReport {
    HealthReport {
        v: VERSION,
        at: WireStamp { utc_us: 0, clock: "unsynchronised".to_owned() },
        software: env!("CARGO_PKG_VERSION").to_owned(),
        last_sequence: 0,
        backlog_records: 0,
        backlog_files: 0,
        disk_free_bytes: 0,
        shed_files: 0,
        watchlist_version: None,
        watchlist_issued_utc_us: None,
        rulebook_issue: None,
        rulebook_edition: None,
        parts: Vec::new(),
    }
}

/// An instrument and where its task says how it does.
#[derive(Clone, Debug)]
pub enum Instrument {
    /// A lane's head.
    Head(LaneNo, Arc<LineState>),
    /// The weather station.
    Weather(Arc<LineState>),
    /// The opacimeter of roadside tests.
    Opacimeter(Arc<LineState>),
    /// The talker of NMEA 0183.
    Nmea(Arc<NmeaState>),
    /// An analyser, counted from 1.
    Analyser(usize, Arc<AnalyserState>),
    /// One of a lane's cameras.
    Camera(LaneNo, CameraRole, Arc<CameraState>),
}

/// Everything that health is gathered from.
#[derive(Clone)]
pub struct Gather {
    /// The instruments, in the order they are shown.
    pub instruments: Vec<Instrument>,
    /// The clocks.
    pub clock: Clock,
    /// The evidence.
    pub shelf: Arc<Shelf>,
    /// Evidence is shed below so many free bytes.
    pub floor: u64,
    /// Can records be written?
    pub writable: Arc<AtomicBool>,
    /// The records.
    pub outbox: Arc<dyn Outbox>,
    /// The link.
    pub link: watch::Receiver<LinkState>,
    /// The delivery.
    pub pump: Arc<PumpState>,
    /// The watchlist.
    pub watchlist: WatchlistShelf,
    /// The rulebooks.
    pub rulebooks: RulebookShelf,
    /// The checks of heads.
    pub checks: CheckShelf,
}

impl Gather {
    /// How the station is now; `unanswered` is since when the server owes a receipt.
    fn report(&self, unanswered: Option<Tick>) -> HealthReport {
        self.clock.check();
        let (now, backlog) = (self.clock.now(), self.outbox.backlog());
        let disk_free_bytes = self.shelf.free_bytes();
        let link = self.link.borrow().clone();
        let mut facts: Vec<Facts> =
            self.instruments.iter().map(|instrument| self.facts(instrument, now)).collect();
        facts.push(Facts::Clock(now.stamp.quality));
        facts.push(Facts::Disk {
            free_bytes: disk_free_bytes,
            reserve_bytes: self.floor,
            shed_files: self.shelf.shed(),
            writable: self.writable.load(Ordering::Relaxed),
        });
        let rulebooks = self.rulebooks.in_use(now.stamp);
        facts.push(Facts::Rulebook {
            source: rulebooks.source,
            edition: rulebooks.edition.clone(),
            refused: rulebooks.refused,
        });
        facts.push(Facts::Uplink {
            connected: link.publisher.is_some(),
            enrolled: link.enrolled,
            backlog_records: backlog.records,
            unanswered_since: unanswered,
        });
        HealthReport {
            at: now.stamp.into(),
            last_sequence: self.outbox.head().sequence,
            backlog_records: backlog.records,
            backlog_files: backlog.files,
            disk_free_bytes,
            shed_files: self.shelf.shed(),
            watchlist_version: self.watchlist.version(),
            watchlist_issued_utc_us: self.watchlist.issued().map(|issued| issued.as_microsecond()),
            rulebook_issue: rulebooks.issue,
            rulebook_edition: Some(rulebooks.edition),
            parts: parts(&facts, now.tick),
            ..starting()
        }
    }

    /// How long a passed audit counts now.
    fn audit_counts_for(&self, now: Moment) -> Option<Duration> {
        counts_for(self.rulebooks.passages().borrow().on(now.stamp.legal_day()))
    }

    /// What is known of an instrument.
    fn facts(&self, instrument: &Instrument, now: Moment) -> Facts {
        match instrument {
            Instrument::Head(lane, state) => {
                let line = state.facts();
                let status =
                    line.heard.map(|_| if line.fault { HeadStatus::Fault } else { HeadStatus::Good });
                Facts::Head {
                    lane: *lane,
                    port_open: line.open,
                    heard: line.heard,
                    status,
                    lost: line.lost_by_head,
                    other_lane: line.other_lane,
                    clocks_apart: line.clocks_apart,
                    check: self.checks.facts(*lane, now, self.audit_counts_for(now)),
                }
            }
            Instrument::Weather(state) => {
                let line = state.facts();
                Facts::Weather { port_open: line.open, heard: line.heard }
            }
            Instrument::Nmea(state) => Facts::Nmea(state.facts()),
            Instrument::Analyser(number, state) => Facts::Analyser { number: *number, facts: state.facts() },
            Instrument::Opacimeter(state) => {
                let line = state.facts();
                Facts::Opacimeter {
                    port_open: line.open,
                    heard: line.heard,
                    warming: line.warming,
                    fault: line.fault,
                }
            }
            Instrument::Camera(lane, role, state) => {
                let camera = state.facts();
                Facts::Camera {
                    role: *role,
                    lane: *lane,
                    running: camera.running,
                    frame: camera.frame,
                    ended: camera.ended,
                    smoke_untrusted: camera.smoke_untrusted,
                }
            }
        }
    }

    /// Tells the page every second, and `server` when a part's state changes or `every` has passed.
    pub async fn run(
        self,
        board: Board,
        server: watch::Sender<HealthReport>,
        every: Duration,
        stop: CancellationToken,
    ) {
        let mut look = tokio::time::interval(PAGE_EVERY);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut owed: Option<Tick> = None;
        let mut told: Option<(Tick, Vec<String>)> = None;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = look.tick() => {}
            }
            let (gather, since) = (self.clone(), owed);
            // The store may be at its disk, and the disk may be slow.
            let Ok(report) = tokio::task::spawn_blocking(move || gather.report(since)).await else { return };
            let now = clock::tick();
            let waits = report.backlog_records > 0 && self.link.borrow().publisher.is_some();
            owed = match (waits, owed) {
                (false, _) => None,
                (true, None) => Some(now),
                (true, Some(since)) => Some(self.pump.last_receipt().map_or(since, |last| last.max(since))),
            };
            let states: Vec<String> = report.parts.iter().map(|part| part.state.clone()).collect();
            if !told.as_ref().is_some_and(|(at, before)| *before == states && now.since(*at) < every) {
                told = Some((now, states));
                server.send_replace(report.clone());
            }
            board.set_health(report);
        }
    }
}
