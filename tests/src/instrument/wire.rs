//! The line of an instrument that need only speak: a pseudo-terminal or a TCP port, with the faults of real ones.
//!
//! What an instrument says is a [`Speaker`]'s matter; a new one (an opacimeter, say) is one more type that implements it.
//! The head has a thread and a memory of its own and is in `head`.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::{LineFault, Terminal};
use crate::dice::Dice;

/// How long a turn listens.
const TURN: Duration = Duration::from_millis(20);
/// A split frame's pieces come so far apart.
const PIECES_APART: Duration = Duration::from_millis(4);

/// An instrument, as what it hears and says.
pub trait Speaker: Send {
    /// Takes what the host sent.
    fn hear(&mut self, bytes: &[u8]);
    /// What it says next; asked again until `None`.
    fn speak(&mut self, now: Instant) -> Option<Vec<u8>>;
}

/// Where the line ends.
enum End {
    Terminal { link: PathBuf, open: Option<Terminal> },
    Tcp { listener: TcpListener, open: Option<TcpStream> },
}

/// A line with an instrument at its near end.
pub struct Wire {
    end: End,
    faults: Vec<LineFault>,
    dice: Dice,
}

impl Wire {
    /// A pseudo-terminal whose far end is found at `link`.
    pub fn terminal(link: PathBuf, seed: u64) -> io::Result<Self> {
        let open = Some(Terminal::open(&link)?);
        Ok(Self { end: End::Terminal { link, open }, faults: Vec::new(), dice: Dice::new(seed).apart(11) })
    }

    /// A TCP port that one host at a time connects to.
    pub fn tcp(listener: TcpListener, seed: u64) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        let end = End::Tcp { listener, open: None };
        Ok(Self { end, faults: Vec::new(), dice: Dice::new(seed).apart(11) })
    }

    /// Lets a fault befall the line, or ends it. A jump of the clock is the head's alone and does nothing here.
    pub fn set_fault(&mut self, fault: LineFault, on: bool) {
        self.faults.retain(|other| *other != fault);
        if on {
            self.faults.push(fault);
        }
    }

    /// Listens a moment and lets the instrument speak. Call it again and again.
    pub fn turn(&mut self, speaker: &mut dyn Speaker) -> io::Result<()> {
        self.end.keep(self.faults.contains(&LineFault::Unplugged))?;
        let mut room = [0; 1_024];
        let count = self.end.read(&mut room)?;
        speaker.hear(&room[..count]);
        while let Some(bytes) = speaker.speak(Instant::now()) {
            self.send(bytes)?;
        }
        Ok(())
    }

    fn send(&mut self, mut bytes: Vec<u8>) -> io::Result<()> {
        let has = |fault| self.faults.contains(&fault);
        if has(LineFault::Silent) || has(LineFault::Unplugged) {
            return Ok(());
        }
        let (corrupt, noise, split) = (has(LineFault::Corrupt), has(LineFault::Noise), has(LineFault::Split));
        if corrupt && !bytes.is_empty() && self.dice.percent(30) {
            let at = self.dice.between(0, bytes.len() as i64 - 1) as usize;
            bytes[at] ^= self.dice.between(1, 255) as u8;
        }
        if noise {
            let count = self.dice.between(0, 12);
            let garbage = (0..count).map(|_| self.dice.between(0, 255) as u8);
            bytes = garbage.collect::<Vec<_>>().into_iter().chain(bytes).collect();
        }
        if !split {
            return self.end.write(&bytes);
        }
        for piece in bytes.chunks(self.dice.between(1, 7) as usize) {
            self.end.write(piece)?;
            std::thread::sleep(PIECES_APART);
        }
        Ok(())
    }
}

impl End {
    /// Opens what is to be open, and drops it while unplugged.
    fn keep(&mut self, unplugged: bool) -> io::Result<()> {
        match self {
            Self::Terminal { open, .. } if unplugged => *open = None,
            Self::Tcp { open, .. } if unplugged => *open = None,
            Self::Terminal { link, open: open @ None } => *open = Some(Terminal::open(link)?),
            Self::Terminal { open: Some(_), .. } => {}
            Self::Tcp { listener, open } => {
                if let Ok((stream, _)) = listener.accept() {
                    stream.set_read_timeout(Some(TURN))?;
                    *open = Some(stream); // A host that comes again has given its old connection up.
                }
            }
        }
        Ok(())
    }

    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Terminal { open: Some(terminal), .. } => terminal.read(room, TURN),
            Self::Tcp { open: open @ Some(_), .. } => {
                let read = open.as_mut().map_or(Ok(0), |stream| stream.read(room));
                match read {
                    Ok(0) => *open = None,
                    Err(error) if is_no_data(&error) => {}
                    Err(_) => *open = None, // The host went away; the next may come.
                    Ok(count) => return Ok(count),
                }
                Ok(0)
            }
            Self::Terminal { open: None, .. } | Self::Tcp { open: None, .. } => {
                std::thread::sleep(TURN);
                Ok(0)
            }
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Terminal { open: Some(terminal), .. } => terminal.write(bytes),
            Self::Tcp { open: open @ Some(_), .. } => {
                if open.as_mut().is_some_and(|stream| stream.write_all(bytes).is_err()) {
                    *open = None;
                }
                Ok(())
            }
            Self::Terminal { open: None, .. } | Self::Tcp { open: None, .. } => Ok(()),
        }
    }
}

fn is_no_data(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}
