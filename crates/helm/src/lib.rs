//! The one program that is started: `helm`, 3.18 or later, or any 4.
//!
//! It is given archives of charts that are there, values and a kubeconfig in a private folder,
//! and nothing else: no home, no plugins, nothing of the environment, no registry. [`Helm::template`]
//! has a proxy that nobody listens at, so that it asks nobody; [`Helm::upgrade`] and
//! [`Helm::rollback`] ask the API server of the kubeconfig. Its own check of values is off, since
//! a schema may refer to the web and its message may show a value; `flux::helm::judged` does it.
//!
//! Where 3 and 4 differ is decided here, by the major version: who builds either from source may
//! have no more than `v4.3` (seen with Helm 3.22.0 and 4.3.1).
//!
//! **Invariant:** whatever the program does, a call ends: it has a limit, after which its process
//! group is told to end, and then made to; what it prints is bounded; what it was given is gone
//! when the call is over.

mod failed;
mod given;
mod process;

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use camino::Utf8PathBuf;
use repository::private::PrivateFolder;

pub use failed::{Failed, Why};

use given::Given;
use process::{Access, Call, Ended, Running};

/// How long what is done without a cluster may take.
const LIMIT: Duration = Duration::from_mins(2);

/// What `helm` may take beyond its own `--timeout` before it is told to end: it waits for hooks,
/// jobs and objects one after the other, and each may take that long.
const BEYOND: Duration = Duration::from_mins(1);

/// How long it may take to end once it is told to: it marks its release as failed.
const GRACE: Duration = Duration::from_secs(20);

/// The oldest `helm` that is taken: from this minor of 3 on, and every 4.
const OLDEST: (u64, u64) = (3, 18);

/// The program, and a folder for what it is given. Several calls may run at once.
pub struct Helm {
    program: Utf8PathBuf,
    folder: PrivateFolder,
    version: (u64, u64),
    /// What was given, so that no two calls name a file alike.
    calls: AtomicUsize,
    running: Running,
}

/// Why there is no `helm` that can be used.
#[derive(Debug)]
pub enum NoHelm {
    /// It cannot be started, or does not say its version: why.
    Unusable(String),
    /// It is older than 3.18: its version.
    TooOld(String),
}

/// A chart and its values, to be rendered without a cluster.
#[derive(Clone, Copy)]
pub struct Template<'a> {
    /// The name of the release.
    pub name: &'a str,
    /// The namespace that it would be installed into.
    pub namespace: &'a str,
    /// The archive of the chart, `.tgz`.
    pub archive: &'a [u8],
    /// The values, as JSON.
    pub values: &'a str,
    /// The version of Kubernetes, such as `v1.36.3`; helm's own where there is none.
    pub kubernetes: Option<&'a str>,
    /// The APIs that the cluster has beside its own: `group/version`, `group/version/Kind`.
    pub apis: &'a [String],
    /// Whether hooks are rendered, too, those of tests included.
    pub with_hooks: bool,
}

/// A release to be installed, or brought to another chart or other values.
#[derive(Clone, Copy)]
pub struct Upgrade<'a> {
    /// Which release.
    pub release: Release<'a>,
    /// The archive of the chart, `.tgz`.
    pub archive: &'a [u8],
    /// The values, as JSON: these and no others, whatever the release had before.
    pub values: &'a str,
    /// How long helm may wait for each thing that it waits for.
    pub timeout: Duration,
    /// Whether it waits until what it applied is ready and jobs are done; for hooks it always does.
    pub wait: bool,
}

/// Which release, of which cluster.
#[derive(Clone, Copy)]
pub struct Release<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its namespace, which is there.
    pub namespace: &'a str,
    /// The kubeconfig, as text.
    pub kubeconfig: &'a str,
}

impl Release<'_> {
    /// The file that marks a folder whose `helm` works at it.
    fn mark(&self) -> String {
        let mut cluster = DefaultHasher::new();
        self.kubeconfig.hash(&mut cluster);
        let Self {
            namespace, name, ..
        } = self;
        format!("release-{namespace}.{name}-{:016x}", cluster.finish())
    }
}

