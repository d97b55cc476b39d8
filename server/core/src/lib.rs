//! What the server decides: counting, review, case, statistics, audit. No I/O, no async, no clock.
//!
//! In the data's order: [`ledger`] says which records a station still owes, [`recheck`] holds tests and checks against
//! their limits again, [`counting`] makes candidates of passages, [`review`] is people's word on a candidate,
//! [`case`] is what follows, by deadlines that [`calendar`] counts, [`statistics`] shows a sick reader before it accuses anyone, [`audit`] chains what was
//! done, [`access`] says who may do it. [`sheet`] reads the tables that people upload row by row, and [`register`] is
//! what is known of vehicles, carriers, inspection stations and repair shops.

pub mod access;
pub mod audit;
pub mod broken_rule;
pub mod calendar;
pub mod case;
pub mod counting;
pub mod dated;
pub mod finding;
pub mod inspection;
pub mod ledger;
pub mod listing;
pub mod order;
pub mod recheck;
pub mod register;
pub mod review;
pub mod sheet;
pub mod statistics;
