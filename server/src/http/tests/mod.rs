//! The API as people and programs meet it, without sockets.

mod casework;
mod closed_loop;
mod enrolment;
mod exhaust_tests;
mod limits;
mod people;
mod reading;
mod rulebooks;
mod statistics;
mod world;
