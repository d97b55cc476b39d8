//! Puts the unit together and runs it: every task is started here.
//!
//! ```text
//! head ──┐                                       ┌─▶ board ─▶ roadside page
//! camera ┼─▶ lane ─▶ closing (its own thread) ───┼─▶ outbox ─▶ pump ⇄ link ⇄ server
//! weather┘    │      pictures, judge, seal       └─▶ head: acknowledged
//!             ├────▶ herald (the early word) ──────▶ board
//!             └────▶ checking (its own thread) ────▶ outbox, head: acknowledged
//! opacimeter ──▶ desk (one test at a time) ⇄ tablets; signed ──▶ outbox
//! ```
//!
//! Heads, weather and cameras stop on the token; lanes end because their inputs have closed, closing because the
//! lanes have. So everything measured is stored before the process ends. The uplink stops at once: the outbox
//! keeps what it has not delivered.

use std::{
    collections::{BTreeMap, VecDeque},
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64},
    },
};

use anyhow::Context;
use edge_core::matching::{CameraRole, Lane};
use edge_vision::{track::CameraRole as WorkerRole, worker::WorkerConfig};
use plumewatch_shared::{
    ids::LaneNo, protocol::message::HealthReport, reading::WeatherReading, rulebook::Rulebook,
};
use tokio::{
    net::TcpListener,
    sync::{mpsc, watch},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::{
    announce::Board,
    camera::{self, Camera, CameraState, pictures::Pictures},
    checks::{CHECKS, CheckShelf, Checking},
    clock::Clock,
    closing::Closing,
    config::{CameraConfig, Config, LaneConfig},
    desk::{self, Desk, DeskMeter},
    durable,
    evidence::{ballast::Ballast, overlay::Lettering, place, shelf},
    health::{self, Gather, Instrument},
    herald::Herald,
    lane::{Acknowledge, DRAFTS, INPUTS, Input, LaneDrive},
    outbox::{Outbox, RecordFile, mark::Mark, rebuild, sidecar::Sidecars, store},
    record::Scribe,
    roadside::{self, Roadside},
    rulebooks::RulebookShelf,
    serial::{
        LineState,
        ak::{Analyser, AnalyserState},
        head::{ACKNOWLEDGEMENTS, Head},
        nmea::{Nmea, NmeaState},
        opacimeter::{self, MeterNews, Opacimeter},
        weather::{Weather, WeatherSink},
    },
    uplink::{
        identity::IdentityFolder,
        link::{INCOMING, Link, LinkState},
        pump::Pump,
        state::PumpState,
    },
    watchlist::WatchlistShelf,
};

/// A mebibyte.
const MIB: u64 = 1 << 20;

/// What is on the disk, opened.
struct Stores {
    outbox: Arc<dyn Outbox>,
    mark: Mark,
    sidecars: Sidecars,
    shelf: Arc<shelf::Shelf>,
    ballast: Ballast,
}

/// Runs the unit until `stop` says so.
pub async fn run(config: Config, stop: CancellationToken) -> anyhow::Result<()> {
    std::fs::create_dir_all(&config.data_dir)
        .with_context(|| format!("cannot create {}", config.data_dir.display()))?;
    let identity = IdentityFolder::open(&config.data_dir)?;
    let key = identity.signing_key()?;
    let server_key = identity.identity()?.map(|identity| identity.server_key);
    let rulebook = rulebook(config.rulebook.file.as_deref())?;
    let region = config.station.id.region();
    let rulebooks = RulebookShelf::open(&config.data_dir, region, rulebook, server_key.as_ref());
    let boot = next_boot(&config.data_dir.join("boot"))?;
    let stores = stores(&config)?;
    let page = TcpListener::bind(config.page.listen)
        .await
        .with_context(|| format!("cannot listen on {} for the roadside page", config.page.listen))?;
    let address = page.local_addr()?;
    let clock = Clock::new(config.clock);
    let board = Board::new(health::starting(), config.data_dir.join("evidence"));
    let watchlist = WatchlistShelf::open(&config.data_dir, server_key.as_ref());
    let pictures = Arc::new(Pictures::default());
    let checks = CheckShelf::open(&config.data_dir);
    let (stored_tx, stored) = watch::channel(stores.outbox.head().sequence);
    let writable = Arc::new(AtomicBool::new(true));
    let mut tasks: JoinSet<anyhow::Result<()>> = JoinSet::new();

    let mut instruments = Vec::new();
    let weather = start_weather(&config, &clock, &stop, &mut instruments, &mut tasks)?;
    let (drafts_tx, drafts) = mpsc::channel(DRAFTS);
    let (checks_tx, checks_in) = mpsc::channel(CHECKS);
    let mut acknowledge = BTreeMap::new();
    for lane in &config.lane {
        let parts = Parts { clock: &clock, pictures: &pictures, stop: &stop };
        let (inputs, head) = start_lane(lane, &parts, &mut instruments, &mut tasks)?;
        acknowledge.extend(head.clone().map(|head| (lane.number, head)));
        let drive = LaneDrive {
            lane: known_lane(lane, &rulebooks, &checks),
            rulebooks: rulebooks.passages(),
            inputs,
            weather: weather.clone(),
            drafts: drafts_tx.clone(),
            acknowledge: head,
            herald: Herald {
                station: config.station.id,
                watchlist: watchlist.clone(),
                board: board.clone(),
                said: Vec::new(),
            },
            outbox: stores.outbox.clone(),
            checks: checks.clone(),
            learnt: checks.follow(),
            judged: checks_tx.clone(),
            pictures: pictures.clone(),
            awaiting: VecDeque::new(),
            clock: clock.clone(),
        };
        tasks.spawn(async move {
            drive.run().await;
            Ok(())
        });
    }
    drop((drafts_tx, checks_tx)); // The lanes' own are the last.
    start_analysers(&config, &clock, &stop, &mut instruments, &mut tasks)?;

    let (link_tx, link) = watch::channel(LinkState::default());
    let (incoming_tx, incoming) = mpsc::channel(INCOMING);
    let (health_tx, health) = watch::channel(health::starting());
    let pump_state = Arc::new(PumpState::default());
    let mut gather = Gather {
        instruments,
        clock: clock.clone(),
        shelf: stores.shelf.clone(),
        floor: config.disk.floor_mib * MIB,
        writable: writable.clone(),
        outbox: stores.outbox.clone(),
        link: link.clone(),
        pump: pump_state.clone(),
        watchlist: watchlist.clone(),
        rulebooks: rulebooks.clone(),
        checks: checks.clone(),
    };
    let pump = Pump {
        boot,
        outbox: stores.outbox.clone(),
        sidecars: stores.sidecars.clone(),
        shelf: stores.shelf.clone(),
        watchlist: watchlist.clone(),
        rulebooks: rulebooks.clone(),
        identity: identity.clone(),
        link,
        incoming,
        stored,
        health,
        state: pump_state,
    };
    let uplink = Link {
        station: config.station.id,
        boot,
        config: config.uplink.clone(),
        identity,
        state: link_tx,
        incoming: incoming_tx,
        dropped: Arc::new(AtomicU64::new(0)),
    };
    let scribe = Arc::new(Scribe {
        station: config.station.id,
        key,
        outbox: stores.outbox,
        mark: Mutex::new(stores.mark),
        sidecars: stores.sidecars,
        shelf: stores.shelf,
        ballast: stores.ballast,
        stored: stored_tx,
        writable,
        stop: stop.clone(),
    });
    let (meter, meter_news) = start_opacimeter(&config, &clock, &stop, &mut gather.instruments, &mut tasks);
    let desk = Desk::open(
        &config.data_dir,
        desk::Parts {
            meter,
            altitude_m: config.station.altitude_m,
            clock: clock.clone(),
            weather,
            scribe: scribe.clone(),
            rulebooks: rulebooks.clone(),
        },
    );
    let (token, leading) = (stop.clone(), desk.clone());
    tasks.spawn(async move {
        leading.run(meter_news, token).await;
        Ok(())
    });
    let checking = Checking {
        rulebooks: rulebooks.passages(),
        scribe: scribe.clone(),
        shelf: checks,
        acknowledge: acknowledge.clone(),
    };
    tasks.spawn_blocking(move || {
        checking.run(checks_in);
        Ok(())
    });
    let closing = Closing {
        name: config.station.name.clone(),
        lettering: lettering(),
        pictures,
        scribe,
        watchlist,
        board: board.clone(),
        acknowledge,
    };
    tasks.spawn_blocking(move || {
        closing.run(drafts);
        Ok(())
    });
    spawn_rest(&mut tasks, gather, (board.clone(), health_tx), &config, pump, uplink, &stop);
    let station = Roadside {
        board,
        desk,
        names: config.page.names,
        station: config.station.id,
        name: config.station.name,
        stop: stop.clone(),
    };
    let served =
        axum::serve(page, roadside::router(station)).with_graceful_shutdown(stop.clone().cancelled_owned());
    tasks.spawn(async move { served.await.context("the roadside page failed") });
    // Written last: whoever reads it finds a unit that works.
    let listening = serde_json::json!({ "page": address.to_string() }).to_string();
    durable::write(&config.data_dir.join("listening.json"), listening.as_bytes())?;
    info!(station.id = %config.station.id, %address, boot, "unit running");
    finish(tasks, &stop).await
}

/// A lane's matching, which knows how heads were checked before the start.
fn known_lane(lane: &LaneConfig, rulebooks: &RulebookShelf, checks: &CheckShelf) -> Lane {
    let mut matching = Lane::new(lane.matching(), rulebooks.passages().borrow().clone());
    matching.on_checks(checks.follow().borrow().clone());
    matching
}

/// Waits for every task; the first that ends stops the rest, which drain in the data's order.
async fn finish(mut tasks: JoinSet<anyhow::Result<()>>, stop: &CancellationToken) -> anyhow::Result<()> {
    let mut outcome = Ok(());
    // A unit without lanes has stages that end at once; it still serves its page and delivers its backlog.
    tasks.spawn(stopped(stop.clone()));
    while let Some(ended) = tasks.join_next().await {
        let ended = ended.map_err(anyhow::Error::from).flatten();
        if ended.is_err() {
            stop.cancel();
        }
        outcome = outcome.and(ended);
    }
    info!("unit stopped");
    outcome
}

async fn stopped(stop: CancellationToken) -> anyhow::Result<()> {
    stop.cancelled().await;
    Ok(())
}

fn spawn_rest(
    tasks: &mut JoinSet<anyhow::Result<()>>,
    gather: Gather,
    (board, health): (Board, watch::Sender<HealthReport>),
    config: &Config,
    pump: Pump,
    link: Link,
    stop: &CancellationToken,
) {
    let (every, token) = (config.uplink.health_every, stop.clone());
    tasks.spawn(async move {
        gather.run(board, health, every, token).await;
        Ok(())
    });
    let token = stop.clone();
    tasks.spawn(async move {
        pump.run(token).await;
        Ok(())
    });
    let token = stop.clone();
    tasks.spawn(async move {
        link.run(token).await;
        Ok(())
    });
}

/// The file that takes the place of the shipped rulebook until the server sends one.
fn rulebook(file: Option<&Path>) -> anyhow::Result<Option<Rulebook>> {
    let Some(path) = file else { return Ok(None) };
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    Rulebook::parse(&text).with_context(|| format!("{} is no rulebook", path.display())).map(Some)
}

fn lettering() -> Option<Lettering> {
    let lettering = Lettering::find();
    if lettering.is_none() {
        warn!("no Chinese font is installed (fonts-noto-cjk); pictures go without overlay");
    }
    lettering
}

/// Counts the starts of this program on this disk.
fn next_boot(path: &Path) -> anyhow::Result<u64> {
    let before = std::fs::read_to_string(path).ok().and_then(|text| text.trim().parse::<u64>().ok());
    let boot = before.unwrap_or(0) + 1;
    if let Err(error) = durable::write(path, format!("{boot}\n").as_bytes()) {
        // The count only tells an old last will from a new state; a full disk must not keep the unit down.
        warn!(%error, "the count of starts cannot be written");
    }
    Ok(boot)
}

fn stores(config: &Config) -> anyhow::Result<Stores> {
    let data = &config.data_dir;
    let ballast = Ballast::new(&data.join("ballast"), config.disk.ballast_mib * MIB);
    // The store cannot be opened on a full disk; the ballast is for this.
    if durable::free_bytes(data)? < 2 * store::ROOM && ballast.release() {
        error!("the disk is full: the ballast is given up so that the outbox opens; make room on the disk");
    }
    let opened = rebuild::open(data)?;
    if let Some(aside) = &opened.moved_aside {
        error!(aside = %aside.display(), restored = opened.restored, skipped = opened.skipped,
            "the outbox was corrupt: it is moved aside and rebuilt; check the disk");
    } else if opened.restored + opened.skipped > 0 {
        warn!(restored = opened.restored, skipped = opened.skipped, "records restored from their sidecars");
    }
    let evidence = data.join("evidence");
    let known = opened.outbox.files()?;
    let (there, gone): (Vec<RecordFile>, Vec<RecordFile>) =
        known.into_iter().partition(|entry| place(&evidence, entry.file.hash).is_file());
    for entry in gone {
        opened.outbox.forget(entry.sequence, entry.file.hash)?;
    }
    let limits = shelf::Limits { quota: config.disk.evidence_mib * MIB, floor: config.disk.floor_mib * MIB };
    let shelf = shelf::Shelf::open(&evidence, limits, &there)
        .with_context(|| format!("cannot use {}", evidence.display()))?;
    if let Err(error) = ballast.lay() {
        warn!(%error, "no ballast could be laid");
    }
    Ok(Stores {
        outbox: Arc::new(opened.outbox),
        mark: opened.mark,
        sidecars: opened.sidecars,
        shelf: Arc::new(shelf),
        ballast,
    })
}

/// Starts what tells the weather, the place and the time.
fn start_weather(
    config: &Config,
    clock: &Clock,
    stop: &CancellationToken,
    instruments: &mut Vec<Instrument>,
    tasks: &mut JoinSet<anyhow::Result<()>>,
) -> anyhow::Result<watch::Receiver<Option<WeatherReading>>> {
    let (readings, newest) = watch::channel(None);
    let state = Arc::new(LineState::default());
    let by_talker = config.nmea.as_ref().is_some_and(|nmea| nmea.weather);
    if config.weather.is_some() || by_talker {
        instruments.push(Instrument::Weather(state.clone()));
    }
    let sink = WeatherSink::new(readings, config.weather.is_none().then(|| state.clone()));
    if let Some(nmea) = &config.nmea {
        let talker =
            Arc::new(if nmea.position { NmeaState::default() } else { NmeaState::of_weather_alone() });
        instruments.push(Instrument::Nmea(talker.clone()));
        let endpoint = nmea.endpoint().map_err(|allowed| anyhow::anyhow!("nmea: {allowed}"))?;
        let weather = nmea.weather.then(|| sink.clone());
        let task = Nmea { endpoint, weather, state: talker, clock: clock.clone() };
        let stop = stop.clone();
        tasks.spawn(async move {
            task.run(stop).await;
            Ok(())
        });
    }
    if let Some(weather) = config.weather.clone() {
        let task = Weather {
            path: weather.port,
            baud: weather.baud,
            address: weather.address,
            every: weather.every,
            registers: weather.registers,
            readings: sink,
            state,
            clock: clock.clone(),
        };
        let stop = stop.clone();
        tasks.spawn(async move {
            task.run(stop).await;
            Ok(())
        });
    }
    Ok(newest)
}

/// Starts the analysers.
fn start_analysers(
    config: &Config,
    clock: &Clock,
    stop: &CancellationToken,
    instruments: &mut Vec<Instrument>,
    tasks: &mut JoinSet<anyhow::Result<()>>,
) -> anyhow::Result<()> {
    for (number, analyser) in (1..).zip(&config.analyser) {
        let state = Arc::new(AnalyserState::default());
        instruments.push(Instrument::Analyser(number, state.clone()));
        let task = Analyser {
            part: format!("analyser-{number}"),
            endpoint: analyser
                .endpoint()
                .map_err(|allowed| anyhow::anyhow!("analyser {number}: {allowed}"))?,
            channel: analyser.channel,
            every: analyser.every,
            values: analyser.values.clone(),
            state,
            clock: clock.clone(),
        };
        let stop = stop.clone();
        tasks.spawn(async move {
            task.run(stop).await;
            Ok(())
        });
    }
    Ok(())
}

/// Starts the opacimeter, if there is one; gives the way to it, and what is heard of it.
fn start_opacimeter(
    config: &Config,
    clock: &Clock,
    stop: &CancellationToken,
    instruments: &mut Vec<Instrument>,
    tasks: &mut JoinSet<anyhow::Result<()>>,
) -> (Option<DeskMeter>, mpsc::Receiver<MeterNews>) {
    let (news, heard) = mpsc::channel(opacimeter::NEWS);
    let Some(meter) = config.opacimeter.clone() else { return (None, heard) };
    let (told, commands) = mpsc::channel(opacimeter::COMMANDS);
    let state = Arc::new(LineState::default());
    instruments.push(Instrument::Opacimeter(state.clone()));
    let task = Opacimeter {
        path: meter.port,
        baud: meter.baud,
        protocol: meter.driver,
        commands,
        news,
        state,
        clock: clock.clone(),
    };
    let stop = stop.clone();
    tasks.spawn(async move {
        task.run(stop).await;
        Ok(())
    });
    (Some(DeskMeter { protocol: meter.driver, device: meter.device, commands: told }), heard)
}

/// What every instrument of a lane needs.
struct Parts<'a> {
    clock: &'a Clock,
    pictures: &'a Arc<Pictures>,
    stop: &'a CancellationToken,
}

