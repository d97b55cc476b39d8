//! What strangers and faulty programs send is refused and counted, and the stations go on.

use std::process::Command;
use std::time::{Duration, Instant};

use e2e::dice::Dice;
use e2e::road::{Traffic, TrafficPlan};
use e2e::world::{World, program_path, wait_for};

use crate::truck::wait_received;
use crate::{PATIENCE, seeds, turn};

use stranger::{Card, Stranger};

mod stranger;

/// One record more from a station proves that all before it were dealt with.
fn goes_on(world: &mut World, already: u64) {
    let passing = Traffic::new(TrafficPlan::new(8, Duration::from_secs(8))).next().unwrap();
    world.station().head().measure(&passing, Instant::now());
    assert!(world.station().head().wait_acknowledged(PATIENCE));
    wait_received(world, already + 1);
}

#[test]
fn a_client_without_a_certificate_is_not_let_in_and_the_stations_go_on() {
    let _turn = turn();
    seeds().into_iter().for_each(without_certificate);
}

fn without_certificate(seed: u64) {
    let mut world = World::new(seed).with_station("A140105001").start();
    let ca = Card::ca_only(world.station().data());
    assert!(Stranger::connect(world.server.listening.mqtt, &ca, "A140105001").is_err());
    goes_on(&mut world, 0);
}

#[test]
fn what_a_station_may_not_send_is_refused_and_the_other_goes_on() {
    let _turn = turn();
    seeds().into_iter().for_each(wrong_payloads);
}

fn wrong_payloads(seed: u64) {
    let mut world = World::new(seed).with_station("A140105001").with_station("A140105002").start();
    // The second station's certificate in a stranger's hands: its own edge unit is off.
    world.stations[1].stop();
    let card = Card::of(world.stations[1].data());
    let broker = world.server.listening.mqtt;

    // Another station's topic: nothing of it arrives.
    let mut stranger = Stranger::connect(broker, &card, "A140105002").unwrap();
    stranger.publish("pw/1/A140105001/record", b"{}".to_vec());
    // Its own topic, but no record of ours, or a broken one: the server refuses and counts them.
    let mut dice = Dice::new(seed);
    let broken = [b"{}".to_vec(), garbage(&mut dice), half_a_record(&mut dice)];
    let broken_count = broken.len() as u64;
    // Too large for a record, and too large for anything: the broker lets neither in, so nobody counts them.
    let oversize = [vec![b'x'; 20 * 1024], vec![b'x'; 300 * 1024]];
    for payload in oversize.into_iter().chain(broken) {
        let mut stranger = Stranger::connect(broker, &card, "A140105002").unwrap();
        stranger.publish("pw/1/A140105002/record", payload);
    }
    let mut stranger = Stranger::connect(broker, &card, "A140105002").unwrap();
    stranger.publish("elsewhere", b"hello".to_vec());

    let api = world.server.sign_in("admin").unwrap();
    wait_for("refused records in the second station's ledger", PATIENCE, || {
        let ledger = api.get("/stations/A140105002/ledger").map_err(|error| format!("{error:#}"))?;
        if ledger["refused"] == broken_count { Ok(()) } else { Err(ledger.to_string()) }
    });
    let ledger = api.get("/stations/A140105001/ledger").unwrap();
    assert_eq!(ledger["refused"], 0, "nothing arrived in the other station's name");
    goes_on(&mut world, 0);
}

/// Random bytes.
fn garbage(dice: &mut Dice) -> Vec<u8> {
    (0..dice.between(1, 2_000)).map(|_| dice.between(0, 255) as u8).collect()
}

/// JSON of the right kind, cut off anywhere and with a wrong byte.
fn half_a_record(dice: &mut Dice) -> Vec<u8> {
    let whole =
        br#"{"v":1,"purpose":"record","prev":"00","body":"{\"v\":1,\"id\":\"A140105002-1\"}","sig":"00"}"#;
    let mut half = whole[..dice.between(1, whole.len() as i64) as usize].to_vec();
    let at = dice.between(0, half.len() as i64 - 1) as usize;
    half[at] ^= dice.between(1, 255) as u8;
    half
}

#[test]
fn random_bytes_on_the_brokers_port_stop_nobody() {
    let _turn = turn();
    seeds().into_iter().for_each(random_bytes);
}

fn random_bytes(seed: u64) {
    use std::io::Write;
    let mut world = World::new(seed).with_station("A140105001").start();
    let mut dice = Dice::new(seed);
    let mut silent = Vec::new();
    for _ in 0..40 {
        let mut stream = std::net::TcpStream::connect(world.server.listening.mqtt).unwrap();
        let bytes: Vec<u8> = (0..dice.between(0, 400)).map(|_| dice.between(0, 255) as u8).collect();
        let _ = stream.write_all(&bytes);
        silent.push(stream); // Held open: a silent peer must not hold up the others.
    }
    goes_on(&mut world, 0);
}

#[test]
fn an_unknown_key_in_a_configuration_is_named_and_nothing_starts() {
    let folder = tempfile::tempdir().unwrap();
    for (program, text, key) in [
        ("plumewatch-server", "data_dir = \"x\"\nprot = 8080\n", "prot"),
        (
            "plumewatch-edge",
            "data_dir = \"x\"\nlanes = 2\n[station]\nid = \"A140105001\"\nname = \"x\"\n",
            "lanes",
        ),
    ] {
        let path = folder.path().join(format!("{program}.toml"));
        std::fs::write(&path, text).unwrap();
        let output = Command::new(program_path(program).unwrap())
            .arg("run")
            .arg("--config")
            .arg(&path)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{program} starts with an unknown key");
        assert!(said.contains(key), "{program} does not name the key: {said}");
        assert!(!said.contains("panicked"), "{said}");
    }
}
