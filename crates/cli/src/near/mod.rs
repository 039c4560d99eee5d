//! Words of other programs, and of the tasks of this family, and what they are called here.

mod answers;

use clap::Command;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use self::answers::{ANSWERS, FLAGS};

/// Advice for wrong words; none where clap's own is as good.
pub(crate) fn hints(all: &Command, error: &clap::Error, words: &[String]) -> Vec<String> {
    let Some(word) = invalid(error) else {
        return Vec::new();
    };
    match error.kind() {
        ErrorKind::InvalidSubcommand => command(all, word, words),
        ErrorKind::UnknownArgument => {
            let wanted = FLAGS
                .iter()
                .find(|(names, _)| names.contains(&word))
                .filter(|_| !words.iter().any(|word| word == "talos"));
            wanted
                .map(|(_, command)| vec![format!("`ichor secrets {command}` does that")])
                .unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// What a usage error is about.
pub(crate) fn invalid(error: &clap::Error) -> Option<&str> {
    let kinds = [ContextKind::InvalidSubcommand, ContextKind::InvalidArg];
    kinds.iter().find_map(|kind| match error.get(*kind) {
        Some(ContextValue::String(word)) => Some(word.as_str()),
        _ => None,
    })
}

/// What may be meant by a word that is no command where it stands.
pub(crate) fn command(all: &Command, word: &str, words: &[String]) -> Vec<String> {
    let plain: String = word
        .to_lowercase()
        .replace([':', '_', ' ', '/'], "-")
        .trim_matches('-')
        .to_owned();
    let paths = commands(all);
    // `talos:generate-config`, and `generate-config` without the word before it.
    let ends = |path: &Vec<String>| {
        let joined = path.join("-");
        joined == plain || (path.len() > 1 && path.last() == Some(&plain))
    };
    // Of a word that several groups have, the one whose group was named.
    let mut exact: Vec<_> = paths.iter().filter(|path| ends(path)).collect();
    if exact.iter().any(|path| path.join("-") == plain) {
        exact.retain(|path| path.join("-") == plain);
    }
    // `talos apply` and `bootstrap talos` are asked for as one task.
    let rest: Vec<_> = words
        .iter()
        .map(|word| word.to_lowercase())
        .filter(|word| !word.starts_with('-'))
        .collect();
    let at = rest.iter().position(|one| *one == word.to_lowercase());
    let joined = |range: std::ops::Range<usize>| rest.get(range).map(|words| words.join("-"));
    let spoken = [
        at.and_then(|at| joined(at..at + 2)),
        at.filter(|at| *at > 0)
            .and_then(|at| joined(at - 1..at + 1)),
        Some(plain.clone()),
    ];
    for spoken in spoken.into_iter().flatten() {
        let known = |names: &&[&str]| names.contains(&spoken.as_str());
        if let Some((_, answer)) = ANSWERS.iter().find(|(names, _)| known(names)) {
            return vec![(*answer).to_owned()];
        }
    }
    if !exact.is_empty() {
        let shown: Vec<_> = exact
            .iter()
            .map(|path| format!("`ichor {}`", path.join(" ")))
            .collect();
        return vec![format!("did you mean {}?", shown.join(" or "))];
    }
    // A misspelt word: one of the group first, then of all.
    let last = |path: &Vec<String>| path.last().cloned().unwrap_or_default();
    let group = group(all, &rest);
    let here = |path: &&Vec<String>| path.len() == group.len() + 1 && path.starts_with(&group);
    for candidates in [
        paths.iter().filter(here).collect::<Vec<_>>(),
        paths.iter().collect(),
    ] {
        let names: Vec<_> = candidates.iter().map(|path| last(path)).collect();
        if let Some(close) = diagnostics::closest(&plain, names.iter().map(String::as_str))
            && let Some(path) = candidates.iter().find(|path| last(path) == close)
        {
            return vec![format!("did you mean `ichor {}`?", path.join(" "))];
        }
    }
    let mut hints = Vec::new();
    let group = group.join(" ");
    if group.is_empty() {
        hints.push("`ichor help` lists every command".to_owned());
    } else {
        hints.push(format!("`ichor help {group}` lists what `{group}` can do"));
    }
    hints
}

/// The words that choose a command or a group of them, whatever flags stand between.
pub(crate) fn group(all: &Command, words: &[String]) -> Vec<String> {
    let mut command = all;
    let mut path = Vec::new();
    for word in words {
        if let Some(child) = command.find_subcommand(word) {
            path.push(child.get_name().to_owned());
            command = child;
        }
    }
    path
}

/// Every command by the words that choose it, other names included.
fn commands(all: &Command) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    collect(all, &[], &mut paths);
    paths
}

fn collect(command: &Command, path: &[String], all: &mut Vec<Vec<String>>) {
    for child in command.get_subcommands() {
        for name in std::iter::once(child.get_name()).chain(child.get_all_aliases()) {
            let mut words = path.to_vec();
            words.push(name.to_owned());
            all.push(words);
        }
        let mut words = path.to_vec();
        words.push(child.get_name().to_owned());
        collect(child, &words, all);
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::arguments::Arguments;

    #[track_caller]
    fn answer(line: &str) -> String {
        let words: Vec<_> = line.split(' ').map(str::to_owned).collect();
        let error = <Arguments as clap::Parser>::try_parse_from(
            std::iter::once("ichor").chain(line.split(' ')),
        )
        .expect_err("these are no words of ichor");
        hints(&Arguments::command(), &error, &words).join("\n")
    }

    #[test]
    fn words_of_the_family_are_answered() {
        for (line, part) in [
            ("bootstrap:talos", "`ichor bootstrap talos`"),
            ("bootstrap:apps", "`ichor bootstrap apps`"),
            ("helmfile sync", "`ichor bootstrap apps`"),
            ("genconfig", "`ichor talos generate-config`"),
            ("generate-config", "`ichor talos generate-config`"),
            ("talos:generate-config", "`ichor talos generate-config`"),
            ("talos:apply-node", "`ichor talos apply-node`"),
            ("talos apply", "`ichor talos apply-node`"),
            ("talos:upgrade-node", "`ichor talos upgrade-node`"),
            ("talos:upgrade-k8s", "`ichor talos upgrade-k8s`"),
            ("upgrade-talos", "`ichor talos upgrade-node`"),
            ("upgrade-k8s", "`ichor talos upgrade-k8s`"),
            ("flux reconcile", "`ichor reconcile`"),
            ("talos:reset", "`ichor talos reset`"),
            ("kubeconfig", "`ichor talos kubeconfig`"),
            ("template:debug", "`ichor debug --all`"),
            ("template debug", "`ichor debug --all`"),
            ("flux get ks", "`ichor status`"),
            ("flux check", "`ichor status`"),
            ("template:tidy", "`ichor template tidy`"),
            ("tidy", "`ichor template tidy`"),
            ("gensecret", "`ichor talos gensecret`"),
            ("generate-secret", "`ichor talos generate-secret`"),
            ("genurl", "`ichor talos schematic`"),
            ("gencommand", "`ichor talos gencommand`"),
            ("talos genurl image", "`ichor talos schematic`"),
            ("decrypt x.sops.yaml", "`ichor secrets decrypt`"),
            ("-d x.sops.yaml", "`ichor secrets decrypt`"),
            ("--decrypt x.sops.yaml", "`ichor secrets decrypt`"),
            ("updatekeys", "`ichor secrets updatekeys`"),
            ("exec-env", "`ichor secrets exec-env`"),
            ("edit", "`ichor secrets edit`"),
            ("makejinja", "`ichor render`"),
            ("cue", "`ichor validate`"),
            ("kubeconform", "`ichor flux test`"),
        ] {
            let answer = answer(line);
            assert!(answer.contains(part), "{line}: {answer}");
        }
    }

    #[test]
    fn misspelt_words_are_looked_for_where_they_stand_first() {
        assert_eq!(answer("confgure"), "did you mean `ichor configure`?");
        assert_eq!(
            answer("talos valdate"),
            "did you mean `ichor talos validate`?"
        );
        assert_eq!(answer("decrpyt"), "did you mean `ichor secrets decrypt`?");
        assert_eq!(answer("xyzzy"), "`ichor help` lists every command");
        assert_eq!(
            answer("talos --output json xyzzy"),
            "`ichor help talos` lists what `talos` can do"
        );
    }

    /// An answer that a command of the same name stands before would never be given.
    #[test]
    fn no_answer_is_for_a_command_that_exists() {
        let all: Vec<_> = commands(&Arguments::command())
            .iter()
            .map(|path| path.join("-"))
            .collect();
        for (names, answer) in ANSWERS {
            for name in *names {
                assert!(!all.iter().any(|one| one == name), "{name}: {answer}");
            }
            for command in answer.split("`ichor ").skip(1) {
                let words = command.split(['`', ' ']).next().unwrap_or_default();
                assert!(
                    words.starts_with('-') || all.iter().any(|one| one == words),
                    "{answer}"
                );
            }
        }
    }
}
