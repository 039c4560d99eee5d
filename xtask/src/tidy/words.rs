//! Documents against the program: the first commands of the README, and every command named.

use std::fmt::Write as _;

use anyhow::Result;
use camino::Utf8Path;

use crate::{files, process};

/// What a newcomer types first, in this order.
const FIRST: [&str; 2] = [
    "cargo run -p cli -- configure --example",
    "cargo test --workspace",
];

/// The README opens with the two commands that must work on a fresh machine.
pub(super) fn readme(root: &Utf8Path) -> Result<Vec<String>> {
    let path = root.join("README.md");
    if !path.exists() {
        return Ok(vec!["README.md: does not exist".to_owned()]);
    }
    let text = files::text(&path)?;
    let commands: Vec<&str> = commands(&text).take(FIRST.len()).collect();
    if commands == FIRST {
        return Ok(Vec::new());
    }
    Ok(vec![format!(
        "README.md: its first commands are {commands:?}, not {FIRST:?}"
    )])
}

/// Every command that `ichor --help` lists, and every one below those, stands in a document.
pub(super) fn commands_of(root: &Utf8Path, ichor: &Utf8Path) -> Result<Vec<String>> {
    let mut documents = String::new();
    for name in ["README.md", "CHANGELOG.md"] {
        let path = root.join(name);
        if path.exists() {
            let _ = writeln!(documents, "{}", files::text(&path)?);
        }
    }
    for path in files::paths(&root.join("docs"))? {
        if let Ok(text) = files::text(&root.join("docs").join(path)) {
            documents.push_str(&text);
        }
    }
    let mut faults = Vec::new();
    let mut open = vec![Vec::<String>::new()];
    while let Some(words) = open.pop() {
        let help = process::quiet(process::command(ichor).args(&words).arg("--help"))?;
        for name in listed(&help) {
            let mut words = words.clone();
            words.push(name.to_owned());
            let shown = format!("ichor {}", words.join(" "));
            if !documents.contains(&shown) {
                faults.push(format!("`{shown}`: no document mentions it"));
            }
            open.push(words);
        }
    }
    faults.sort();
    Ok(faults)
}

/// The commands in the blocks of code of a document: lines of `sh`, `bash` and `console`.
fn commands(text: &str) -> impl Iterator<Item = &str> {
    let mut inside = false;
    text.lines().filter_map(move |line| {
        let line = line.trim();
        if let Some(language) = line.strip_prefix("```") {
            inside = !inside && matches!(language, "sh" | "bash" | "console" | "shell");
            return None;
        }
        let command = line.strip_prefix("$ ").unwrap_or(line);
        let command = command.split(" #").next().unwrap_or_default().trim();
        (inside && !command.is_empty() && !command.starts_with('#')).then_some(command)
    })
}

/// The names below `Commands:` of a help page.
fn listed(help: &str) -> impl Iterator<Item = &str> {
    help.lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
}

#[cfg(test)]
mod tests {
    use super::{commands, listed};

    #[test]
    fn commands_are_read_from_blocks_of_code() {
        let text = "# A\n\n```sh\n# first\ncargo a  # why\n```\n\n```toml\nb = 1\n```\n```console\n$ cargo c\n```\n";
        assert_eq!(commands(text).collect::<Vec<_>>(), ["cargo a", "cargo c"]);
    }

    #[test]
    fn names_are_read_from_help() {
        let help = "Usage: x\n\nCommands:\n  init       Makes\n             more\n  configure  Renders\n\nOptions:\n  -h\n";
        assert_eq!(listed(help).collect::<Vec<_>>(), ["init", "configure"]);
    }
}
