//! Commands that task files and documents name: each is one that the program has.

use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser as _};
use diagnostics::Source;
use pipeline::init::taskfile;
use testkit::{commands, documents};
use yaml::{Limits, Node};

use crate::arguments::Arguments;

/// What stands for what its reader knows, and something that may stand there.
const STAND_INS: [(&str, &str); 9] = [
    ("{{.IP}}", "10.10.10.11"),
    ("{{.MODE}}", "auto"),
    ("{{.CLI_ARGS}}", ""),
    ("192.168.x.x", "192.168.1.1"),
    ("<node-ip>", "10.10.10.11"),
    ("<name>", "cert-manager"),
    ("<app>", "cert-manager"),
    ("<pod-name>", "pod"),
    ("<namespace>", "default"),
];

/// What somebody who moves has typed so far: the commands of the family's own documentation.
const BEFORE: &str = include_str!("../../../fixtures/commands-so-far.txt");

const TABLE: &str = include_str!("../../../docs/from-tasks.md");

/// Words that are no commands on purpose: what other programs have, and what ichor answers to it.
const NO_COMMANDS: &[&str] = &["ichor genconfig"];

fn stand_in(text: &str) -> String {
    let mut text = text.to_owned();
    for (name, value) in STAND_INS {
        text = text.replace(name, value);
    }
    text
}

fn parse(line: &str) -> Result<(), String> {
    let line = stand_in(line);
    let words = shlex::split(&line).ok_or_else(|| format!("`{line}`: a quote has no end"))?;
    parse_words(&words)
}

fn parse_words(words: &[String]) -> Result<(), String> {
    let read = Arguments::try_parse_from(words);
    match read.and_then(|arguments| arguments.check()) {
        Ok(()) => Ok(()),
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
            ) =>
        {
            Ok(())
        }
        Err(error) => Err(format!("`{}`: {error}", words.join(" "))),
    }
}

/// The tasks of one file, each with its command.
fn tasks(text: &str) -> Vec<(String, String)> {
    let source = Source::new("Taskfile.yaml", text);
    let parsed = yaml::parse(&source, &Limits::default());
    assert!(!parsed.diagnostics.has_errors(), "{:?}", parsed.diagnostics);
    let tasks = parsed
        .root()
        .and_then(|root| root.get("tasks")?.as_mapping());
    let tasks = tasks.expect("it has tasks").iter();
    let read = |entry: &yaml::Entry| {
        let name = entry.key.text()?.to_owned();
        let command = entry.value.get("cmd").and_then(Node::text)?;
        Some((name, command.to_owned()))
    };
    tasks
        .map(|entry| read(entry).expect("a name and one command"))
        .collect()
}

/// Every task by the name that is typed, with its command.
fn all_tasks() -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (path, text) in taskfile::FILES {
        let group = path.strip_prefix(".taskfiles/");
        let group = group.and_then(|rest| rest.split('/').next());
        for (name, command) in tasks(text) {
            let name = match (group, name.as_str()) {
                (None, name) => name.to_owned(),
                (Some(group), "default") => group.to_owned(),
                (Some(group), name) => format!("{group}:{name}"),
            };
            all.push((name, command));
        }
    }
    all
}

#[test]
fn every_task_calls_a_command_that_exists() {
    let all = all_tasks();
    assert!(all.len() > 15, "{all:?}");
    let faults: Vec<_> = { all.iter() }
        .filter(|(_, command)| command.starts_with("ichor "))
        .filter_map(|(name, command)| Some(format!("{name}: {}", parse(command).err()?)))
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let others = all
        .iter()
        .filter(|(_, command)| !command.starts_with("ichor "));
    let others: Vec<_> = others.map(|(name, _)| name.as_str()).collect();
    assert_eq!(others, ["default"]);
}

