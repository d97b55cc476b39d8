//! The two networks: one finds plates in a picture ([`finding`]), one reads an upright strip ([`reading`]).
//!
//! What computes them is a [`Runtime`]: rten, in Rust and always there ([`with_rten`]), or ONNX Runtime
//! ([`with_ort`], feature `ort`), about twice as fast and a library of 35 MB to install. Both take the same files
//! (fp32, plain ONNX; see MEASURED.md, "Small networks"). The weights are part of the program and are checked
//! against their SHA-256 when loaded: flipped weights load silently otherwise.

pub mod finding;
pub mod reading;
#[cfg(feature = "ort")]
mod with_ort;
mod with_rten;

use std::fmt::Debug;
use std::path::{Path, PathBuf};

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
    /// Weights in a folder cannot be read.
    #[error("cannot read the weights {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The runtime cannot start or refuses the weights.
    #[error("{runtime} cannot load the plate {name}'s weights")]
    Load {
        /// Which runtime.
        runtime: &'static str,
        /// Which network's.
        name: &'static str,
        /// What it said.
        source: Fault,
    },
    /// The runtime failed on an input.
    #[error("{runtime} failed on the plate reader's network")]
    Run {
        /// Which runtime.
        runtime: &'static str,
        /// What it said.
        source: Fault,
    },
    /// The input or the output is not what the weights promise.
    #[error("the plate reader's network was given or gave another shape")]
    Shape,
}

/// What a runtime says of its own failure.
pub type Fault = Box<dyn std::error::Error + Send + Sync>;

/// Values with four dimensions.
type Tensor = ([usize; 4], Vec<f32>);

/// What computes a loaded network, on one thread: a unit runs several cameras, each its own process.
trait Runtime: Debug + Send {
    /// One input, one output.
    fn run(&self, input: Tensor) -> Result<Tensor, NetworkError>;
}

/// Which runtime computes the networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuntimeKind {
    /// rten.
    Rten,
    /// ONNX Runtime, from the library that `ORT_DYLIB_PATH` names.
    #[cfg(feature = "ort")]
    Ort,
}

impl RuntimeKind {
    /// Every runtime of this build.
    pub const ALL: &[Self] = &[
        Self::Rten,
        #[cfg(feature = "ort")]
        Self::Ort,
    ];

    /// rten; ONNX Runtime in a build with it, where `ORT_DYLIB_PATH` says that its library is installed.
    pub fn installed() -> Self {
        #[cfg(feature = "ort")]
        if std::env::var_os("ORT_DYLIB_PATH").is_some() {
            return Self::Ort;
        }
        Self::Rten
    }

    /// Its name, as on its own page.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rten => "rten",
            #[cfg(feature = "ort")]
            Self::Ort => "ONNX Runtime",
        }
    }
}

/// Which networks, and what computes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Networks {
    /// What computes them.
    pub runtime: RuntimeKind,
    /// A folder with `detector.onnx` and `reader.onnx`, each with its `.sha256`, as training writes them, for weights
    /// that are not released yet; `None` for those in the program.
    pub folder: Option<PathBuf>,
}

impl Networks {
    /// The released networks, computed by this runtime.
    pub const fn by(runtime: RuntimeKind) -> Self {
        Self { runtime, folder: None }
    }
}

/// Weights as they are built into the program.
struct Weights {
    name: &'static str,
    bytes: &'static [u8],
    /// `SHA-256  file`, as the training wrote it.
    digest: &'static str,
}

impl Weights {
    /// The network, ready to run, after checking that these are the released weights.
    fn load(&self, networks: &Networks) -> Result<Box<dyn Runtime>, NetworkError> {
        match &networks.folder {
            None => self.load_into(networks.runtime),
            Some(folder) => self.of_folder(folder)?.load_into(networks.runtime),
        }
    }

    /// The weights of that name in a folder. They stay in memory until the program ends, as those built in do.
    fn of_folder(&self, folder: &Path) -> Result<Self, NetworkError> {
        let read = |ending: &str| {
            let path = folder.join(format!("{}.{ending}", self.name));
            std::fs::read(&path).map_err(|source| NetworkError::Read { path, source })
        };
        let digest = String::from_utf8_lossy(&read("onnx.sha256")?).into_owned();
        Ok(Self { name: self.name, bytes: read("onnx")?.leak(), digest: digest.leak() })
    }

    fn load_into(&self, runtime: RuntimeKind) -> Result<Box<dyn Runtime>, NetworkError> {
        let found = hex::encode(Sha256::digest(self.bytes));
        if self.digest.split_whitespace().next() != Some(found.as_str()) {
            return Err(NetworkError::Damaged { name: self.name, found });
        }
        let loaded: Result<Box<dyn Runtime>, Fault> = match runtime {
            RuntimeKind::Rten => with_rten::load(self.bytes),
            #[cfg(feature = "ort")]
            RuntimeKind::Ort => with_ort::load(self.bytes),
        };
        loaded.map_err(|source| NetworkError::Load { runtime: runtime.name(), name: self.name, source })
    }
}

#[cfg(test)]
pub(crate) const RTEN: Networks = Networks::by(RuntimeKind::Rten);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flipped_weights_are_refused() {
        let weights = Weights { name: "test", bytes: b"not what was released", digest: "00  test.onnx" };
        let loaded = weights.load(&RTEN);
        assert!(matches!(loaded, Err(NetworkError::Damaged { name: "test", .. })));
    }

    #[test]
    fn a_folder_without_weights_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let networks = Networks { folder: Some(folder.path().to_owned()), ..RTEN };
        let refused = Finder::load(&networks).unwrap_err();
        assert!(refused.to_string().contains("detector.onnx.sha256"), "{refused}");
    }

    #[test]
    fn what_is_no_network_is_named() {
        let digest = hex::encode(Sha256::digest(b"no network")) + "  test.onnx";
        let weights = Weights { name: "test", bytes: b"no network", digest: digest.leak() };
        let refused = weights.load(&RTEN).unwrap_err();
        assert_eq!(refused.to_string(), "rten cannot load the plate test's weights");
    }
}
