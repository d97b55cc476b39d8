//! People: accounts, passwords, sessions.
//!
//! [`password`] makes and checks argon2id hashes, [`throttle`] makes guessing slow, [`token`] makes the random
//! secrets of sessions and enrolments, [`sign_in`] puts them together over the store. Who may do what is
//! `server_core::access`; how it travels over HTTP is `http::session`.

pub mod first_admin;
pub mod password;
pub mod sign_in;
pub mod throttle;
pub mod token;
