use std::os::unix::fs::PermissionsExt;

use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;
use rcgen::{CertificateParams, DnType, KeyPair};

use super::*;

fn noon() -> Timestamp {
    "2026-11-23T04:00:00Z".parse().unwrap()
}

fn request(name: &str) -> String {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.serialize_request(&KeyPair::generate().unwrap()).unwrap().pem().unwrap()
}

#[test]
fn the_authority_outlives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let first = Authority::open(folder.path(), noon()).unwrap();
    let second = Authority::open(folder.path(), noon()).unwrap();
    assert_eq!((first.fingerprint(), first.pem()), (second.fingerprint(), second.pem()));
    second.certify_edge("A140105001".parse().unwrap(), &request("x"), noon()).unwrap();
}

#[test]
fn keys_are_for_their_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let pki = folder.path().join("pki");
    let authority = Authority::open(&pki, noon()).unwrap();
    ServerIdentity::open(&pki, &authority, &[], noon()).unwrap();
    signing_key(&pki).unwrap();
    for file in std::fs::read_dir(&pki).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", file.path());
    }
}

#[test]
fn every_edge_gets_a_serial_number_of_its_own_without_leading_zeros() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::open(folder.path(), noon()).unwrap();
    let issue =
        || authority.certify_edge("A140105001".parse().unwrap(), &request("anybody"), noon()).unwrap();
    let (first, second) = (issue(), issue());
    assert_ne!(first.serial, second.serial);
    assert!(first.serial.len() == 32 && !first.serial.starts_with('0'));
}

#[test]
fn the_servers_certificate_is_kept_until_its_names_change_or_its_end_nears() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::open(folder.path(), noon()).unwrap();
    let open = |names: &[&str], now| {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        ServerIdentity::open(folder.path(), &authority, &names, now).unwrap().certificate_pem
    };
    let first = open(&["broker.example"], noon());
    assert_eq!(open(&["broker.example"], noon()), first);
    let renamed = open(&["broker.example", "10.0.0.7"], noon());
    assert_ne!(renamed, first);
    assert_ne!(open(&["broker.example", "10.0.0.7"], noon() + (800 * 24).hours()), renamed);
}

#[test]
fn the_signing_key_outlives_a_restart_and_a_damaged_one_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let first = signing_key(folder.path()).unwrap();
    assert_eq!(signing_key(folder.path()).unwrap(), first);
    std::fs::write(folder.path().join("signing.key"), "damaged").unwrap();
    assert!(matches!(signing_key(folder.path()), Err(PkiError::Malformed { .. })));
}

#[test]
fn a_request_whose_signature_does_not_hold_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::open(folder.path(), noon()).unwrap();
    let good = request("edge");
    let mut lines: Vec<String> = good.lines().map(str::to_owned).collect();
    let last = lines.len() - 2;
    let flipped = if lines[last].starts_with('A') { "B" } else { "A" };
    lines[last].replace_range(0..1, flipped);
    let outcome = authority.certify_edge("A140105001".parse().unwrap(), &lines.join("\n"), noon());
    assert!(matches!(outcome, Err(PkiError::Request(_))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_request_makes_the_authority_panic(noise in "\\PC{0,200}", body in "[A-Za-z0-9+/]{0,300}") {
        let folder = tempfile::tempdir().unwrap();
        let authority = Authority::open(folder.path(), noon()).unwrap();
        let station = "A140105001".parse().unwrap();
        prop_assert!(authority.certify_edge(station, &noise, noon()).is_err());
        let framed = format!("-----BEGIN CERTIFICATE REQUEST-----\n{body}\n-----END CERTIFICATE REQUEST-----\n");
        prop_assert!(authority.certify_edge(station, &framed, noon()).is_err());
    }
}
