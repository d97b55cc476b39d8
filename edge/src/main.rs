//! Command line of the program.

fn main() {}
