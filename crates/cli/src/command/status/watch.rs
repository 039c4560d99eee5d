//! The same again and again: a page that is drawn anew on a terminal, what changes elsewhere.

use camino::Utf8Path;
use cluster::overview::{Change, Finding, changes};
use diagnostics::Secrets;
use kubernetes_client::Client;
use serde_json::{Value, json};

use super::{Clone, Status, exit, look, spelt, tell, text, unanswered};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::stopwatch::Stopwatch;
use crate::ui::Ui;

impl Status {
    /// Watches until all is well where that is wanted, else until somebody stops it.
    pub(super) fn follow(
        &self,
        client: &Client,
        secrets: &Secrets,
        root: &Utf8Path,
        ui: &mut Ui,
    ) -> Result<Exit, Failure> {
        use cluster::Clock as _;

        let clock = Stopwatch::start();
        let mut known: Option<Vec<Finding>> = None;
        let mut away = false;
        loop {
            let looked = look(client, secrets);
            let time = repository::clock::now();
            let is_over = |is_well: bool| {
                let most = self.until_well;
                most.is_some_and(|most| is_well || clock.elapsed() >= most)
            };
            match &looked {
                Ok(overview) => {
                    let clone = Clone::of(root, overview);
                    if let Some((columns, lines)) = ui.screen() {
                        let page = text::page(
                            &spelt(overview.clone(), ui),
                            &clone,
                            false,
                            Some((columns, lines)),
                        );
                        ui.redraw(&format!("{page}\n{time}\n"), lines)?;
                    } else {
                        if known.is_none() || away {
                            state(&time, "looked", overview.is_known_to_be_well(), ui)?;
                        }
                        let before = known.as_deref().unwrap_or_default();
                        for change in changes(before, &overview.findings) {
                            told(&time, &change, ui)?;
                        }
                        let was_unwell = known.is_some_and(|all| !all.is_empty());
                        if overview.findings.is_empty() && was_unwell {
                            state(&time, "well", true, ui)?;
                        }
                    }
                    known = Some(overview.findings.clone());
                    away = false;
                    if is_over(overview.is_known_to_be_well()) {
                        tell(overview, &clone, ui);
                        return Ok(exit(overview));
                    }
                }
                Err(fault) => {
                    if is_over(false) {
                        return Ok(unanswered(fault, ui));
                    }
                    if let Some((_, lines)) = ui.screen() {
                        ui.redraw(&format!("{fault}\n\n{time}\n"), lines)?;
                    } else if !away {
                        ui.event(
                            &json!({ "event": "away", "time": time, "why": fault.to_string() }),
                        )?;
                        ui.page(&format!("{time}  away   {fault}\n"))?;
                    }
                    away = true;
                }
            }
            clock.pause(self.interval);
        }
    }
}

fn state(time: &str, event: &str, is_well: bool, ui: &mut Ui) -> std::io::Result<()> {
    ui.event(&json!({ "event": event, "time": time, "well": is_well }))?;
    let words = if is_well {
        "all is well"
    } else {
        "not all is well"
    };
    ui.page(&format!("{time}  {words}\n"))
}

fn told(time: &str, change: &Change, ui: &mut Ui) -> std::io::Result<()> {
    let mut event = json!(change);
    if let Value::Object(members) = &mut event {
        members.insert("time".to_owned(), json!(time));
    }
    ui.event(&event)?;
    ui.page(&match change {
        Change::Over { object } => format!("{time}  ok     {object}\n"),
        Change::Found { finding } => {
            let word = text::level(finding.level);
            let why = match finding.why.as_str() {
                "" => String::new(),
                why => format!(": {why}"),
            };
            let cause = finding.cause.words();
            format!("{time}  {word:<5}  {}: {cause}{why}\n", finding.object)
        }
    })
}
