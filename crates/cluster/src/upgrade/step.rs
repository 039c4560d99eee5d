//! What is done to one node.

use std::time::Duration;

use diagnostics::{Diagnostic, visible};
use talos::generate::Role;
use talos_client::{Fault, Image, InstallStep, Kind, Node};

use super::look::{self, Verdict, is_ready, minor};
use super::words::{begin, named, of};
use super::{Event, Step, Target, Upgrade, Workloads};
use crate::image;
use crate::rules;

/// How long the API of Kubernetes has until it takes an order: it may have been on this very node.
const SETTLING: Duration = Duration::from_mins(2);

/// From which minor on an installation and the boot of it are two calls.
const TWO_CALLS: u32 = 13;

impl Upgrade<'_> {
    /// All that is left to do about a node.
    pub(super) fn one(
        &self,
        target: &Target,
        changed: &mut bool,
        tell: &mut dyn FnMut(Event),
    ) -> Result<(), Diagnostic> {
        let node = self.client.node(&target.address);
        let wrong = |fault: Fault| named(target, &fault);
        // Another one may have done it since the plan was made.
        let verdict = self.look(&node, target)?;
        let workloads = match self.workloads {
            Some(workloads) => Some((
                workloads,
                node.nodename().map_err(wrong)?.unwrap_or_default(),
            )),
            None => None,
        };
        let from = match verdict {
            Verdict::Nothing => return Ok(()),
            Verdict::Finish => {
                self.come_back(&node, target, None, workloads.as_ref(), tell)?;
                *changed = true;
                return self.open(target, workloads.as_ref(), tell);
            }
            Verdict::Upgrade { from, .. } => from,
        };
        if target.role == Role::ControlPlane && !self.force {
            self.keep_majority(target, tell)?;
        }
        begin(target, Step::Pull, tell);
        let image = node.pull(&target.image, Image::System).map_err(|fault| {
            let problem = wrong(fault);
            match problem.hint {
                None => problem.hint(format!(
                    "is `{}` an installer, and was its schematic made? Nothing was stopped yet",
                    target.image
                )),
                Some(_) => problem,
            }
        })?;
        if let Some((workloads, name)) = &workloads {
            begin(target, Step::Drain, tell);
            *changed = true;
            clear(target, *workloads, name, tell).map_err(|problem| self.kept(target, problem))?;
        }
        let before = node.boot_id().map_err(wrong)?;
        *changed = true;
        self.install(&node, target, &image, (&before, &from), tell)
            .map_err(|problem| self.kept(target, problem))?;
        let boot = Some((before.as_str(), from.as_str()));
        self.come_back(&node, target, boot, workloads.as_ref(), tell)
            .map_err(|problem| self.kept(target, problem))?;
        self.open(target, workloads.as_ref(), tell)
    }

    /// Says of a node that failed that pods are kept from it.
    fn kept(&self, target: &Target, mut problem: Diagnostic) -> Diagnostic {
        if self.workloads.is_some() {
            let name = &target.name;
            problem
                .message
                .push_str(&format!("; `{name}` stays cordoned"));
        }
        problem
    }

    /// Installs an image, and has the node start it.
    fn install(
        &self,
        node: &Node<'_>,
        target: &Target,
        image: &str,
        (before, from): (&str, &str),
        tell: &mut dyn FnMut(Event),
    ) -> Result<(), Diagnostic> {
        let wrong = |fault: Fault| named(target, &fault);
        begin(target, Step::Install, tell);
        let steps = if minor(from).is_some_and(|minor| minor < TWO_CALLS) {
            None
        } else {
            match node.install(image) {
                Ok(steps) => Some(steps),
                Err(fault) if fault.kind == Kind::Unsupported => None,
                Err(fault) => return Err(wrong(fault)),
            }
        };
        let Some(steps) = steps else {
            // It goes on to reboot by itself.
            node.upgrade_at_once(&target.image).map_err(wrong)?;
            begin(target, Step::Reboot, tell);
            return Ok(());
        };
        let mut last = String::new();
        let mut code = None;
        for step in steps {
            match step.map_err(wrong)? {
                InstallStep::Ended(ended) => code = Some(ended),
                InstallStep::Line(text) => {
                    for line in text.lines().filter(|line| !line.trim().is_empty()) {
                        last = visible(line.trim());
                        tell(Event::Line {
                            node: target.name.clone(),
                            line: last.clone(),
                        });
                    }
                }
            }
        }
        if code != Some(0) {
            let name = &target.name;
            let ended = code.map_or("without a word of how".to_owned(), |code| {
                format!("with exit code {code}")
            });
            let said = if last.is_empty() {
                String::new()
            } else {
                format!(": {last}")
            };
            return Err(rules::CLUSTER_UPGRADE_FAILED
                .report(format!("`{name}`: the installer `{}` ended {ended}{said}", target.image))
                .hint("what ran before is what runs, and what its next boot starts; the same command tries again"));
        }
        // A while has passed: another control plane may be away by now, or somebody else may have
        // had this one start again.
        if node.boot_id().map_err(wrong)? != before {
            return Ok(());
        }
        if target.role == Role::ControlPlane && !self.force {
            self.keep_majority(target, tell)?;
        }
        begin(target, Step::Reboot, tell);
        match node.reboot(self.reboot) {
            Ok(_) => Ok(()),
            // It may have begun before the answer was lost: the next look tells.
            Err(fault) if fault.is_passing() => Ok(()),
            Err(fault) => Err(wrong(fault)),
        }
    }

    /// Waits until a node is in another boot, with the version that was meant, and ready.
    fn come_back(
        &self,
        node: &Node<'_>,
        target: &Target,
        before: Option<(&str, &str)>,
        workloads: Option<&(&dyn Workloads, String)>,
        tell: &mut dyn FnMut(Event),
    ) -> Result<(), Diagnostic> {
        let wanted = image::tag(&target.image).filter(|tag| minor(tag).is_some());
        self.until(target, "it is back and ready", self.patience, tell, || {
            let look = || -> Result<Option<String>, Fault> {
                if let Some((before, _)) = before
                    && node.boot_id()? == before
                {
                    return Ok(Some("it is still in the boot before".to_owned()));
                }
                if let Err(why) = is_ready(node)? {
                    return Ok(Some(format!("waits until {why}")));
                }
                if target.role == Role::ControlPlane && !node.is_healthy("etcd")? {
                    return Ok(Some("etcd is not healthy yet".to_owned()));
                }
                Ok(None)
            };
            match look() {
                Ok(None) => {}
                Ok(Some(why)) => return Ok(Some(why)),
                Err(fault) if fault.is_passing() || fault.kind == Kind::NotReady => {
                    return Ok(Some("it does not answer".to_owned()));
                }
                // Its certificate is made anew with each boot, when it knows the time.
                Err(fault) if matches!(fault.kind, Kind::NotValidNow | Kind::Failed) => {
                    return Ok(Some(fault.to_string()));
                }
                Err(fault) => return Err(named(target, &fault)),
            }
            let running = match look::running(node) {
                Ok(running) => running.version,
                Err(_) => return Ok(Some("it does not answer".to_owned())),
            };
            if let (Some(wanted), Some((_, from))) = (wanted, before)
                && wanted != running
            {
                return Err(rules::CLUSTER_UPGRADE_FAILED
                    .report(format!(
                        "`{}` is back with Talos {running}, not {wanted}: {}",
                        target.name,
                        if running == from {
                            "what was installed did not start, and Talos went back to what ran before"
                        } else {
                            "the image holds another version than its tag says"
                        }
                    ))
                    .hint("`ichor talos dmesg` and its console tell more"));
            }
            match workloads {
                Some((workloads, name)) => match workloads.placement(name) {
                    Ok(Some(placement)) if placement.ready => Ok(None),
                    Ok(Some(_)) => Ok(Some("Kubernetes says that it is not ready".to_owned())),
                    Ok(None) => Ok(Some(format!("Kubernetes knows no node `{name}`"))),
                    // Its API may have been on this very node.
                    Err(problem) => Ok(Some(problem.message)),
                },
                None => Ok(None),
            }
        })
    }

    /// Lets pods come to a node again.
    fn open(
        &self,
        target: &Target,
        workloads: Option<&(&dyn Workloads, String)>,
        tell: &mut dyn FnMut(Event),
    ) -> Result<(), Diagnostic> {
        if let Some((workloads, name)) = workloads {
            begin(target, Step::Uncordon, tell);
            let mut last = None;
            self.until(
                target,
                "Kubernetes lets pods come to it",
                SETTLING,
                tell,
                || {
                    last = { workloads.uncordon(name) }.err();
                    Ok(last.as_ref().map(|problem| problem.message.clone()))
                },
            )
            .map_err(|problem| self.kept(target, problem))?;
        }
        begin(target, Step::Done, tell);
        Ok(())
    }
}

/// Moves the pods of a node elsewhere.
fn clear(
    target: &Target,
    workloads: &dyn Workloads,
    name: &str,
    tell: &mut dyn FnMut(Event),
) -> Result<(), Diagnostic> {
    workloads
        .cordon(name)
        .map_err(|problem| of(target, problem))?;
    let mut line = |line: &str| {
        tell(Event::Line {
            node: target.name.clone(),
            line: visible(line),
        });
    };
    { workloads.drain(name, &mut line) }.map_err(|problem| of(target, problem))
}
