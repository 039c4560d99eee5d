//! What asks nodes that run, and changes them. Only these commands use the network.

pub(crate) mod apply_node;
pub(crate) mod discover;
pub(crate) mod dmesg;
pub(crate) mod etcd;
pub(crate) mod events;
pub(crate) mod get;
mod going;
pub(crate) mod health;
mod known;
pub(crate) mod kubeconfig;
mod lines;
pub(crate) mod logs;
pub(crate) mod power;
pub(crate) mod preflight;
pub(crate) mod reset;
pub(crate) mod services;
pub(crate) mod session;
pub(crate) mod status;
mod time;
pub(crate) mod upgrade_k8s;
pub(crate) mod upgrade_node;
pub(crate) mod version;
mod waiting;
pub(crate) mod which;

use diagnostics::Diagnostics;
use serde_json::Value;
use talos_client::{Fault, Node};

use self::session::Session;
pub(crate) use self::time::span;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;

/// Asks every node, and gives the answers in their order.
fn ask<T: Send>(
    session: &Session,
    question: impl Fn(&Node<'_>) -> Result<T, Fault> + Sync,
) -> Answers<T> {
    answers(session, session.client.each(&session.nodes, question))
}

/// What every node answered, in their order.
fn answers<T>(session: &Session, asked: Vec<Result<T, Fault>>) -> Answers<T> {
    let mut answers = Answers {
        given: Vec::new(),
        failed: Diagnostics::new(),
    };
    for (node, answer) in session.nodes.iter().zip(asked) {
        match answer {
            Ok(answer) => answers.given.push((node.clone(), answer)),
            Err(fault) => answers.failed.push(session.told(&fault)),
        }
    }
    answers
}

/// What nodes answered, and what went wrong at the others.
struct Answers<T> {
    given: Vec<(String, T)>,
    failed: Diagnostics,
}

/// Shows a table, the same for programs, and what went wrong.
fn told(
    header: &[&str],
    rows: Vec<Vec<String>>,
    listed: Vec<Value>,
    failed: &Diagnostics,
    ui: &mut Ui,
) -> Result<Exit, Failure> {
    ui.set("nodes", listed);
    if !rows.is_empty() {
        ui.table(header, rows)?;
    }
    Ok(ended(failed, ui))
}

/// Ends the program because nobody reads its output any more, or it cannot be written: threads
/// that listen to nodes would wait for the next word of each.
fn leave(failure: Failure, ui: &mut Ui) -> ! {
    let code = failure.report(ui);
    std::process::exit(i32::from(code))
}

/// Tells what went wrong, and how the command ends.
fn ended(failed: &Diagnostics, ui: &mut Ui) -> Exit {
    ui.problems(failed);
    ui.count(failed);
    if failed.is_empty() {
        Exit::Done
    } else {
        Exit::NodesFailed
    }
}
