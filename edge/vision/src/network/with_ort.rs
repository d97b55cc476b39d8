//! ONNX Runtime through `ort`, loaded when the program starts: `ORT_DYLIB_PATH` names the library.

use std::sync::{Mutex, PoisonError};

use ort::environment::Environment;
use ort::session::Session;
use ort::value::Tensor as OrtTensor;

use super::{Fault, NetworkError, Runtime, RuntimeKind, Tensor};

/// A session computes one input at a time.
#[derive(Debug)]
struct Ort(Mutex<Session>);

/// A process may have one environment.
static ENVIRONMENT: Mutex<Option<Environment>> = Mutex::new(None);

pub(super) fn load(weights: &'static [u8]) -> Result<Box<dyn Runtime>, Fault> {
    let environment = environment()?;
    let mut builder =
        Session::builder(&environment)?.with_intra_threads(1).map_err(|error| error.to_string())?;
    Ok(Box::new(Ort(Mutex::new(builder.commit_from_memory(weights)?))))
}

fn environment() -> Result<Environment, Fault> {
    let mut only = ENVIRONMENT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(environment) = only.as_ref() {
        return Ok(environment.clone());
    }
    let path =
        std::env::var_os("ORT_DYLIB_PATH").ok_or("ORT_DYLIB_PATH is not set: it names libonnxruntime.so")?;
    Ok(only.insert(ort::init_from(path)?.build()?).clone())
}

fn failed(error: impl Into<Fault>) -> NetworkError {
    NetworkError::Run { runtime: RuntimeKind::Ort.name(), source: error.into() }
}

impl Runtime for Ort {
    fn run(&self, input: Tensor) -> Result<Tensor, NetworkError> {
        let input = OrtTensor::from_array(input).map_err(failed)?;
        let mut session = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let output = session.run(ort::inputs![input]).map_err(failed)?;
        let (shape, values) = output[0].try_extract_tensor::<f32>().map_err(failed)?;
        let sides: Vec<usize> = shape.iter().map(|&side| side as usize).collect();
        Ok((sides.try_into().map_err(|_| NetworkError::Shape)?, values.to_vec()))
    }
}
