//! The wire between an edge and the broker: a TCP relay that can be cut, slowed and mended.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Bytes moved at once.
const CHUNK: usize = 16 * 1024;

/// How the wire does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// As it should.
    Good,
    /// Nothing passes, nobody connects.
    Cut,
    /// So many bytes a second pass, each way.
    Slow(u32),
}

struct State {
    wire: Wire,
    target: SocketAddr,
    open: Vec<TcpStream>,
    stop: bool,
}

/// A relay on a port of its own.
pub struct Link {
    state: Arc<Mutex<State>>,
    address: SocketAddr,
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Link {
    /// A good wire to `target`.
    pub fn to(target: SocketAddr) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let state = Arc::new(Mutex::new(State { wire: Wire::Good, target, open: Vec::new(), stop: false }));
        let shared = Arc::clone(&state);
        std::thread::Builder::new().name("link".to_owned()).spawn(move || {
            for stream in listener.incoming() {
                if locked(&shared).stop {
                    return;
                }
                if let Ok(stream) = stream {
                    connect(stream, &shared);
                }
            }
        })?;
        Ok(Self { state, address })
    }

    /// Where to connect.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Changes how the wire does. Cutting it resets what is connected.
    pub fn set(&self, wire: Wire) {
        let mut state = locked(&self.state);
        state.wire = wire;
        if wire == Wire::Cut {
            for stream in state.open.drain(..) {
                let _ = stream.shutdown(Shutdown::Both);
            }
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.set(Wire::Cut);
        locked(&self.state).stop = true;
        let _ = TcpStream::connect(self.address); // Wakes the thread that accepts.
    }
}

fn connect(near: TcpStream, shared: &Arc<Mutex<State>>) {
    let (wire, target) = {
        let state = locked(shared);
        (state.wire, state.target)
    };
    if wire == Wire::Cut {
        return; // Dropping it closes it.
    }
    let Ok(far) = TcpStream::connect_timeout(&target, Duration::from_secs(5)) else { return };
    let clones = (near.try_clone(), far.try_clone(), near.try_clone(), far.try_clone());
    let (Ok(near_out), Ok(far_out), Ok(near_kept), Ok(far_kept)) = clones else { return };
    locked(shared).open.extend([near_kept, far_kept]);
    for (from, to) in [(near, far_out), (far, near_out)] {
        let shared = Arc::clone(shared);
        std::thread::spawn(move || relay(from, to, &shared));
    }
}

fn relay(mut from: TcpStream, mut to: TcpStream, shared: &Mutex<State>) {
    let mut bytes = [0; CHUNK];
    loop {
        let wire = locked(shared).wire;
        let room = match wire {
            Wire::Good => CHUNK,
            Wire::Slow(rate) => (rate as usize / 10).clamp(1, CHUNK),
            Wire::Cut => break,
        };
        match from.read(&mut bytes[..room]) {
            Ok(0) | Err(_) => break,
            Ok(count) => {
                if let Wire::Slow(rate) = wire {
                    std::thread::sleep(Duration::from_secs_f64(count as f64 / f64::from(rate.max(1))));
                }
                if to.write_all(&bytes[..count]).is_err() {
                    break;
                }
            }
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_wire_ends_what_is_connected_and_a_mended_one_carries_again() {
        let echo = TcpListener::bind("127.0.0.1:0").unwrap();
        let link = Link::to(echo.local_addr().unwrap()).unwrap();
        std::thread::spawn(move || {
            for stream in echo.incoming().flatten() {
                std::thread::spawn(move || std::io::copy(&mut stream.try_clone().unwrap(), &mut &stream));
            }
        });
        let say = || {
            let mut stream = TcpStream::connect(link.address())?;
            stream.write_all(b"hello")?;
            let mut heard = [0; 5];
            stream.read_exact(&mut heard).map(|()| (stream, heard))
        };
        let (mut open, heard) = say().unwrap();
        assert_eq!(&heard, b"hello");
        link.set(Wire::Cut);
        assert_eq!(open.read(&mut [0; 1]).unwrap_or(0), 0);
        assert!(say().is_err());
        link.set(Wire::Slow(1_000_000));
        assert!(say().is_ok());
    }
}
