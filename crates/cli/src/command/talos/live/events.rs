//! `talos events`.

use std::sync::mpsc::channel;
use std::time::Duration;

use camino::Utf8Path;
use diagnostics::Diagnostics;
use serde_json::json;
use talos_client::api::machine::{Event, EventsRequest, Happening};

use super::session::Reach;
use super::time::span;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;
use diagnostics::visible;

/// Show what happens on nodes: phases, services, stages
///
/// Goes on until it is interrupted.
///
/// Examples:
///   ichor talos events
///   ichor talos events --tail -1 -n k8s-0     with everything that was
///   ichor talos events --output json          one object a line
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Events {
    #[command(flatten)]
    reach: Reach,

    /// And so many that were; all of them with -1
    #[arg(
        long,
        value_name = "EVENTS",
        default_value_t = 0,
        allow_negative_numbers = true,
        hide_default_value = true
    )]
    tail: i32,

    /// And those that were for so long
    #[arg(long, value_name = "TIME", value_parser = span)]
    duration: Option<Duration>,

    /// And those since this one
    #[arg(long, value_name = "ID")]
    since: Option<String>,

    /// Only those that this actor caused
    #[arg(long, value_name = "ID")]
    actor_id: Option<String>,
}

impl Events {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let session = self.reach.open(root)?;
        let seconds = self.duration.map_or(0, |span| span.as_secs());
        let request = EventsRequest {
            tail_events: self.tail,
            tail_id: self.since.clone().unwrap_or_default(),
            tail_seconds: i32::try_from(seconds).unwrap_or(i32::MAX),
            with_actor_id: self.actor_id.clone().unwrap_or_default(),
        };
        let mut failed = Diagnostics::new();
        let (sender, events) = channel();
        std::thread::scope(|scope| {
            for name in &session.nodes {
                let (sender, request) = (sender.clone(), request.clone());
                let node = session.client.node(name);
                scope.spawn(move || match node.events(request) {
                    Ok(events) => {
                        for event in events {
                            if sender.send((name, event)).is_err() {
                                return;
                            }
                        }
                    }
                    Err(fault) => drop(sender.send((name, Err(fault)))),
                });
            }
            drop(sender);
            for (node, event) in events {
                match event {
                    Ok(event) => {
                        if let Err(failure) = show(session.name(node), &event, ui) {
                            super::leave(failure, ui);
                        }
                    }
                    Err(fault) => failed.push(fault.diagnostic()),
                }
            }
        });
        Ok(super::ended(&failed, ui))
    }
}

fn show(node: &str, event: &Event, ui: &mut Ui) -> Result<(), Failure> {
    let Some(happening) = Happening::of(event) else {
        return Ok(());
    };
    let text = visible(&happening.to_string());
    if ui.is_json() {
        ui.event(&json!({
            "node": node,
            "id": event.id,
            "actor": event.actor_id,
            "kind": happening.kind,
            "text": text,
        }))?;
    } else {
        ui.data(&format!("{node}   {}   {text}\n", happening.kind))?;
    }
    Ok(())
}
