//! `kill -9` of the edge unit, of the server and the broker in it, a cut and a slow wire, at random moments under
//! traffic: at the end every measurement the head made is on the server once, none twice, and the ledger says so.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use e2e::dice::Dice;
use e2e::road::{Traffic, TrafficPlan, TruthOrigin};
use e2e::world::{Wire, World, WorldPlan, wait_for};

use crate::{seeds, turn};

/// Traffic under chaos: five measurements a second.
const EVERY: Duration = Duration::from_millis(200);
/// Chaos of one seed lasts so long in `make test`.
const LASTING: Duration = Duration::from_secs(35);
/// Then everything must settle within this.
const SETTLING: Duration = Duration::from_secs(150);

/// A clock is wrong by up to this, either way: three years, as a unit with a dead battery comes up.
const CLOCK_JUMP_S: i64 = 3 * 366 * 24 * 3_600;

/// What chaos does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Blow {
    KillEdge,
    KillServer,
    KillBroker,
    CutWire,
    SlowWire,
    Unplug,
    JumpClock,
}

/// What may be dealt, the worst more often.
const BLOWS: [Blow; 10] = [
    Blow::KillEdge,
    Blow::KillEdge,
    Blow::KillServer,
    Blow::KillServer,
    Blow::KillBroker,
    Blow::CutWire,
    Blow::SlowWire,
    Blow::Unplug,
    Blow::JumpClock,
    Blow::JumpClock,
];

#[test]
fn whatever_is_killed_or_cut_every_measurement_reaches_the_server_once() {
    let _turn = turn();
    for seed in seeds() {
        storm(World::new(seed), seed, LASTING);
    }
}

#[test]
fn a_mosquitto_that_is_killed_and_comes_back_empty_costs_nothing() {
    let _turn = turn();
    for seed in seeds() {
        storm(World::new(50 + seed).with_mosquitto(), 50 + seed, LASTING);
    }
}

/// `make soak`: the same for `E2E_SOAK_SECONDS`, two minutes a seed.
#[test]
#[ignore = "lasts as long as one likes; make soak runs it"]
fn soak() {
    let _turn = turn();
    let seconds = std::env::var("E2E_SOAK_SECONDS").map_or(3_600, |text| text.parse().expect("a number"));
    let until = Instant::now() + Duration::from_secs(seconds);
    let mut seed = 1_000;
    while Instant::now() < until {
        seed += 1;
        storm(
            World::new(seed),
            seed,
            Duration::from_secs(120).min(until.saturating_duration_since(Instant::now())),
        );
    }
}

/// One seed of chaos.
fn storm(world: WorldPlan, seed: u64, lasting: Duration) {
    let mut world = world.with_station("A140105001").with_wild_clock().start();
    let mut dice = Dice::new(seed).apart(77);
    let mut dealt: BTreeMap<Blow, u32> = BTreeMap::new();
    let began = Instant::now();
    let mut next_blow = began + Duration::from_millis(dice.between(1_500, 4_000) as u64);
    let mut traffic = Traffic::new(TrafficPlan { headway_min: EVERY, ..TrafficPlan::new(seed, EVERY) });
    let mut mends: Vec<(Instant, Blow)> = Vec::new();
    while began.elapsed() < lasting {
        let passing = traffic.next().unwrap();
        world.station().head().measure(&passing, Instant::now());
        std::thread::sleep(EVERY);
        let now = Instant::now();
        let (due, later): (Vec<_>, Vec<_>) = mends.into_iter().partition(|(at, _)| *at <= now);
        mends = later;
        for (_, blow) in due {
            mend(&mut world, blow);
        }
        if now >= next_blow {
            let blow = dice.pick(&BLOWS);
            if !mends.iter().any(|(_, other)| clash(*other, blow)) {
                deal(&mut world, blow, &mut dice);
                *dealt.entry(blow).or_default() += 1;
                mends.push((now + Duration::from_millis(dice.between(200, 5_000) as u64), blow));
            }
            next_blow = now + Duration::from_millis(dice.between(1_000, 5_000) as u64);
        }
    }
    for (_, blow) in mends {
        mend(&mut world, blow);
    }
    world.station().link.set(Wire::Good);
    settle(&mut world, seed, &dealt, began);
}

/// Would one blow be dealt to what the other has already felled?
fn clash(one: Blow, other: Blow) -> bool {
    let server = |blow| matches!(blow, Blow::KillServer | Blow::KillBroker);
    let wire = |blow| matches!(blow, Blow::CutWire | Blow::SlowWire);
    one == other || (server(one) && server(other)) || (wire(one) && wire(other))
}

