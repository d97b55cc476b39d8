//! Figures of the running server, as Prometheus reads them.
//!
//! Counters are atomics that their owners bump; the text is written by hand, because the format is twenty
//! lines and a library of it is thirty crates.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::StatusCode;

/// Counters of the whole server.
#[derive(Default)]
pub struct Metrics {
    /// Requests answered.
    pub http: HttpCounters,
    /// Live pages open now.
    pub live_pages: AtomicU64,
}

impl Metrics {
    /// Writes them down.
    pub fn write(&self, text: &mut Exposition) {
        let [good, moved, refused, failed] = self.http.by_class().map(|(class, count)| (label(class), count));
        let classes: Vec<(&str, u64)> =
            [&good, &moved, &refused, &failed].map(|(label, count)| (label.as_str(), *count)).to_vec();
        text.counter("plumewatch_http_requests_total", "Requests answered, by class of status.", &classes);
        let open = self.live_pages.load(Ordering::Relaxed);
        text.gauge("plumewatch_live_pages", "Live pages open now.", &[("", open)]);
    }
}

fn label(class: &str) -> String {
    format!("class=\"{class}\"")
}

/// Requests by what came of them.
#[derive(Default)]
pub struct HttpCounters {
    good: AtomicU64,
    moved: AtomicU64,
    refused: AtomicU64,
    failed: AtomicU64,
}

impl HttpCounters {
    /// One more answer.
    pub fn count(&self, status: StatusCode) {
        let counter = match status.as_u16() {
            ..300 => &self.good,
            300..400 => &self.moved,
            400..500 => &self.refused,
            500.. => &self.failed,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// Requests by class, in the order of their numbers.
    pub fn by_class(&self) -> [(&'static str, u64); 4] {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        [
            ("2xx", read(&self.good)),
            ("3xx", read(&self.moved)),
            ("4xx", read(&self.refused)),
            ("5xx", read(&self.failed)),
        ]
    }
}

/// Text that Prometheus reads.
#[derive(Default)]
pub struct Exposition(String);

impl Exposition {
    /// A figure that only grows.
    pub fn counter(&mut self, name: &str, help: &str, values: &[(&str, u64)]) {
        self.family(name, help, "counter", values);
    }

    /// A figure that comes and goes.
    pub fn gauge(&mut self, name: &str, help: &str, values: &[(&str, u64)]) {
        self.family(name, help, "gauge", values);
    }

    /// `values` are labels as `name="value"` (empty for none) and figures.
    fn family(&mut self, name: &str, help: &str, kind: &str, values: &[(&str, u64)]) {
        let out = &mut self.0;
        let _ = write!(out, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
        for (labels, value) in values {
            // Writing to a String cannot fail.
            let _ = if labels.is_empty() {
                writeln!(out, "{name} {value}")
            } else {
                writeln!(out, "{name}{{{labels}}} {value}")
            };
        }
    }

    /// The text.
    pub fn finish(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_is_written_as_prometheus_reads_it() {
        let mut text = Exposition::default();
        text.counter("plumewatch_x_total", "What it counts.", &[("kind=\"a\"", 3), ("kind=\"b\"", 0)]);
        text.gauge("plumewatch_y", "What it shows.", &[("", 7)]);
        assert_eq!(
            text.finish(),
            "# HELP plumewatch_x_total What it counts.\n# TYPE plumewatch_x_total counter\n\
             plumewatch_x_total{kind=\"a\"} 3\nplumewatch_x_total{kind=\"b\"} 0\n\
             # HELP plumewatch_y What it shows.\n# TYPE plumewatch_y gauge\nplumewatch_y 7\n"
        );
    }

    #[test]
    fn requests_are_counted_by_class() {
        let counters = HttpCounters::default();
        for status in [StatusCode::OK, StatusCode::NOT_MODIFIED, StatusCode::NOT_FOUND, StatusCode::OK] {
            counters.count(status);
        }
        assert_eq!(counters.by_class(), [("2xx", 2), ("3xx", 1), ("4xx", 1), ("5xx", 0)]);
    }
}
