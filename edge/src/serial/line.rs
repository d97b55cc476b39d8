//! A line to an instrument, whichever way it goes: a serial port, or TCP as many analysers and converters offer it.
//!
//! Bytes are bytes; who uses a line need not know. A connection that was lost is opened again with growing waits.

use std::{fmt, io, path::PathBuf, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_util::sync::CancellationToken;

use super::port::{self, Port, PortError};
use crate::backoff::Backoff;

/// An instrument in the same network answers a connection in milliseconds.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Waits between attempts.
const REOPEN_FIRST: Duration = Duration::from_millis(100);
const REOPEN_LONGEST: Duration = Duration::from_secs(5);

/// Where an instrument is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// On a serial port.
    Serial {
        /// Path of the port.
        path: PathBuf,
        /// Line speed, 8 data bits, no parity, 1 stop bit.
        baud: u32,
    },
    /// In the network, `host:port`.
    Tcp(String),
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Serial { path, .. } => write!(f, "{}", path.display()),
            Self::Tcp(address) => f.write_str(address),
        }
    }
}

/// Why a line cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LineError {
    /// It is a serial port, and that says why.
    #[error(transparent)]
    Port(#[from] PortError),
    /// Nobody answers at the address.
    #[error("cannot connect to {address}")]
    Connect {
        /// The address.
        address: String,
        /// What the system said.
        source: io::Error,
    },
    /// The connection ended.
    #[error("the connection to {address} is gone")]
    Gone {
        /// The address.
        address: String,
        /// What the system said, if it said anything.
        source: io::Error,
    },
}

/// An open line.
#[derive(Debug)]
pub enum Line {
    /// A serial port.
    Serial(Port),
    /// A connection.
    Tcp {
        /// The address.
        address: String,
        /// The connection.
        stream: TcpStream,
    },
}

impl Line {
    /// Opens it.
    pub async fn open(endpoint: &Endpoint) -> Result<Self, LineError> {
        match endpoint {
            Endpoint::Serial { path, baud } => Ok(Self::Serial(Port::open(path, *baud)?)),
            Endpoint::Tcp(address) => {
                let refused = |source| LineError::Connect { address: address.clone(), source };
                match tokio::time::timeout(CONNECT_TIMEOUT, TcpStream::connect(address)).await {
                    Ok(Ok(stream)) => {
                        stream.set_nodelay(true).map_err(refused)?;
                        Ok(Self::Tcp { address: address.clone(), stream })
                    }
                    Ok(Err(source)) => Err(refused(source)),
                    Err(_) => Err(refused(io::ErrorKind::TimedOut.into())),
                }
            }
        }
    }

    /// Waits for bytes; at least one comes or the line is gone. Safe to drop while waiting.
    pub async fn read(&mut self, into: &mut [u8]) -> Result<usize, LineError> {
        match self {
            Self::Serial(port) => Ok(port.read(into).await?),
            Self::Tcp { address, stream } => match stream.read(into).await {
                Ok(0) => Err(gone(address, io::ErrorKind::UnexpectedEof.into())),
                Ok(count) => Ok(count),
                Err(source) => Err(gone(address, source)),
            },
        }
    }

    /// Writes all of `bytes`.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), LineError> {
        match self {
            Self::Serial(port) => Ok(port.write(bytes).await?),
            Self::Tcp { address, stream } => {
                match tokio::time::timeout(port::WRITE_TIMEOUT, stream.write_all(bytes)).await {
                    Ok(Ok(())) => Ok(()),
                    Ok(Err(source)) => Err(gone(address, source)),
                    Err(_) => Err(gone(address, io::ErrorKind::TimedOut.into())),
                }
            }
        }
    }

    /// May the other end vanish without a word, so that silence must end the line? A serial port says when it is gone.
    pub fn may_be_half_open(&self) -> bool {
        matches!(self, Self::Tcp { .. })
    }
}

fn gone(address: &str, source: io::Error) -> LineError {
    LineError::Gone { address: address.to_owned(), source }
}

/// Opens the line again and again until it works; `None` once `stop` says so. `failed` hears of each failure.
pub async fn reopen(
    endpoint: &Endpoint,
    stop: &CancellationToken,
    mut failed: impl FnMut(LineError),
) -> Option<Line> {
    let mut backoff = Backoff::new(REOPEN_FIRST, REOPEN_LONGEST);
    loop {
        tokio::select! {
            () = stop.cancelled() => return None,
            opened = Line::open(endpoint) => match opened {
                Ok(line) => return Some(line),
                Err(error) => failed(error),
            },
        }
        tokio::select! {
            () = stop.cancelled() => return None,
            () = tokio::time::sleep(backoff.wait()) => {}
        }
    }
}
