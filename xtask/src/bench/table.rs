//! The result as a table.

use std::fmt::{self, Write as _};

use super::measure::Cost;

/// One line for each thing measured.
#[derive(Default)]
pub(super) struct Table(Vec<[String; 5]>);

impl Table {
    /// A bound, in seconds.
    pub(super) fn time(&mut self, what: &str, seconds: f64) {
        self.row([what, &milliseconds(seconds), "", "", ""]);
    }

    /// A time that should not exceed a bound.
    pub(super) fn at_most(&mut self, what: &str, seconds: f64, bound: f64, target: &str) {
        let ratio = format!("{:.2} of it", seconds / bound);
        let verdict = if seconds <= bound { "met" } else { "MISSED" };
        self.row([what, &milliseconds(seconds), target, &ratio, verdict]);
    }

    /// What something costs.
    pub(super) fn cost(&mut self, what: &str, cost: Cost) {
        self.row([what, &both(cost), "", "", ""]);
    }

    /// What something costs today, and what with another build; the share of it that it should
    /// not exceed.
    pub(super) fn costs(&mut self, what: &str, today: Cost, other: Cost, share: Option<f64>) {
        let ratio = today.processor / other.processor;
        let ratios = format!("{ratio:.2} (wall {:.2})", today.wall / other.wall);
        let (target, verdict) = match share {
            Some(share) => (
                format!("{share} × the other: {}", both(other)),
                if ratio <= share { "met" } else { "MISSED" },
            ),
            None => (format!("the other: {}", both(other)), ""),
        };
        self.row([what, &both(today), &target, &ratios, verdict]);
    }

    /// How many times faster something is than what does the same.
    pub(super) fn times_faster(
        &mut self,
        what: &str,
        than: &str,
        today: Cost,
        original: Cost,
        factor: f64,
    ) {
        let times = original.processor / today.processor;
        let ratios = format!("{times:.0} × (wall {:.0} ×)", original.wall / today.wall);
        let verdict = if times >= factor { "met" } else { "MISSED" };
        let target = format!("{factor} × {than}: {}", both(original));
        self.row([what, &both(today), &target, &ratios, verdict]);
    }

    /// Bytes that should not exceed a bound.
    pub(super) fn memory(&mut self, what: &str, bytes: u64, bound: u64) {
        let verdict = if bytes <= bound { "met" } else { "MISSED" };
        let [bytes, bound] = [bytes, bound].map(|bytes| format!("{} MiB", bytes >> 20));
        self.row([what, &bytes, &bound, "", verdict]);
    }

    /// A bound, in bytes.
    pub(super) fn memory_only(&mut self, what: &str, bytes: u64) {
        self.row([what, &format!("{} MiB", bytes >> 20), "", "", ""]);
    }

    /// What could not be measured, and why.
    pub(super) fn skip(&mut self, what: &str, reason: &str) {
        self.row([what, "-", reason, "", "skipped"]);
    }

    fn row(&mut self, cells: [&str; 5]) {
        self.0.push(cells.map(str::to_owned));
    }
}

impl fmt::Display for Table {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heads = ["WHAT", "MEDIAN", "TARGET", "RATIO", ""].map(str::to_owned);
        let rows = || std::iter::once(&heads).chain(&self.0);
        let width = |column: usize| {
            let widths = rows().map(|row| row[column].chars().count());
            widths.max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..heads.len()).map(width).collect();
        for row in rows() {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(&widths) {
                let _ = write!(line, "{cell:width$}  ");
            }
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

fn milliseconds(seconds: f64) -> String {
    format!("{:.2} ms", seconds * 1000.0)
}

/// Processor time, and time on the clock.
fn both(cost: Cost) -> String {
    let [processor, wall] = [cost.processor, cost.wall].map(milliseconds);
    format!("{processor} (wall {wall})")
}
