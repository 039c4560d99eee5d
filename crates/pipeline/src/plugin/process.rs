//! The process that a plugin runs in: started once a run, asked over pipes, ended with it.

#![expect(
    clippy::disallowed_types,
    reason = "a repository's own plugin is Python, which its owner has allowed to run for a limited time"
)]

use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use camino::Utf8Path;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, Signal, kill_process_group};
use zeroize::Zeroizing;

/// What runs in Python.
const HOST: &str = include_str!("host.py");

/// How large an answer may be.
const ANSWER_LIMIT: usize = 64 << 20;

/// How much of what a plugin prints is passed on.
const PRINTED_LIMIT: usize = 1 << 20;

/// How often a wait looks whether the process still lives.
const TICK: Duration = Duration::from_millis(100);

/// How long an answer is looked for before the process sleeps.
const PATIENCE: Duration = Duration::from_micros(60);

/// How long a plugin may take to end by itself.
const GRACE: Duration = Duration::from_secs(1);

/// Takes what a plugin prints, as it comes.
pub type Printer = Arc<dyn Fn(&str) + Send + Sync>;

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Silence {
    /// No Python could be started.
    NoPython,
    /// It ended; with this code, where it had one.
    Ended(Option<i32>),
    /// It took longer than it may.
    TooSlow(Duration),
    /// The answer is larger than it may be, or is none.
    Unreadable,
}

/// What a wait ended with.
struct Woken {
    answers: bool,
    errors: bool,
}

/// A running Python.
pub(super) struct Process {
    child: Child,
    questions: Option<ChildStdin>,
    answers: ChildStdout,
    errors: ChildStderr,
    received: VecDeque<u8>,
    /// What is left of the time that all answers together may take.
    left: Duration,
    limit: Duration,
    printer: Option<Printer>,
    printed: usize,
    /// The last line that it printed, as far as it came.
    line: Vec<u8>,
}

impl Process {
    /// Starts this program, if it is one, in the folder of the repository.
    pub(super) fn start(
        program: &Utf8Path,
        root: &Utf8Path,
        limit: Duration,
        printer: Option<Printer>,
    ) -> Result<Self, Silence> {
        let mut child = spawn(program, root).ok_or(Silence::NoPython)?;
        let (Some(questions), Some(answers), Some(errors)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(Silence::NoPython);
        };
        for pipe in [questions.as_fd(), answers.as_fd(), errors.as_fd()] {
            without_blocking(pipe).map_err(|_| Silence::NoPython)?;
        }
        Ok(Self {
            child,
            questions: Some(questions),
            answers,
            errors,
            received: VecDeque::new(),
            left: limit,
            limit,
            printer,
            printed: 0,
            line: Vec::new(),
        })
    }

    /// Sends a line and waits for one.
    pub(super) fn ask(&mut self, question: &[u8]) -> Result<Zeroizing<Vec<u8>>, Silence> {
        let start = Instant::now();
        let result = self.exchange(question, start);
        self.left = self.left.saturating_sub(start.elapsed());
        result
    }

    fn exchange(&mut self, question: &[u8], start: Instant) -> Result<Zeroizing<Vec<u8>>, Silence> {
        let mut rest = question;
        let mut looked = 0;
        loop {
            while let Some(pipe) = self.questions.as_mut().filter(|_| !rest.is_empty()) {
                match pipe.write(rest) {
                    Ok(written) => rest = &rest[written..],
                    Err(error) if is_temporary(&error) => break,
                    Err(_) => return Err(self.ended()),
                }
            }
            let Some(left) = self.left.checked_sub(start.elapsed()) else {
                self.kill();
                self.print();
                return Err(Silence::TooSlow(self.limit));
            };
            // Most answers are there before the process would be asleep.
            let before = self.received.len();
            let patience = Instant::now() + PATIENCE;
            let mut open = true;
            while open
                && rest.is_empty()
                && self.received.len() == before
                && Instant::now() < patience
            {
                // Where both share a processor, it is the plugin's turn.
                std::thread::yield_now();
                open = self.receive()?;
            }
            let woken = if self.received.len() > before || !open {
                Woken {
                    answers: true,
                    errors: false,
                }
            } else {
                self.wait(!rest.is_empty(), left.min(TICK))
            };
            if woken.errors {
                self.print();
            }
            let open =
                open && (!woken.answers || self.received.len() > before || self.receive()?);
            let end = self
                .received
                .iter()
                .skip(looked)
                .position(|&byte| byte == b'\n');
            if let Some(end) = end {
                let line: Vec<u8> = self.received.drain(..=looked + end).collect();
                return Ok(Zeroizing::new(line));
            }
            looked = self.received.len();
            if looked > ANSWER_LIMIT {
                self.kill();
                return Err(Silence::Unreadable);
            }
            // A child of the plugin's may hold the pipe open after the plugin has ended.
            let idle = !woken.answers && !woken.errors;
            if !open || idle && matches!(self.child.try_wait(), Ok(Some(_))) {
                self.receive()?;
                if self.received.len() == looked {
                    return Err(self.ended());
                }
            }
        }
    }

