//! What the store promises of accounts, sessions, stations, enrolment and wanted plates, on both engines.

use plumewatch_shared::ids::FileHash;
use plumewatch_shared::plate::PlateColour;
use plumewatch_shared::sample;
use server_core::access::Scope;

use super::accounts::AccountRow;
use super::fixture::*;
use super::sessions::{NewSession, SESSIONS_MAX, SessionAccount, SessionRow};
use super::*;

const HOUR: i64 = 3_600_000_000;

fn scope(region: &str) -> Scope {
    Scope(region.parse().unwrap())
}

pub(super) fn account(name: &str, role: &str) -> AccountRow {
    AccountRow {
        name: name.to_owned(),
        display_name: "王芳".to_owned(),
        password_hash: "$argon2id$…".to_owned(),
        role: role.to_owned(),
        region: 140_000,
        organisation: None,
        must_change_password: true,
        disabled: false,
        failed_attempts: 0,
        last_failed_us: None,
    }
}

/// An hour of `wang`'s.
fn session(id: &str, token: FileHash, now_us: i64) -> NewSession<'_> {
    NewSession {
        id,
        token,
        account: "wang",
        way: "password",
        address: "192.0.2.7",
        program: "Firefox",
        now_us,
        expires_us: now_us + HOUR,
    }
}

pub(super) async fn add(store: &Store, account: &AccountRow) -> bool {
    let mut writing = store.writing().await.unwrap();
    let added = writing.add_account(account, 1).await.unwrap();
    writing.commit().await.unwrap();
    added
}

