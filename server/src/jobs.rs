//! The server's own work: what an hour or a legal day that passes makes right to do.
//!
//! A [`Duty`] is done once for each hour, or for each day from the law's midnight on, by one of the servers on a database: who
//! holds its lease does it, the others look again. It says which day or hour it is of, so a server that was down does what it
//! missed at its start, once: a duty is told how far it was done and looks at everything since. A duty that fails is logged
//! and tried again at the next look; done twice it changes nothing more.
//!
//! What must hold: a duty's own transactions are short, and it asks [`Lease::renew`] between them; a server whose lease has
//! gone to another stops where it is.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Timestamp};
use plumewatch_shared::time::law_place;
use tokio_util::sync::CancellationToken;

use crate::auth::token::Secret;
use crate::casework::Deadlines;
use crate::findings::Sweeping;
use crate::listings::ageing::age;
use crate::rulebooks::Books;
use crate::store::{Store, Stored};
use crate::watchlist::Nudge;

/// How often a server looks whether a duty is due: a decision waits no longer for the day that makes it right.
const LOOK_AGAIN: Duration = Duration::from_secs(30);

/// How long a lease holds without being renewed: many times what one transaction takes, so that only a server that died, or
/// stood still, loses it.
const LEASE: SignedDuration = SignedDuration::from_secs(120);

/// When a duty is due again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rhythm {
    /// From each full hour on.
    Hourly,
    /// From each midnight at the law's place on.
    Daily,
}

impl Rhythm {
    /// The hour or day that an instant lies in, as it is written in the lease; later is greater.
    pub fn period(self, now: Timestamp) -> String {
        let there: DateTime = law_place().to_datetime(now);
        match self {
            Self::Hourly => format!("{}T{:02}", there.date(), there.hour()),
            Self::Daily => there.date().to_string(),
        }
    }
}

/// What a duty works with.
#[derive(Debug)]
pub struct Work<'a> {
    /// The database.
    pub store: &'a Store,
    /// The rulebooks.
    pub books: &'a Books,
    /// What time it is.
    pub now: Timestamp,
    /// The legal day.
    pub today: Date,
    /// The hour or day up to which it was done before; empty if never.
    pub done: &'a str,
    /// To be renewed between transactions.
    pub lease: &'a Lease,
}

/// Something that is done once for each hour or day.
#[async_trait]
pub trait Duty: Send + Sync {
    /// Its name in the leases and the log.
    fn name(&self) -> &'static str;

    /// When it is due again.
    fn rhythm(&self) -> Rhythm;

    /// Does it. True if the edges' watchlist may have changed.
    async fn perform(&self, work: &Work<'_>) -> Stored<bool>;
}

/// A duty's lease in this server's hands.
#[derive(Debug)]
pub struct Lease {
    store: Store,
    job: &'static str,
    holder: String,
    clock: fn() -> Timestamp,
}

impl Lease {
    /// Holds it for as long again; false if another server has it.
    pub async fn renew(&self) -> Stored<bool> {
        let now = (self.clock)();
        let mut writing = self.store.writing().await?;
        let held = writing.take_lease(self.job, &self.holder, now, now + LEASE).await?;
        writing.commit().await?;
        Ok(held)
    }
}

/// The server's duties and who does them.
pub struct Jobs {
    /// The database.
    pub store: Store,
    /// The rulebooks.
    pub books: Books,
    /// Wakes the watchlist's publisher.
    pub watchlist: Nudge,
    /// What time it is; tests bring their own.
    pub clock: fn() -> Timestamp,
    /// What is to be done.
    pub duties: Vec<Arc<dyn Duty>>,
    /// This server among those on the database: a name of this start.
    pub holder: String,
}

/// Everything that this server does by itself.
pub fn duties() -> Vec<Arc<dyn Duty>> {
    vec![Arc::new(Deadlines), Arc::new(Sweeping), Arc::new(Ageing)]
}

impl Jobs {
    /// The server's jobs, with all [`duties`].
    pub fn new(store: Store, books: Books, watchlist: Nudge) -> anyhow::Result<Self> {
        let holder = Secret::random()?.to_string()[..16].to_owned();
        Ok(Self { store, books, watchlist, clock: Timestamp::now, duties: duties(), holder })
    }

    /// Looks and does until told to stop; a duty under way ends its transaction first.
    pub async fn run(self, stop: CancellationToken) {
        loop {
            for duty in &self.duties {
                if stop.is_cancelled() {
                    return;
                }
                if let Err(error) = self.look(&**duty).await {
                    let error = &error as &dyn std::error::Error;
                    tracing::error!(
                        error,
                        job = duty.name(),
                        "a duty of the server was not done; it is tried again"
                    );
                }
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(LOOK_AGAIN) => {}
            }
        }
    }

