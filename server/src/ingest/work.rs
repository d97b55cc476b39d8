//! Gathers messages into batches, has them stored, and sends the receipts.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use ed25519_dalek::VerifyingKey;
use jiff::Timestamp;
use plumewatch_shared::ids::{FileHash, StationId};
use plumewatch_shared::protocol::message::{EvidenceReceipt, HealthReport, Receipt, Refused, StateReport};
use plumewatch_shared::protocol::topic::{Channel, Topic};
use plumewatch_shared::protocol::{PAYLOAD_MAX, VERSION};
use plumewatch_shared::rulebook::RulebookRef;
use tokio::sync::mpsc;

use super::BATCH_MAX;
use super::batch::{Batch, Outcome, Taken, commit};
use super::figures::IngestFigures;
use super::link::{Arrival, Ended, Link, Message};
use super::record::{RecordRefusal, examine};
use crate::evidence::Intake;
use crate::live::Live;
use crate::rulebooks::Books;
use crate::rulebooks::publish::ask;
use crate::store::{Quarantined, Store, StoreError, Stored};

/// Waits between attempts at the database: doubled from the first to the last.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// The worker behind the link.
pub struct Ingest {
    /// Where records go.
    pub store: Store,
    /// Where chunks go.
    pub evidence: Intake,
    /// Who is told.
    pub live: Live,
    /// The rulebooks.
    pub books: Books,
    /// What is counted.
    pub figures: Arc<IngestFigures>,
    /// What time it is; tests bring their own.
    pub clock: fn() -> Timestamp,
}

/// Receipts of one batch, by station.
#[derive(Default)]
struct Receipts(BTreeMap<StationId, Receipt>);

/// A chunk to be taken after the records.
struct ChunkArrival {
    station: StationId,
    file: FileHash,
    payload: bytes::Bytes,
}

/// A batch being gathered and what must be answered.
#[derive(Default)]
struct Gathered {
    batch: Batch,
    receipts: Receipts,
    chunks: Vec<ChunkArrival>,
}

/// A stored batch: what is answered, and what is left to do.
struct StoredBatch {
    receipts: Receipts,
    chunks: Vec<ChunkArrival>,
    outcome: Outcome,
}

impl Ingest {
    /// Works until no more messages come. A receipt that did not get out is asked for again by its edge.
    pub async fn run(mut self, mut arrivals: mpsc::Receiver<Arrival>, link: Link) {
        let mut messages = Vec::with_capacity(BATCH_MAX);
        // What comes while one batch is committed makes the next: the busier, the larger, and nothing waits for more.
        while arrivals.recv_many(&mut messages, BATCH_MAX).await > 0 {
            if self.take(&messages, &link).await.is_err() {
                return;
            }
            messages.clear();
        }
    }

    /// One batch: decided, stored, receipted, acknowledged.
    async fn take(&mut self, arrivals: &[Arrival], link: &Link) -> Result<(), Ended> {
        let messages: Vec<&Message> = arrivals.iter().map(|arrival| &arrival.message).collect();
        let stored = self.take_messages(&messages).await;
        for (station, receipt) in stored.receipts.0 {
            let payload = serde_json::to_vec(&receipt).expect("numbers and strings serialise");
            link.publish(Topic { station, channel: Channel::Receipt }, false, payload).await?;
        }
        for chunk in stored.chunks {
            if let Some((receipt, whole)) = self.take_chunk(&chunk).await {
                let payload = serde_json::to_vec(&receipt).expect("numbers and strings serialise");
                let topic = Topic { station: chunk.station, channel: Channel::EvidenceReceipt };
                link.publish(topic, false, payload).await?;
                if whole {
                    self.tell_of_file(chunk.file).await;
                }
            }
        }
        for arrival in arrivals {
            link.acknowledge(arrival).await?;
        }
        self.tell(&stored.outcome).await;
        Ok(())
    }

    /// Stores what messages say, but for chunks; gives the receipts, which may go out now.
    async fn take_messages(&self, messages: &[&Message]) -> StoredBatch {
        let keys = self.keys_once_answered(messages).await;
        let now = (self.clock)();
        let mut gathered = self.examine(messages, &keys, now);
        if self.learn(&gathered.batch).await {
            gathered = self.examine(messages, &keys, now); // Pure: nothing of the first look is kept.
        }
        let outcome = self.store(std::mem::take(&mut gathered.batch), now).await;
        for (station, sha256) in &outcome.taken {
            gathered.receipts.refuse(*station, *sha256, &RecordRefusal::Taken);
        }
        for id in outcome.stored.iter().chain(&outcome.repeated) {
            gathered.receipts.of(id.station).stored.push(id.sequence);
        }
        StoredBatch { receipts: gathered.receipts, chunks: gathered.chunks, outcome }
    }

