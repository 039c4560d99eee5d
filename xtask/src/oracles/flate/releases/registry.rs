//! A registry and a repository of charts, with the small charts in them.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use camino::{Utf8Path, Utf8PathBuf};

use super::super::super::flux::processes::{Running, Sandbox, free_ports, listens};
use super::super::super::kubernetes;
use crate::{files, process};

pub(super) use kubernetes::DOOR;

/// The charts, and the versions that they are there in.
const CHARTS: [(&str, &[&str]); 3] = [
    ("app", &["1.2.3"]),
    ("things", &["0.3.0"]),
    ("tiny", &["1.0.0", "1.1.0", "1.1.3", "1.2.0", "2.0.0-rc.1"]),
];

/// The artifact that the repository names by its digest.
const PINNED: (&str, &str) = ("tiny", "1.1.0");

/// What serves the charts, until it is dropped.
pub(super) struct Registry {
    address: String,
    /// Of the artifact that is named by it.
    digest: String,
    /// Who has signed its certificates.
    authority: Utf8PathBuf,
    _door: Running,
}

impl Registry {
    /// Starts it, and puts the charts there as `helm` packs and pushes them.
    pub(super) fn start(sandbox: &Sandbox, door: &Utf8Path, helm: &Utf8Path) -> Result<Self> {
        let [port] = free_ports()?;
        let address = format!("127.0.0.1:{port}");
        let folder = sandbox.path("door")?;
        let packed = folder.join("charts");
        std::fs::create_dir_all(&packed).with_context(|| format!("cannot make `{packed}`"))?;
        let arguments = [address.clone(), folder.to_string()];
        let mut running = sandbox.start(door, &arguments, &[])?;
        running.until(|| listens(port))?;
        let run = |words: &[&str]| process::said(sandbox.command(helm.as_str())?.args(words));
        let mut digests = BTreeMap::new();
        for (chart, versions) in CHARTS {
            let source = files::root().join("oracles/flate/charts").join(chart);
            for version in versions {
                let pack = ["package", source.as_str(), "--version", version];
                run(&[&pack[..], &["--destination", packed.as_str()]].concat())?;
                let archive = packed.join(format!("{chart}-{version}.tgz"));
                let above = format!("oci://{address}/charts");
                let told = run(&["push", archive.as_str(), &above, "--plain-http"])?;
                let digest = told.lines().find_map(|line| line.strip_prefix("Digest: "));
                digests.insert((chart, *version), digest.unwrap_or_default().to_owned());
            }
        }
        let index = format!("http://{address}/charts");
        run(&["repo", "index", packed.as_str(), "--url", &index])?;
        let digest = digests.remove(&PINNED).filter(|digest| !digest.is_empty());
        Ok(Self {
            address,
            digest: digest.context("helm does not say what it pushed")?,
            authority: folder.join("ca.crt"),
            _door: running,
        })
    }

    /// A text of the repository, with what is other in each run.
    pub(super) fn named(&self, text: &str) -> String {
        let text = text.replace("ADDRESS", &self.address);
        text.replace("DIGEST", &self.digest)
    }

    /// What programs find it by: it answers for any host over TLS, and for itself over HTTP.
    pub(super) fn environment(&self) -> [(&'static str, String); 3] {
        [
            ("HTTPS_PROXY", format!("http://{}", self.address)),
            ("NO_PROXY", "127.0.0.1".to_owned()),
            ("SSL_CERT_FILE", self.authority.to_string()),
        ]
    }
}