/// The cells of every row of the tables: what was typed, and what is typed now.
fn rows() -> Vec<(String, String)> {
    // A bar within a cell is written so that it does not end it.
    let cell = |text: &str| {
        let text = text.trim().replace('\u{0}', "|");
        text.strip_prefix('`')
            .and_then(|text| text.strip_suffix('`'))
            .map(str::to_owned)
    };
    let read = |line: &str| {
        let line = line.strip_prefix('|')?.replace("\\|", "\u{0}");
        let mut cells = line.split('|');
        Some((cell(cells.next()?)?, cell(cells.next()?)?))
    };
    TABLE.lines().filter_map(read).collect()
}

#[test]
fn every_command_so_far_has_its_row_and_every_row_a_command_that_exists() {
    let rows = rows();
    let faults: Vec<_> = { rows.iter() }
        .filter(|(_, now)| now.starts_with("ichor "))
        .filter_map(|(_, now)| parse(now).err())
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    for (before, now) in &rows {
        assert!(
            now.starts_with("ichor ") || now == before,
            "`{before}` neither stays nor has a command: `{now}`"
        );
    }
    let lines = BEFORE
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let lines: Vec<_> = lines.collect();
    assert!(lines.len() >= 27, "{}", lines.len());
    for line in &lines {
        let row = rows.iter().find(|(before, _)| before == line);
        assert!(row.is_some(), "`{line}` has no row in docs/from-tasks.md");
    }
    // Whatever was a task is one that `ichor init --taskfile` writes, and calls the same.
    let tasks = all_tasks();
    for (before, now) in &rows {
        let Some(task) = before.strip_prefix("task ") else {
            continue;
        };
        let name = task.split(' ').next().unwrap_or_default();
        let command = tasks.iter().find(|(task, _)| task == name);
        let (_, command) = command.unwrap_or_else(|| panic!("`{before}` is no task"));
        let words = |text: &str| {
            text.split(' ')
                .take(3)
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        let command = command
            .replace("{{.CLI_ARGS}}", "")
            .replace("{{.IP}}", "192.168.x.x");
        assert_eq!(words(command.trim()), words(now), "{before}");
    }
}

#[test]
fn every_command_line_in_a_block_is_one() {
    let mut looked = 0;
    let mut faults = Vec::new();
    for document in documents() {
        for block in document.blocks(&["sh", "bash"]) {
            for words in commands(&stand_in(&block.text)) {
                if words[0] == "ichor" {
                    looked += 1;
                    let fault = parse_words(&words).err();
                    faults.extend(
                        fault.map(|fault| format!("{}:{}: {fault}", document.path, block.line)),
                    );
                }
            }
        }
    }
    assert!(looked > 150, "{looked}");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// In the text a command may stand for several, and leave out what it takes: its words count.
#[test]
fn every_command_in_the_text_has_words_that_there_are() {
    let all = Arguments::command();
    let mut faults = Vec::new();
    for document in documents() {
        for code in document.code() {
            let is_meant = NO_COMMANDS.contains(&code.text.as_str());
            let mut command = &all;
            for word in code.text.split(' ').skip(1) {
                let is_word =
                    |one: char| one.is_ascii_lowercase() || one.is_ascii_digit() || one == '-';
                if is_meant
                    || !code.text.starts_with("ichor ")
                    || !command.has_subcommands()
                    || !word.starts_with(|one: char| one.is_ascii_lowercase())
                    || !word.chars().all(is_word)
                {
                    break;
                }
                match command.find_subcommand(word) {
                    Some(found) => command = found,
                    // A name, where one may stand in place of a word: `ichor reconcile NAME`.
                    None if command.get_positionals().next().is_some() => break,
                    None => {
                        faults.push(format!("{}:{}: `{}`", document.path, code.line, code.text));
                        break;
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn what_fulfils_a_requirement_is_a_command_as_it_stands() {
    let all = documents();
    let table = all
        .iter()
        .find(|document| document.path == "docs/requirements.md");
    let rows = table.expect("it is there").rows();
    let cells = rows.iter().filter_map(|(_, cells)| cells.get(1));
    let code = cells.flat_map(|cell| &cell.code);
    let commands: Vec<_> = code.filter(|code| code.starts_with("ichor ")).collect();
    assert!(commands.len() > 40, "{}", commands.len());
    let faults: Vec<_> = commands
        .iter()
        .filter_map(|command| parse(command).err())
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
