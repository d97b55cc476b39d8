//! The frames of one vehicle, few enough to keep and spread over all of its way.

use std::sync::Arc;

use plumewatch_shared::time::Moment;

use super::linear::Still;

/// Most frames kept of a vehicle: 28 stills are 11 MB, and are judged at once when the vehicle has left.
pub const MAX_FRAMES: usize = 28;

/// One frame of it.
#[derive(Clone, Debug)]
pub(super) struct Shot {
    pub(super) still: Arc<Still>,
    /// Where the vehicle is, the still's pixels: x, y, width, height.
    pub(super) area: [f32; 4],
    pub(super) at: Moment,
}

/// Frames in order of time.
#[derive(Debug)]
pub(super) struct Film {
    pub(super) shots: Vec<Shot>,
    /// Of the frames that come, one in so many is kept.
    stride: u64,
    come: u64,
}

impl Default for Film {
    fn default() -> Self {
        Self { shots: Vec::new(), stride: 1, come: 0 }
    }
}

impl Film {
    /// Takes a frame; when there are too many, every second one goes, and fewer are taken from then on.
    pub(super) fn take(&mut self, shot: Shot) {
        let wanted = self.come.is_multiple_of(self.stride);
        self.come += 1;
        if !wanted {
            return;
        }
        if self.shots.len() >= MAX_FRAMES {
            let mut keep = false;
            self.shots.retain(|_| {
                keep = !keep;
                keep
            });
            self.stride *= 2;
        }
        self.shots.push(shot);
    }
}

#[cfg(test)]
mod tests {
    use plumewatch_shared::time::{ClockQuality, Stamp, Tick};

    use super::*;

    #[test]
    fn a_long_way_is_kept_in_few_frames_from_its_beginning_to_its_end() {
        let still = Arc::new(Still { width: 1, height: 1, bgr: vec![0; 3] });
        let stamp = Stamp::from_micros(0, ClockQuality::Holdover).unwrap();
        let mut film = Film::default();
        for micros in 0..1_000 {
            let at = Moment { tick: Tick { micros }, stamp };
            film.take(Shot { still: still.clone(), area: [0.0; 4], at });
        }
        let kept: Vec<u64> = film.shots.iter().map(|shot| shot.at.tick.micros).collect();
        assert!((MAX_FRAMES / 2..=MAX_FRAMES).contains(&kept.len()), "{}", kept.len());
        assert!(kept[0] == 0 && *kept.last().unwrap() > 900, "{kept:?}");
        assert!(kept.is_sorted());
    }
}
