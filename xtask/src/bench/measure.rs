//! One measurement of one thing.

use std::fs;
use std::hint::black_box;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use camino::Utf8Path;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;

use crate::{files, process};

/// Seconds from the start of a process to its end.
pub(super) fn time(command: &mut Command) -> Result<f64> {
    time_to(command, 0)
}

/// Seconds from the start of a process to its end with an exit code.
fn time_to(command: &mut Command, code: i32) -> Result<f64> {
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    let start = Instant::now();
    let output = command.output().context("cannot start it")?;
    let seconds = start.elapsed().as_secs_f64();
    if output.status.code() != Some(code) {
        let words = String::from_utf8_lossy(&output.stderr);
        bail!("{command:?}: {}\n{}", output.status, words.trim());
    }
    Ok(seconds)
}

/// What a process cost, in seconds.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cost {
    /// From its start to its end.
    pub(super) wall: f64,
    /// Of all its threads, in user space and in the kernel.
    pub(super) processor: f64,
}

impl Cost {
    /// The median of each figure.
    pub(super) fn median(costs: Vec<Self>) -> Self {
        let of = |figure: fn(&Self) -> f64| super::median(costs.iter().map(figure).collect());
        Self {
            wall: of(|cost| cost.wall),
            processor: of(|cost| cost.processor),
        }
    }
}

/// Runs a process to its end and says what it cost. No other may run beside it: the kernel
/// counts the processor time of all that ended together.
pub(super) fn cost(command: &mut Command) -> Result<Cost> {
    cost_to(command, 0)
}

/// The same of a process that has to end with an exit code.
pub(super) fn cost_to(command: &mut Command, code: i32) -> Result<Cost> {
    let before = processor()?;
    let wall = time_to(command, code)?;
    Ok(Cost {
        wall,
        processor: processor()? - before,
    })
}

/// The processor time of every process that was started here and has ended.
fn processor() -> Result<f64> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).context("the kernel counts no time")?;
    let total = usage.user_time() + usage.system_time();
    let microseconds = u64::try_from(total.num_microseconds()).unwrap_or_default();
    Ok(Duration::from_micros(microseconds).as_secs_f64())
}

/// Seconds to read every file of a folder and compare it with what is in memory.
pub(super) fn read_and_compare(folder: &Utf8Path) -> Result<f64> {
    let expected = files::below(folder)?;
    let start = Instant::now();
    for (path, content) in &expected {
        if black_box(fs::read(folder.join(path))?) != *content {
            bail!("{path} changed while it was measured");
        }
    }
    Ok(start.elapsed().as_secs_f64())
}

/// Seconds to write every file of a folder anew beside itself and rename it into place, as
/// every careful program does, with as many threads as there are cores.
pub(super) fn rewrite(folder: &Utf8Path) -> Result<f64> {
    let all: Vec<_> = files::below(folder)?.into_iter().collect();
    let cores = std::thread::available_parallelism()?.get();
    let share = all.len().div_ceil(cores).max(1);
    let start = Instant::now();
    std::thread::scope(|scope| {
        let parts: Vec<_> = all
            .chunks(share)
            .map(|part| {
                scope.spawn(move || -> std::io::Result<()> {
                    for (path, content) in part {
                        let target = folder.join(path);
                        let beside = folder.join(format!("{path}.new"));
                        fs::write(&beside, content)?;
                        fs::rename(&beside, &target)?;
                    }
                    Ok(())
                })
            })
            .collect();
        for part in parts {
            part.join()
                .map_err(|_| std::io::Error::other("a thread panicked"))??;
        }
        std::io::Result::Ok(())
    })?;
    Ok(start.elapsed().as_secs_f64())
}

/// The most memory that a process held at once, in bytes: what the kernel says of it is read
/// until it ends, so that it runs in its own folder and environment.
pub(super) fn peak(command: &mut Command) -> Result<u64> {
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().context("cannot start it")?;
    let status = format!("/proc/{}/status", child.id());
    let mut kibibytes = 0_u64;
    let ended = loop {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let now = line.and_then(|line| line.trim().trim_end_matches(" kB").trim().parse().ok());
        kibibytes = kibibytes.max(now.unwrap_or_default());
        if let Some(ended) = child.try_wait()? {
            break ended;
        }
        std::thread::sleep(Duration::from_micros(500));
    };
    if !ended.success() {
        bail!("{command:?}: {ended}");
    }
    if kibibytes == 0 {
        bail!("{command:?}: there is no `{status}` to read");
    }
    Ok(kibibytes * 1024)
}

/// The most memory that a process held at once, in bytes, as GNU time tells it; none where
/// there is no GNU time.
pub(super) fn peak_memory(command: &mut Command) -> Result<Option<u64>> {
    const TIME: &str = "/usr/bin/time";
    if !process::exists(TIME, "--version") {
        return Ok(None);
    }
    let mut timed = process::command(TIME);
    timed
        .args(["-f", "peak %M", "--"])
        .arg(command.get_program());
    timed
        .args(command.get_args())
        .env_remove("SOPS_AGE_KEY_FILE");
    let output = timed.output()?;
    if !output.status.success() {
        bail!("{command:?}: {}", output.status);
    }
    let words = String::from_utf8_lossy(&output.stderr);
    let kibibytes: u64 = words
        .lines()
        .find_map(|line| line.strip_prefix("peak ")?.parse().ok())
        .context("GNU time gave no number")?;
    Ok(Some(kibibytes * 1024))
}