on_both! {
    async fn an_account_is_added_once_and_reads_back(store: Store) {
        assert!(add(&store, &account("wang", "reviewer")).await);
        assert!(!add(&store, &account("wang", "admin")).await, "the name is taken");
        let mut reading = store.reading().await.unwrap();
        assert_eq!(reading.account("wang").await.unwrap(), Some(account("wang", "reviewer")));
        assert_eq!(reading.account("").await.unwrap(), None);
        assert_eq!(reading.accounts().await.unwrap(), [account("wang", "reviewer")]);
        assert_eq!(reading.active_accounts("reviewer").await.unwrap(), 1);
        assert_eq!(reading.active_accounts("admin").await.unwrap(), 0);
    }

    async fn a_role_that_nobody_has_is_refused_by_the_database(store: Store) {
        let mut writing = store.writing().await.unwrap();
        let refused = writing.add_account(&account("wang", "king"), 1).await;
        assert!(matches!(refused, Err(StoreError::Conflict { .. })), "{refused:?}");
    }

    async fn failures_are_counted_until_a_success_or_a_new_password(store: Store) {
        add(&store, &account("wang", "reviewer")).await;
        let mut writing = store.writing().await.unwrap();
        writing.count_failed_sign_in("wang", 5).await.unwrap();
        writing.count_failed_sign_in("wang", 7).await.unwrap();
        let row = writing.account("wang").await.unwrap().unwrap();
        assert_eq!((row.failed_attempts, row.last_failed_us), (2, Some(7)));
        writing.forget_failed_sign_ins("wang").await.unwrap();
        writing.count_failed_sign_in("wang", 9).await.unwrap();
        assert!(writing.set_password("wang", "$new", false).await.unwrap());
        let row = writing.account("wang").await.unwrap().unwrap();
        assert_eq!((row.failed_attempts, row.last_failed_us), (0, None));
        assert_eq!((row.password_hash.as_str(), row.must_change_password), ("$new", false));
        assert!(!writing.set_password("nobody", "$new", false).await.unwrap());
    }

    async fn a_session_is_its_accounts_until_it_expires_or_is_ended(store: Store) {
        add(&store, &account("wang", "reviewer")).await;
        let (first, second, late) = (FileHash::of(b"1"), FileHash::of(b"2"), FileHash::of(b"3"));
        let mut writing = store.writing().await.unwrap();
        writing.begin_session(session("s1", first, 0)).await.unwrap();
        writing.begin_session(session("s2", second, 0)).await.unwrap();
        let name = |row: Option<SessionAccount>| row.map(|row| row.account.name);
        assert_eq!(name(writing.session_account(first, HOUR - 1).await.unwrap()).as_deref(), Some("wang"));
        assert_eq!(name(writing.session_account(first, HOUR).await.unwrap()), None);
        writing.end_session(first).await.unwrap();
        assert_eq!(name(writing.session_account(first, 0).await.unwrap()), None);
        assert!(writing.session_account(second, 0).await.unwrap().is_some());
        writing.begin_session(session("s3", late, HOUR)).await.unwrap();
        assert_eq!(writing.session_account(second, 0).await.unwrap(), None, "what has expired is cleared away");
        let mut disabled = account("wang", "reviewer");
        disabled.disabled = true;
        assert!(writing.change_account(&disabled).await.unwrap());
        assert_eq!(writing.session_account(late, HOUR).await.unwrap(), None, "a disabled account has no session");
        writing.end_sessions("wang").await.unwrap();
        writing.commit().await.unwrap();
    }

    async fn an_account_has_only_so_many_sessions_and_the_least_used_go_first(store: Store) {
        add(&store, &account("wang", "reviewer")).await;
        let mut writing = store.writing().await.unwrap();
        let ids: Vec<String> = (0..SESSIONS_MAX + 2).map(|n| format!("s{n:02}")).collect();
        for (n, id) in ids.iter().enumerate() {
            writing.begin_session(session(id, FileHash::of(id.as_bytes()), n as i64)).await.unwrap();
        }
        let kept: Vec<String> = writing.sessions("wang", 0).await.unwrap().into_iter().map(|row| row.id).collect();
        let expected: Vec<String> = ids.into_iter().skip(2).rev().collect();
        assert_eq!(kept, expected);
        writing.commit().await.unwrap();
    }

    async fn sessions_are_listed_and_ended_one_by_one_by_whose_they_are(store: Store) {
        add(&store, &account("wang", "reviewer")).await;
        add(&store, &account("li", "reviewer")).await;
        let mut writing = store.writing().await.unwrap();
        for (n, id) in ["s1", "s2", "s3"].into_iter().enumerate() {
            writing.begin_session(session(id, FileHash::of(id.as_bytes()), n as i64)).await.unwrap();
        }
        writing.touch_session("s1", 9).await.unwrap();
        let ids = |rows: Vec<SessionRow>| rows.into_iter().map(|row| row.id).collect::<Vec<_>>();
        assert_eq!(ids(writing.sessions("wang", 0).await.unwrap()), ["s1", "s3", "s2"], "the last used first");
        assert_eq!(ids(writing.sessions("li", 0).await.unwrap()), [""; 0]);
        assert!(!writing.end_session_of("li", "s1").await.unwrap(), "it is somebody else's");
        assert!(writing.end_session_of("wang", "s1").await.unwrap());
        assert!(!writing.end_session_of("wang", "s1").await.unwrap());
        assert_eq!(writing.end_other_sessions("wang", "s2").await.unwrap(), 1);
        assert_eq!(ids(writing.sessions("wang", 0).await.unwrap()), ["s2"]);
        assert_eq!(ids(writing.sessions("wang", HOUR + 1).await.unwrap()), [""; 0], "it has expired");
        writing.commit().await.unwrap();
    }

    async fn a_station_is_listed_with_what_it_last_said(store: Store) {
        let mut writing = store.writing().await.unwrap();
        assert!(writing.add_station(station(STATION), "武宿", 1).await.unwrap());
        assert!(!writing.add_station(station(STATION), "again", 1).await.unwrap());
        assert!(writing.rename_station(station(STATION), "太原武宿").await.unwrap());
        assert!(!writing.rename_station(station("A110105001"), "x").await.unwrap());
        writing.insert_passages(&[record(sample::passage(3))]).await.unwrap();
        writing.commit().await.unwrap();
        let mut reading = store.reading().await.unwrap();
        let rows = reading.stations(scope("140100")).await.unwrap();
        assert_eq!((rows.len(), rows[0].name.as_str(), rows[0].region), (1, "太原武宿", 140_105));
        assert_eq!((rows[0].received, rows[0].highest, rows[0].online), (Some(1), Some(3), None));
        assert_eq!(reading.stations(scope("110000")).await.unwrap(), []);
        assert!(reading.station(station(STATION), scope("140105")).await.unwrap().is_some());
        assert_eq!(reading.station(station(STATION), scope("110000")).await.unwrap(), None);
        reading.answers().await.unwrap();
    }

    async fn a_token_enrols_once_and_the_last_certificate_alone_connects(store: Store) {
        let (id, token) = (station(STATION), FileHash::of(b"token"));
        let mut writing = store.writing().await.unwrap();
        assert!(!writing.set_enrolment_token(id, token, HOUR).await.unwrap(), "there is no such station");
        writing.add_station(id, "武宿", 1).await.unwrap();
        assert!(writing.set_enrolment_token(id, token, HOUR).await.unwrap());
        assert_eq!(writing.station_of_token(token, HOUR - 1).await.unwrap(), Some(id));
        assert_eq!(writing.station_of_token(token, HOUR).await.unwrap(), None, "it has expired");
        let key = key().verifying_key().to_bytes();
        assert!(!writing.enrol_station(id, token, key, "10aa", HOUR).await.unwrap());
        assert!(writing.enrol_station(id, token, key, "10aa", HOUR - 1).await.unwrap());
        assert!(!writing.enrol_station(id, token, key, "10bb", HOUR - 1).await.unwrap(), "it is used up");
        assert!(writing.station_may_connect(id, "10aa").await.unwrap());
        writing.set_enrolment_token(id, FileHash::of(b"next"), HOUR).await.unwrap();
        assert!(writing.enrol_station(id, FileHash::of(b"next"), key, "10bb", 1).await.unwrap());
        assert!(!writing.station_may_connect(id, "10aa").await.unwrap(), "the old certificate is void");
        assert!(writing.station_may_connect(id, "10bb").await.unwrap());
        assert!(!writing.station_may_connect(station("A110105001"), "10bb").await.unwrap());
        writing.commit().await.unwrap();
    }

    async fn a_plate_is_wanted_once_for_each_colour(store: Store) {
        let plate = "晋A12345".parse().unwrap();
        let yellow = Some(PlateColour::Yellow);
        let mut writing = store.writing().await.unwrap();
        assert!(writing.add_wanted(&plate, None, "套牌", "li", 1).await.unwrap());
        assert!(!writing.add_wanted(&plate, None, "again", "li", 2).await.unwrap());
        assert!(writing.add_wanted(&plate, yellow, "超标", "li", 3).await.unwrap());
        let colours: Vec<String> =
            writing.wanted().await.unwrap().into_iter().map(|row| row.plate_colour).collect();
        assert_eq!(colours, ["yellow", ""], "newest first");
        assert!(writing.remove_wanted(&plate, yellow).await.unwrap());
        assert!(!writing.remove_wanted(&plate, yellow).await.unwrap());
        writing.commit().await.unwrap();
    }
}