    /// Sorts messages into what is stored, refused and answered.
    fn examine(
        &self,
        messages: &[&Message],
        keys: &HashMap<StationId, Option<VerifyingKey>>,
        now: Timestamp,
    ) -> Gathered {
        let mut gathered = Gathered::default();
        for message in messages {
            let (topic, payload) = (message.topic.as_str(), &message.payload);
            let Ok(parsed) = topic.parse::<Topic>() else {
                gathered.refuse(None, topic, "the topic is none of this protocol", payload);
                continue;
            };
            let station = parsed.station;
            let key = keys.get(&station).and_then(Option::as_ref);
            if payload.len() > PAYLOAD_MAX {
                gathered.refuse(key.map(|_| station), topic, "the payload is too large", payload);
                continue;
            }
            match parsed.channel {
                Channel::Record => match examine(station, key, payload, &self.books, now) {
                    Ok((new, unknown)) => {
                        let sha256 = FileHash::of(payload);
                        gathered.batch.records.push(Taken { new, sha256, unknown });
                    }
                    Err(refusal) => {
                        gathered.receipts.refuse(station, FileHash::of(payload), &refusal);
                        gathered.refuse(key.map(|_| station), topic, &refusal.to_string(), payload);
                    }
                },
                // Without a station these have nowhere to go; a retained state that was cleared is empty.
                Channel::State | Channel::Health | Channel::Evidence(_) if key.is_none() => {
                    gathered.refuse(None, topic, "the station is not enrolled", payload);
                }
                Channel::State if payload.is_empty() => {}
                Channel::State => match serde_json::from_slice::<StateReport>(payload) {
                    Ok(state) if state.v == VERSION => gathered.batch.states.push((station, state)),
                    Ok(_) | Err(_) => {
                        gathered.refuse(Some(station), topic, "the state cannot be read", payload);
                    }
                },
                Channel::Health => match serde_json::from_slice::<HealthReport>(payload) {
                    Ok(health) if health.v == VERSION => gathered.batch.healths.push((station, health)),
                    Ok(_) | Err(_) => {
                        gathered.refuse(Some(station), topic, "the health report cannot be read", payload);
                    }
                },
                Channel::Evidence(file) => {
                    gathered.chunks.push(ChunkArrival { station, file, payload: payload.clone() });
                }
                Channel::Receipt | Channel::EvidenceReceipt | Channel::Watchlist | Channel::Rulebooks => {
                    gathered.refuse(key.map(|_| station), topic, "the topic is the server's own", payload);
                }
            }
        }
        gathered
    }

