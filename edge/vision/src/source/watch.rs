//! Is the camera still seeing? Frozen pictures and lost sharpness.

use std::time::Duration;

use opencv::core::{self as cv, Mat, Vector};
use opencv::imgproc;
use opencv::prelude::*;
use plumewatch_shared::time::Moment;

use crate::picture::Picture;

/// A camera whose picture has not changed by a single grey level for this long is frozen: sensor noise alone
/// changes every real frame.
pub const FROZEN_AFTER: Duration = Duration::from_secs(3);

/// Follows one camera's pictures.
#[derive(Debug, Default)]
pub struct Watch {
    last: Option<Vec<u8>>,
    same_since: Option<Moment>,
    frozen: bool,
    sharpness: f64,
}

impl Watch {
    /// Looks at a frame.
    pub fn on_frame(&mut self, picture: &Picture, at: Moment) -> opencv::Result<()> {
        let small = picture.shrunk(160)?;
        let bytes = small.pixels().data_bytes()?.to_vec();
        if self.last.as_ref() == Some(&bytes) {
            let since = *self.same_since.get_or_insert(at);
            self.frozen = at.tick.since(since.tick) >= FROZEN_AFTER;
        } else {
            self.same_since = Some(at);
            self.frozen = false;
            self.sharpness = sharpness(&picture.shrunk(640)?)?;
        }
        self.last = Some(bytes);
        Ok(())
    }

    /// Identical pictures for [`FROZEN_AFTER`].
    pub fn is_frozen(&self) -> bool {
        self.frozen
    }

    /// Variance of the Laplacian at 640 pixels' width: a few hundred is sharp, below about 20 is blind.
    pub fn sharpness(&self) -> f64 {
        self.sharpness
    }
}

/// Variance of the Laplacian, grey levels squared.
pub(crate) fn sharpness(picture: &Picture) -> opencv::Result<f64> {
    let mut edges = Mat::default();
    imgproc::laplacian(&picture.grey()?, &mut edges, cv::CV_64F, 1, 1.0, 0.0, cv::BORDER_DEFAULT)?;
    let (mut mean, mut spread) = (Vector::<f64>::new(), Vector::<f64>::new());
    cv::mean_std_dev(&edges, &mut mean, &mut spread, &cv::no_array())?;
    Ok(spread.get(0)?.powi(2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::clock;
    use plumewatch_shared::time::ClockQuality;

    #[test]
    fn the_same_picture_for_three_seconds_is_a_frozen_camera_and_change_thaws_it() {
        let still = Picture::from_bgr(32, 32, &[80; 32 * 32 * 3]).unwrap();
        let other = Picture::from_bgr(32, 32, &[81; 32 * 32 * 3]).unwrap();
        let start = clock::now(ClockQuality::Synchronised);
        let later = |s| Moment { tick: start.tick.after(Duration::from_secs(s)), ..start };
        let mut watch = Watch::default();
        for second in 0..3 {
            watch.on_frame(&still, later(second)).unwrap();
            assert!(!watch.is_frozen());
        }
        watch.on_frame(&still, later(3)).unwrap();
        assert!(watch.is_frozen());
        watch.on_frame(&other, later(4)).unwrap();
        assert!(!watch.is_frozen());
    }
}
