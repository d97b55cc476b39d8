//! `demo`: a server, one edge unit and the simulated road, together; what `make run` starts.
//!
//! It builds nothing: the programs lie beside it. It waits for what it needs by name, says what it does in both
//! languages, and on Ctrl-C stops everything in the data's order: road, edge, server.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use clap::Parser;
use e2e::instrument::{Opacimeter, Push};
use e2e::road::{Traffic, TrafficPlan};
use e2e::world::{
    Api, Listening, Program, command, edge_config, enrol, opacimeter_config, read_listening, run,
};
use edge_core::reader::opacimeter::MeterProtocol;

/// A server, one edge unit and the simulated road.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    /// Where everything is kept; a later run goes on with it.
    #[arg(long, default_value = "run")]
    dir: PathBuf,
    /// Names the traffic.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Mean time between vehicles.
    #[arg(long, default_value = "8s")]
    every: String,
    /// Ends by itself after so many seconds, such as 90s.
    #[arg(long = "for")]
    lasting: Option<String>,
    /// Shows the real pictures of ../shared/data instead of rendered traffic, where there are some.
    #[arg(long)]
    pictures: bool,
    /// Where the server's pages listen; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: String,
    /// Where the roadside page listens; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8090")]
    page: String,
}

/// The station of the demonstration: point 001 of Xiaodian, Taiyuan.
const STATION: &str = "A140105001";
const STATION_NAME: &str = "小店东环检查站";
const MANIFEST: &str = "../shared/data/plates/manifest.csv";
/// The simulated opacimeter of the demonstration's roadside tests.
const METER: MeterProtocol = MeterProtocol::Nht1l;
/// What its engine does after each setting of the zero: three purges, then accelerations, the first out of line; their mean
/// is 1.31 m⁻¹, above limit a.
const PUSHES: [Push; 7] = [
    Push::full(190),
    Push::full(170),
    Push::full(160),
    Push::full(180),
    Push::full(131),
    Push::full(133),
    Push::full(129),
];
/// A program has this long to listen.
const START: Duration = Duration::from_secs(60);

#[expect(clippy::print_stdout, reason = "the demonstration speaks to the person who started it")]
fn say(text: &str) {
    println!("{text}");
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let lasting = arguments.lasting.as_deref().map(seconds).transpose()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // From here on a Ctrl-C is noticed, not obeyed at once.
    let mut interrupt = runtime
        .block_on(async { tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt()) })?;
    let mut terminate = runtime
        .block_on(async { tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) })?;
    let demo = Demo::start(&arguments)?;
    let ended = runtime.block_on(async {
        let over = async {
            match lasting {
                Some(lasting) => tokio::time::sleep(lasting).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = interrupt.recv() => Ok(()),
            _ = terminate.recv() => Ok(()),
            () = over => Ok(()),
            ended = demo.lost() => Err(ended),
        }
    });
    demo.stop();
    ended
}

fn seconds(text: &str) -> anyhow::Result<Duration> {
    let number = text.strip_suffix('s').unwrap_or(text).parse();
    Ok(Duration::from_secs(number.with_context(|| format!("\"{text}\" is no number of seconds"))?))
}

/// Everything that runs, in the order it was started.
struct Demo {
    server: Program,
    edge: Program,
    road: Child,
    /// Its line stays as long as this does.
    _meter: Opacimeter,
}

impl Demo {
    fn start(arguments: &Arguments) -> anyhow::Result<Self> {
        std::fs::create_dir_all(&arguments.dir)
            .with_context(|| format!("cannot make {}", arguments.dir.display()))?;
        let dir = arguments.dir.canonicalize()?;
        say("路检通 Plumewatch：启动服务器… / starting the server …");
        let (server, listening) = start_server(&dir, &arguments.listen)?;
        let url = format!("http://{}", listening.http);
        let accounts = accounts(&dir, &url, arguments.seed)?;
        say("启动道路模拟… / starting the simulated road …");
        let mut road = start_road(&dir, arguments)?;
        let meter = Opacimeter::start(&dir.join("road"), METER).context("cannot start the opacimeter")?;
        meter.follow_each_zero_with(&PUSHES);
        say("登记并启动边缘站… / enrolling and starting the edge unit …");
        let (edge, page) = start_edge(&dir, &arguments.page, &url)?;
        tell(&dir, &url, &page, &accounts);
        employ(&url, &accounts);
        let lines = road.stdout.take().context("the road's output is a pipe")?;
        std::thread::spawn(move || {
            for line in BufReader::new(lines).lines().map_while(Result::ok) {
                passed(&line);
            }
        });
        Ok(Self { server, edge, road, _meter: meter })
    }

    /// Comes back when a part has ended that should not have, with its last words.
    async fn lost(&self) -> anyhow::Error {
        loop {
            tokio::time::sleep(Duration::from_millis(500)).await;
            for part in [&self.server, &self.edge] {
                if !Path::new(&format!("/proc/{}/exe", part.id())).exists() {
                    return anyhow::anyhow!("a part has stopped by itself\n{}", part.tail());
                }
            }
        }
    }