/// Starts a lane's instruments; gives what they will say, and the way to its head.
fn start_lane(
    lane: &LaneConfig,
    parts: &Parts<'_>,
    instruments: &mut Vec<Instrument>,
    tasks: &mut JoinSet<anyhow::Result<()>>,
) -> anyhow::Result<(mpsc::Receiver<Input>, Option<Acknowledge>)> {
    let (inputs_tx, inputs) = mpsc::channel(INPUTS);
    let mut acknowledge = None;
    if let Some(head) = &lane.head {
        let line = Arc::new(LineState::default());
        instruments.push(Instrument::Head(lane.number, line.clone()));
        let (origins, acknowledgements) = mpsc::channel(ACKNOWLEDGEMENTS);
        acknowledge = Some(Acknowledge { origins, line: line.clone() });
        let task = Head {
            part: format!("head-{}", lane.number.number()),
            path: head.port.clone(),
            baud: head.baud,
            driver: head.protocol.driver(lane.number),
            inputs: inputs_tx.clone(),
            acknowledge: acknowledgements,
            state: line,
            clock: parts.clock.clone(),
        };
        let stop = parts.stop.clone();
        tasks.spawn(async move {
            task.run(stop).await;
            Ok(())
        });
    }
    for (role, camera) in [(CameraRole::Front, &lane.front), (CameraRole::Rear, &lane.rear)] {
        let Some(camera) = camera else { continue };
        let state = Arc::new(CameraState::default());
        instruments.push(Instrument::Camera(lane.number, role, state.clone()));
        let task = camera_task(lane.number, role, camera, parts, inputs_tx.clone(), state)?;
        let stop = parts.stop.clone();
        tasks.spawn(async move {
            task.run(stop).await;
            Ok(())
        });
    }
    Ok((inputs, acknowledge))
}

fn camera_task(
    lane: LaneNo,
    role: CameraRole,
    config: &CameraConfig,
    parts: &Parts<'_>,
    inputs: mpsc::Sender<Input>,
    state: Arc<CameraState>,
) -> anyhow::Result<Camera> {
    let (worker_role, word) = match role {
        CameraRole::Front => (WorkerRole::Front, "front"),
        CameraRole::Rear => (WorkerRole::Rear, "rear"),
    };
    let part = format!("camera-{word}-{}", lane.number());
    let source = camera::source(config).with_context(|| format!("{part} has no source"))?;
    let mut task = WorkerConfig::new(source, worker_role);
    task.preview = false; // The roadside page shows passages, not video.
    Ok(Camera {
        part,
        role,
        task,
        finite: config.is_finite(),
        program: camera::program(),
        inputs,
        pictures: parts.pictures.clone(),
        state,
        clock: parts.clock.clone(),
    })
}
