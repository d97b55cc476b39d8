//! People and programs: accounts, passwords, second factors, sessions, keys, sign-in by another provider.
//!
//! [`password`] makes and checks argon2id hashes, [`throttle`] makes guessing slow, [`token`] makes the random
//! secrets of sessions, keys and enrolments, [`second_factor`] makes and reads codes, [`sign_in`] puts them together over
//! the store; [`factor_setup`] sets a second factor up and removes it. [`oidc`] lets people in whom another provider
//! knows; [`keys`] gives keys to stations' and shops' own programs. Who may do what is `server_core::access`; how it
//! travels over HTTP is `http::session`.

pub mod factor_setup;
pub mod first_admin;
pub mod keys;
pub mod oidc;
pub mod password;
pub mod second_factor;
pub mod sign_in;
pub mod throttle;
pub mod token;
