//! Rendered trucks, plates and plumes through the whole of the vision: what went in must come out.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests fail by panicking and say their figures")]

mod clip;
mod draw;
mod plates;
mod real;
mod smoke;
