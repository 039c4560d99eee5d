//! The only door to the terminal: data to standard output, talk to standard error.

use std::io::{self, IsTerminal, Write};

use anstyle::{AnsiColor, Style};
use diagnostics::{Diagnostic, Diagnostics, Severity};
use serde_json::{Value, json};

mod excerpt;
mod findings;
mod group;
mod lines;
mod markdown;
mod paint;
mod screen;
mod table;
mod wrap;

use crate::caller::Caller;

pub(crate) use lines::Lines;
pub(crate) use paint::{Tone, word};
pub(crate) use wrap::behind;

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// One JSON object on standard output, for programs
    Json,
    /// As text, and each problem as an annotation of a GitHub workflow on standard output
    Github,
    /// Problems as a SARIF log on standard output, for code scanning and editors
    Sarif,
}

/// Where commands write to.
pub(crate) struct Ui {
    format: Format,
    quiet: bool,
    assume_yes: bool,
    /// How commands are spelt in whatever is said.
    caller: Caller,
    /// How many columns a line of talk has, on a terminal.
    width: Option<usize>,
    /// What JSON output holds besides problems; filled by commands.
    result: serde_json::Map<String, Value>,
    problems: Vec<Diagnostic>,
    /// Whether objects were printed before the last one.
    streams: bool,
}

/// A line that a repository's own plugin printed, as it came. Nothing can be done where it
/// cannot be shown.
pub(crate) fn plugin_line(line: &str) {
    let _unshown = writeln!(anstream::stderr().lock(), "{line}");
}

/// The help that was asked for, before there is anything else to say: standard output.
pub(crate) fn page(text: &clap::builder::StyledStr) -> io::Result<()> {
    let mut stream = anstream::stdout().lock();
    write!(stream, "{}", text.ansi())?;
    stream.flush()
}

/// What is said of a fault of the program, whatever else was to be said.
pub(crate) fn fault(text: &str) {
    let _unshown = writeln!(anstream::stderr().lock(), "{text}");
}

/// Puts a question to the terminal.
pub(crate) fn ask(question: &str) -> bool {
    let mut stream = anstream::stderr().lock();
    let asked = write!(stream, "{question} [y/N] ").and_then(|()| stream.flush());
    let mut answer = String::new();
    if asked.is_err() || io::stdin().read_line(&mut answer).is_err() {
        return false;
    }
    matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}

/// Text for a program, as it is.
fn written(text: &str) -> io::Result<()> {
    let mut stream = io::stdout().lock();
    stream.write_all(text.as_bytes())?;
    stream.flush()
}

impl Ui {
    pub(crate) fn new(format: Format, quiet: bool, assume_yes: bool, caller: Caller) -> Self {
        let columns =
            |(columns, _): (terminal_size::Width, terminal_size::Height)| usize::from(columns.0);
        Self {
            format,
            quiet,
            assume_yes,
            caller,
            width: terminal_size::terminal_size_of(io::stderr()).map(columns),
            result: serde_json::Map::new(),
            problems: Vec::new(),
            streams: false,
        }
    }

    /// Whether the output is JSON of some form, so that text for people is left out.
    pub(crate) fn is_json(&self) -> bool {
        matches!(self.format, Format::Json | Format::Sarif)
    }

    /// Text that was asked for: standard output, byte for byte. Not for JSON output.
    pub(crate) fn data(&mut self, text: &str) -> io::Result<()> {
        if self.is_json() {
            return Ok(());
        }
        let mut stream = anstream::stdout().lock();
        stream.write_all(text.as_bytes())?;
        stream.flush()
    }

    /// A table that was asked for: standard output, a line each row. Not for JSON output.
    pub(crate) fn table(&mut self, header: &[&str], rows: Vec<Vec<String>>) -> io::Result<()> {
        let text = table::table(header, rows);
        self.data(&text)
    }

    /// Something that happens, for programs: an object on a line of its own, at once. What
    /// [`Ui::finish`] prints is on one line then, too.
    pub(crate) fn event(&mut self, event: &Value) -> io::Result<()> {
        if self.format != Format::Json {
            return Ok(());
        }
        self.streams = true;
        written(&format!("{event}\n"))
    }

    /// A difference that was asked for: standard output, in colours on a terminal.
    pub(crate) fn diff_data(&mut self, text: &str) -> io::Result<()> {
        self.data(&paint::diff(text))
    }