    /// Takes what is there; false at the end of the pipe.
    fn receive(&mut self) -> Result<bool, Silence> {
        let mut buffer = Zeroizing::new([0; 16 << 10]);
        loop {
            match self.answers.read(&mut *buffer) {
                Ok(0) => return Ok(false),
                Ok(read) => {
                    self.received.extend(&buffer[..read]);
                    if read < buffer.len() {
                        return Ok(true);
                    }
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if is_temporary(&error) => return Ok(true),
                Err(_) => return Err(self.ended()),
            }
            if self.received.len() > ANSWER_LIMIT {
                return Ok(true);
            }
        }
    }

    /// Waits until something can be read or written.
    fn wait(&self, to_write: bool, at_most: Duration) -> Woken {
        let mut pipes = vec![
            PollFd::new(&self.answers, PollFlags::IN),
            PollFd::new(&self.errors, PollFlags::IN),
        ];
        if let Some(questions) = self.questions.as_ref().filter(|_| to_write) {
            pipes.push(PollFd::new(questions, PollFlags::OUT));
        }
        let time = rustix::event::Timespec {
            tv_sec: 0,
            tv_nsec: i64::from(at_most.subsec_nanos().max(1)),
        };
        // An interrupted wait is a short one.
        let _count = poll(&mut pipes, Some(&time));
        let is_ready = |pipe: &PollFd<'_>| !pipe.revents().is_empty();
        Woken {
            answers: is_ready(&pipes[0]),
            errors: is_ready(&pipes[1]),
        }
    }

    /// Passes on the lines that the plugin printed.
    fn print(&mut self) {
        let mut buffer = [0; 4 << 10];
        while let Ok(read) = self.errors.read(&mut buffer) {
            if read == 0 {
                break;
            }
            let room = PRINTED_LIMIT.saturating_sub(self.printed);
            self.printed += read;
            self.line.extend(&buffer[..read.min(room)]);
        }
        while let Some(end) = self.line.iter().position(|&byte| byte == b'\n') {
            let line: Vec<u8> = self.line.drain(..=end).collect();
            self.print_line(&line);
        }
    }

    fn print_line(&self, line: &[u8]) {
        if let Some(printer) = &self.printer {
            printer(String::from_utf8_lossy(line).trim_end());
        }
    }

    fn ended(&mut self) -> Silence {
        self.print();
        let deadline = Instant::now() + GRACE;
        let status = loop {
            match self.child.try_wait() {
                Ok(Some(status)) => break Some(status),
                Ok(None) if Instant::now() < deadline => std::thread::sleep(TICK / 20),
                _ => break None,
            }
        };
        self.print();
        Silence::Ended(status.and_then(|status| status.code()))
    }

    /// Ends the plugin and whatever it started.
    fn kill(&mut self) {
        let group = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        if let Some(group) = group {
            // Nothing is left to do where it has ended by itself.
            let _gone = kill_process_group(group, Signal::KILL);
        }
        let _status = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Without questions the host ends.
        self.questions = None;
        let deadline = Instant::now() + GRACE;
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < deadline {
            let _woken = self.wait(false, Duration::from_millis(2));
            self.print();
        }
        self.print();
        if !self.line.is_empty() {
            let line = std::mem::take(&mut self.line);
            self.print_line(&line);
        }
        self.kill();
    }
}

fn spawn(program: &Utf8Path, root: &Utf8Path) -> Option<Child> {
    Command::new(program)
        .args(["-S", "-B", "-c", HOST])
        .current_dir(root)
        // The order of a set is the same in every run.
        .env("PYTHONHASHSEED", "0")
        .env("PYTHONIOENCODING", "utf-8:backslashreplace")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .ok()
}

fn without_blocking(pipe: BorrowedFd<'_>) -> rustix::io::Result<()> {
    let flags = rustix::fs::fcntl_getfl(pipe)?;
    rustix::fs::fcntl_setfl(pipe, flags | rustix::fs::OFlags::NONBLOCK)
}

fn is_temporary(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}
