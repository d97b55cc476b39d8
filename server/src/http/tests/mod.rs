//! The API as people and programs meet it, without sockets.

mod casework;
mod enrolment;
mod exhaust_tests;
mod limits;
mod listings;
mod people;
mod reading;
mod rulebooks;
mod statistics;
mod world;
