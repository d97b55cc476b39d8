//! Rendered trucks, plates and plumes through the whole of the vision: what went in must come out.

mod draw;
mod plates;
mod real;
mod smoke;
