//! Programs that run on behalf of the user, and what is tidied up when this one is told to
//! end before them.

#![expect(
    clippy::disallowed_types,
    reason = "programs that the user names are run here"
)]

use std::io::{self, IsTerminal as _};
use std::process::{Command, ExitStatus};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::{Handle, Signals};

/// What to do when a signal ends the program.
type Cleanup = Box<dyn Fn() + Send>;

#[derive(Default)]
struct State {
    child: Option<Pid>,
    cleanups: Vec<Cleanup>,
}

/// From its start to its end, signals tidy up before they end the program.
pub(crate) struct Watch {
    state: Arc<Mutex<State>>,
    handle: Handle,
}

impl Watch {
    /// Begins.
    pub(crate) fn start() -> io::Result<Self> {
        let mut signals = Signals::new([SIGHUP, SIGINT, SIGQUIT, SIGTERM])?;
        let handle = signals.handle();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for signal in &mut signals {
                end(&shared, signal);
            }
        });
        Ok(Self { state, handle })
    }

    /// Makes something that must be tidied up; no signal comes between making and knowing.
    pub(crate) fn make<T, F: Fn() + Send + 'static>(
        &self,
        make: impl FnOnce() -> io::Result<(T, F)>,
    ) -> io::Result<T> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (made, cleanup) = make()?;
        state.cleanups.push(Box::new(cleanup));
        Ok(made)
    }

    /// Runs a program and waits for it.
    pub(crate) fn run(&self, command: &mut Command) -> io::Result<ExitStatus> {
        let lock = || self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut child = {
            let mut state = lock();
            let child = command.spawn()?;
            state.child = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
            child
        };
        let status = child.wait();
        lock().child = None;
        status
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.handle.close();
    }
}

/// A program on the same terminal gets what is typed there, and decides for itself: an editor
/// does not end by `^C`, and its file must not vanish under it. Everything else ends both.
fn end(state: &Mutex<State>, signal: i32) {
    let state = state.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(child) = state.child {
        if matches!(signal, SIGINT | SIGQUIT) && io::stdin().is_terminal() {
            return;
        }
        // It may have ended just now.
        kill_process(child, Signal::TERM).ok();
    }
    for cleanup in &state.cleanups {
        cleanup();
    }
    std::process::exit(128 + signal);
}

/// A program's end as an exit code: its own, or as a shell tells a signal.
pub(crate) fn code(status: ExitStatus) -> u8 {
    use std::os::unix::process::ExitStatusExt as _;

    let code = status
        .code()
        .or_else(|| status.signal().map(|signal| 128 + signal))
        .unwrap_or(1);
    u8::try_from(code).unwrap_or(1)
}