    /// Does a duty if it is due and no other server holds it; true if it was done.
    pub async fn look(&self, duty: &dyn Duty) -> Stored<bool> {
        let (name, now) = (duty.name(), (self.clock)());
        let period = duty.rhythm().period(now);
        let before = self.store.reading().await?.job_lease(name).await?;
        if before.is_some_and(|lease| lease.done >= period) {
            return Ok(false);
        }
        let (job, holder) = (name, self.holder.clone());
        let lease = Lease { store: self.store.clone(), job, holder, clock: self.clock };
        if !lease.renew().await? {
            return Ok(false);
        }
        // Another may have done it between the look and the lease.
        let held = self.store.reading().await?.job_lease(name).await?;
        let done = held.map(|lease| lease.done).unwrap_or_default();
        if done >= period {
            return Ok(false);
        }
        let today = law_place().to_datetime(now).date();
        let work = Work { store: &self.store, books: &self.books, now, today, done: &done, lease: &lease };
        let watchlist = duty.perform(&work).await?;
        let mut writing = self.store.writing().await?;
        writing.finish_lease(name, &self.holder, &period, (self.clock)()).await?;
        writing.commit().await?;
        tracing::info!(job = name, job.period = %period, "a duty of the server is done");
        if watchlist {
            self.watchlist.nudge();
        }
        Ok(true)
    }
}

/// Carriers' shares through the days: hourly, so that what came late ages out within the hour.
struct Ageing;

#[async_trait]
impl Duty for Ageing {
    fn name(&self) -> &'static str {
        "listings-age"
    }

    fn rhythm(&self) -> Rhythm {
        Rhythm::Hourly
    }

    async fn perform(&self, work: &Work<'_>) -> Stored<bool> {
        let aged = age(work.store, work.books, work.now, Some(work.lease)).await?;
        tracing::info!(carriers = aged.carriers, "carriers' shares were brought to today");
        Ok(aged.watchlist)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;
    use crate::store::StoreError;
    use crate::store::fixture::{now, on_both};

    /// Counts how often it was done, and says until when it had been done before; fails while told to.
    #[derive(Default)]
    struct Counted {
        done: Mutex<Vec<String>>,
        fails: AtomicI64,
    }

    #[async_trait]
    impl Duty for Counted {
        fn name(&self) -> &'static str {
            "counted"
        }

        fn rhythm(&self) -> Rhythm {
            Rhythm::Daily
        }

        async fn perform(&self, work: &Work<'_>) -> Stored<bool> {
            if self.fails.fetch_sub(1, Ordering::SeqCst) > 0 {
                return Err(StoreError::Corrupt("a test"));
            }
            self.done.lock().unwrap().push(work.done.to_owned());
            Ok(false)
        }
    }

    fn server(store: &Store, holder: &str, clock: fn() -> Timestamp) -> Jobs {
        let (books, watchlist) = (Books::shipped(), Nudge::new());
        let (store, holder) = (store.clone(), holder.to_owned());
        Jobs { store, books, watchlist, clock, duties: Vec::new(), holder }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_begins_at_the_laws_midnight() {
        assert_eq!(Rhythm::Daily.period(at("2026-11-26T15:59:59Z")), "2026-11-26");
        assert_eq!(Rhythm::Daily.period(at("2026-11-26T16:00:00Z")), "2026-11-27");
        assert_eq!(Rhythm::Hourly.period(at("2026-11-26T16:00:00Z")), "2026-11-27T00");
        assert!(
            Rhythm::Hourly.period(at("2026-11-26T15:59:59Z"))
                < Rhythm::Hourly.period(at("2026-11-26T16:00:00Z"))
        );
    }

    on_both! {
        async fn a_duty_is_done_once_a_day_whatever_the_number_of_servers(store: Store) {
            let duty = Counted::default();
            let one = server(&store, "one", now);
            let other = server(&store, "other", now);
            assert!(one.look(&duty).await.unwrap());
            assert!(!other.look(&duty).await.unwrap() && !one.look(&duty).await.unwrap());
            let next = server(&store, "other", || now() + SignedDuration::from_hours(72));
            assert!(next.look(&duty).await.unwrap());
            assert_eq!(*duty.done.lock().unwrap(), ["", "2026-11-23"], "it is told how far it was done");
        }

        async fn who_holds_the_lease_does_it_until_the_lease_is_over(store: Store) {
            let duty = Counted::default();
            let mut writing = store.writing().await.unwrap();
            assert!(writing.take_lease("counted", "dead", now(), now() + LEASE).await.unwrap());
            assert!(!writing.take_lease("counted", "one", now(), now() + LEASE).await.unwrap());
            writing.commit().await.unwrap();
            assert!(!server(&store, "one", now).look(&duty).await.unwrap());
            let later = server(&store, "one", || now() + LEASE);
            assert!(later.look(&duty).await.unwrap());
            let dead = Lease { store: store.clone(), job: "counted", holder: "dead".to_owned(), clock: now };
            // The first server's lease was finished, so it is free again; while held it is not.
            let mut writing = store.writing().await.unwrap();
            assert!(writing.take_lease("counted", "one", now() + LEASE, now() + LEASE * 2).await.unwrap());
            writing.commit().await.unwrap();
            assert!(!dead.renew().await.unwrap(), "whose lease has gone to another stops");
        }

        async fn a_duty_that_failed_is_done_at_the_next_look(store: Store) {
            let duty = Counted { fails: AtomicI64::new(1), ..Counted::default() };
            let one = server(&store, "one", now);
            assert!(one.look(&duty).await.is_err());
            assert!(one.look(&duty).await.unwrap());
            assert_eq!(duty.done.lock().unwrap().len(), 1);
        }
    }
}
