//! The reader's network: a grey strip in, chances of characters per step out.

use super::{NetworkError, Networks, Runtime, Weights};

/// Rows of the strip.
pub const HEIGHT: usize = 48;
/// Columns of the strip.
pub const WIDTH: usize = 168;
/// Steps the network divides the strip into, left to right.
pub const STEPS: usize = 42;

/// Made by `edge/models/plates/train_reader.py`, described in `MODEL_CARD.md` there.
static WEIGHTS: Weights = Weights {
    name: "reader",
    bytes: include_bytes!("../../../models/plates/reader.onnx"),
    digest: include_str!("../../../models/plates/reader.onnx.sha256"),
};

/// Chances of each class at each step: `rows[step][class]`, each row adding up to 1; class 0 is "nothing".
#[derive(Clone, Debug, PartialEq)]
pub struct Chances {
    /// One row per step.
    pub rows: Vec<Vec<f32>>,
}

/// The loaded network; cheap to share.
#[derive(Debug)]
pub struct Network {
    runtime: Box<dyn Runtime>,
}

impl Network {
    /// Loads the weights, after checking them.
    pub fn load(networks: &Networks) -> Result<Self, NetworkError> {
        Ok(Self { runtime: WEIGHTS.load(networks)? })
    }

    /// What stands on a strip of [`HEIGHT`] x [`WIDTH`] brightnesses, row by row.
    pub fn read(&self, strip: &[u8]) -> Result<Chances, NetworkError> {
        if strip.len() != HEIGHT * WIDTH {
            return Err(NetworkError::Shape);
        }
        let (shape, logits) = self.runtime.run(([1, 1, HEIGHT, WIDTH], normalised(strip)))?;
        let [1, classes, 1, STEPS] = shape else { return Err(NetworkError::Shape) };
        let rows =
            (0..STEPS).map(|step| softmax((0..classes).map(|class| logits[class * STEPS + step]))).collect();
        Ok(Chances { rows })
    }
}

/// Mean zero, deviation one; 4 grey levels are added to the deviation so that a blank strip stays blank.
fn normalised(strip: &[u8]) -> Vec<f32> {
    let count = strip.len().max(1) as f32;
    let mean = strip.iter().map(|&v| f32::from(v)).sum::<f32>() / count;
    let spread = strip.iter().map(|&v| (f32::from(v) - mean).powi(2)).sum::<f32>() / count;
    let scale = 1.0 / (spread.sqrt() + 4.0);
    strip.iter().map(|&v| (f32::from(v) - mean) * scale).collect()
}

fn softmax(logits: impl Iterator<Item = f32> + Clone) -> Vec<f32> {
    let top = logits.clone().fold(f32::MIN, f32::max);
    let powers: Vec<f32> = logits.map(|v| (v - top).exp()).collect();
    let sum: f32 = powers.iter().sum();
    powers.into_iter().map(|v| v / sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::RTEN;

    #[test]
    fn the_weights_are_the_released_ones_and_answer_in_the_promised_shape() {
        let network = Network::load(&RTEN).unwrap();
        let chances = network.read(&[128; HEIGHT * WIDTH]).unwrap();
        assert_eq!(chances.rows.len(), STEPS);
        for row in chances.rows {
            assert_eq!(row.len(), crate::plates::alphabet::CLASSES);
            assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-4);
        }
    }

    #[test]
    fn a_strip_of_the_wrong_size_is_an_error() {
        assert!(Network::load(&RTEN).unwrap().read(&[1, 2, 3]).is_err());
    }
}
