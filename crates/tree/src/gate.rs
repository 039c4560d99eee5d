//! The one point that every change of the disk passes, so that tests can stop it there.
//!
//! Outside tests it is empty and compiles to nothing.

#![expect(
    clippy::disallowed_types,
    reason = "every write to an open file passes here"
)]

#[cfg(not(test))]
use std::fs::File;
#[cfg(not(test))]
use std::io::{self, Write as _};

/// Passes every operation, unless a test has told it to fail one.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    #[cfg(test)]
    faults: faults::Faults,
}

#[cfg(not(test))]
impl Gate {
    #[expect(
        clippy::unused_self,
        clippy::unnecessary_wraps,
        reason = "tests can fail here"
    )]
    pub(crate) fn pass(&self) -> io::Result<()> {
        Ok(())
    }

    #[expect(clippy::unused_self, reason = "tests can fail here")]
    pub(crate) fn write_all(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        file.write_all(bytes)
    }
}

#[cfg(test)]
pub(crate) use faults::Fault;

#[cfg(test)]
mod faults {
    //! What a test can make of an operation.

    use std::fs::File;
    use std::io::{self, Write as _};
    use std::sync::Mutex;

    use super::Gate;

    /// How the chosen operation ends.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(crate) enum Fault {
        /// The process dies: neither this operation nor any later one happens.
        Kill,
        /// The disk is full: this operation fails, and every later write.
        Full,
    }

    #[derive(Debug, Default)]
    pub(super) struct Faults(Mutex<State>);

    #[derive(Debug, Default)]
    struct State {
        passed: usize,
        fault: Option<(usize, Fault)>,
    }

    impl Gate {
        /// Lets `after` operations pass and fails the next.
        pub(crate) fn fail_after(&self, after: usize, fault: Fault) {
            *self.faults.0.lock().expect("no test panics here") = State {
                passed: 0,
                fault: Some((after, fault)),
            };
        }

        /// How many operations have passed.
        pub(crate) fn passed(&self) -> usize {
            self.faults.0.lock().expect("no test panics here").passed
        }

        pub(crate) fn pass(&self) -> io::Result<()> {
            self.step(false)
        }

        pub(crate) fn write_all(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
            // A process can die, and a disk fill, in the middle of a file.
            let (first, second) = bytes.split_at(bytes.len() / 2);
            file.write_all(first)?;
            self.step(true)?;
            file.write_all(second)
        }

        fn step(&self, writes: bool) -> io::Result<()> {
            let mut state = self.faults.0.lock().expect("no test panics here");
            let now = state.passed;
            state.passed += 1;
            match state.fault {
                Some((at, Fault::Kill)) if now >= at => Err(io::Error::other("killed")),
                Some((at, Fault::Full)) if now == at || (now > at && writes) => {
                    Err(io::ErrorKind::StorageFull.into())
                }
                _ => Ok(()),
            }
        }
    }
}
