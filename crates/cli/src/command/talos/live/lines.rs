//! Logs of several nodes as one: whole lines, each with its node where there are several.

use std::sync::mpsc::{Sender, channel};

use diagnostics::Diagnostics;
use serde_json::json;
use talos_client::api::common::Data;
use talos_client::{Fault, Node, Stream};

use super::session::Session;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;
use diagnostics::visible;

/// What comes of one node.
enum Word {
    Line(usize, String),
    Failed(Fault),
}

/// A line longer than this is broken.
const LONGEST: usize = 1 << 20;

/// Shows a log of every node as it comes.
pub(super) fn follow(
    session: &Session,
    ui: &mut Ui,
    open: impl for<'c> Fn(&Node<'c>) -> Result<Stream<'c, Data>, Fault> + Sync,
) -> Result<Exit, Failure> {
    let several = session.nodes.len() > 1;
    let mut failed = Diagnostics::new();
    let (sender, words) = channel();
    std::thread::scope(|scope| {
        for index in 0..session.nodes.len() {
            let (sender, open) = (sender.clone(), &open);
            scope.spawn(move || read(session, index, open, &sender));
        }
        drop(sender);
        for word in words {
            let (index, line) = match word {
                Word::Line(index, line) => (index, line),
                Word::Failed(fault) => {
                    failed.push(session.told(&fault));
                    continue;
                }
            };
            let node = session.name(&session.nodes[index]);
            let shown = if ui.is_json() {
                ui.event(&json!({ "node": node, "line": line }))
            } else if several {
                ui.data(&format!("{node}: {}\n", visible(&line)))
            } else {
                ui.data(&format!("{}\n", visible(&line)))
            };
            if let Err(error) = shown {
                super::leave(error.into(), ui);
            }
        }
    });
    Ok(super::ended(&failed, ui))
}

/// Reads one node to its end. Where nobody listens any more, it stops.
fn read(
    session: &Session,
    index: usize,
    open: &impl for<'c> Fn(&Node<'c>) -> Result<Stream<'c, Data>, Fault>,
    sender: &Sender<Word>,
) {
    let node = session.client.node(&session.nodes[index]);
    let stream = match open(&node) {
        Ok(stream) => stream,
        Err(fault) => {
            drop(sender.send(Word::Failed(fault)));
            return;
        }
    };
    let mut rest = Vec::new();
    let send = |line: &[u8]| {
        let line = String::from_utf8_lossy(line);
        let line = line.trim_end_matches('\r').to_owned();
        sender.send(Word::Line(index, line)).is_ok()
    };
    for piece in stream {
        match piece {
            Ok(piece) => rest.extend_from_slice(&piece.bytes),
            Err(fault) => {
                drop(sender.send(Word::Failed(fault)));
                break;
            }
        }
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            if !send(&rest[..end]) {
                return;
            }
            rest.drain(..=end);
        }
        if rest.len() > LONGEST && !send(&std::mem::take(&mut rest)) {
            return;
        }
    }
    if !rest.is_empty() {
        send(&rest);
    }
}
