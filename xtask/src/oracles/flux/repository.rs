//! The git repository that Flux fetches from, over http on loopback.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use camino::{Utf8Path, Utf8PathBuf};
use serde_json::json;

use super::expected::Plain;
use super::processes::{Running, Sandbox, free_ports, listens};
use crate::golden::Files;
use crate::{files, process};

/// A repository that is served.
pub(super) struct Repository<'a> {
    /// Where Flux finds it.
    pub(super) address: String,
    /// Where its files are.
    pub(super) tree: Utf8PathBuf,
    sandbox: &'a Sandbox,
    bare: Utf8PathBuf,
    _running: Running,
}

impl Repository<'_> {
    /// Commits what the tree is by now, and pushes it.
    pub(super) fn commit(&self, what: &str) -> Result<()> {
        git(self.sandbox, &self.tree, &["add", "--all"])?;
        let message = format!("--message={what}");
        git(self.sandbox, &self.tree, &["commit", "--quiet", &message])?;
        let push = ["push", "--quiet", self.bare.as_str(), "main"];
        git(self.sandbox, &self.tree, &push).map(drop)
    }
}

fn git(sandbox: &Sandbox, tree: &Utf8Path, arguments: &[&str]) -> Result<String> {
    let mut git = sandbox.command("git")?;
    git.current_dir(tree)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .args([
            "-c",
            "user.name=oracle",
            "-c",
            "user.email=oracle@example.com",
        ])
        .args(arguments);
    process::quiet(&mut git)
}

/// Commits the encrypted files with what kustomize wants beside them, and serves the result.
pub(super) fn serve<'a>(
    sandbox: &'a Sandbox,
    server: &Utf8Path,
    encrypted: Files,
    plain: &[Plain],
) -> Result<Repository<'a>> {
    let tree = sandbox.path("tree")?;
    for (path, content) in encrypted.into_iter().chain(kustomizations(plain)?) {
        files::write(&tree.join(path), content)?;
    }
    let served = sandbox.path("served")?;
    let bare = served.join("repository.git");
    let git = |arguments: &[&str]| git(sandbox, &tree, arguments);
    git(&["init", "--quiet", "--initial-branch=main"])?;
    git(&["add", "--all"])?;
    git(&["commit", "--quiet", "--message=the rendered secrets"])?;
    git(&["clone", "--quiet", "--bare", ".", bare.as_str()])?;

    let [port] = free_ports()?;
    let arguments = [format!("127.0.0.1:{port}"), served.to_string()];
    let mut running = sandbox.start(server, &arguments, &[])?;
    running.until(|| listens(port))?;
    Ok(Repository {
        address: format!("http://127.0.0.1:{port}/repository.git"),
        tree,
        sandbox,
        bare,
        _running: running,
    })
}

/// A kustomization beside every secret, which gives it the namespace that its folder implies
/// where it names none, and one above all of them.
fn kustomizations(plain: &[Plain]) -> Result<Files> {
    let mut folders: BTreeMap<&Utf8Path, Vec<&Plain>> = BTreeMap::new();
    for secret in plain {
        let folder = Utf8Path::new(&secret.path).parent();
        let folder = folder.context("a secret outside all folders")?;
        folders.entry(folder).or_default().push(secret);
    }
    let mut found = Files::new();
    let top = json!({ "resources": folders.keys().collect::<Vec<_>>() });
    found.insert("kustomization.yaml".to_owned(), serde_json::to_vec(&top)?);
    for (folder, secrets) in folders {
        let implied: Vec<Option<&str>> = secrets
            .iter()
            .map(|secret| secret.is_implied.then_some(secret.namespace.as_str()))
            .collect();
        if implied.windows(2).any(|pair| pair[0] != pair[1]) {
            bail!("some secrets in `{folder}` name their namespace, and some do not");
        }
        let mut resources: Vec<&str> = secrets
            .iter()
            .filter_map(|secret| Utf8Path::new(&secret.path).file_name())
            .collect();
        resources.dedup();
        let mut content = json!({ "resources": resources });
        if let Some(Some(namespace)) = implied.first() {
            content["namespace"] = json!(namespace);
        }
        let path = folder.join("kustomization.yaml");
        found.insert(path.to_string(), serde_json::to_vec(&content)?);
    }
    Ok(found)
}
