//! Between outbox and link: sends what `edge_core::delivery` says, and takes what the server answers.
//!
//! Everything that blocks (store, files) runs on a thread made for it; nothing here is waited for by capture.

use std::{ops::RangeInclusive, sync::Arc, time::Duration};

use edge_core::delivery::{Delivery, Limits, Send};
use plumewatch_shared::{
    ids::FileHash,
    protocol::{
        chunk::Chunk,
        message::{EvidenceReceipt, HealthReport, Receipt, Refused},
        topic::Channel,
    },
};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use tracing::{debug, error, info, warn};

use super::{
    identity::IdentityFolder,
    link::{Incoming, LinkState, Publisher, state_payload},
    state::PumpState,
};
use crate::{
    clock,
    evidence::shelf::Shelf,
    outbox::{Outbox, OutboxError, sidecar::Sidecars},
    rulebooks::RulebookShelf,
    watchlist::WatchlistShelf,
};

/// How long to rest when nothing wakes the pump: files that a full disk took are noticed then.
const REST: Duration = Duration::from_secs(5);

/// How long to leave a store alone that cannot be read.
const STORE_REST: Duration = Duration::from_secs(1);

/// Everything the pump needs.
pub struct Pump {
    /// Starts of this program.
    pub boot: u64,
    /// The records.
    pub outbox: Arc<dyn Outbox>,
    /// Their sidecars.
    pub sidecars: Sidecars,
    /// The files.
    pub shelf: Arc<Shelf>,
    /// The watchlist in use.
    pub watchlist: WatchlistShelf,
    /// The rulebooks in use.
    pub rulebooks: RulebookShelf,
    /// Where the server's key is.
    pub identity: IdentityFolder,
    /// The link.
    pub link: watch::Receiver<LinkState>,
    /// What comes from it.
    pub incoming: mpsc::Receiver<Incoming>,
    /// The last sequence stored.
    pub stored: watch::Receiver<u64>,
    /// What to say of our health, whenever it changes.
    pub health: watch::Receiver<HealthReport>,
    /// What health is told.
    pub state: Arc<PumpState>,
}

