//! A PostgreSQL for one measurement, durable as it is by default, ended with the bench.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// Debian's place of PostgreSQL 15.
const BINARIES: &str = "/usr/lib/postgresql/15/bin";

/// Makes a cluster, says where its socket is, and removes it when its standard input closes.
const CLUSTER: &str = r#"
set -e
home=$(mktemp -d "$1/plumewatch-bench.XXXXXX")
trap 'rm -rf "$home"' EXIT
cd "$home"
"$0/initdb" -D "$home/data" -U plumewatch --auth=trust -E UTF8 --locale=C >"$home/log" 2>&1
"$0/postgres" -D "$home/data" -k "$home" -c listen_addresses= $2 >>"$home/log" 2>&1 </dev/null &
server=$!
until "$0/pg_isready" -q -h "$home" -U plumewatch; do kill -0 $server; sleep 0.1; done
echo "$home"
read -r _ || true
kill -INT $server
wait $server || true
"#;

/// The cluster: it lives as long as this does.
pub(crate) struct Cluster {
    keeper: Child,
    home: String,
}

impl Cluster {
    pub(crate) fn start() -> Self {
        Self::start_with(&[])
    }

    /// The same with these settings, such as `shared_buffers=1GB`.
    pub(crate) fn start_with(settings: &[&str]) -> Self {
        let am_root = Command::new("id").arg("-u").output().is_ok_and(|told| told.stdout == b"0\n");
        // PostgreSQL refuses to run as root. /var/tmp is a disk where /tmp may be memory.
        let mut command = if am_root { Command::new("runuser") } else { Command::new("sh") };
        if am_root {
            command.args(["-u", "postgres", "--", "sh"]);
        }
        let mut keeper = command
            .args(["-c", CLUSTER, BINARIES, "/var/tmp"])
            .arg(settings.iter().map(|setting| format!("-c {setting}")).collect::<Vec<_>>().join(" "))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut home = String::new();
        BufReader::new(keeper.stdout.take().unwrap()).read_line(&mut home).unwrap();
        assert!(!home.trim().is_empty(), "PostgreSQL did not start; deploy/setup/debian.sh installs it");
        Self { keeper, home: home.trim().to_owned() }
    }

    /// The address of its only database.
    pub(crate) fn url(&self) -> String {
        format!("postgres:///postgres?host={}&user=plumewatch", self.home)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}
