//! The authority: its key, and the certificates of edges.

use std::path::Path;

use jiff::{Timestamp, ToSpan, tz::TimeZone};
use plumewatch_shared::ids::{FileHash, StationId};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, SerialNumber,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::{PkiError, files, random};

/// How long the authority holds: longer than any machine it signs for.
const AUTHORITY_DAYS: i32 = 30 * 365;

/// How long an edge's certificate holds: what browsers allow a server's, so that no tool objects.
pub(super) const LEAF_DAYS: i32 = 825;

/// The largest certificate request that is read, bytes; an RSA-4096 one has about 1,700.
const REQUEST_BYTES_MAX: usize = 8 * 1024;

/// Issues certificates.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
    fingerprint: FileHash,
}

/// What an edge is given.
#[derive(Clone, Debug)]
pub struct EdgeCertificate {
    /// The certificate.
    pub pem: String,
    /// Its serial number, hex, lower case, no leading zeros: what the broker asks about.
    pub serial: String,
}

impl Authority {
    /// The authority in `folder`, made if there is none.
    pub fn open(folder: &Path, now: Timestamp) -> Result<Self, PkiError> {
        files::make_folder(folder)?;
        let _held = files::hold(folder)?;
        let (certificate, key) = (folder.join("ca.pem"), folder.join("ca.key"));
        match (files::read(&certificate)?, files::read(&key)?) {
            (Some(pem), Some(key_pem)) => {
                let wanted = "the authority's key and certificate";
                let malformed = || PkiError::Malformed { path: key.clone(), wanted };
                let key = KeyPair::from_pem(&key_pem).map_err(|_| malformed())?;
                let fingerprint = fingerprint(&pem).ok_or_else(malformed)?;
                let issuer = Issuer::from_ca_cert_pem(&pem, key).map_err(|_| malformed())?;
                Ok(Self { issuer, pem, fingerprint })
            }
            // A key without its certificate was cut off at the first start, before anybody relied on it.
            (None, _) => Self::make(&certificate, &key, now),
            (Some(_), None) => Err(PkiError::Malformed { path: key, wanted: "the authority's key" }),
        }
    }

    fn make(certificate: &Path, key_file: &Path, now: Timestamp) -> Result<Self, PkiError> {
        let mut params = CertificateParams::default();
        params.distinguished_name = named("Plumewatch authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        hold(&mut params, now, AUTHORITY_DAYS);
        params.serial_number = Some(serial()?.0);
        let key = KeyPair::generate()?;
        let pem = params.self_signed(&key)?.pem();
        files::write(key_file, &key.serialize_pem())?;
        files::write(certificate, &pem)?;
        let fingerprint = fingerprint(&pem).expect("it was just made");
        Ok(Self { issuer: Issuer::new(params, key), pem, fingerprint })
    }

    /// The authority's certificate, PEM.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// SHA-256 of the certificate's DER: what an enrolment token names, so that an edge knows whom it met.
    pub fn fingerprint(&self) -> FileHash {
        self.fingerprint
    }

    /// A certificate for the edge of `station` over the key in the request. Nothing else of the request
    /// counts: the name is the station's, and it is good for connecting as a client only.
    pub fn certify_edge(
        &self,
        station: StationId,
        request_pem: &str,
        now: Timestamp,
    ) -> Result<EdgeCertificate, PkiError> {
        if request_pem.len() > REQUEST_BYTES_MAX {
            return Err(PkiError::Request(rcgen::Error::CouldNotParseCertificationRequest));
        }
        let request = CertificateSigningRequestParams::from_pem(request_pem).map_err(PkiError::Request)?;
        let mut params = CertificateParams::default();
        params.distinguished_name = named(station.as_str());
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        params.use_authority_key_identifier_extension = true;
        hold(&mut params, now, LEAF_DAYS);
        let (number, serial) = serial()?;
        params.serial_number = Some(number);
        let pem = params.signed_by(&request.public_key, &self.issuer)?.pem();
        Ok(EdgeCertificate { pem, serial })
    }

    /// A certificate for this server over `key`.
    pub(super) fn certify_server(
        &self,
        names: &[String],
        key: &KeyPair,
        now: Timestamp,
    ) -> Result<String, PkiError> {
        let mut params = CertificateParams::new(names.to_vec())?;
        params.distinguished_name = named("Plumewatch server");
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyEncipherment];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        hold(&mut params, now, LEAF_DAYS);
        params.serial_number = Some(serial()?.0);
        Ok(params.signed_by(key, &self.issuer)?.pem())
    }
}

fn named(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}

/// From a day before `now`, for edges whose clock is behind, to `days` after.
fn hold(params: &mut CertificateParams, now: Timestamp, days: i32) {
    let day = |shift: i32| {
        let date = TimeZone::UTC.to_datetime(now).date().saturating_add(shift.days());
        rcgen::date_time_ymd(date.year().into(), date.month() as u8, date.day() as u8)
    };
    params.not_before = day(-1);
    params.not_after = day(days);
}

/// A random serial number and its hex. The first digit is 1 to 7: positive, and without a leading zero.
fn serial() -> Result<(SerialNumber, String), PkiError> {
    let mut bytes = random::<16>()?;
    bytes[0] = bytes[0] & 0x7f | 0x10;
    Ok((SerialNumber::from_slice(&bytes), hex::encode(bytes)))
}

fn fingerprint(pem: &str) -> Option<FileHash> {
    CertificateDer::from_pem_slice(pem.as_bytes()).ok().map(|der| FileHash::of(&der))
}
