//! The program as a process: what it is given of the environment, what it prints, when it ends.

#![expect(
    clippy::disallowed_types,
    reason = "the `helm` that the user has renders and installs charts, which nothing else can, for a limited time"
)]

use std::collections::BTreeSet;
use std::io::Read;
use std::os::fd::BorrowedFd;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use camino::Utf8Path;
use rustix::process::{Pid, Signal, kill_process_group};

use crate::failed::{Failed, Why, clause};

/// How often is looked whether it is done.
const TICK: Duration = Duration::from_millis(5);

/// How long is listened to what it printed, once it has ended.
const AFTER: Duration = Duration::from_secs(2);

/// How long is waited for those that are stopped with this program: Helm marks its releases as
/// failed, and takes a moment for that.
const STOPPED: Duration = Duration::from_secs(10);

/// How much of what it prints is kept.
const LARGEST: usize = 64 << 20;

/// How many lines of what it says are kept and told.
const MOST_LINES: usize = 1000;

/// The longest line, in bytes; a longer one is taken for several.
const LONGEST_LINE: usize = 4096;

/// How much is heard that nobody has listened to yet.
const UNHEARD: usize = 64;

/// Where nobody listens.
const NOBODY: &str = "http://127.0.0.1:1";

/// Whom it may ask.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Nobody,
    /// The API server of the kubeconfig that it is given.
    Cluster,
}

/// How the program is run.
pub(crate) struct Call<'a> {
    pub(crate) program: &'a Utf8Path,
    pub(crate) folder: &'a Utf8Path,
    pub(crate) words: &'a [&'a str],
    pub(crate) access: Access,
    /// After this time it is told to end.
    pub(crate) limit: Duration,
    /// And after this further time it is made to.
    pub(crate) grace: Duration,
    /// What it holds as long as it runs.
    pub(crate) held: Option<BorrowedFd<'a>>,
    pub(crate) running: &'a Running,
}

/// What came of it.
pub(crate) struct Ended {
    how: How,
    output: Vec<u8>,
    said: Vec<String>,
}

enum How {
    Well,
    Badly,
    /// It took longer than this, and was ended.
    Late(Duration),
}

enum Heard {
    Output(Vec<u8>),
    Line(String),
}

impl Ended {
    /// What it printed, or why it failed.
    pub(crate) fn output(self) -> Result<String, String> {
        match self.how {
            How::Late(limit) => Err(late(limit)),
            How::Badly => Err(clause(&self.said)),
            How::Well => Ok(String::from_utf8_lossy(&self.output).into_owned()),
        }
    }

    /// Whether it did what it should.
    pub(crate) fn done(self) -> Result<(), Failed> {
        match self.how {
            How::Well => Ok(()),
            How::Badly => Err(Failed::with(self.said)),
            How::Late(limit) => {
                let mut said = self.said;
                said.insert(0, late(limit));
                Err(Failed {
                    why: Why::Ended,
                    said,
                })
            }
        }
    }
}

fn late(limit: Duration) -> String {
    format!("it takes longer than {} seconds", limit.as_secs())
}

impl Call<'_> {
    /// Runs the program, and hands each line that it says to `tell`.
    ///
    /// # Errors
    ///
    /// Why it cannot be started.
    pub(crate) fn run(&self, tell: &mut dyn FnMut(&str)) -> Result<Ended, String> {
        let (mut child, _running) = self.running.start(&mut self.command())?;
        let (sender, heard) = mpsc::sync_channel(UNHEARD);
        if let Some(output) = child.stdout.take() {
            let sender = sender.clone();
            thread::spawn(move || gather(output, &sender));
        }
        if let Some(errors) = child.stderr.take() {
            thread::spawn(move || lines(errors, &sender));
        }
        let mut record = Record {
            folder: self.folder,
            output: Vec::new(),
            said: Vec::new(),
            tell,
        };
        let how = self.wait(&mut child, &heard, &mut record);
        record.rest(&heard);
        Ok(Ended {
            how,
            output: record.output,
            said: record.said,
        })
    }

    fn command(&self) -> Command {
        let mut command = Command::new(self.program);
        command
            .args(self.words)
            .current_dir(self.folder)
            .env_clear()
            .env("HOME", self.folder)
            .env("TMPDIR", self.folder)
            // What it is to use is named; never the user's.
            .env("KUBECONFIG", self.folder.join("none"))
            .env("HELM_NO_PLUGINS", "1");
        for (name, below) in [
            ("HELM_CACHE_HOME", "cache"),
            ("HELM_CONFIG_HOME", "config"),
            ("HELM_DATA_HOME", "data"),
            ("HELM_PLUGINS", "plugins"),
        ] {
            command.env(name, self.folder.join(below));
        }
        if self.access == Access::Nobody {
            for name in ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"] {
                command.env(name, NOBODY);
            }
        }
        // It reads nothing there, and has it until it ends.
        let held = self.held.and_then(|held| held.try_clone_to_owned().ok());
        command
            .stdin(held.map_or_else(Stdio::null, Stdio::from))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);
        command
    }

    /// Waits until it ends, or ends it, and listens meanwhile.
    fn wait(&self, child: &mut Child, heard: &Receiver<Heard>, record: &mut Record<'_>) -> How {
        let start = Instant::now();
        let mut is_told = false;
        loop {
            match heard.recv_timeout(TICK) {
                Ok(heard) => record.hear(heard),
                Err(RecvTimeoutError::Timeout) => {}
                // It has closed what it prints to, and ends at any moment.
                Err(RecvTimeoutError::Disconnected) => thread::sleep(TICK),
            }
            match child.try_wait() {
                Ok(Some(_)) if is_told => return How::Late(self.limit),
                Ok(Some(status)) if status.success() => return How::Well,
                Ok(Some(_)) => return How::Badly,
                Ok(None) => {}
                Err(_) => break,
            }
            let elapsed = start.elapsed();
            if elapsed >= self.limit + self.grace {
                break;
            }
            if elapsed >= self.limit && !is_told {
                // It marks its release as failed, so that the next one can go on.
                signal(child.id(), Signal::TERM);
                is_told = true;
            }
        }
        signal(child.id(), Signal::KILL);
        drop(child.wait());
        How::Late(self.limit)
    }
}

