//! The API as people and programs meet it, without sockets.

mod casework;
mod description;
mod closed_loop;
mod enrolment;
mod exhaust_tests;
mod keys;
mod limits;
mod listings;
mod matrix;
mod oidc;
mod papers;
mod people;
mod reading;
mod register;
mod rulebooks;
mod second_factor;
mod sessions;
mod statistics;
mod world;
