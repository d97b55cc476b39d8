//! Plates that an authority wants stopped. They reach the edges with the next edition of the watchlist.

use plumewatch_shared::plate::{Plate, PlateColour};

use super::engine::{change, rows};
use super::{Reading, Stored, Writing};

/// One wanted plate. `plate_colour` is a colour's word, or empty for every colour.
#[derive(Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct WantedRow {
    /// The plate.
    pub plate: String,
    /// Its colour's word; empty for every colour.
    pub plate_colour: String,
    /// Why, in the authority's words.
    pub reason: String,
    /// Who wants it.
    pub added_by: String,
    /// Since when, microseconds.
    pub added_us: i64,
}

fn word(colour: Option<PlateColour>) -> &'static str {
    colour.map_or("", PlateColour::word)
}

impl Reading {
    /// Every wanted plate, newest first.
    pub async fn wanted(&mut self) -> Stored<Vec<WantedRow>> {
        rows!(
            self,
            WantedRow,
            "select plate, plate_colour, reason, added_by, added_us from wanted
             order by added_us desc, plate, plate_colour"
        )
    }
}

impl Writing {
    /// Wants a plate; false if it is wanted already.
    pub async fn add_wanted(
        &mut self,
        plate: &Plate,
        colour: Option<PlateColour>,
        reason: &str,
        by: &str,
        now_us: i64,
    ) -> Stored<bool> {
        let added = change!(
            self,
            "insert into wanted (plate, plate_colour, reason, added_by, added_us) values ($1, $2, $3, $4, $5)
             on conflict (plate, plate_colour) do nothing",
            plate.as_str(),
            word(colour),
            reason,
            by,
            now_us
        )?;
        Ok(added == 1)
    }

    /// Wants a plate no more; false if it was not wanted.
    pub async fn remove_wanted(&mut self, plate: &Plate, colour: Option<PlateColour>) -> Stored<bool> {
        let removed = change!(
            self,
            "delete from wanted where plate = $1 and plate_colour = $2",
            plate.as_str(),
            word(colour)
        )?;
        Ok(removed == 1)
    }
}