impl Helm {
    /// Takes a program, if it is a `helm` of 3.18 or later.
    ///
    /// # Errors
    ///
    /// Why it cannot be used.
    pub fn new(program: Utf8PathBuf, folder: PrivateFolder) -> Result<Self, NoHelm> {
        let mut helm = Self {
            program,
            folder,
            version: OLDEST,
            calls: AtomicUsize::new(0),
            running: Running::default(),
        };
        let words = ["version", "--template", "{{.Version}}"];
        let ended = helm.call(&words, Access::Nobody, LIMIT, &mut |_| ());
        let said = ended.and_then(Ended::output).map_err(NoHelm::Unusable)?;
        let said = said.trim();
        match version(said) {
            Some(version) if version >= OLDEST => helm.version = version,
            Some(_) => return Err(NoHelm::TooOld(said.to_owned())),
            None => {
                let why = "it does not say which version it is";
                return Err(NoHelm::Unusable(why.to_owned()));
            }
        }
        Ok(helm)
    }

    /// The major and the minor version.
    pub fn version(&self) -> (u64, u64) {
        self.version
    }

    /// Whether it is Helm 4, or later.
    pub fn is_four(&self) -> bool {
        self.version.0 >= 4
    }

    /// What a chart makes of values, definitions of kinds included. Asks nobody.
    ///
    /// # Errors
    ///
    /// Why there is nothing, as a clause: what `helm` says.
    pub fn template(&self, template: &Template<'_>) -> Result<String, String> {
        named(template.name, template.namespace)?;
        let chart = self.give("chart", "tgz", template.archive);
        let values = self.give("values", "json", template.values.as_bytes());
        let (chart, values) = chart
            .and_then(|chart| Ok((chart, values?)))
            .map_err(|error| format!("nothing can be written for it: {error}"))?;
        let mut words = vec![
            "template",
            template.name,
            chart.path(),
            "--namespace",
            template.namespace,
            "--values",
            values.path(),
            "--include-crds",
            "--skip-schema-validation",
        ];
        if !template.with_hooks {
            words.push("--no-hooks");
        }
        if let Some(kubernetes) = template.kubernetes {
            words.extend(["--kube-version", kubernetes]);
        }
        for api in template.apis {
            words.extend(["--api-versions", api]);
        }
        let ended = self.call(&words, Access::Nobody, LIMIT, &mut |_| ());
        ended.and_then(Ended::output)
    }

    /// Installs a release, or brings it to this chart and these values, and hands each line that
    /// `helm` says meanwhile to `tell`.
    ///
    /// Applied is from here, not by the server (`--server-side=false` of Helm 4), so that
    /// helm-controller removes later what is removed from git: what the manager `helm` applied
    /// by the server would stay for ever.
    ///
    /// # Errors
    ///
    /// What failed, and what `helm` said.
    pub fn upgrade(&self, upgrade: &Upgrade<'_>, tell: &mut dyn FnMut(&str)) -> Result<(), Failed> {
        let chart = self.give("chart", "tgz", upgrade.archive)?;
        let values = self.give("values", "json", upgrade.values.as_bytes())?;
        let mut words = vec![
            "upgrade",
            upgrade.release.name,
            chart.path(),
            "--install",
            "--values",
            values.path(),
            // Else it would go on with the values of the release where none are given.
            "--reset-values",
            "--cleanup-on-fail",
            "--hide-notes",
            "--skip-schema-validation",
        ];
        if upgrade.wait {
            words.extend(["--wait", "--wait-for-jobs"]);
        }
        if self.is_four() {
            words.push("--server-side=false");
        }
        self.change(&words, &upgrade.release, upgrade.timeout, tell)
    }

