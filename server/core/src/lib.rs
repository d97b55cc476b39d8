//! What the server decides: counting, review, case, statistics, audit. No I/O, no async, no clock.
//!
//! In the data's order: [`ledger`] says which records a station still owes, [`recheck`] holds tests and checks against
//! their limits again, [`counting`] makes candidates of passages, [`review`] is a person's word on a candidate,
//! [`case`] is what follows, [`listing`] the blacklist of carriers, [`statistics`] shows a sick reader before it accuses anyone, [`audit`] chains what was
//! done, [`access`] says who may do it.

pub mod access;
pub mod audit;
pub mod case;
pub mod counting;
pub mod ledger;
pub mod listing;
pub mod recheck;
pub mod review;
pub mod statistics;
