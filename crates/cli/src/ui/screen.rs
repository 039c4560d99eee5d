//! A whole page, for people: once, or again and again in the same place.

use std::io::{self, Write as _};

use super::Ui;

/// To the first place of the screen; what follows on a line, and below, is cleared.
const HOME: &[u8] = b"\x1b[H";
const REST_OF_LINE: &[u8] = b"\x1b[K\r\n";
const REST: &[u8] = b"\x1b[J";

impl Ui {
    /// How many columns and lines standard output has, where it is a terminal.
    pub(crate) fn screen(&self) -> Option<(usize, usize)> {
        if self.is_json() {
            return None;
        }
        let (columns, lines) = terminal_size::terminal_size_of(io::stdout())?;
        Some((usize::from(columns.0), usize::from(lines.0)))
    }

    /// A text with every command as the reader calls it.
    pub(crate) fn spelt(&self, text: &str) -> String {
        self.caller.spell(text)
    }

    /// Text that was asked for, with commands as the reader calls them: standard output.
    pub(crate) fn page(&mut self, text: &str) -> io::Result<()> {
        let text = self.caller.spell(text);
        self.data(&text)
    }

    /// The same in place of what was there before, as far as the screen goes.
    pub(crate) fn redraw(&mut self, text: &str, lines: usize) -> io::Result<()> {
        let text = self.caller.spell(text);
        let stdout = io::stdout();
        let colours = anstream::AutoStream::choice(&stdout);
        // In one piece, so that nothing flickers.
        let mut frame = HOME.to_vec();
        for line in text.lines().take(lines.saturating_sub(1)) {
            let mut painted = anstream::AutoStream::new(Vec::new(), colours);
            painted.write_all(line.as_bytes())?;
            frame.extend(painted.into_inner());
            frame.extend(REST_OF_LINE);
        }
        frame.extend(REST);
        let mut stdout = stdout.lock();
        stdout.write_all(&frame)?;
        stdout.flush()
    }
}