    /// Stops the road, then the edge unit, then the server: what was measured is stored before its store ends.
    fn stop(mut self) {
        say("\n正在停止… / stopping …");
        let _ = self.road.kill();
        let _ = self.road.wait();
        let whole = self.edge.stop() & self.server.stop();
        say(if whole {
            "已停止。/ Stopped."
        } else {
            "已停止，但有部件未能正常结束。/ Stopped; a part had to be ended."
        });
    }
}

fn start_server(dir: &Path, listen: &str) -> anyhow::Result<(Program, Listening)> {
    let (config, data) = (dir.join("server.toml"), dir.join("server"));
    std::fs::write(
        &config,
        format!(
            "data_dir = {data:?}\n[http]\nlisten = \"{listen}\"\n[mqtt.embedded]\nlisten = \"127.0.0.1:0\"\n"
        ),
    )?;
    // A later run keeps the port that the edge unit was told when it was enrolled.
    if let Ok(before) = read_listening(&data) {
        let text = std::fs::read_to_string(&config)?.replace("127.0.0.1:0", &before.mqtt.to_string());
        std::fs::write(&config, text)?;
    }
    let _ = std::fs::remove_file(data.join("listening.json"));
    let path = config.to_string_lossy().into_owned();
    let mut server =
        Program::start("plumewatch-server", &["run", "--config", &path], &dir.join("server.log"))?;
    let listening = ready(&mut server, "服务器 / the server", || read_listening(&data).ok())?;
    Ok((server, listening))
}

fn start_edge(dir: &Path, page: &str, server: &str) -> anyhow::Result<(Program, String)> {
    let (config, data) = (dir.join("edge.toml"), dir.join("edge"));
    let road = dir.join("road");
    let text = edge_config(STATION, STATION_NAME, &road, &data, true) + &opacimeter_config(&road, METER);
    std::fs::write(&config, text.replace("127.0.0.1:0", page))?;
    if !data.join("identity").join("server.json").is_file() {
        let settings = dir.join("server.toml").to_string_lossy().into_owned();
        let token = run(
            "plumewatch-server",
            &["enrol-token", "--config", &settings, STATION, "--name", STATION_NAME],
        )?;
        enrol(&config, server, &token)?;
    }
    let listening = data.join("listening.json");
    let _ = std::fs::remove_file(&listening);
    let path = config.to_string_lossy().into_owned();
    let mut edge = Program::start("plumewatch-edge", &["run", "--config", &path], &dir.join("edge.log"))?;
    let page = ready(&mut edge, "边缘站 / the edge unit", || {
        let text = std::fs::read_to_string(&listening).ok()?;
        let map: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&text).ok()?;
        map.values().find_map(|value| value.as_str().map(|address| format!("http://{address}")))
    })?;
    Ok((edge, page))
}

