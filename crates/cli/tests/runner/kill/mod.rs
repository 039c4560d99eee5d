//! Runs that are killed at random moments: whole files only, nothing in the clear where it does
//! not belong, and the next run completes.

mod configure;
mod decrypt;
mod generate;
mod rotate;
mod tidy;

use std::process::Stdio;
use std::time::{Duration, Instant};

use testkit::{Sandbox, files_below};

/// What makes the moments: a fixed start, so that a failure can be repeated.
const SEED: u64 = 0x1c40_5eed;

/// How many runs of a command are killed.
const KILLS: u32 = 200;

/// How long after the first file a run is killed at the latest.
const WRITING: Duration = Duration::from_millis(3);

/// How often a run is looked at until then.
const POLL: Duration = Duration::from_micros(100);

/// Kills runs of one command: half of them at any moment, half of them while they write.
struct Killer {
    random: u64,
    whole_run: Duration,
    rounds: u32,
    interrupted: u32,
    in_the_middle: u32,
}

impl Killer {
    /// `whole_run` is how long an undisturbed run takes.
    fn new(whole_run: Duration) -> Self {
        Self {
            random: SEED,
            whole_run: whole_run.max(Duration::from_millis(5)),
            rounds: 0,
            interrupted: 0,
            in_the_middle: 0,
        }
    }

    /// A part of the whole, from 0 to a little over 1.
    fn share(&mut self) -> f64 {
        self.random = self
            .random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let thousandths = (self.random >> 33) % 1000;
        f64::from(u32::try_from(thousandths).unwrap_or(0)) / 900.0
    }

    /// Starts a run and kills it. `is_writing` says whether anything was written yet.
    fn kill(&mut self, sandbox: &Sandbox, arguments: &[&str], is_writing: impl Fn() -> bool) {
        let mut child = sandbox
            .command(arguments.iter().copied())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program can be started");
        let share = self.share();
        if self.rounds.is_multiple_of(2) {
            std::thread::sleep(self.whole_run.mul_f64(share));
        } else {
            while !is_writing() && child.try_wait().expect("it was started").is_none() {
                std::thread::sleep(POLL);
            }
            std::thread::sleep(WRITING.mul_f64(share));
        }
        drop(child.kill());
        let status = child.wait().expect("it was started");
        self.rounds += 1;
        self.interrupted += u32::from(!status.success());
    }

    /// Says how many kills hit a run, and how many of those left work half done.
    #[expect(clippy::print_stderr, reason = "how much was shown is said")]
    fn close(&self, command: &str) {
        let Self {
            rounds,
            interrupted,
            in_the_middle,
            ..
        } = self;
        eprintln!(
            "{command}: {rounds} kills, {interrupted} of them before the end, {in_the_middle} in the middle of writing"
        );
        assert!(
            // Enough to show something, on a machine that does much else, too.
            *interrupted > rounds / 8,
            "only {interrupted} runs were interrupted"
        );
        assert!(*in_the_middle > 0, "no kill hit the middle");
    }
}

/// How long a run takes that nobody disturbs.
fn undisturbed(sandbox: &Sandbox, arguments: &[&str]) -> Duration {
    let started = Instant::now();
    drop(sandbox.run(arguments.iter().copied()).success());
    started.elapsed()
}

/// The temporary files of a repository.
fn temporary_files(sandbox: &Sandbox) -> Vec<String> {
    let files = files_below(&sandbox.root()).into_iter();
    files
        .filter(|path| path.as_str().contains(tree::TEMPORARY_PREFIX))
        .map(camino::Utf8PathBuf::into_string)
        .collect()
}
