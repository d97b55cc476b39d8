//! The detector's network: a picture in, a map out that says at every cell whether a plate's middle is there,
//! where its corners are, how many rows it has and what colour.

use super::{NetworkError, Networks, Runtime, Weights};

/// Pixels of the picture to a cell of the map.
pub const CELL: usize = 8;
/// Sides of the picture must be multiples of this.
pub const GRAIN: usize = 32;
/// A corner's offset of 1 is this many pixels.
const REACH: f32 = 16.0;
/// Values of a cell: heat, eight offsets, rows, six colours.
const CHANNELS: usize = 16;

/// Made by `edge/models/plates/train_detector.py`, described in `MODEL_CARD.md` there.
static WEIGHTS: Weights = Weights {
    name: "detector",
    bytes: include_bytes!("../../../models/plates/detector.onnx"),
    digest: include_str!("../../../models/plates/detector.onnx.sha256"),
};

/// The loaded network.
#[derive(Debug)]
pub struct Finder {
    runtime: Box<dyn Runtime>,
}

/// What the network says of a picture, in cells.
#[derive(Clone, Debug, PartialEq)]
pub struct Map {
    /// Cells across.
    pub across: usize,
    /// Cells down.
    pub down: usize,
    values: Vec<f32>,
}

impl Finder {
    /// Loads the weights, after checking them.
    pub fn load(networks: &Networks) -> Result<Self, NetworkError> {
        Ok(Self { runtime: WEIGHTS.load(networks)? })
    }

    /// The map of a picture of `width` x `height` pixels (multiples of [`GRAIN`]), blue green red, row by row.
    pub fn find(&self, width: usize, height: usize, bgr: &[u8]) -> Result<Map, NetworkError> {
        let whole = width > 0 && height > 0 && width.is_multiple_of(GRAIN) && height.is_multiple_of(GRAIN);
        if !whole || bgr.len() != width * height * 3 {
            return Err(NetworkError::Shape);
        }
        let mut input = Vec::with_capacity(bgr.len());
        for channel in 0..3 {
            input.extend(bgr.chunks_exact(3).map(|pixel| f32::from(pixel[channel]) / 127.5 - 1.0));
        }
        let (shape, values) = self.runtime.run(([1, 3, height, width], input))?;
        let (across, down) = (width / CELL, height / CELL);
        if shape != [1, CHANNELS, down, across] || values.len() != CHANNELS * down * across {
            return Err(NetworkError::Shape);
        }
        Ok(Map { across, down, values })
    }
}

impl Map {
    fn value(&self, channel: usize, x: usize, y: usize) -> f32 {
        self.values[(channel * self.down + y) * self.across + x]
    }

    /// The chance that a plate's middle is in this cell.
    pub fn heat(&self, x: usize, y: usize) -> f32 {
        logistic(self.value(0, x, y))
    }

    /// Corners in the picture's pixels, clockwise from the plate's upper left, as this cell sees them.
    pub fn corners(&self, x: usize, y: usize) -> [[f32; 2]; 4] {
        let middle = |cell: usize| (cell as f32 + 0.5) * CELL as f32;
        std::array::from_fn(|corner| {
            let dx = self.value(1 + 2 * corner, x, y) * REACH;
            let dy = self.value(2 + 2 * corner, x, y) * REACH;
            [middle(x) + dx, middle(y) + dy]
        })
    }

    /// The chance that the plate has two rows.
    pub fn two_rows(&self, x: usize, y: usize) -> f32 {
        logistic(self.value(9, x, y))
    }

    /// Chances of blue, yellow, green, yellow-green, white, black.
    pub fn colours(&self, x: usize, y: usize) -> [f32; 6] {
        let logits: [f32; 6] = std::array::from_fn(|colour| self.value(10 + colour, x, y));
        let top = logits.iter().copied().fold(f32::MIN, f32::max);
        let powers = logits.map(|v| (v - top).exp());
        let sum: f32 = powers.iter().sum();
        powers.map(|v| v / sum)
    }
}

fn logistic(v: f32) -> f32 {
    1.0 / (1.0 + (-v).exp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::RTEN;

    #[test]
    fn the_weights_are_the_released_ones_and_answer_for_any_size() {
        let finder = Finder::load(&RTEN).unwrap();
        for (w, h) in [(32, 32), (96, 64), (384, 640)] {
            let map = finder.find(w, h, &vec![114; w * h * 3]).unwrap();
            assert_eq!((map.across, map.down), (w / CELL, h / CELL));
            assert!((map.colours(0, 0).iter().sum::<f32>() - 1.0).abs() < 1e-4);
            assert!((0.0..=1.0).contains(&map.heat(1, 1)));
        }
    }

    #[test]
    fn a_picture_of_the_wrong_size_is_an_error() {
        let finder = Finder::load(&RTEN).unwrap();
        assert!(finder.find(33, 32, &[0; 33 * 32 * 3]).is_err());
        assert!(finder.find(32, 32, &[0; 7]).is_err());
        assert!(finder.find(0, 0, &[]).is_err());
    }
}
