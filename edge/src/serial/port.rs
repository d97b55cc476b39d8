//! Serial ports through `tokio-serial`, the only place that names it.
//!
//! `Ok(0)` from a read is an unplugged port (tokio-serial gives it for ever), so here it is an error. Input is
//! never flushed at opening: a head's unacknowledged measurements may already be waiting in it.

use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_serial::{SerialPortBuilderExt, SerialStream};
use tokio_util::sync::CancellationToken;

use crate::backoff::Backoff;

/// The waits between attempts to open a port: soon enough that a replugged cable is noticed at once, rare
/// enough that a missing one costs nothing.
const REOPEN_FIRST: Duration = Duration::from_millis(100);
const REOPEN_LONGEST: Duration = Duration::from_secs(5);

/// Bytes read at once: four times the longest frame of any driver.
pub const READ_MAX: usize = 2_048;

/// A write that takes longer than this has no one at the other end: the longest is 64 bytes, 67 ms at 9 600 baud.
pub(super) const WRITE_TIMEOUT: Duration = Duration::from_secs(1);

/// Why a port cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PortError {
    /// It cannot be opened.
    #[error("cannot open serial port {}", path.display())]
    Open {
        /// Its path.
        path: PathBuf,
        /// What the system said.
        source: tokio_serial::Error,
    },
    /// It went away.
    #[error("serial port {} is gone", path.display())]
    Gone {
        /// Its path.
        path: PathBuf,
        /// What the system said, if it said anything.
        source: io::Error,
    },
}

/// An open port.
#[derive(Debug)]
pub struct Port {
    path: PathBuf,
    stream: SerialStream,
}

impl Port {
    /// Opens the port at `path`, 8 data bits, no parity, 1 stop bit.
    pub fn open(path: &Path, baud: u32) -> Result<Self, PortError> {
        let stream = tokio_serial::new(path.to_string_lossy(), baud)
            .open_native_async()
            .map_err(|source| PortError::Open { path: path.to_owned(), source })?;
        Ok(Self { path: path.to_owned(), stream })
    }

    /// Waits for bytes; at least one comes or the port is gone. Safe to drop while waiting.
    pub async fn read(&mut self, into: &mut [u8]) -> Result<usize, PortError> {
        match self.stream.read(into).await {
            Ok(0) => Err(self.gone(io::ErrorKind::UnexpectedEof.into())),
            Ok(count) => Ok(count),
            Err(source) => Err(self.gone(source)),
        }
    }

    /// Writes all of `bytes`.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), PortError> {
        match tokio::time::timeout(WRITE_TIMEOUT, self.stream.write_all(bytes)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(source)) => Err(self.gone(source)),
            Err(_) => Err(self.gone(io::ErrorKind::TimedOut.into())),
        }
    }

    fn gone(&self, source: io::Error) -> PortError {
        PortError::Gone { path: self.path.clone(), source }
    }
}

/// Opens the port again and again until it works; `None` once `stop` says so. `failed` hears of each failure.
pub async fn reopen(
    path: &Path,
    baud: u32,
    stop: &CancellationToken,
    mut failed: impl FnMut(PortError),
) -> Option<Port> {
    let mut backoff = Backoff::new(REOPEN_FIRST, REOPEN_LONGEST);
    loop {
        match Port::open(path, baud) {
            Ok(port) => return Some(port),
            Err(error) => failed(error),
        }
        tokio::select! {
            () = stop.cancelled() => return None,
            () = tokio::time::sleep(backoff.wait()) => {}
        }
    }
}
