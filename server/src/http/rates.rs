//! How often one address, account or key is answered: so many requests at once, and then evenly (a leaky bucket kept as
//! one time, the generic cell rate algorithm).
//!
//! Kept in memory: behind a load balancer each server counts for itself, and a restart forgets. What must not be
//! forgotten, failures to sign in, is the store's.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::error::ApiError;
use crate::config::RatesConfig;

/// Callers remembered at a time: 100 bytes each. When there are more, those that have long been quiet are forgotten.
const CALLERS_MAX: usize = 20_000;
/// The limits' unit, microseconds.
const MINUTE_US: i64 = 60_000_000;

/// Who is counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Caller {
    /// All requests of an address.
    Address(IpAddr),
    /// Tries to sign in of an address.
    SignIn(IpAddr),
    /// Requests of an account.
    Account(String),
    /// Requests of a key.
    Key(String),
}

/// Counts callers.
pub(super) struct Rates {
    limits: RatesConfig,
    /// When each caller's bucket is empty again, microseconds.
    empty_at: Mutex<HashMap<Caller, i64>>,
}

impl Rates {
    /// By these limits; nobody has asked yet.
    pub(super) fn new(limits: &RatesConfig) -> Self {
        Self { limits: limits.clone(), empty_at: Mutex::default() }
    }

    /// One more request of this caller, or how long it must wait.
    pub(super) fn ask(&self, caller: Caller, now: Timestamp) -> Result<(), ApiError> {
        let per_minute = match caller {
            Caller::Address(_) => self.limits.per_address,
            Caller::SignIn(_) => self.limits.sign_ins_per_address,
            Caller::Account(_) => self.limits.per_account,
            Caller::Key(_) => self.limits.per_key,
        };
        let now = now.as_microsecond();
        let each = MINUTE_US / i64::from(per_minute.max(1));
        let mut empty_at = self.empty_at.lock().unwrap_or_else(PoisonError::into_inner);
        if empty_at.len() >= CALLERS_MAX && !empty_at.contains_key(&caller) {
            make_room(&mut empty_at, now);
        }
        let at = empty_at.entry(caller.together()).or_insert(now);
        // Fuller than full is only a bucket of before the clock was set back: it locks nobody out.
        let begun = if *at > now + MINUTE_US { now } else { (*at).max(now) };
        let filled = begun + each;
        if filled > now + MINUTE_US {
            let wait = u64::try_from(filled - now - MINUTE_US).unwrap_or(0);
            return Err(too_often(Duration::from_micros(wait)));
        }
        *at = filled;
        Ok(())
    }
}

impl Caller {
    /// Addresses of one IPv6 subscriber together: who has one has 2⁶⁴.
    fn together(self) -> Self {
        let joined = |address| match address {
            IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) & (u128::MAX << 64)).into()),
            v4 @ IpAddr::V4(_) => v4,
        };
        match self {
            Self::Address(address) => Self::Address(joined(address)),
            Self::SignIn(address) => Self::SignIn(joined(address)),
            other @ (Self::Account(_) | Self::Key(_)) => other,
        }
    }
}

/// Forgets who has been quiet; under a flood of addresses, whoever asked least.
fn make_room(empty_at: &mut HashMap<Caller, i64>, now: i64) {
    empty_at.retain(|_, at| *at > now);
    if empty_at.len() >= CALLERS_MAX {
        let mut times: Vec<i64> = empty_at.values().copied().collect();
        let (_, &mut middle, _) = times.select_nth_unstable(CALLERS_MAX / 2);
        empty_at.retain(|_, at| *at > middle);
    }
}

fn too_often(wait: Duration) -> ApiError {
    let seconds = wait.as_secs_f64().ceil().max(1.0) as u64;
    let zh = format!("请求过于频繁，请在{seconds}秒后再试。");
    let en = format!("Too many requests; try again in {seconds} seconds.");
    ApiError::new(axum::http::StatusCode::TOO_MANY_REQUESTS, "too-often", zh, en)
        .after(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn limits(each: u32) -> RatesConfig {
        RatesConfig {
            per_address: each,
            per_account: each,
            per_key: each,
            sign_ins_per_address: each,
            trusted_proxies: vec![],
        }
    }

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(1_800_000_000_000 + ms).unwrap()
    }

    fn account(name: &str) -> Caller {
        Caller::Account(name.to_owned())
    }

    #[test]
    fn so_many_come_at_once_and_then_evenly_and_others_are_not_held_up() {
        let rates = Rates::new(&limits(60));
        for n in 0..60 {
            assert_eq!(rates.ask(account("li"), at(0)), Ok(()), "{n}");
        }
        assert_eq!(rates.ask(account("li"), at(0)).unwrap_err().code(), "too-often");
        assert_eq!(rates.ask(account("wang"), at(0)), Ok(()));
        assert!(rates.ask(account("li"), at(999)).is_err());
        assert_eq!(rates.ask(account("li"), at(1_000)), Ok(()));
        assert!(rates.ask(account("li"), at(1_000)).is_err());
        assert_eq!(rates.ask(account("li"), at(-60_000_000)), Ok(()), "a clock set back locks nobody out");
    }

    #[test]
    fn an_ipv6_subscriber_is_one_caller() {
        let rates = Rates::new(&limits(1));
        let ask = |address: &str| rates.ask(Caller::Address(address.parse().unwrap()), at(0));
        assert!(ask("2001:db8:1:2::1").is_ok());
        assert!(ask("2001:db8:1:2:ffff::9").is_err());
        assert!(ask("2001:db8:1:3::1").is_ok());
        assert!(ask("192.0.2.1").is_ok());
        assert!(ask("192.0.2.2").is_ok());
    }

    #[test]
    fn a_flood_of_callers_does_not_grow_without_end() {
        let rates = Rates::new(&limits(60));
        for n in 0..CALLERS_MAX + 500 {
            assert!(rates.ask(account(&n.to_string()), at(0)).is_ok());
        }
        assert!(rates.empty_at.lock().unwrap().len() <= CALLERS_MAX);
    }

    proptest! {
        /// In no minute are more than two minutes' worth answered, and never none.
        #[test]
        fn no_pattern_of_asking_gets_more_than_is_given(
            per_minute in 1_u32..200,
            gaps in proptest::collection::vec(0_i64..2_000, 1..400),
        ) {
            let rates = Rates::new(&limits(per_minute));
            let (mut now, mut answered) = (0, Vec::new());
            for gap in gaps {
                now += gap;
                if rates.ask(account("li"), at(now)).is_ok() {
                    answered.push(now);
                }
            }
            prop_assert!(!answered.is_empty());
            for from in &answered {
                let within = answered.iter().filter(|&&one| (*from..*from + 60_000).contains(&one)).count();
                prop_assert!(within <= 2 * per_minute as usize, "{within}");
            }
        }
    }
}