    /// Looks in the store for editions that the batch names and we do not know: another server may have published
    /// them. True if one is known now. If the database does not answer, the records are judged by what is in force
    /// and marked; nothing is lost.
    async fn learn(&self, batch: &Batch) -> bool {
        let unknown: BTreeSet<(String, String)> = batch
            .records
            .iter()
            .filter_map(|taken| taken.unknown.clone())
            .map(|r| (r.id, r.version))
            .collect();
        let mut learnt = false;
        for (id, version) in unknown {
            match ask(&self.store, &self.books, &RulebookRef { id, version }).await {
                Ok(found) => learnt |= found,
                Err(error) => tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "it cannot be told whether an edition was published"
                ),
            }
        }
        learnt
    }

    /// Stores a batch, however long the database is away. What it refuses for its content goes to quarantine.
    async fn store(&self, batch: Batch, now: Timestamp) -> Outcome {
        let mut total = Outcome::default();
        let mut due = if batch.is_empty() { Vec::new() } else { vec![batch] };
        let mut wait = BACK_OFF.0;
        while let Some(batch) = due.pop() {
            let alone =
                batch.records.len() + batch.refused.len() + batch.states.len() + batch.healths.len() == 1;
            match commit(&self.store, batch.clone(), &self.books, now).await {
                Ok(outcome) => {
                    wait = BACK_OFF.0;
                    self.count(&batch, &outcome);
                    total.stored.extend(outcome.stored);
                    total.repeated.extend(outcome.repeated);
                    total.taken.extend(outcome.taken);
                }
                Err(StoreError::Conflict { constraint }) if alone => {
                    tracing::error!(constraint, "the database refuses a message for its content");
                    if let Some(taken) = batch.records.into_iter().next() {
                        let id = taken.new.id();
                        let topic = super::record_topic(id.station);
                        let reason = RecordRefusal::Unstorable.to_string();
                        let mut kept =
                            Quarantined::new(Some(id.station), &topic, reason, taken.new.sealed().as_bytes());
                        kept.sha256 = taken.sha256;
                        total.taken.push((id.station, taken.sha256));
                        due.push(Batch { refused: vec![kept], ..Batch::default() });
                    }
                }
                Err(StoreError::Conflict { .. }) => due.extend(batch.split()),
                Err(error) => {
                    IngestFigures::add(&self.figures.retries, 1);
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "messages cannot be stored; trying again"
                    );
                    tokio::time::sleep(wait).await;
                    wait = (wait * 2).min(BACK_OFF.1);
                    due.push(batch);
                }
            }
        }
        total
    }

    fn count(&self, batch: &Batch, outcome: &Outcome) {
        let figures = &self.figures;
        IngestFigures::add(&figures.batches, 1);
        IngestFigures::add(&figures.stored, outcome.stored.len() as u64);
        IngestFigures::add(&figures.repeated, outcome.repeated.len() as u64);
        IngestFigures::add(&figures.refused, (batch.refused.len() + outcome.taken.len()) as u64);
        IngestFigures::add(&figures.disagreements, outcome.disagreements);
        IngestFigures::add(&figures.candidates, outcome.counted.opened);
    }

    /// Takes a chunk; gives the answer, and whether the file is whole now. No answer: the edge sends it again.
    async fn take_chunk(&mut self, chunk: &ChunkArrival) -> Option<(EvidenceReceipt, bool)> {
        IngestFigures::add(&self.figures.chunks, 1);
        let now = (self.clock)();
        match self.evidence.take(&self.store, chunk.station, chunk.file, &chunk.payload, now).await {
            Ok(answer) => {
                let answer = answer?;
                if answer.completed_now {
                    IngestFigures::add(&self.figures.files, 1);
                }
                Some((answer.receipt(chunk.file), answer.completed_now))
            }
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, file.sha256 = %chunk.file, "an evidence chunk cannot be stored");
                None
            }
        }
    }

    /// Shows stored passages on open pages. The record is safe whatever happens here.
    async fn tell(&self, outcome: &Outcome) {
        if outcome.stored.is_empty() || !self.live.has_listeners() {
            return;
        }
        let told: Stored<()> = async {
            let mut reading = self.store.reading().await?;
            for id in &outcome.stored {
                if let Some(row) = reading.passage_row(*id).await? {
                    self.live.tell(row);
                }
            }
            Ok(())
        }
        .await;
        if let Err(error) = told {
            tracing::warn!(error = &error as &dyn std::error::Error, "open pages miss a passage");
        }
    }

    /// Shows the passages of a file that came, with their picture.
    async fn tell_of_file(&self, file: FileHash) {
        if !self.live.has_listeners() {
            return;
        }
        let ids: Stored<_> = async { self.store.reading().await?.records_with_file(file).await }.await;
        match ids {
            Ok(stored) => self.tell(&Outcome { stored, ..Outcome::default() }).await,
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "open pages miss a picture");
            }
        }
    }

    /// The senders' keys, asked for until the database answers.
    async fn keys_once_answered(&self, messages: &[&Message]) -> HashMap<StationId, Option<VerifyingKey>> {
        let mut wait = BACK_OFF.0;
        loop {
            match keys(&self.store, messages).await {
                Ok(answer) => return answer,
                Err(error) => {
                    IngestFigures::add(&self.figures.retries, 1);
                    tracing::error!(error = &error as &dyn std::error::Error, "the database does not answer");
                    tokio::time::sleep(wait).await;
                    wait = (wait * 2).min(BACK_OFF.1);
                }
            }
        }
    }
}

/// The key of every station that the messages are of.
async fn keys(store: &Store, messages: &[&Message]) -> Stored<HashMap<StationId, Option<VerifyingKey>>> {
    let mut keys = HashMap::new();
    let mut reading = store.reading().await?;
    for topic in messages.iter().filter_map(|message| message.topic.parse::<Topic>().ok()) {
        if let std::collections::hash_map::Entry::Vacant(place) = keys.entry(topic.station) {
            place.insert(reading.signing_key(topic.station).await?);
        }
    }
    Ok(keys)
}

impl Gathered {
    fn refuse(&mut self, station: Option<StationId>, topic: &str, reason: &str, payload: &[u8]) {
        let kept = Quarantined::new(station, topic, reason.to_owned(), payload);
        tracing::warn!(topic = kept.topic, reason = kept.reason, "a message is refused and quarantined");
        self.batch.refused.push(kept);
    }
}

impl Receipts {
    fn of(&mut self, station: StationId) -> &mut Receipt {
        self.0.entry(station).or_insert_with(|| Receipt {
            v: VERSION,
            stored: Vec::new(),
            refused: Vec::new(),
        })
    }

    fn refuse(&mut self, station: StationId, sha256: FileHash, reason: &RecordRefusal) {
        let refused = Refused { sha256: sha256.to_string(), reason: reason.to_string() };
        self.of(station).refused.push(refused);
    }
}

#[cfg(test)]
#[path = "work_tests.rs"]
mod tests;
