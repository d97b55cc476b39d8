//! The API as people and programs meet it, without sockets.

mod casework;
mod enrolment;
mod limits;
mod people;
mod reading;
mod rulebooks;
mod world;
