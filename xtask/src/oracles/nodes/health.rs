//! `talos health`, beside talosctl's: the same verdict, with one check made to fail at a time.

use std::process::Output;

use anyhow::{Context as _, Result, bail};

use super::super::helper::said;
use super::repository::Repository;
use super::rig::Rig;

/// How long either waits for a check that cannot succeed.
const PATIENCE: &str = "15s";

/// What goes wrong, and which check it is that says so; none where Talos does not look.
struct Case {
    check: Option<&'static str>,
    harm: Harm,
}

/// What is done to a cluster.
enum Harm {
    /// A program of a node does not go on.
    Halt(&'static str, &'static str),
    /// Something is done with kubectl.
    Kubectl(&'static str),
    /// The cluster is said to be another than it is.
    Nodes(&'static str),
}

const CASES: [Case; 11] = [
    Case {
        check: Some("etcd to be healthy"),
        harm: Harm::Halt("cp2", "etcd"),
    },
    Case {
        check: Some("etcd members to be control plane nodes"),
        harm: Harm::Nodes(
            "--control-plane-nodes 10.5.0.2,10.5.0.3 --worker-nodes 10.5.0.4,10.5.0.5",
        ),
    },
    Case {
        check: Some("apid to be ready"),
        harm: Harm::Halt("w1", "apid"),
    },
    Case {
        check: Some("kubelet to be healthy"),
        harm: Harm::Halt("cp2", "kubelet"),
    },
    // Of kubelets it asks those of control planes alone (`check/default.go` of Talos 1.13.9).
    Case {
        check: None,
        harm: Harm::Halt("w1", "kubelet"),
    },
    Case {
        check: Some("all k8s nodes to report"),
        harm: Harm::Kubectl("delete node w1"),
    },
    Case {
        check: Some("all control plane components to be ready"),
        harm: Harm::Kubectl("-n kube-system delete pod kube-scheduler-cp2 --force"),
    },
    Case {
        check: Some("all k8s nodes to report ready"),
        harm: Harm::Kubectl(
            r#"patch node w1 --subresource=status -p {"status":{"conditions":[{"type":"Ready","status":"False"}]}}"#,
        ),
    },
    Case {
        check: Some("kube-proxy to report ready"),
        harm: Harm::Kubectl("-n kube-system delete pod -l k8s-app=kube-proxy --force"),
    },
    Case {
        check: Some("coredns to report ready"),
        harm: Harm::Kubectl("-n kube-system delete pod -l k8s-app=kube-dns --force"),
    },
    Case {
        check: Some("all k8s nodes to report schedulable"),
        harm: Harm::Kubectl("cordon w1"),
    },
];

/// The command line of both programs.
pub(super) fn line(repository: &Repository<'_>, patience: &str) -> String {
    let (leads, works) = repository.addresses.split_at(repository.leads);
    let mut nodes = format!("--control-plane-nodes {}", leads.join(","));
    if !works.is_empty() {
        nodes = format!("{nodes} --worker-nodes {}", works.join(","));
    }
    of(&nodes, patience)
}

fn of(nodes: &str, patience: &str) -> String {
    format!("health -n 10.5.0.2 {nodes} --wait-timeout {patience}")
}

/// Asks both of a healthy cluster, and of one where something is wrong; how often they agreed.
pub(super) fn compared(
    rig: &mut Rig,
    repository: &Repository<'_>,
    faults: &mut Vec<String>,
) -> Result<usize> {
    let mut agreed = 0;
    let line = line(repository, PATIENCE);
    if let Some(check) = both(repository, &line, faults)? {
        bail!("the cluster is not healthy to begin with: {check}");
    }
    agreed += 1;
    for case in &CASES {
        let asked = match case.harm {
            Harm::Nodes(nodes) => of(nodes, PATIENCE),
            _ => line.clone(),
        };
        match case.harm {
            Harm::Halt(node, program) => {
                rig.signal(node, program, "STOP")?;
                noticed(repository, program)?;
            }
            Harm::Kubectl(line) => {
                let done = repository.kubectl(line)?;
                if !done.status.success() {
                    bail!("`kubectl {line}` failed:\n{}", said(&done));
                }
            }
            Harm::Nodes(_) => {}
        }
        let found = both(repository, &asked, faults)?;
        if found.as_deref() == case.check {
            agreed += 1;
        } else {
            faults.push(format!("{:?} was to fail, and not {found:?}", case.check));
        }
        match case.harm {
            Harm::Halt(node, program) => rig.signal(node, program, "CONT")?,
            Harm::Kubectl(_) => {
                repository.kubectl("uncordon w1")?;
                // A new one writes everything again.
                repository.agent(rig)?;
            }
            Harm::Nodes(_) => {}
        }
        let health = repository.talosctl(&self::line(repository, "60s"))?;
        if !health.status.success() {
            bail!("it does not get healthy again:\n{}", said(&health));
        }
    }
    Ok(agreed)
}

/// Waits until Talos has found out that a program does not answer: until then it calls it healthy, as
/// both would. Of apid there is nobody to ask.
fn noticed(repository: &Repository<'_>, program: &str) -> Result<()> {
    if program == "apid" {
        return Ok(());
    }
    let line = format!("services -n {}", repository.addresses.join(","));
    Repository::until(&format!("{program} to be found ill"), || {
        let services = said(&repository.talosctl(&line)?);
        Ok(services.lines().any(|line| {
            let words: Vec<_> = line.split_whitespace().collect();
            words.contains(&program) && words.contains(&"Fail")
        }))
    })
}

/// Asks both at once; which check failed, if they are of one mind.
fn both(
    repository: &Repository<'_>,
    line: &str,
    faults: &mut Vec<String>,
) -> Result<Option<String>> {
    let (theirs, ours) = std::thread::scope(|scope| {
        let theirs = scope.spawn(|| repository.talosctl(line));
        let ours = repository.ichor(&format!("talos {line}"));
        (theirs.join(), ours)
    });
    let theirs = theirs.ok().context("a thread panicked")??;
    let ours = ours?;
    let (their_check, our_check) = (
        failed(&theirs, "waiting for "),
        failed(&ours, "not healthy: "),
    );
    if their_check != our_check {
        faults.push(format!(
            "ours:\n{}\ntalosctl's:\n{}",
            said(&ours),
            said(&theirs)
        ));
    }
    Ok(their_check)
}

/// The check that a program has given up at.
fn failed(output: &Output, before: &str) -> Option<String> {
    if output.status.success() {
        return None;
    }
    let words = said(output);
    let line = words
        .lines()
        .rev()
        .find_map(|line| line.split_once(before))?;
    let (check, _) = line.1.split_once(':').unwrap_or((line.1, ""));
    Some(check.to_owned())
}
