use ed25519_dalek::SigningKey;
use plumewatch_shared::{protocol::seal::CHAIN_START, rulebook::Source, sample};

use super::*;

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

fn here() -> Region {
    "140105".parse().unwrap()
}

fn today() -> Date {
    sample::noon().legal_day()
}

/// An issue of a library in which Shanxi lowers the opacity limit, sealed by `key`.
fn issue(version: u64, opacity: i64, region: Region, key: &SigningKey) -> Vec<u8> {
    let json = format!(
        r#"{{"overrides":"HJ 845-2017","region":"140000","version":"2026-07-01.1","in_force_from":"2026-07-01",
        "title":{{"zh":"示例","en":"sample"}},
        "limits":[{{"item":"opacity","at_most":{opacity},"clause":"晋","confidence":"low"}}]}}"#
    );
    let library = Library::new(vec![("x".into(), Source::parse("x", &json).unwrap())]).unwrap();
    let wire = RulebookIssue::from(&library.issue(version, sample::noon().utc, region).unwrap());
    let body = serde_json::to_string(&wire).unwrap();
    Sealed::new(Purpose::Rulebook, CHAIN_START, body, key).encode()
}

fn opacity(shelf: &RulebookShelf) -> i64 {
    shelf.passages().borrow().on(today()).limits[0].at_most
}

fn refused(shelf: &RulebookShelf) -> Option<RulebookRefusal> {
    shelf.in_use(sample::noon()).refused
}

#[test]
fn a_newer_issue_is_used_and_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let server = key(1).verifying_key();
    let open = |key: &VerifyingKey| RulebookShelf::open(folder.path(), here(), None, Some(key));
    let shelf = open(&server);
    assert_eq!((opacity(&shelf), shelf.in_use(sample::noon()).source), (3_000, RulebookSource::Shipped));
    let told = shelf.passages();
    shelf.take(&issue(3, 2_500, here(), &key(1)), &server).unwrap();
    assert!(told.has_changed().unwrap(), "lanes hear of it");
    assert_eq!(opacity(&shelf), 2_500);
    let again = open(&server);
    assert_eq!((again.issue(), opacity(&again)), (Some(3), 2_500));
    let use_now = again.in_use(sample::noon());
    assert_eq!(use_now.edition, "HJ 845-2017 2017-07-27.1+140000:2026-07-01.1");
    assert!(matches!(use_now.source, RulebookSource::Server { issue: 3, age } if age.is_zero()));
    assert_eq!(open(&key(2).verifying_key()).issue(), None, "another server's is not believed");
}

#[test]
fn what_is_older_foreign_or_of_another_region_changes_nothing_and_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let server = key(1).verifying_key();
    let shelf = RulebookShelf::open(folder.path(), here(), None, Some(&server));
    shelf.take(&issue(3, 2_500, here(), &key(1)), &server).unwrap();
    assert_eq!(refused(&shelf), None);
    let mut malformed = String::from_utf8(issue(4, 2_000, here(), &key(1))).unwrap();
    malformed.truncate(100);
    for (payload, why) in [
        (issue(2, 2_000, here(), &key(1)), RulebookRefusal::Older),
        (issue(4, 2_000, here(), &key(2)), RulebookRefusal::Seal),
        (issue(4, 2_000, "140107".parse().unwrap(), &key(1)), RulebookRefusal::OtherRegion),
        (malformed.into_bytes(), RulebookRefusal::Seal),
        (vec![b' '; RULEBOOKS_BYTES_MAX + 1], RulebookRefusal::Malformed),
    ] {
        assert!(shelf.take(&payload, &server).is_err());
        assert_eq!(refused(&shelf), Some(why));
        assert_eq!((shelf.issue(), opacity(&shelf)), (Some(3), 2_500));
    }
    shelf.take(&issue(3, 2_500, here(), &key(1)), &server).unwrap();
    assert_eq!(refused(&shelf), None, "the same issue again is good news");
}

#[test]
fn a_sealed_issue_whose_rulebook_could_not_be_meant_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let server = key(1).verifying_key();
    let shelf = RulebookShelf::open(folder.path(), here(), None, Some(&server));
    let sealed = Sealed::open(Purpose::Rulebook, &issue(1, 2_500, here(), &key(1)), &server).unwrap();
    let body = sealed.body.replace("\\\"limits\\\"", "\\\"limts\\\"");
    assert_ne!(body, sealed.body);
    let payload = Sealed::new(Purpose::Rulebook, CHAIN_START, body, &key(1)).encode();
    assert!(matches!(shelf.take(&payload, &server), Err(RulebooksError::Malformed)));
}

#[test]
fn without_a_server_the_file_holds_else_what_was_shipped() {
    let folder = tempfile::tempdir().unwrap();
    let mut book = Rulebook::hj845();
    book.limits[0].at_most = 2_800;
    let shelf = RulebookShelf::open(folder.path(), here(), Some(book), None);
    assert_eq!((opacity(&shelf), shelf.in_use(sample::noon()).source), (2_800, RulebookSource::File));
    let tests = shelf.tests_of("GB 3847-2018", today()).unwrap();
    assert_eq!(*tests, TestRulebook::gb3847());
}
