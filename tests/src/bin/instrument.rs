//! `plumewatch-instrument`: one simulated instrument on a line of its own, for those who write or test the other end.

use std::net::TcpListener;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::{Args, Parser, Subcommand};
use e2e::instrument::{
    AkAnalyser, Head, HeadSends, LineFault, ModbusStation, NmeaTalker, Speaker, Wire, fair_weather,
};
use e2e::road::{Traffic, TrafficPlan};
use plumewatch_shared::ids::LaneNo;

/// How long `--unplug` leaves the line unplugged.
const UNPLUGGED: Duration = Duration::from_secs(3);
/// How often the head looks whether a vehicle is due.
const LOOK: Duration = Duration::from_millis(20);

/// A simulated instrument on a line of its own. 模拟仪器：在伪终端（或TCP端口）上按真实协议收发。
///
/// It prints the path of its pseudo-terminal (or its address) as the first line, and speaks until it is stopped.
/// 首行输出伪终端路径（或地址），之后一直运行，直到被停止。docs/simulated-instruments.md explains each.
#[derive(Parser)]
#[command(name = "plumewatch-instrument", version)]
struct Arguments {
    #[command(subcommand)]
    instrument: Instrument,
}

#[derive(Subcommand)]
enum Instrument {
    /// A remote-sensing head that speaks PWRS 1 (docs/remote-sensing-line-protocol.md). 遥测仪
    Head {
        /// Send the samples of the beams instead of results. 发送采样点而非结果
        #[arg(long)]
        samples: bool,
        /// Mean seconds between vehicles. 平均过车间隔（秒）
        #[arg(long, default_value_t = 8.0, value_parser = seconds)]
        every: f64,
        #[command(flatten)]
        line: Line,
    },
    /// A weather station that speaks Modbus-RTU, address 1, the common registers. 气象仪（Modbus-RTU）
    Weather {
        #[command(flatten)]
        line: Line,
    },
    /// A talker of NMEA 0183: GGA, RMC, ZDA, MWV, XDR once a second. 定位与气象（NMEA 0183）
    Nmea {
        #[command(flatten)]
        line: Line,
    },
    /// An analyser that speaks AK. 分析仪（AK协议）
    Ak {
        /// Listen here instead of on a pseudo-terminal, such as 127.0.0.1:7700. 改为监听此TCP地址
        #[arg(long)]
        tcp: Option<String>,
        /// Its error counter, 0 to 9. 故障计数
        #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=9))]
        errors: u8,
        #[command(flatten)]
        line: Line,
    },
}

#[derive(Args)]
struct Line {
    /// A folder for the link to the pseudo-terminal: head-1, weather, nmea or ak. 存放伪终端链接的目录
    #[arg(long, default_value = ".")]
    dir: PathBuf,
    /// Names the noise and the traffic: the same seed is the same. 随机种子
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Random bytes between the frames. 帧间噪声
    #[arg(long)]
    noise: bool,
    /// Each frame in pieces, with pauses. 分段发送
    #[arg(long)]
    split: bool,
    /// Now and then a wrong byte. 偶发错误字节
    #[arg(long)]
    corrupt: bool,
    /// Says nothing. 静默
    #[arg(long)]
    silent: bool,
    /// Unplugs the line for 3 s, again and again after so many seconds. 每隔若干秒断线3秒
    #[arg(long, value_parser = seconds)]
    unplug: Option<f64>,
}

/// A number of seconds from a hundredth to a day.
fn seconds(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|number| (0.01..=86_400.0).contains(number));
    number.ok_or_else(|| "a number of seconds from 0.01 to 86400".to_owned())
}

impl Line {
    fn faults(&self) -> Vec<LineFault> {
        let told = [
            (self.noise, LineFault::Noise),
            (self.split, LineFault::Split),
            (self.corrupt, LineFault::Corrupt),
            (self.silent, LineFault::Silent),
        ];
        told.into_iter().filter(|(on, _)| *on).map(|(_, fault)| fault).collect()
    }

    /// Is the line to be unplugged, so long after the start?
    fn unplugged(&self, since: Duration) -> bool {
        self.unplug.is_some_and(|after| {
            let round = Duration::from_secs_f64(after) + UNPLUGGED;
            since.as_secs_f64() % round.as_secs_f64() >= after
        })
    }

    fn terminal(&self, name: &str) -> anyhow::Result<Wire> {
        std::fs::create_dir_all(&self.dir)
            .with_context(|| format!("cannot create {}", self.dir.display()))?;
        let link = self.dir.join(name);
        let wire = Wire::terminal(link.clone(), self.seed)
            .with_context(|| format!("cannot open a pseudo-terminal at {}", link.display()))?;
        say(&link.display().to_string())?;
        Ok(wire)
    }
}

/// Prints where the instrument is, at once.
fn say(place: &str) -> anyhow::Result<()> {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{place}").and_then(|()| out.flush()).context("cannot write where the line is")
}

fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    match Arguments::parse().instrument {
        Instrument::Head { samples, every, line } => head(samples, every, &line),
        Instrument::Weather { line } => {
            speak(line.terminal("weather")?, &mut ModbusStation::new(fair_weather()), &line)
        }
        Instrument::Nmea { line } => {
            speak(line.terminal("nmea")?, &mut NmeaTalker::new(fair_weather()), &line)
        }
        Instrument::Ak { tcp: None, errors, line } => {
            speak(line.terminal("ak")?, &mut AkAnalyser::new(errors), &line)
        }
        Instrument::Ak { tcp: Some(address), errors, line } => {
            let listener =
                TcpListener::bind(&address).with_context(|| format!("cannot listen on {address}"))?;
            say(&listener.local_addr()?.to_string())?;
            speak(Wire::tcp(listener, line.seed)?, &mut AkAnalyser::new(errors), &line)
        }
    }
}

fn speak(mut wire: Wire, speaker: &mut dyn Speaker, line: &Line) -> anyhow::Result<()> {
    for fault in line.faults() {
        wire.set_fault(fault, true);
    }
    let begun = Instant::now();
    loop {
        wire.set_fault(LineFault::Unplugged, line.unplugged(begun.elapsed()));
        wire.turn(speaker).context("the line failed")?;
    }
}

fn head(samples: bool, every: f64, line: &Line) -> anyhow::Result<()> {
    let sends = if samples { HeadSends::Samples } else { HeadSends::Results };
    let lane = LaneNo::new(1).context("1 is a lane")?;
    let head = Head::start_sending(sends, &line.dir, lane, line.seed)
        .with_context(|| format!("cannot open a pseudo-terminal in {}", line.dir.display()))?;
    say(&line.dir.join("head-1").display().to_string())?;
    for fault in line.faults() {
        head.set_fault(fault, true);
    }
    let begun = Instant::now();
    for passing in Traffic::new(TrafficPlan::new(line.seed, Duration::from_secs_f64(every))) {
        while begun.elapsed() < passing.at {
            head.set_fault(LineFault::Unplugged, line.unplugged(begun.elapsed()));
            std::thread::sleep(LOOK);
        }
        head.measure(&passing, Instant::now());
    }
    Ok(())
}
