//! rten: in Rust, no library to install.

use std::sync::Arc;

use rten::{Model, ModelOptions, RunOptions, ThreadPool, Value};

use super::{Fault, NetworkError, Runtime, RuntimeKind, Tensor};

struct Rten {
    model: Model,
    pool: Arc<ThreadPool>,
}

impl std::fmt::Debug for Rten {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Rten")
    }
}

pub(super) fn load(weights: &'static [u8]) -> Result<Box<dyn Runtime>, Fault> {
    let pool = Arc::new(ThreadPool::with_num_threads(1));
    let mut options = ModelOptions::with_all_ops();
    options.prepack_weights(true);
    Ok(Box::new(Rten { model: options.load_static_slice(weights)?, pool }))
}

impl Runtime for Rten {
    fn run(&self, (shape, values): Tensor) -> Result<Tensor, NetworkError> {
        let input = Value::from_shape(shape, values).map_err(|_| NetworkError::Shape)?;
        let mut options = RunOptions::default();
        options.thread_pool = Some(self.pool.clone());
        let output = self
            .model
            .run_one(input.into(), Some(options))
            .map_err(|error| NetworkError::Run { runtime: RuntimeKind::Rten.name(), source: error.into() })?;
        output.into_shape_vec::<f32, 4>().map_err(|_| NetworkError::Shape)
    }
}