/// The processes that run now.
#[derive(Clone, Default)]
pub(crate) struct Running(Arc<Mutex<Groups>>);

#[derive(Default)]
struct Groups {
    pids: BTreeSet<u32>,
    /// Whether none is to be started any more.
    is_over: bool,
}

/// One of them, until it is dropped.
pub(crate) struct One<'a>(&'a Running, u32);

impl Running {
    fn groups(&self) -> MutexGuard<'_, Groups> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn start(&self, command: &mut Command) -> Result<(Child, One<'_>), String> {
        let mut groups = self.groups();
        if groups.is_over {
            return Err("everything is stopped".to_owned());
        }
        let child = command
            .spawn()
            .map_err(|error| format!("it cannot be started: {error}"))?;
        groups.pids.insert(child.id());
        let one = One(self, child.id());
        Ok((child, one))
    }

    /// Tells all of them to end, and gives them time; no other is started.
    pub(crate) fn stop(&self) {
        let told: Vec<u32> = {
            let mut groups = self.groups();
            groups.is_over = true;
            groups.pids.iter().copied().collect()
        };
        for pid in told {
            signal(pid, Signal::TERM);
        }
        let start = Instant::now();
        while start.elapsed() < STOPPED && !self.groups().pids.is_empty() {
            thread::sleep(TICK);
        }
    }
}

impl Drop for One<'_> {
    fn drop(&mut self) {
        self.0.groups().pids.remove(&self.1);
    }
}

/// To a process and all that it started.
fn signal(pid: u32, signal: Signal) {
    if let Some(group) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        // It may have ended just now.
        let _gone = kill_process_group(group, signal);
    }
}

/// What it printed and said so far.
struct Record<'a> {
    folder: &'a Utf8Path,
    output: Vec<u8>,
    said: Vec<String>,
    tell: &'a mut dyn FnMut(&str),
}

impl Record<'_> {
    fn hear(&mut self, heard: Heard) {
        match heard {
            Heard::Output(bytes) => {
                let room = LARGEST.saturating_sub(self.output.len());
                let bytes = bytes.get(..room).unwrap_or(&bytes);
                self.output.extend_from_slice(bytes);
            }
            Heard::Line(line) => {
                let line = line.trim();
                let is_noise = line.is_empty()
                    || line.starts_with("Use --debug")
                    || line.starts_with("level=");
                if is_noise || self.said.len() >= MOST_LINES {
                    return;
                }
                let line = line.replace(self.folder.as_str(), "…");
                (self.tell)(&line);
                self.said.push(line);
            }
        }
    }

    /// What was printed before it ended and is not yet heard; something that it started may hold
    /// on to what it prints to.
    fn rest(&mut self, heard: &Receiver<Heard>) {
        let start = Instant::now();
        while let Some(left) = AFTER.checked_sub(start.elapsed()) {
            match heard.recv_timeout(left) {
                Ok(heard) => self.hear(heard),
                Err(_) => return,
            }
        }
    }
}

/// Hands on what is printed, until nobody listens.
fn gather(mut pipe: impl Read, sender: &SyncSender<Heard>) {
    let mut buffer = vec![0; 64 << 10];
    while let Ok(read @ 1..) = pipe.read(&mut buffer) {
        let bytes = buffer.get(..read).unwrap_or_default().to_vec();
        if sender.send(Heard::Output(bytes)).is_err() {
            return;
        }
    }
}

/// Hands on what is said, by lines, until nobody listens.
fn lines(mut pipe: impl Read, sender: &SyncSender<Heard>) {
    let mut buffer = [0; LONGEST_LINE];
    let mut line = Vec::new();
    let send = |line: &mut Vec<u8>| {
        let text = String::from_utf8_lossy(line).into_owned();
        line.clear();
        sender.send(Heard::Line(text)).is_ok()
    };
    while let Ok(read @ 1..) = pipe.read(&mut buffer) {
        for byte in buffer.get(..read).unwrap_or_default() {
            if *byte != b'\n' {
                line.push(*byte);
            }
            let is_whole = *byte == b'\n' || line.len() >= LONGEST_LINE;
            if is_whole && !send(&mut line) {
                return;
            }
        }
    }
    send(&mut line);
}
