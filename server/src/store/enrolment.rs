//! The one-time token that a station enrols with. Only its hash is here, and only until it is used.

use plumewatch_shared::ids::{FileHash, StationId};

use super::engine::{change, row};
use super::{Reading, StoreError, Stored, Writing};

impl Reading {
    /// The station that a token was made for, if the token is good at `now_us`.
    pub async fn station_of_token(&mut self, hash: FileHash, now_us: i64) -> Stored<Option<StationId>> {
        let found = row!(
            self,
            (String,),
            "select id from stations where token_hash = $1 and token_expires_us > $2",
            hash.0.to_vec(),
            now_us
        )?;
        found.map(|(id,)| id.parse().map_err(|_| StoreError::Corrupt("stations.id"))).transpose()
    }
}

impl Writing {
    /// Gives a station a token, in place of any before; false if there is no such station.
    pub async fn set_enrolment_token(
        &mut self,
        id: StationId,
        hash: FileHash,
        expires_us: i64,
    ) -> Stored<bool> {
        let set = change!(
            self,
            "update stations set token_hash = $2, token_expires_us = $3 where id = $1",
            id.as_str(),
            hash.0.to_vec(),
            expires_us
        )?;
        Ok(set == 1)
    }

    /// Uses up a token: from now on this key signs for the station, and this certificate alone connects.
    /// False if the token is not good, or another was quicker.
    pub async fn enrol_station(
        &mut self,
        id: StationId,
        token: FileHash,
        signing_key: [u8; 32],
        certificate_serial: &str,
        now_us: i64,
    ) -> Stored<bool> {
        let enrolled = change!(
            self,
            "update stations set signing_key = $3, certificate_serial = $4, enrolled_us = $5,
                    token_hash = null, token_expires_us = null
             where id = $1 and token_hash = $2 and token_expires_us > $5",
            id.as_str(),
            token.0.to_vec(),
            signing_key.to_vec(),
            certificate_serial,
            now_us
        )?;
        if enrolled == 1 {
            self.keep_station_key(id, signing_key, now_us).await?;
        }
        Ok(enrolled == 1)
    }
}
