//! What the store promises of second factors, keys, kept answers, other providers and the audit's search, on both
//! engines.

use plumewatch_shared::ids::FileHash;
use server_core::access::Scope;
use server_core::audit::Action;

use super::fixture::*;
use super::idempotency::{Ages, Begun, KEPT_MAX, KeptAnswer};
use super::keys::KeyRow;
use super::people_contract::{account, add};
use super::*;

const HOUR: i64 = 3_600_000_000;

fn key_row(id: &str, region: i64) -> KeyRow {
    KeyRow {
        id: id.to_owned(),
        label: "检测线软件".to_owned(),
        role: "inspection-station".to_owned(),
        organisation: "I-140105-01".to_owned(),
        region,
        created_us: 0,
        created_by: "admin".to_owned(),
        expires_us: HOUR,
        last_used_us: None,
        revoked_us: None,
        revoked_by: None,
    }
}

fn ages(now_us: i64) -> Ages {
    Ages { now_us, kept_since_us: now_us - 24 * HOUR, alive_since_us: now_us - HOUR }
}

on_both! {
    async fn a_second_factor_counts_once_it_is_confirmed_and_a_code_is_used_once(store: Store) {
        add(&store, &account("wang", "admin")).await;
        let mut writing = store.writing().await.unwrap();
        assert!(writing.begin_second_factor("wang", b"first", 1).await.unwrap());
        assert!(writing.begin_second_factor("wang", b"second", 2).await.unwrap(), "not confirmed: begun anew");
        assert_eq!(writing.second_factor("wang").await.unwrap().unwrap().secret, b"second");
        assert!(writing.accounts_with_second_factor().await.unwrap().is_empty());
        let codes = [FileHash::of(b"a"), FileHash::of(b"b")];
        writing.confirm_second_factor("wang", &codes).await.unwrap();
        assert!(!writing.begin_second_factor("wang", b"third", 3).await.unwrap(), "one that works stays");
        assert_eq!(writing.accounts_with_second_factor().await.unwrap(), ["wang"]);
        assert!(writing.use_second_factor_step("wang", 100).await.unwrap());
        assert!(!writing.use_second_factor_step("wang", 100).await.unwrap(), "a replay");
        assert!(!writing.use_second_factor_step("wang", 99).await.unwrap(), "an older code");
        assert!(writing.use_second_factor_step("wang", 101).await.unwrap());
        assert!(writing.use_recovery_code("wang", codes[0]).await.unwrap());
        assert!(!writing.use_recovery_code("wang", codes[0]).await.unwrap());
        assert_eq!(writing.recovery_codes_left("wang").await.unwrap(), 1);
        assert!(writing.remove_second_factor("wang").await.unwrap());
        assert!(!writing.remove_second_factor("wang").await.unwrap());
        assert_eq!(writing.recovery_codes_left("wang").await.unwrap(), 0);
        writing.commit().await.unwrap();
    }

    async fn a_key_is_found_by_its_hash_until_it_expires_or_is_revoked(store: Store) {
        let (hash, other) = (FileHash::of(b"key"), FileHash::of(b"other"));
        let mut writing = store.writing().await.unwrap();
        writing.add_key(&key_row("K1", 140_105), hash).await.unwrap();
        writing.add_key(&key_row("K2", 110_105), other).await.unwrap();
        assert_eq!(writing.usable_key(hash, HOUR - 1).await.unwrap(), Some(key_row("K1", 140_105)));
        assert_eq!(writing.usable_key(hash, HOUR).await.unwrap(), None, "it has expired");
        writing.touch_key("K1", 7).await.unwrap();
        let ids = |rows: Vec<KeyRow>| rows.into_iter().map(|row| row.id).collect::<Vec<_>>();
        assert_eq!(ids(writing.keys((140_000, 149_999), None, 10).await.unwrap()), ["K1"]);
        assert_eq!(ids(writing.keys((0, 999_999), None, 10).await.unwrap()), ["K2", "K1"]);
        let after = Some((0, "K2".to_owned()));
        assert_eq!(ids(writing.keys((0, 999_999), after, 10).await.unwrap()), ["K1"]);
        assert_eq!(writing.key("K2", (140_000, 149_999)).await.unwrap(), None);
        assert_eq!(writing.key("K1", (140_000, 149_999)).await.unwrap().unwrap().last_used_us, Some(7));
        assert_eq!(writing.usable_keys_of("inspection-station", "I-140105-01", 0).await.unwrap(), 2);
        assert!(writing.revoke_key("K1", "admin", 8).await.unwrap());
        assert!(!writing.revoke_key("K1", "admin", 9).await.unwrap());
        assert_eq!(writing.usable_key(hash, 0).await.unwrap(), None, "it is revoked");
        assert_eq!(writing.usable_keys_of("inspection-station", "I-140105-01", 0).await.unwrap(), 1);
        writing.commit().await.unwrap();
    }

    async fn a_request_repeated_gets_its_answer_and_another_does_not(store: Store) {
        let (request, another) = (FileHash::of(b"request"), FileHash::of(b"another"));
        let answer =
            KeptAnswer { status: 201, content_type: Some("application/json".to_owned()), body: b"{}".to_vec() };
        let mut writing = store.writing().await.unwrap();
        let now = 100 * HOUR;
        assert_eq!(writing.begin_idempotent("k", "1", request, ages(now)).await.unwrap(), Begun::New);
        assert_eq!(writing.begin_idempotent("k", "1", request, ages(now)).await.unwrap(), Begun::UnderWay);
        assert_eq!(writing.begin_idempotent("l", "1", request, ages(now)).await.unwrap(), Begun::New, "another's");
        writing.keep_done("k", "1", &answer).await.unwrap();
        writing.release_idempotent("k", "1").await.unwrap();
        let again = writing.begin_idempotent("k", "1", request, ages(now)).await.unwrap();
        assert_eq!(again, Begun::Done(answer), "what is kept is not released");
        assert_eq!(writing.begin_idempotent("k", "1", another, ages(now)).await.unwrap(), Begun::Another);
        assert_eq!(writing.begin_idempotent("k", "2", request, ages(now)).await.unwrap(), Begun::New);
        writing.release_idempotent("k", "2").await.unwrap();
        assert_eq!(writing.begin_idempotent("k", "2", another, ages(now)).await.unwrap(), Begun::New);
        let later = ages(now + HOUR + 1);
        assert_eq!(writing.begin_idempotent("k", "2", request, later).await.unwrap(), Begun::New, "it was cut off");
        let tomorrow = ages(now + 24 * HOUR + 1);
        assert_eq!(writing.begin_idempotent("k", "1", another, tomorrow).await.unwrap(), Begun::New, "it is a day old");
        writing.commit().await.unwrap();
    }

    async fn kept_answers_do_not_grow_without_end(store: Store) {
        let request = FileHash::of(b"request");
        let answer = KeptAnswer { status: 204, content_type: None, body: vec![] };
        let mut writing = store.writing().await.unwrap();
        for n in 0..=KEPT_MAX + 1 {
            let key = n.to_string();
            assert_eq!(writing.begin_idempotent("k", &key, request, ages(n)).await.unwrap(), Begun::New);
            writing.keep_done("k", &key, &answer).await.unwrap();
        }
        let at = ages(KEPT_MAX + 2);
        assert_eq!(writing.begin_idempotent("k", "2", request, at).await.unwrap(), Begun::Done(answer));
        assert_eq!(writing.begin_idempotent("k", "0", request, at).await.unwrap(), Begun::New, "the oldest is gone");
        writing.commit().await.unwrap();
    }

    async fn a_sign_in_elsewhere_is_taken_once_and_in_time(store: Store) {
        let (state, late) = (FileHash::of(b"state"), FileHash::of(b"late"));
        let mut writing = store.writing().await.unwrap();
        writing.begin_oidc(state, "nonce", "verifier", 10, 0).await.unwrap();
        writing.begin_oidc(late, "n", "v", 20, 0).await.unwrap();
        assert_eq!(writing.take_oidc(late, 21).await.unwrap(), None, "it began too long ago");
        let taken = Some(("nonce".to_owned(), "verifier".to_owned()));
        assert_eq!(writing.take_oidc(state, 10).await.unwrap(), taken);
        assert_eq!(writing.take_oidc(state, 10).await.unwrap(), None, "it is used up");
        writing.commit().await.unwrap();
    }

    async fn a_claim_means_one_account_and_none_that_is_disabled(store: Store) {
        add(&store, &account("wang", "reviewer")).await;
        add(&store, &account("li", "reviewer")).await;
        let mut writing = store.writing().await.unwrap();
        assert!(writing.set_external_id("wang", Some("wang@example.cn")).await.unwrap());
        assert!(!writing.set_external_id("li", Some("wang@example.cn")).await.unwrap(), "it is another's");
        assert!(writing.set_external_id("wang", Some("wang@example.cn")).await.unwrap());
        assert_eq!(writing.account_of_external_id("wang@example.cn").await.unwrap().as_deref(), Some("wang"));
        assert_eq!(writing.external_id("wang").await.unwrap().as_deref(), Some("wang@example.cn"));
        let mut disabled = account("wang", "reviewer");
        disabled.disabled = true;
        writing.change_account(&disabled).await.unwrap();
        assert_eq!(writing.account_of_external_id("wang@example.cn").await.unwrap(), None);
        assert!(writing.set_external_id("wang", None).await.unwrap());
        assert!(writing.set_external_id("li", Some("wang@example.cn")).await.unwrap());
        writing.commit().await.unwrap();
    }

    async fn the_audit_is_searched_by_who_what_and_when_within_the_region(store: Store) {
        add(&store, &account("wang", "reviewer")).await; // Of 140000.
        let mut writing = store.writing().await.unwrap();
        writing.add_key(&key_row("K1", 140_105), FileHash::of(b"key")).await.unwrap();
        for (n, (actor, action, subject)) in [
            ("wang", Action::CaseViewed, "C1"),
            ("key:K1", Action::InspectionUploaded, "I1"),
            ("zhao", Action::CaseViewed, "C1"),
            ("wang", Action::PlateSearched, "P"),
        ]
        .into_iter()
        .enumerate()
        {
            let at = now().checked_add(jiff::SignedDuration::from_secs(n as i64)).unwrap();
            writing.record(at, actor, action, subject, None).await.unwrap();
        }
        let numbers = |rows: Vec<server_core::audit::AuditRow>| {
            rows.into_iter().map(|row| row.number).collect::<Vec<_>>()
        };
        let shanxi = AuditFilter::all(Scope("140000".parse().unwrap()));
        let mut found = async |filter: AuditFilter| numbers(writing.audit_search(&filter, 10).await.unwrap());
        assert_eq!(found(whole_audit()).await, [4, 3, 2, 1]);
        assert_eq!(found(shanxi.clone()).await, [4, 2, 1], "who is of no region of ours is not seen");
        assert_eq!(found(AuditFilter { actor: Some("wang".to_owned()), ..whole_audit() }).await, [4, 1]);
        assert_eq!(found(AuditFilter { action: Some(Action::CaseViewed), ..whole_audit() }).await, [3, 1]);
        assert_eq!(found(AuditFilter { subject: Some("I1".to_owned()), ..whole_audit() }).await, [2]);
        let second = now().as_microsecond() + 1_000_000;
        assert_eq!(found(AuditFilter { from_us: Some(second), to_us: Some(second + 1), ..whole_audit() }).await, [2]);
        assert_eq!(found(AuditFilter { before: Some(3), ..whole_audit() }).await, [2, 1]);
        assert_eq!(found(AuditFilter { above: 1, before: Some(4), ..whole_audit() }).await, [3, 2]);
        let of_wang = AuditFilter { actor: Some("wang".to_owned()), ..whole_audit() };
        let looked = AuditFilter { action: Some(Action::CaseViewed), ..of_wang.clone() };
        assert_eq!(found(looked).await, [1], "every condition holds at once");
        assert_eq!(found(AuditFilter { subject: Some("P".to_owned()), ..of_wang }).await, [4]);
        assert_eq!(numbers(writing.audit_export(&shanxi, 1, 10).await.unwrap()), [2, 4]);
        writing.commit().await.unwrap();
    }
}