impl Pump {
    /// Delivers until `stop` says so; what is not delivered then stays in the outbox.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut delivery = Delivery::new(Limits::usual());
        let mut known = *self.stored.borrow_and_update();
        while let Err(error) = self.find(&mut delivery, known).await {
            warn!(error = &error as &dyn std::error::Error, "outbox cannot be read; trying again");
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(STORE_REST) => {}
            }
        }
        let mut connections = 0;
        loop {
            let link = self.link.borrow_and_update().clone();
            self.meet(&link, &mut connections, &mut delivery);
            if let Some(publisher) = &link.publisher {
                self.offer_files(&mut delivery).await;
                self.send(&mut delivery, publisher).await;
            }
            let wake = delivery.wake_at().map_or(REST, |at| at.since(clock::tick()).min(REST));
            tokio::select! {
                () = stop.cancelled() => break,
                changed = self.link.changed() => if changed.is_err() { break },
                changed = self.stored.changed() => {
                    let head = *self.stored.borrow_and_update();
                    (known + 1..=head).for_each(|sequence| delivery.on_stored(sequence));
                    known = known.max(head);
                    if changed.is_err() { break }
                }
                changed = self.health.changed() => match (changed, &link.publisher) {
                    (Ok(()), Some(publisher)) => self.tell_health(publisher),
                    (Ok(()), None) => {}
                    (Err(_), _) => break,
                },
                Some(message) = self.incoming.recv() => {
                    self.take(message, &mut delivery).await;
                    while let Ok(message) = self.incoming.try_recv() {
                        self.take(message, &mut delivery).await;
                    }
                }
                () = tokio::time::sleep(wake) => {}
            }
        }
        let publisher = self.link.borrow().publisher.clone();
        if let Some(publisher) = publisher {
            let _ = publisher.publish(Channel::State, state_payload(false, self.boot)); // Else the will says it.
            publisher.disconnect();
        }
    }

    /// Tells the delivery what the outbox held at the start; later records come by `stored`.
    async fn find(&self, delivery: &mut Delivery, known: u64) -> Result<(), OutboxError> {
        let sequences = self.blocking(|outbox, _| outbox.sequences()).await?;
        let waiting = sequences.into_iter().filter(|sequence| *sequence <= known);
        ranges(waiting).for_each(|range| delivery.on_found(range));
        Ok(())
    }

    /// Tells the delivery how the link is, and a new connection who we are.
    fn meet(&mut self, link: &LinkState, connections: &mut u64, delivery: &mut Delivery) {
        delivery.on_time(clock::tick());
        match &link.publisher {
            Some(publisher) if link.connections != *connections => {
                *connections = link.connections;
                delivery.on_connected(clock::tick());
                // The link's queue is new and empty, so this fits.
                let _ = publisher.publish(Channel::State, state_payload(true, self.boot));
                self.tell_health(publisher);
            }
            Some(_) => {}
            None => delivery.on_disconnected(clock::tick()),
        }
    }

    async fn send(&self, delivery: &mut Delivery, publisher: &Publisher) {
        while let Some(next) = delivery.next_output() {
            let sent = match next {
                Send::Record(sequence) => match self.blocking(move |outbox, _| outbox.record(sequence)).await
                {
                    Ok(Some(payload)) => publisher.publish(Channel::Record, payload),
                    Ok(None) => {
                        delivery.on_receipt(sequence);
                        continue;
                    }
                    Err(error) => {
                        warn!(error = &error as &dyn std::error::Error, "a record cannot be read");
                        return;
                    }
                },
                Send::Chunk { hash, offset } => {
                    let most = Limits::usual().chunk_bytes;
                    match self.blocking(move |_, shelf| shelf.piece(hash, offset, most)).await {
                        Ok((total, bytes)) if !bytes.is_empty() => {
                            let chunk = Chunk { total, offset, bytes: &bytes };
                            publisher.publish(Channel::Evidence(hash), chunk.encode())
                        }
                        Ok(_) | Err(_) => {
                            // Shed because the disk was full, or the server asked past the end.
                            delivery.on_file_gone(hash);
                            continue;
                        }
                    }
                }
            };
            if let Err(error) = sent {
                debug!(%error, "not sent; it is sent again after its time-out");
                return;
            }
        }
    }

    /// Offers files until the delivery has enough of them.
    async fn offer_files(&self, delivery: &mut Delivery) {
        let limit = Limits::usual().files_known;
        // Looking through the shelf costs; half a list has enough to do.
        if delivery.room_for_files() < limit / 2 {
            return;
        }
        for (hash, bytes) in self.blocking(move |_, shelf| shelf.undelivered(limit)).await {
            if !delivery.on_file(hash, bytes) {
                return;
            }
        }
    }

    fn tell_health(&mut self, publisher: &Publisher) {
        let report = self.health.borrow_and_update().clone();
        let payload = serde_json::to_vec(&report).expect("strings and numbers serialise");
        let _ = publisher.publish(Channel::Health, payload); // The next report says it as well.
    }

    async fn take(&self, message: Incoming, delivery: &mut Delivery) {
        let payload = message.payload.as_slice();
        match message.channel {
            Channel::Receipt => match serde_json::from_slice(payload) {
                Ok(receipt) => self.on_receipt(receipt, delivery).await,
                Err(_) => self.state.note_malformed(),
            },
            Channel::EvidenceReceipt => match serde_json::from_slice(payload) {
                Ok(receipt) => self.on_evidence_receipt(receipt, delivery).await,
                Err(_) => self.state.note_malformed(),
            },
            Channel::Watchlist => self.on_watchlist(message.payload).await,
            Channel::Rulebooks => self.on_rulebooks(message.payload).await,
            Channel::Record | Channel::Evidence(_) | Channel::State | Channel::Health => {
                self.state.note_malformed();
            }
        }
    }

    async fn on_receipt(&self, receipt: Receipt, delivery: &mut Delivery) {
        self.state.note_receipt(clock::tick());
        let stored = receipt.stored.clone();
        if let Err(error) = self.blocking(move |outbox, _| outbox.remove(&stored)).await {
            // They will be sent and receipted again.
            warn!(error = &error as &dyn std::error::Error, "a receipt cannot be noted");
            return;
        }
        receipt.stored.iter().for_each(|sequence| delivery.on_receipt(*sequence));
        self.forget_sidecars(receipt.stored).await;
        for refused in receipt.refused {
            self.on_refused(refused, delivery).await;
        }
    }

    async fn on_refused(&self, refused: Refused, delivery: &mut Delivery) {
        let Ok(payload) = refused.sha256.parse::<FileHash>() else { return self.state.note_malformed() };
        match self.blocking(move |outbox, _| outbox.set_aside(payload)).await {
            Ok(Some(sequence)) => {
                self.state.note_refused();
                error!(
                    record.sequence = sequence,
                    refused.reason, "server refused a record; it is set aside"
                );
                delivery.on_receipt(sequence);
            }
            Ok(None) => {} // Said before.
            Err(error) => warn!(error = &error as &dyn std::error::Error, "a refusal cannot be noted"),
        }
    }

    async fn on_evidence_receipt(&self, receipt: EvidenceReceipt, delivery: &mut Delivery) {
        let Ok(hash) = receipt.sha256.parse::<FileHash>() else { return self.state.note_malformed() };
        match &receipt.refused {
            Some(reason) => {
                warn!(evidence.sha256 = %hash, reason, "server refused an evidence file");
                delivery.on_file_gone(hash);
            }
            None => delivery.on_evidence_receipt(hash, receipt.next_offset, receipt.complete),
        }
        if !receipt.complete && receipt.refused.is_none() {
            return;
        }
        let noted = self
            .blocking(move |outbox, shelf| {
                let sequences = shelf.delivered(hash);
                sequences.iter().try_for_each(|sequence| outbox.delivered(*sequence, hash))?;
                Ok::<_, OutboxError>(sequences)
            })
            .await;
        match noted {
            Ok(sequences) => self.forget_sidecars(sequences).await,
            // After a restart it is offered again, and the server says at once that it is whole.
            Err(error) => warn!(error = &error as &dyn std::error::Error, "a file's receipt cannot be noted"),
        }
    }

    /// Once the server has the record and its files. The newest stays: it tells where the chain ends.
    async fn forget_sidecars(&self, sequences: Vec<u64>) {
        let sidecars = self.sidecars.clone();
        let forget = move |outbox: &dyn Outbox, shelf: &Shelf| {
            let head = outbox.head().sequence;
            let has_all =
                |sequence| matches!(outbox.record(sequence), Ok(None)) && shelf.is_settled(sequence);
            let done = sequences.into_iter().filter(|&sequence| sequence < head && has_all(sequence));
            done.for_each(|sequence| sidecars.remove(sequence));
        };
        self.blocking(forget).await;
    }

    async fn on_watchlist(&self, payload: Vec<u8>) {
        let Some(identity) = self.identity.identity().ok().flatten() else { return };
        let watchlist = self.watchlist.clone();
        match self.blocking(move |_, _| watchlist.take(&payload, &identity.server_key)).await {
            Ok(version) => info!(watchlist.version = version, "watchlist in use"),
            Err(error) => {
                self.state.note_malformed();
                warn!(error = &error as &dyn std::error::Error, "watchlist not taken");
            }
        }
    }

    async fn on_rulebooks(&self, payload: Vec<u8>) {
        let Some(identity) = self.identity.identity().ok().flatten() else { return };
        let rulebooks = self.rulebooks.clone();
        match self.blocking(move |_, _| rulebooks.take(&payload, &identity.server_key)).await {
            Ok(issue) => info!(rulebooks.issue = issue, "rulebooks in use"),
            Err(error) => {
                self.state.note_malformed();
                warn!(error = &error as &dyn std::error::Error, "rulebooks not taken");
            }
        }
    }

    /// Runs `work` where blocking harms nobody.
    async fn blocking<T: std::marker::Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Outbox, &Shelf) -> T + std::marker::Send + 'static,
    ) -> T {
        let (outbox, shelf) = (self.outbox.clone(), self.shelf.clone());
        let done = tokio::task::spawn_blocking(move || work(outbox.as_ref(), &shelf)).await;
        done.unwrap_or_else(|ended| std::panic::resume_unwind(ended.into_panic()))
    }
}

/// Ascending numbers as ranges.
fn ranges(numbers: impl Iterator<Item = u64>) -> impl Iterator<Item = RangeInclusive<u64>> {
    let mut numbers = numbers.peekable();
    std::iter::from_fn(move || {
        let first = numbers.next()?;
        let mut last = first;
        while let Some(next) = numbers.next_if_eq(&(last + 1)) {
            last = next;
        }
        Some(first..=last)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_a_row_are_one_range() {
        let found: Vec<_> = ranges([1, 2, 3, 7, 9, 10].into_iter()).collect();
        assert_eq!(found, [1..=3, 7..=7, 9..=10]);
    }
}
