//! Long sentences, broken between words where a terminal's line ends.

use unicode_width::UnicodeWidthStr as _;

/// Below this many columns nothing is broken: no layout would be readable.
const NARROWEST: usize = 40;

/// A text for a terminal of so many columns. Each of its lines is broken by itself: the rest
/// stands below its start, behind the indentation, the number and the label (`hint: `) that it
/// has. What stands in backticks is to be copied, so it stays in one piece.
pub(super) fn wrapped(text: &str, width: Option<usize>) -> String {
    let Some(width) = width.filter(|width| *width >= NARROWEST) else {
        return text.to_owned();
    };
    let lines: Vec<_> = text
        .split('\n')
        .map(|line| filled(line, hang(line), width))
        .collect();
    lines.join("\n")
}

/// A text that starts behind `before` columns, and whose rest stands below that start.
pub(crate) fn behind(text: &str, before: usize, width: Option<usize>) -> String {
    let Some(width) = width.filter(|width| *width >= NARROWEST) else {
        return text.to_owned();
    };
    filled(text, 0, width.saturating_sub(before).max(NARROWEST / 2))
}

/// How far the rest of a line is indented.
fn hang(line: &str) -> usize {
    let text = line.trim_start_matches(' ');
    let indented = line.len() - text.len();
    let numbered = text
        .split_once(". ")
        .filter(|(number, _)| number.bytes().all(|byte| byte.is_ascii_digit()))
        .map_or(0, |(number, _)| number.len() + 2);
    let labelled = ["error: ", "warning: ", "hint: "]
        .iter()
        .find(|label| text.starts_with(**label))
        .map_or(0, |label| label.len());
    indented + numbered + labelled
}

/// A line that is broken after so many columns, its rest behind so many blanks.
pub(super) fn filled(line: &str, hang: usize, width: usize) -> String {
    if line.width() <= width {
        return line.to_owned();
    }
    let mut out = String::new();
    let mut used = 0;
    for word in words(line) {
        let wide = word.trim_end().width();
        if used > hang && used + wide > width {
            out.truncate(out.trim_end_matches(' ').len());
            out.push('\n');
            out.push_str(&" ".repeat(hang));
            used = hang;
        }
        out.push_str(word);
        used += word.width();
    }
    out.truncate(out.trim_end_matches(' ').len());
    out
}

/// Words with the blanks behind them; blanks at the start belong to the first.
fn words(line: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = 0;
    let mut quoted = false;
    let mut blank = true;
    let mut any = false;
    for (at, one) in line.char_indices() {
        if one == ' ' && !quoted {
            blank = true;
            continue;
        }
        if blank && any {
            words.push(&line[start..at]);
            start = at;
        }
        blank = false;
        any = true;
        // One that nothing closes quotes nothing.
        quoted = match one {
            '`' => !quoted && line[at + 1..].contains('`'),
            _ => quoted,
        };
    }
    words.push(&line[start..]);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_broken_between_words_and_hang_below_their_start() {
        insta::assert_snapshot!(wrapped(
            "Nothing was written; every file is as it should be.\n\
             hint: `ichor template eject` copies the template, to change it there\n\
             \x20 1. Edit `cluster.yaml` and `nodes.yaml`; each key is explained there.\n\
             \x20 create    kubernetes/apps/network/cloudflare-tunnel/app/helmrelease.yaml",
            Some(40),
        ), @r"
        Nothing was written; every file is as it
        should be.
        hint: `ichor template eject` copies the
              template, to change it there
          1. Edit `cluster.yaml` and
             `nodes.yaml`; each key is explained
             there.
          create
          kubernetes/apps/network/cloudflare-tunnel/app/helmrelease.yaml
        ");
    }

    #[test]
    fn commands_stay_in_one_piece() {
        let text = "run `cargo run -p cli -- talos generate-config --dry-run`, then the rest";
        assert_eq!(
            wrapped(text, Some(40)),
            "run\n`cargo run -p cli -- talos generate-config --dry-run`,\nthen the rest"
        );
    }

    #[test]
    fn without_a_terminal_nothing_is_broken() {
        let text = "a sentence that is longer than any terminal is wide, and then some more";
        assert_eq!(wrapped(text, None), text);
        assert_eq!(wrapped(text, Some(10)), text);
        assert_eq!(behind(text, 30, None), text);
        assert_eq!(
            behind(text, 20, Some(60)),
            "a sentence that is longer than any\nterminal is wide, and then some more"
        );
    }

    #[test]
    fn a_lone_backtick_keeps_nothing_together() {
        assert_eq!(words("a ` b c"), ["a ", "` ", "b ", "c"]);
        assert_eq!(words("  `a b` c"), ["  `a b` ", "c"]);
    }
}
