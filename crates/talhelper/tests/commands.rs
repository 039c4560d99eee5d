//! The commands that talhelper prints; what it printed was recorded by the oracle `talos`.

#![expect(clippy::disallowed_methods, reason = "the vectors are files")]

use std::path::Path;

use diagnostics::Source;
use documents::substitute::dotenv;
use talhelper::nodes::{Generator, NoCommands, Request, Verb, Wanted};
use talhelper::talconfig::Talconfig;
use talos::bundle;
use talos::contract::Contract;

const BUNDLE: &str = include_str!("../../talos/tests/vectors/talsecret.yaml");

/// What each folder was asked, and what came of it; see `vectors/talhelper/README.md`.
const RECORDED: &str = include_str!("vectors/commands.txt");

/// Asks a generator what a line of arguments asks talhelper. Where it refuses, one word says why.
fn answer(generator: &Generator<'_>, line: &str) -> String {
    let mut words = line.split(' ');
    let verb = words.next().expect("a verb");
    let verb = Verb::ALL.into_iter().find(|one| one.name() == verb);
    let mut wanted = Wanted {
        verb: verb.expect("a verb of talhelper"),
        node: None,
        folder: "./clusterconfig",
        extra: &[],
    };
    let mut extra: Vec<String> = Vec::new();
    while let Some(flag) = words.next() {
        match flag {
            "--node" => wanted.node = words.next(),
            "--out-dir" => wanted.folder = words.next().expect("a folder"),
            "--extra-flags" => {
                let flags = words.next().expect("flags").split(',');
                extra.extend(flags.map(str::to_owned));
            }
            "--offline-mode" => {}
            other => panic!("{other}"),
        }
    }
    wanted.extra = &extra;
    match generator.commands(&wanted) {
        Ok(commands) => commands,
        Err(NoCommands::Worker) => "refused: a worker\n".to_owned(),
        Err(NoCommands::Unknown | NoCommands::NoControlPlane) => "refused: not found\n".to_owned(),
        Err(NoCommands::Broken(problems)) => panic!("{problems:?}"),
    }
}

#[test]
fn every_command_is_the_one_that_talhelper_prints() {
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/talhelper");
    let bundle = bundle::read(&Source::new("talsecret.yaml", BUNDLE)).expect("a whole bundle");
    let mut asked = 0;
    for part in RECORDED.split("# ").skip(1) {
        let (folder, questions) = part.split_once('\n').expect("a folder");
        let read = |name: &str| {
            let text = std::fs::read_to_string(vectors.join(folder).join(name));
            text.map(|text| Source::new(name, text))
        };
        let variables = read("talenv.yaml").map(|source| dotenv(&source).0);
        let variables = variables.unwrap_or_default();
        let source = read("talconfig.yaml").expect("a talconfig");
        let talconfig = Talconfig::read(&source, &variables).0;
        let talconfig = talconfig.valid().expect("nothing is wrong");
        let version = talconfig.talos_version().expect("a version");
        let (generator, _) = Generator::new(Request {
            talconfig: &talconfig,
            bundle: &bundle,
            contract: Contract::choose(None, version).expect("a contract").0,
            variables: &variables,
            files: &(),
        });
        for question in questions.split("$ ").skip(1) {
            let (line, theirs) = question.split_once('\n').expect("a line");
            assert_eq!(answer(&generator, line), theirs, "{folder}: {line}");
            asked += 1;
        }
    }
    assert!(asked >= 150, "{asked}");
}
