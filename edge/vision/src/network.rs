//! The reader's network: a grey strip in, chances of characters per step out.
//!
//! The one file that names rten (fp32, plain ONNX; see MEASURED.md, "Small networks"). The weights are part of
//! the program and are checked against their SHA-256 when loaded: flipped weights load silently otherwise.

use std::sync::Arc;

use rten::{Model, RunOptions, ThreadPool, Value};
use sha2::{Digest, Sha256};

/// Rows of the strip.
pub const HEIGHT: usize = 48;
/// Columns of the strip.
pub const WIDTH: usize = 168;
/// Steps the network divides the strip into, left to right.
pub const STEPS: usize = 42;

/// The weights; made by `edge/models/plates/train.py`, described in `MODEL_CARD.md` there.
static WEIGHTS: &[u8] = include_bytes!("../../models/plates/reader.onnx");
/// What the weights must hash to, as `train.py` wrote it.
static DIGEST: &str = include_str!("../../models/plates/reader.onnx.sha256");

/// Why there is no answer of the network.
#[derive(Debug, thiserror::Error)]
pub enum NetworkError {
    /// The weights in this program are not those that were released.
    #[error("the plate reader's weights are damaged: SHA-256 {found}")]
    Damaged {
        /// What they hash to.
        found: String,
    },
    /// The runtime refused the weights.
    #[error("the plate reader's weights cannot be loaded")]
    Load(#[from] rten::LoadError),
    /// The runtime failed on an input.
    #[error("the plate reader's network failed")]
    Run(#[from] rten::RunError),
    /// The output is not what the weights promise.
    #[error("the plate reader's network gave an output of another shape")]
    Shape,
}

/// Chances of each class at each step: `rows[step][class]`, each row adding up to 1; class 0 is "nothing".
#[derive(Clone, Debug, PartialEq)]
pub struct Chances {
    /// One row per step.
    pub rows: Vec<Vec<f32>>,
}

/// The loaded network; cheap to share.
pub struct Network {
    model: Model,
    pool: Arc<ThreadPool>,
}

impl std::fmt::Debug for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Network")
    }
}

impl Network {
    /// Loads the weights in this program, after checking them.
    pub fn load() -> Result<Self, NetworkError> {
        let found = hex::encode(Sha256::digest(WEIGHTS));
        if DIGEST.split_whitespace().next() != Some(found.as_str()) {
            return Err(NetworkError::Damaged { found });
        }
        // One thread: a unit runs several cameras, each its own process.
        Ok(Self {
            model: Model::load_static_slice(WEIGHTS)?,
            pool: Arc::new(ThreadPool::with_num_threads(1)),
        })
    }

    /// What stands on a strip of [`HEIGHT`] x [`WIDTH`] brightnesses, row by row.
    pub fn read(&self, strip: &[u8]) -> Result<Chances, NetworkError> {
        let input =
            Value::from_shape([1, 1, HEIGHT, WIDTH], normalised(strip)).map_err(|_| NetworkError::Shape)?;
        let mut options = RunOptions::default();
        options.thread_pool = Some(self.pool.clone());
        let output = self.model.run_one(input.into(), Some(options))?;
        let (shape, logits) = output.into_shape_vec::<f32, 4>().map_err(|_| NetworkError::Shape)?;
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

    #[test]
    fn the_weights_are_the_released_ones_and_answer_in_the_promised_shape() {
        let network = Network::load().unwrap();
        let chances = network.read(&[128; HEIGHT * WIDTH]).unwrap();
        assert_eq!(chances.rows.len(), STEPS);
        for row in chances.rows {
            assert_eq!(row.len(), crate::plates::alphabet::CLASSES);
            assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-4);
        }
    }

    #[test]
    fn a_strip_of_the_wrong_size_is_an_error() {
        assert!(Network::load().unwrap().read(&[1, 2, 3]).is_err());
    }
}