fn deal(world: &mut World, blow: Blow, dice: &mut Dice) {
    match blow {
        Blow::KillEdge => world.station().kill(),
        Blow::KillServer => world.server.kill(),
        // The broker inside the server dies with it; a mosquitto beside it dies alone.
        Blow::KillBroker => match world.server.broker() {
            Some(broker) => broker.kill(),
            None => world.server.kill(),
        },
        Blow::CutWire => world.station().link.set(Wire::Cut),
        Blow::SlowWire => world.station().link.set(Wire::Slow(4_000)),
        Blow::Unplug => world.station().head().set_fault(e2e::instrument::LineFault::Unplugged, true),
        Blow::JumpClock => world.station().jump_clock(dice.between(-CLOCK_JUMP_S, CLOCK_JUMP_S)),
    }
}

fn mend(world: &mut World, blow: Blow) {
    match blow {
        Blow::KillEdge => world.station().run().unwrap(),
        Blow::KillServer => world.server.run().unwrap(),
        Blow::KillBroker => match world.server.broker() {
            Some(broker) => broker.run().unwrap(),
            None => world.server.run().unwrap(),
        },
        Blow::CutWire | Blow::SlowWire => world.station().link.set(Wire::Good),
        Blow::Unplug => world.station().head().set_fault(e2e::instrument::LineFault::Unplugged, false),
        Blow::JumpClock => world.station().jump_clock(0),
    }
}

/// Waits for the last measurement, then counts.
fn settle(world: &mut World, seed: u64, dealt: &BTreeMap<Blow, u32>, began: Instant) {
    assert!(
        world.station().head().wait_acknowledged(SETTLING),
        "seed {seed}: the edge did not take everything"
    );
    let tally = world.station().head().tally();
    assert_eq!(tally.lost, 0, "seed {seed}: the head's memory was never full");
    let api = world.server.sign_in("admin").unwrap();
    // Checks of the head are records of the same sequence.
    let records = (tally.made.len() + tally.checks.len()) as u64;
    wait_for("everything on the server", SETTLING, || {
        let station = api.station("A140105001").map_err(|error| format!("{error:#}"))?;
        let (received, missing) = (station["received"].as_u64(), station["missing"].as_u64());
        let backlog = station["health"]["backlog_records"].as_u64();
        let whole = received >= Some(records) && missing == Some(0) && backlog == Some(0);
        let state = format!(
            "{records} records made, received {received:?}, missing {missing:?}, backlog {backlog:?}"
        );
        if whole { Ok(()) } else { Err(state) }
    });
    let mut times: BTreeMap<TruthOrigin, u32> = BTreeMap::new();
    let mut without = 0;
    for passage in api.passages().unwrap() {
        match passage.origin {
            Some(origin) => *times.entry(origin).or_default() += 1,
            None => without += 1,
        }
    }
    let made: Vec<TruthOrigin> = tally.made.iter().map(TruthOrigin::from).collect();
    let missing = made.iter().filter(|origin| !times.contains_key(origin)).count();
    let twice = times.values().filter(|count| **count > 1).count();
    let ledger = api.get("/stations/A140105001/ledger").unwrap();
    let gaps = ledger["gaps"].as_array().unwrap().len();
    println!(
        "seed {seed}: {} made, {} on the server, {missing} missing, {twice} twice, {without} without a reading, \
         {gaps} gaps, {} refused, {} lines repeated; {dealt:?}; {:.0?}",
        made.len(),
        times.len(),
        ledger["refused"],
        tally.repeated,
        began.elapsed()
    );
    assert_eq!((missing, twice, gaps, without), (0, 0, 0, 0), "seed {seed}");
    assert_eq!(ledger["refused"], 0, "seed {seed}");
}

/// The shipped broker configuration works with the shipped server before any station is enrolled.
#[test]
fn a_server_beside_a_mosquitto_says_that_it_is_ready() {
    let _turn = turn();
    let mut world = World::new(52).with_mosquitto().start();
    let url = format!("{}/readyz", world.server.url());
    let ready = || match ureq::get(&url).call() {
        Ok(_) => Ok(()),
        Err(error) => Err(error.to_string()),
    };
    wait_for("readiness", SETTLING, ready);
    world.server.broker().unwrap().kill();
    wait_for("the loss of the broker to show", SETTLING, || match ready() {
        Ok(()) => Err("still ready".to_owned()),
        Err(_) => Ok(()),
    });
    world.server.broker().unwrap().run().unwrap();
    wait_for("readiness again", SETTLING, ready);
}