    /// A difference that must be seen before something else is said, even with `--quiet`.
    pub(crate) fn diff(&mut self, text: &str) {
        if !self.is_json() {
            self.print(&paint::diff(text));
        }
    }

    /// Bytes that were asked for, as they are, also to a terminal. Not for JSON output.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.is_json() {
            return Ok(());
        }
        let mut stream = io::stdout().lock();
        stream.write_all(bytes)?;
        stream.flush()
    }

    /// A bar that shows how far work on many files is, where somebody looks.
    pub(crate) fn progress(&self, doing: &'static str) -> Progress {
        let shown = !self.quiet && !self.is_json() && io::stderr().is_terminal();
        Progress(shown.then(|| {
            let bar = indicatif::ProgressBar::new(0);
            if let Ok(style) =
                indicatif::ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}")
            {
                bar.set_style(style);
            }
            bar.with_message(doing)
        }))
    }

    /// Whether somebody can be asked.
    pub(crate) fn is_interactive(&self) -> bool {
        !self.is_json() && io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Adds a member to the JSON object that [`Ui::finish`] prints.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.result.insert(name.to_owned(), value.into());
    }

    /// A sentence on what was done. Left out by `--quiet` and in JSON output.
    pub(crate) fn status(&mut self, text: impl AsRef<str>) {
        if !self.quiet && !self.is_json() {
            self.talk(text.as_ref());
        }
    }

    /// A sentence that matters even with `--quiet`. Left out in JSON output.
    pub(crate) fn important(&mut self, text: impl AsRef<str>) {
        if !self.is_json() {
            self.talk(text.as_ref());
        }
    }

    /// Advice: `hint: …`.
    pub(crate) fn hint(&mut self, text: impl AsRef<str>) {
        if !self.is_json() {
            self.labelled("hint", AnsiColor::Cyan, text.as_ref());
        }
    }

    /// Problems, each with its place, excerpt and hint. Of many warnings of one rule the first
    /// is shown, and where the others stand.
    pub(crate) fn problems(&mut self, problems: &Diagnostics) {
        let mut sorted = problems.clone();
        sorted.sort();
        let shown = sorted
            .iter()
            .filter(|problem| !self.quiet || problem.severity != Severity::Note);
        if !self.is_json() {
            let text: String = group::grouped(shown)
                .iter()
                .map(|group| {
                    let first = excerpt::show(group.first, &self.caller, self.width);
                    format!("{first}\n{}\n", group.rest())
                })
                .collect();
            if let Some(text) = text.strip_suffix('\n') {
                self.print(text);
            }
        }
        self.problems.extend(sorted);
    }

    /// Problems that a page for people shows in its own way, for whoever gets nothing but problems.
    pub(crate) fn annotate(&mut self, problems: Diagnostics) {
        if matches!(self.format, Format::Github | Format::Sarif) {
            self.problems.extend(problems);
        }
    }

    /// A line that counts problems: `2 errors, 1 warning`. Nothing where there are none.
    pub(crate) fn count(&mut self, problems: &Diagnostics) {
        let counted = [
            (problems.count(Severity::Error), "error"),
            (problems.count(Severity::Warning), "warning"),
        ];
        let parts: Vec<_> = counted
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, noun)| plural(count, noun))
            .collect();
        if !parts.is_empty() {
            self.important(parts.join(", "));
        }
    }

    /// What went wrong, where it is no problem with a place: `error: …`.
    pub(crate) fn error(&mut self, text: &str) {
        if !self.is_json() {
            self.labelled("error", AnsiColor::Red, text);
        }
    }

    /// Something that may be wrong, where it has no place: `warning: …`.
    pub(crate) fn warning(&mut self, text: &str) {
        if !self.is_json() {
            self.labelled("warning", AnsiColor::Yellow, text);
        }
    }

    /// Whether a question would be put to somebody.
    pub(crate) fn can_ask(&self) -> bool {
        !self.assume_yes && self.is_interactive()
    }

    /// What comes next on the road of a repository: `Next: …`, or several steps in order.
    pub(crate) fn next(&mut self, steps: &[String]) {
        if steps.is_empty() {
            return;
        }
        self.set("next", steps);
        match steps {
            [step] => self.status(format!("\nNext: {step}")),
            steps => {
                self.status("\nNext:");
                for (index, step) in steps.iter().enumerate() {
                    self.status(format!("  {}. {step}", index + 1));
                }
            }
        }
    }

    /// A command that another program runs in the repository, as the reader types it.
    pub(crate) fn beside(&self, program: &str) -> String {
        self.caller.beside(program)
    }

    /// Asks a yes-or-no question. Without a terminal, or in JSON output, `--yes` answers.
    /// `None` where nobody can be asked.
    pub(crate) fn confirm(&mut self, question: &str) -> Option<bool> {
        if self.assume_yes {
            return Some(true);
        }
        if !self.is_interactive() {
            return None;
        }
        Some(self.ask(question))
    }

    /// Asks for a word, which `--yes` does not answer. `None` where nobody can be asked.
    pub(crate) fn typed(&mut self, question: &str) -> Option<String> {
        if !self.is_interactive() {
            return None;
        }
        let mut stream = anstream::stderr().lock();
        let question = wrap::wrapped(&self.caller.spell(question), self.width);
        let asked = write!(stream, "{question} ").and_then(|()| stream.flush());
        let mut answer = String::new();
        if asked.is_err() || io::stdin().read_line(&mut answer).is_err() {
            return None;
        }
        Some(answer.trim().to_owned())
    }

    /// Asks whoever sits at the terminal, whatever `--yes` says.
    pub(crate) fn ask(&mut self, question: &str) -> bool {
        ask(&wrap::wrapped(&self.caller.spell(question), self.width))
    }

    /// Prints what is for programs: the JSON object, the annotations, the log. Call once, last.
    pub(crate) fn finish(mut self, command: &str, exit: u8) -> io::Result<()> {
        match self.format {
            Format::Text => return Ok(()),
            Format::Json => {}
            Format::Github => return written(&findings::github(&self.problems)),
            Format::Sarif => {
                return written(&format!("{:#}\n", findings::sarif(&self.problems)));
            }
        }
        let mut object = json!({
            "command": command,
            "exit": exit,
            "problems": self.problems.iter().map(|problem| json!(problem)).collect::<Vec<_>>(),
        });
        if let Value::Object(members) = &mut object {
            members.append(&mut self.result);
        }
        if self.streams {
            return written(&format!("{object}\n"));
        }
        written(&format!("{object:#}\n"))
    }

    /// Sentences, with commands as the reader calls them, broken where the terminal's lines end.
    fn talk(&mut self, text: &str) {
        let text = wrap::wrapped(&self.caller.spell(text), self.width);
        self.print(&text);
    }

    fn labelled(&mut self, label: &str, colour: AnsiColor, text: &str) {
        // Of what was typed, too, nothing commands the terminal.
        let text = text.split('\n').map(excerpt::visible).collect::<Vec<_>>();
        let text = format!("{label}: {}", text.join("\n"));
        let text = self.caller.spell(&text);
        let text = wrap::wrapped(&text, self.width);
        let rest = text.strip_prefix(label).unwrap_or(&text);
        let style = Style::new().bold().fg_color(Some(colour.into()));
        self.print(&format!("{style}{label}{style:#}{rest}"));
    }

    #[expect(
        clippy::unused_self,
        reason = "the terminal is reached through this type alone"
    )]
    fn print(&mut self, text: &str) {
        let stream = io::stderr();
        // In one piece: what runs beside it cannot come between, and a call each is slow.
        let colours = anstream::AutoStream::choice(&stream);
        let mut buffer = anstream::AutoStream::new(Vec::with_capacity(text.len() + 1), colours);
        // Nobody is left to be told that standard error is closed.
        drop(
            writeln!(buffer, "{text}").and_then(|()| stream.lock().write_all(&buffer.into_inner())),
        );
    }
}

/// A progress bar, or nothing; gone when dropped.
pub(crate) struct Progress(Option<indicatif::ProgressBar>);

impl Progress {
    /// So many of so many are done.
    pub(crate) fn tell(&self, done: usize, all: usize) {
        if let Some(bar) = &self.0 {
            bar.set_length(all.try_into().unwrap_or(u64::MAX));
            bar.set_position(done.try_into().unwrap_or(u64::MAX));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

/// A count with its noun: `1 file`, `2 files`.
pub(crate) fn plural(count: usize, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    }
}
