//! Every Secret of the rendered `public` fixture, encrypted by ichor, pushed into a local git
//! repository, fetched by the real source-controller, decrypted and applied by the real
//! kustomize-controller, and read back from a real kube-apiserver.
//!
//! Then `ichor reconcile`, `suspend` and `resume`, against the same controllers.
//!
//! All of it runs on loopback in a temporary folder, with an empty home folder, and ends with
//! the oracle, however that ends.

pub(super) mod cluster;
mod controllers;
mod expected;
mod objects;
pub(super) mod processes;
mod reconcile;
mod repository;

use std::time::Instant;

use anyhow::Result;

use self::cluster::Cluster;
use self::expected::Plain;
use self::processes::Sandbox;
use super::go::{self, Program};
use super::{Options, Outcome};
use crate::{files, golden, process};

pub(super) const ETCD: Program = Program {
    folder: "etcd",
    name: "etcd",
    package: "go.etcd.io/etcd/server/v3",
    link: "",
};
/// Clients want to parse the API server's version, which only its own build scripts give it.
pub(super) const VERSION: &str = "-X k8s.io/component-base/version.gitVersion=v1.36.3 \
    -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=36";
pub(super) const API_SERVER: Program = Program {
    folder: "kube-apiserver",
    name: "kube-apiserver",
    package: "k8s.io/kubernetes/cmd/kube-apiserver",
    link: VERSION,
};
pub(super) const KUBECTL: Program = Program {
    folder: "kube-apiserver",
    name: "kubectl",
    package: "k8s.io/kubernetes/cmd/kubectl",
    link: VERSION,
};
pub(super) const SOURCE_CONTROLLER: Program = Program {
    folder: "source-controller",
    name: "source-controller",
    package: "github.com/fluxcd/source-controller",
    link: "",
};
pub(super) const KUSTOMIZE_CONTROLLER: Program = Program {
    folder: "kustomize-controller",
    name: "kustomize-controller",
    package: "github.com/fluxcd/kustomize-controller",
    link: "",
};
const GIT_SERVER: Program = Program {
    folder: "git-server",
    name: "git-server",
    package: ".",
    link: "",
};

pub(super) fn run(_options: &Options) -> Result<Outcome> {
    if !cfg!(unix) {
        return Ok(Outcome::Skipped("this is no Unix".to_owned()));
    }
    if !process::exists("git", "version") {
        return Ok(Outcome::Skipped("there is no `git`".to_owned()));
    }
    let programs = go::all([
        &GIT_SERVER,
        &ETCD,
        &SOURCE_CONTROLLER,
        &KUSTOMIZE_CONTROLLER,
        &API_SERVER,
        &KUBECTL,
    ])?;
    let [git_server, etcd, source, kustomize, api_server, kubectl] = match programs {
        Ok(programs) => programs,
        Err(reason) => return Ok(Outcome::Skipped(reason)),
    };
    let mut definitions = Vec::new();
    for program in [&SOURCE_CONTROLLER, &KUSTOMIZE_CONTROLLER] {
        match go::source(program.folder, program.package)? {
            Ok(folder) => definitions.push(folder.join("config/crd/bases")),
            Err(reason) => return Ok(Outcome::Skipped(reason)),
        }
    }

    let begun = Instant::now();
    let fixture = files::root().join("fixtures/public");
    let rendered = golden::rendered(&fixture)?;
    let (plain, left_out) = expected::secrets(&rendered)?;
    let mut encrypted = golden::built(&fixture)?;
    encrypted.retain(|path, _| plain.iter().any(|secret| secret.path == *path));
    expected::all_encrypted(&encrypted)?;

    let sandbox = Sandbox::new()?;
    let repository = repository::serve(&sandbox, &git_server, encrypted, &plain)?;
    let cluster = Cluster::start(&sandbox, &etcd, &api_server, kubectl)?;
    cluster.define(&definitions)?;
    let controllers = controllers::start(&sandbox, &cluster, &source, &kustomize)?;
    let key = files::text(&fixture.join("keys/age.key"))?;
    cluster.apply(&objects::all(&plain, &key, &repository.address))?;
    if let Err(error) = cluster.ready("kustomization", objects::NAME) {
        let state = cluster.state();
        let words = controllers.iter().map(processes::Running::last_words);
        let words: Vec<String> = words.collect();
        return Ok(Outcome::Differs(format!(
            "{error:#}\n{state}\n{}",
            words.join("\n")
        )));
    }
    let differences = expected::differences(&plain, &cluster.secrets()?);
    if !differences.is_empty() {
        return Ok(Outcome::Differs(differences.join("\n")));
    }
    let arrived = begun.elapsed().as_secs_f64();
    let reconciled = match reconcile::check(&sandbox, &cluster, &repository)? {
        Ok(words) => words,
        Err(fault) => return Ok(Outcome::Differs(fault)),
    };
    Ok(Outcome::Agreed(format!(
        "{}{left_out}, in {arrived:.1} s; {reconciled}",
        compared(&plain),
    )))
}

fn compared(plain: &[Plain]) -> String {
    let values: usize = plain.iter().map(|secret| secret.data.len()).sum();
    format!(
        "{} Secrets with {values} values arrived as they were",
        plain.len()
    )
}
