//! The two networks: one finds plates in a picture ([`finding`]), one reads an upright strip ([`reading`]).
//!
//! The one place that names rten (fp32, plain ONNX; see MEASURED.md, "Small networks"). The weights are part of
//! the program and are checked against their SHA-256 when loaded: flipped weights load silently otherwise.

pub mod finding;
pub mod reading;

use std::sync::Arc;

use rten::{Model, RunOptions, ThreadPool, Value};
use sha2::{Digest, Sha256};

pub use finding::{Finder, Map};
pub use reading::{Chances, HEIGHT, Network, STEPS, WIDTH};

/// Why there is no answer of a network.
#[derive(Debug, thiserror::Error)]
pub enum NetworkError {
    /// The weights in this program are not those that were released.
    #[error("the weights of the plate {name} are damaged: SHA-256 {found}")]
    Damaged {
        /// Which network's.
        name: &'static str,
        /// What they hash to.
        found: String,
    },
    /// The runtime refused the weights.
    #[error("the plate reader's weights cannot be loaded")]
    Load(#[from] rten::LoadError),
    /// The runtime failed on an input.
    #[error("the plate reader's network failed")]
    Run(#[from] rten::RunError),
    /// The input or the output is not what the weights promise.
    #[error("the plate reader's network was given or gave another shape")]
    Shape,
}

/// Weights as they are built into the program.
struct Weights {
    name: &'static str,
    bytes: &'static [u8],
    /// `SHA-256  file`, as the training wrote it.
    digest: &'static str,
}

/// One loaded network.
struct Runner {
    model: Model,
    pool: Arc<ThreadPool>,
}

impl std::fmt::Debug for Runner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Runner")
    }
}

impl Runner {
    fn load(weights: &Weights) -> Result<Self, NetworkError> {
        let found = hex::encode(Sha256::digest(weights.bytes));
        if weights.digest.split_whitespace().next() != Some(found.as_str()) {
            return Err(NetworkError::Damaged { name: weights.name, found });
        }
        // One thread: a unit runs several cameras, each its own process.
        let pool = Arc::new(ThreadPool::with_num_threads(1));
        Ok(Self { model: Model::load_static_slice(weights.bytes)?, pool })
    }

    /// One input, one output, both with four dimensions.
    fn run(&self, shape: [usize; 4], input: Vec<f32>) -> Result<([usize; 4], Vec<f32>), NetworkError> {
        let input = Value::from_shape(shape, input).map_err(|_| NetworkError::Shape)?;
        let mut options = RunOptions::default();
        options.thread_pool = Some(self.pool.clone());
        let output = self.model.run_one(input.into(), Some(options))?;
        output.into_shape_vec::<f32, 4>().map_err(|_| NetworkError::Shape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flipped_weights_are_refused() {
        let weights = Weights { name: "test", bytes: b"not what was released", digest: "00  test.onnx" };
        assert!(matches!(Runner::load(&weights), Err(NetworkError::Damaged { name: "test", .. })));
    }
}
