//! What runs on several nodes: one line each with what it does, where somebody looks; plain lines
//! elsewhere. Whoever stops the program is told what goes on without it.

use std::fmt::Write as _;
use std::io::IsTerminal as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::Ui;
use crate::watch::Watch;

/// Between two pictures of the spinner.
const TICK: Duration = Duration::from_millis(120);

/// A node on the board.
struct Line {
    node: String,
    bar: Option<ProgressBar>,
    /// What it does; nothing where nobody has begun anything, or all is done.
    doing: Option<String>,
}

/// The nodes, and what each does.
pub(crate) struct Lines {
    board: Arc<Mutex<Vec<Line>>>,
    shown: Option<MultiProgress>,
    /// How a line looks whose node does nothing, and one whose node does something.
    idle: ProgressStyle,
    busy: ProgressStyle,
    watch: Option<Watch>,
}

fn lock(board: &Mutex<Vec<Line>>) -> MutexGuard<'_, Vec<Line>> {
    board.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Ui {
    /// A board of nodes. Who stops the program is told what goes on, and `then`: what may be done
    /// next.
    pub(crate) fn lines<'n>(&self, nodes: impl Iterator<Item = &'n str>, then: &str) -> Lines {
        let nodes: Vec<String> = nodes.map(str::to_owned).collect();
        let width = nodes.iter().map(String::len).max().unwrap_or_default();
        let is_shown = !self.quiet && !self.is_json() && std::io::stderr().is_terminal();
        let shown = is_shown.then(MultiProgress::new);
        let style = |template: &str| {
            let style = ProgressStyle::with_template(template);
            let style = style.unwrap_or_else(|_| ProgressStyle::default_spinner());
            style.tick_chars("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ ")
        };
        let idle = style(&format!("  {{prefix:{width}}}  {{wide_msg}}"));
        let busy = style(&format!(
            "{{spinner:.cyan}} {{prefix:.bold:{width}}}  {{msg}} {{elapsed:.dim}}"
        ));
        let lines = nodes.into_iter().map(|node| Line {
            bar: shown.as_ref().map(|shown| bar(shown, &idle, &node)),
            node,
            doing: None,
        });
        let board = Arc::new(Mutex::new(lines.collect::<Vec<_>>()));
        let then = self.caller.spell(then);
        let told = (Arc::clone(&board), shown.clone());
        let is_quiet = self.is_json();
        // Where signals cannot be caught, they end the program as they always did.
        let watch = Watch::start().and_then(|watch| {
            watch.make(|| {
                Ok(((), move || {
                    if !is_quiet {
                        stopped(&told.0, told.1.as_ref(), &then);
                    }
                }))
            })?;
            Ok(watch)
        });
        Lines {
            board,
            shown,
            idle,
            busy,
            watch: watch.ok(),
        }
    }
}

impl Lines {
    /// Where what is to be tidied up is made known, behind the words about what goes on.
    pub(crate) fn watch(&self) -> Option<&Watch> {
        self.watch.as_ref()
    }

    /// What a node does from now on.
    pub(crate) fn set(&self, ui: &mut Ui, node: &str, doing: &str) {
        self.put(node, Some(doing));
        let board = lock(&self.board);
        let line = board.iter().find(|line| line.node == node);
        if let Some(bar) = line.and_then(|line| line.bar.as_ref()) {
            bar.reset_elapsed();
        }
        drop(board);
        if self.shown.is_none() {
            ui.status(format!("  {node}: {doing}"));
        }
    }

    /// What became of a node: nothing goes on there any more.
    pub(crate) fn end(&self, ui: &mut Ui, node: &str, how: &str) {
        self.put(node, None);
        match &self.shown {
            None => ui.status(format!("  {node}: {how}")),
            Some(_) => {
                let mut board = lock(&self.board);
                let line = board.iter_mut().find(|line| line.node == node);
                if let Some(bar) = line.and_then(|line| line.bar.take()) {
                    bar.set_style(self.idle.clone());
                    bar.finish_with_message(how.to_owned());
                }
            }
        }
    }

    /// Something beside it: for how long a node is waited for, what its installer prints.
    pub(crate) fn log(&self, ui: &mut Ui, node: &str, text: &str) {
        let text = format!("  {node}: {text}");
        match &self.shown {
            Some(shown) => shown.suspend(|| ui.status(text)),
            None => ui.status(text),
        }
    }

    /// For how long a node has been waited for, and until what.
    pub(crate) fn waiting(&self, ui: &mut Ui, node: &str, until: &str, seconds: u64) {
        match &self.shown {
            // The board counts by itself.
            Some(_) => self.put(node, Some(until)),
            None => ui.status(format!("  {node}: {until}, since {seconds} s")),
        }
    }

    /// For how long nodes have been waited for, where no board shows that they still are.
    pub(crate) fn remind(&self, ui: &mut Ui, nodes: &[String], seconds: u64) {
        if self.shown.is_none() {
            ui.status(format!(
                "  waiting for {} since {seconds} s",
                nodes.join(", ")
            ));
        }
    }

    fn put(&self, node: &str, doing: Option<&str>) {
        let mut board = lock(&self.board);
        let found = board.iter().position(|line| line.node == node);
        // What was not known from the beginning comes behind what was.
        let index = found.unwrap_or_else(|| {
            board.push(Line {
                bar: { self.shown.as_ref() }.map(|shown| bar(shown, &self.idle, node)),
                node: node.to_owned(),
                doing: None,
            });
            board.len() - 1
        });
        let line = &mut board[index];
        line.doing = doing.map(str::to_owned);
        if let (Some(bar), Some(doing)) = (&line.bar, doing) {
            bar.set_style(self.busy.clone());
            bar.set_message(doing.to_owned());
            bar.enable_steady_tick(TICK);
        }
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        for line in lock(&self.board).iter_mut() {
            if let Some(bar) = line.bar.take() {
                // A node that nothing happened to needs no line.
                if line.doing.is_some() {
                    bar.abandon();
                } else {
                    bar.finish_and_clear();
                }
            }
        }
    }
}

fn bar(shown: &MultiProgress, style: &ProgressStyle, node: &str) -> ProgressBar {
    let bar = shown.add(ProgressBar::new_spinner());
    bar.set_style(style.clone());
    bar.set_prefix(node.to_owned());
    bar.tick();
    bar
}

/// Says what goes on without this program.
fn stopped(board: &Mutex<Vec<Line>>, shown: Option<&MultiProgress>, then: &str) {
    let board = lock(board);
    for bar in board.iter().filter_map(|line| line.bar.as_ref()) {
        bar.finish_and_clear();
    }
    // Whatever cannot be cleared stays.
    drop(shown.map(MultiProgress::clear));
    let mut text = String::from("\nStopped.");
    let begun = board
        .iter()
        .filter_map(|line| Some((&line.node, line.doing.as_ref()?)));
    for (node, doing) in begun.clone() {
        let _ = write!(text, "\n  {node}: {doing}");
    }
    if begun.count() > 0 {
        text.push_str("\nWhat has begun goes on by itself.");
    }
    super::fault(&format!("{text}\n{then}"));
}