    /// Brings a release back to its last revision that was installed, which also frees one that
    /// a killed upgrade left pending.
    ///
    /// # Errors
    ///
    /// What failed, and what `helm` said.
    pub fn rollback(
        &self,
        release: &Release<'_>,
        timeout: Duration,
        tell: &mut dyn FnMut(&str),
    ) -> Result<(), Failed> {
        let mut words = vec!["rollback", release.name, "--cleanup-on-fail"];
        if self.is_four() {
            words.push("--server-side=false");
        }
        self.change(&words, release, timeout, tell)
    }

    /// A way to end what runs, and to have nothing else started, when this program is told to
    /// end: a Helm that is told so marks its release as failed, one that is left behind goes on.
    pub fn stopper(&self) -> impl Fn() + Send + use<> {
        let running = self.running.clone();
        move || running.stop()
    }

    /// Whether somebody works at a release whom another run has started, be it one that was
    /// killed meanwhile: the program goes on without it, and holds its folder.
    pub fn is_busy(&self, release: &Release<'_>) -> bool {
        self.folder.is_elsewhere(&release.mark())
    }

    /// Runs what changes a cluster.
    fn change(
        &self,
        words: &[&str],
        release: &Release<'_>,
        timeout: Duration,
        tell: &mut dyn FnMut(&str),
    ) -> Result<(), Failed> {
        named(release.name, release.namespace).map_err(Failed::not_started)?;
        let kubeconfig = self.give("access", "yaml", release.kubeconfig.as_bytes())?;
        let seconds = format!("{}s", timeout.as_secs().max(1));
        let around = [
            "--namespace",
            release.namespace,
            "--kubeconfig",
            kubeconfig.path(),
            "--timeout",
            &seconds,
        ];
        let words = [words, &around].concat();
        let _mark = Given::new(&self.folder, release.mark(), b"")?;
        let call = Call {
            held: Some(self.folder.lock()),
            ..self.calling(&words, Access::Cluster, timeout + BEYOND)
        };
        call.run(tell).map_err(Failed::not_started)?.done()
    }

    fn give(&self, what: &str, extension: &str, content: &[u8]) -> std::io::Result<Given<'_>> {
        let number = self
            .calls
            .fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Given::new(
            &self.folder,
            format!("{what}-{number}.{extension}"),
            content,
        )
    }

    fn call(
        &self,
        words: &[&str],
        access: Access,
        limit: Duration,
        tell: &mut dyn FnMut(&str),
    ) -> Result<Ended, String> {
        self.calling(words, access, limit).run(tell)
    }

    fn calling<'a>(&'a self, words: &'a [&'a str], access: Access, limit: Duration) -> Call<'a> {
        Call {
            program: &self.program,
            folder: self.folder.path(),
            words,
            access,
            limit,
            grace: GRACE,
            held: None,
            running: &self.running,
        }
    }
}

/// The longest name of a release that Helm takes.
const LONGEST_NAME: usize = 53;

/// Whether a text is a name that Helm takes for a release, and no flag.
pub fn is_name(name: &str) -> bool {
    let fits = |one: char| one.is_ascii_lowercase() || one.is_ascii_digit();
    name.len() <= LONGEST_NAME
        && name.starts_with(fits)
        && name.ends_with(fits)
        && name.chars().all(|one| fits(one) || "-.".contains(one))
}

/// Whether a text is the name of a namespace.
pub fn is_namespace(name: &str) -> bool {
    const LONGEST: usize = 63;
    let fits = |one: char| one.is_ascii_lowercase() || one.is_ascii_digit();
    name.len() <= LONGEST
        && name.starts_with(fits)
        && name.ends_with(fits)
        && name.chars().all(|one| fits(one) || one == '-')
}

/// Refuses what `helm` would take for something else than names.
fn named(name: &str, namespace: &str) -> Result<(), String> {
    if !is_name(name) {
        return Err(format!("`{name}` is no name of a release"));
    }
    if !is_namespace(namespace) {
        return Err(format!("`{namespace}` is no name of a namespace"));
    }
    Ok(())
}

/// The major and the minor of what `helm version` prints.
fn version(said: &str) -> Option<(u64, u64)> {
    let mut numbers = said.trim_start_matches('v').split('.').map(str::parse);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => Some((major, minor)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