/// Waits until a program is ready; shows its last words if it ends instead.
fn ready<T>(program: &mut Program, name: &str, mut look: impl FnMut() -> Option<T>) -> anyhow::Result<T> {
    let until = Instant::now() + START;
    while Instant::now() < until {
        if let Some(found) = look() {
            return Ok(found);
        }
        if let Some(status) = program.ended() {
            bail!("{name}: {status}\n{}", program.tail());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    bail!("{name}: not ready after {START:?}\n{}", program.tail())
}

fn start_road(dir: &Path, arguments: &Arguments) -> anyhow::Result<Child> {
    let road = dir.join("road").to_string_lossy().into_owned();
    let mut command = command("roadside")?;
    let pictures = arguments.pictures && Path::new(MANIFEST).is_file();
    if arguments.pictures && !pictures {
        say("没有 ../shared/data，改用模拟画面。/ There is no ../shared/data; rendered traffic instead.");
    }
    if pictures {
        command.args(["replay", "--dir", &road, "--manifest", MANIFEST]);
    } else {
        command
            .args(["drive", "--dir", &road, "--every", &arguments.every, "--seed"])
            .arg(arguments.seed.to_string());
    }
    let log = std::fs::File::options().create(true).append(true).open(dir.join("road.log"))?;
    let road = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).spawn();
    road.context("cannot start the road")
}

/// The demonstration's accounts: name, what it is for, password. They are made on the first run, and kept in a file
/// that only its owner reads.
type Accounts = Vec<[String; 3]>;

fn accounts(dir: &Path, url: &str, seed: u64) -> anyhow::Result<Accounts> {
    use std::os::unix::fs::OpenOptionsExt;
    let file = dir.join("accounts.json");
    if let Ok(kept) = std::fs::read(&file) {
        return serde_json::from_slice(&kept).with_context(|| format!("{} is not ours", file.display()));
    }
    let first = dir.join("server").join("first-admin-password");
    let first =
        std::fs::read_to_string(&first).with_context(|| format!("cannot read {}", first.display()))?;
    let people = [
        ("reviewer", "复核 review"),
        ("authority", "主管 cases, watchlist"),
        ("enforcer", "执法 roadside"),
        ("admin", "管理 accounts, stations"),
    ];
    let mut accounts = Accounts::new();
    for (name, purpose) in people {
        accounts.push([name.to_owned(), purpose.to_owned(), password()?]);
    }
    let of = |wanted: &str| {
        accounts.iter().find(|[name, ..]| name == wanted).map(|[.., password]| password.clone())
    };
    let mut admin = Api::sign_in(url, "admin", first.trim())?;
    admin.change_password(first.trim(), &of("admin").context("the admin is on the list")?)?;
    // Kept before the others are made: the first password is void from here on.
    let mut kept = std::fs::File::options().create_new(true).write(true).mode(0o600).open(&file)?;
    std::io::Write::write_all(&mut kept, serde_json::to_string_pretty(&accounts)?.as_bytes())?;
    for [name, _, password] in accounts.iter().filter(|[name, ..]| name != "admin") {
        let account = serde_json::json!({ "name": name, "display_name": name, "role": name,
            "region": "000000", "password": password });
        admin.post("/accounts", &account)?;
    }
    let mut authority = Api::sign_in(url, "authority", &of("authority").context("it is on the list")?)?;
    for vehicle in Traffic::new(TrafficPlan::new(seed, Duration::from_secs(8))).wanted() {
        let wanted = serde_json::json!({ "plate": vehicle.front.plate.as_str(),
            "colour": vehicle.front.colour.word(), "reason": "演示：多次未按期复检" });
        authority.post("/watchlist/wanted", &wanted)?;
    }
    Ok(accounts)
}

/// Lets the clerk confirm a second candidate and serve its notice, so that there is a case to look at.
fn employ(url: &str, accounts: &Accounts) {
    let of = |wanted: &str| {
        let found = accounts.iter().find(|[name, ..]| name == wanted);
        found.map(|[.., password]| password.clone()).unwrap_or_default()
    };
    let (url, reviewer, authority) = (url.to_owned(), of("reviewer"), of("authority"));
    std::thread::spawn(move || match e2e::clerk::work(&url, &reviewer, &authority) {
        Ok(Some(case)) => {
            say(&format!("\n案件 {case} 已立案并送达通知。/ Case {case} is open and its notice served.\n"))
        }
        Ok(None) => {}
        // The demonstration goes on without a case; whoever looks can make one.
        Err(error) => {
            say(&format!("\n演示用的案件未能建立 / the demonstration's case was not made: {error:#}\n"))
        }
    });
}

/// Sixteen letters and digits without look-alikes: 80 bits.
fn password() -> anyhow::Result<String> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = [0; 16];
    let mut random = std::fs::File::open("/dev/urandom").context("cannot open /dev/urandom")?;
    std::io::Read::read_exact(&mut random, &mut bytes).context("cannot read /dev/urandom")?;
    Ok(bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect())
}

/// The box that says where to look and how to sign in.
fn tell(dir: &Path, url: &str, page: &str, accounts: &Accounts) {
    say("\n┌──────────────────────────────────────────────────────────────────────");
    say("│ 路检通 Plumewatch\n│");
    say(&format!("│ 监管平台 Server pages     {url}"));
    for [name, purpose, password] in accounts {
        say(&format!("│   {name:<10} {password}   {purpose}"));
    }
    say(&format!("│ 路侧页面 Roadside page    {page}\n│"));
    say("│ 路检：在路侧页面按“路检”，校零后模拟发动机自己加速。");
    say("│ Roadside test: on the roadside page; after the zero the simulated engine accelerates by itself.");
    say("│ 约一分钟后，复核队列出现第一辆两次超标的车。");
    say("│ After about a minute the first vehicle that exceeded twice waits for review.");
    say(&format!("│ 日志 Logs: {}", dir.display()));
    say("│ 按 Ctrl-C 停止。Press Ctrl-C to stop.");
    say("└──────────────────────────────────────────────────────────────────────\n");
}

/// One line for each vehicle that passed, without its plate.
fn passed(line: &str) {
    let Ok(told) = serde_json::from_str::<serde_json::Value>(line) else { return };
    let vehicle = match told["vehicle"].as_str().unwrap_or_default() {
        "tractor" => "牵引车 tractor",
        "lorry" => "货车 lorry",
        "coach" => "客车 coach",
        "van" => "轻型货车 van",
        "car" => "小型车 car",
        other => other,
    };
    let opacity = told["opacity_percent"].as_f64().unwrap_or_default();
    let mark = if opacity > 30.0 { "  ▲ 超标 exceeds" } else { "" };
    say(&format!(
        "{:>5}  {vehicle:<16}  车速 speed {:>5.1} km/h   不透光度 opacity {opacity:>6.2} %{mark}",
        told["number"],
        told["speed_km_h"].as_f64().unwrap_or_default()
    ));
}
