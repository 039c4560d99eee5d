//! Blocks of shell as tests see them: the commands in them, word by word.

/// Words that stand before a command, and are none.
const BEFORE: [&str; 10] = [
    "!", "do", "else", "exec", "if", "sudo", "then", "time", "until", "while",
];

/// The commands of a block: of each its words, as a shell takes them apart, without what it is
/// redirected to. A command within `$(…)` is one of its own.
///
/// # Panics
///
/// Where a quote has no end.
pub fn commands(block: &str) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    let mut open = String::new();
    let mut document: Option<String> = None;
    for line in block.lines() {
        if let Some(end) = &document {
            if line.trim() == end {
                document = None;
            }
            continue;
        }
        open.push_str(line);
        if open.ends_with('\\') {
            open.pop();
            continue;
        }
        let Some(words) = shlex::split(&open) else {
            // A quote goes on.
            open.push('\n');
            continue;
        };
        open.clear();
        document = words.iter().find_map(|word| here_document(word));
        split(words, &mut all);
    }
    assert!(open.is_empty(), "a quote has no end: {open}");
    all
}

/// The word that ends what is read as input from here on: `<<EOF`.
fn here_document(word: &str) -> Option<String> {
    let end = word.strip_prefix("<<")?;
    let end = end.strip_prefix('-').unwrap_or(end);
    (!end.is_empty() && !end.starts_with('<')).then(|| end.to_owned())
}

fn split(words: Vec<String>, all: &mut Vec<Vec<String>>) {
    let mut command: Vec<String> = Vec::new();
    let mut skip = false;
    let mut end = |command: &mut Vec<String>| {
        let words = std::mem::take(command);
        let is_before = |word: &&String| BEFORE.contains(&word.as_str()) || is_assignment(word);
        let words: Vec<_> = { words.iter().skip_while(is_before) }.cloned().collect();
        if !words.is_empty() {
            all.push(words);
        }
    };
    for word in words {
        if std::mem::take(&mut skip) {
            continue;
        }
        if matches!(word.as_str(), "|" | "||" | "&&" | "&" | ";" | "(" | ")") {
            end(&mut command);
            continue;
        }
        if is_redirection(&word) {
            skip = word.ends_with(['>', '<']);
            continue;
        }
        // Of a word that begins a command within, only that.
        let mut word = word.as_str();
        if let Some((_, inner)) = word.rsplit_once("$(") {
            end(&mut command);
            word = inner;
        }
        let last = word.ends_with([';', ')']) && !word.contains('(');
        let word = if last {
            word.trim_end_matches([';', ')'])
        } else {
            word
        };
        if !word.is_empty() {
            command.push(word.to_owned());
        }
        if last {
            end(&mut command);
        }
    }
    end(&mut command);
}

/// `> FILE`, `2>/dev/null`, `2>&1`, `< FILE`; but `<name>` stands for something.
fn is_redirection(word: &str) -> bool {
    let rest = word.trim_start_matches(|one: char| one.is_ascii_digit() || one == '&');
    rest.starts_with('>') || (rest.starts_with('<') && !rest.ends_with('>'))
}

fn is_assignment(word: &str) -> bool {
    let name = word.split_once('=').map(|(name, _)| name);
    let is_part = |one: char| one.is_ascii_alphanumeric() || one == '_';
    name.is_some_and(|name| !name.is_empty() && name.chars().all(is_part))
}

#[cfg(test)]
mod tests {
    use super::commands;

    #[test]
    fn a_block_is_taken_apart_as_a_shell_does() {
        let block = "a b  # that's why\nc 'd | e' | f && g > h 2>&1\nA=1 ! i \\\n  -j\n\nk=$(l m \"n\" | o -p '.q')\nr <s> <t\nu -d '{\n  \"v\": 1\n}'; w &\ncat > x <<'EOF'\nit's no command\nEOF\ny\n";
        let found: Vec<_> = commands(block)
            .iter()
            .map(|words| words.join(" "))
            .collect();
        assert_eq!(
            found,
            [
                "a b",
                "c d | e",
                "f",
                "g",
                "i -j",
                "l m n",
                "o -p .q",
                "r <s>",
                "u -d {\n  \"v\": 1\n}",
                "w",
                "cat",
                "y",
            ]
        );
    }
}
