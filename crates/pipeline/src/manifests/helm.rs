//! Charts rendered by the real `helm`: what it is given, how it is run, what comes of it.
//!
//! It is given an archive that is there, values in a private folder, and nothing else: no home,
//! no cluster, no plugins, and a proxy that nobody listens at, so that it asks nobody. Its own
//! check of values is off, since a schema may refer to the web; [`flux::helm::judged`] does it.

#![expect(
    clippy::disallowed_types,
    reason = "the `helm` that the user has renders charts, which nothing else can, for a limited time"
)]

use std::collections::BTreeSet;
use std::io::{self, Read};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use diagnostics::Diagnostics;
use flux::assembled::{Assembled, Release};
use flux::helm::{Package, apis, release_name, release_namespace, rendered};
use flux::object::Object;
use flux::redact::Redaction;
use flux::rules::FLUX_CHART_RENDER;
use flux::schema::Schemas;
use rayon::prelude::*;
use repository::View;
use repository::private::PrivateFolder;
use rustix::process::{Pid, Signal, kill_process_group};

use super::charts::Charts;
use super::files::OfView;
use super::{Settings, clean};

/// How long one chart may take.
const LIMIT: Duration = Duration::from_mins(2);

/// How often is looked whether it is done.
const TICK: Duration = Duration::from_millis(5);

/// How much it may print.
const LARGEST: u64 = 64 << 20;

/// How much of what it says of a failure is passed on, in lines.
const LINES: usize = 8;

/// Where nobody listens.
const NOBODY: &str = "http://127.0.0.1:1";

/// The oldest `helm` that is taken: from this minor of 3 on, and every 4.
const OLDEST: (u64, u64) = (3, 18);

/// The program, and a folder for what it is given.
pub struct Helm {
    program: Utf8PathBuf,
    folder: PrivateFolder,
}

/// Why there is no `helm` that can be used.
#[derive(Debug)]
pub enum NoHelm {
    /// It cannot be started, or does not say its version.
    Unusable(String),
    /// It is older than 3.18.
    TooOld(String),
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Rendered {
    /// What is wrong with charts that were rendered.
    pub problems: Diagnostics,
    /// How many releases were rendered.
    pub releases: usize,
    /// Releases that were not, each with why.
    pub left_out: Vec<(String, &'static str)>,
}

impl Helm {
    /// Takes a program, if it is a `helm` of 3.18 or later.
    ///
    /// # Errors
    ///
    /// Why it cannot be used.
    pub fn new(program: Utf8PathBuf, folder: PrivateFolder) -> Result<Self, NoHelm> {
        let helm = Self { program, folder };
        let answer = helm.run(&["version", "--template", "{{.Version}}"]);
        let version = match answer {
            Ok(version) => version.trim().to_owned(),
            Err(why) => return Err(NoHelm::Unusable(why)),
        };
        // Who builds it from source may have no more than these two.
        let mut numbers = version.trim_start_matches('v').split('.').map(str::parse);
        let numbers = match (numbers.next(), numbers.next()) {
            (Some(Ok(major)), Some(Ok(minor))) => Some((major, minor)),
            _ => None,
        };
        match numbers {
            Some(numbers) if numbers >= OLDEST => Ok(helm),
            Some(_) => Err(NoHelm::TooOld(version)),
            None => Err(NoHelm::Unusable(
                "it does not say which version it is".to_owned(),
            )),
        }
    }

    /// Renders every release of a cluster whose chart is at hand, and puts what comes of it into
    /// it. `view` is the repository that it was put together from, `cache` the one with the
    /// charts.
    pub fn render(
        &self,
        view: &View<'_>,
        cache: &View<'_>,
        assembled: &mut Assembled,
        settings: &Settings<'_>,
    ) -> Rendered {
        let files = OfView::new(view, settings.top.clone());
        let charts = Charts::open(cache);
        let packages: Vec<Option<Arc<Package>>> = { assembled.releases.par_iter() }
            .map(|release| charts.package(release, &files))
            .collect();
        let once: BTreeSet<&str> = { packages.iter().flatten() }
            .flat_map(|package| package.all_definitions())
            .collect();
        let apis = apis(assembled, once.into_iter());
        let pinned = settings.kubernetes.clone().unwrap_or_default();
        let kubernetes = match pinned.as_str() {
            "" => Schemas::bundled("").kubernetes().to_owned(),
            pinned => pinned.to_owned(),
        };
        let around = Around {
            apis: apis.into_iter().collect(),
            kubernetes,
        };
        let made: Vec<Made> = { assembled.releases.par_iter().zip(&packages).enumerate() }
            .map(|(index, (release, package))| {
                self.one(index, release, package.as_deref(), &charts, &around)
            })
            .collect();
        let mut out = Rendered::default();
        for (release, made) in assembled.releases.iter_mut().zip(made) {
            match made {
                Made::Objects(objects) => {
                    out.releases += 1;
                    release.rendered = Some(objects);
                }
                Made::Problems(problems) => out.problems.extend(problems),
                Made::LeftOut(why) => out.left_out.push((release.id.to_string(), why)),
            }
        }
        let redaction = Redaction::new(assembled, &settings.domains);
        out.problems = clean(out.problems, &redaction);
        for (name, _) in &mut out.left_out {
            *name = redaction.mask(name);
        }
        out
    }

    fn one(
        &self,
        index: usize,
        release: &Release,
        package: Option<&Package>,
        charts: &Charts<'_>,
        around: &Around,
    ) -> Made {
        let Some(chart) = &release.chart else {
            return Made::LeftOut("nothing in the repository says which chart it is");
        };
        if chart.is_folder() {
            return Made::LeftOut("its chart is a folder of the repository, which is not rendered");
        }
        if !chart.values_files.is_empty() {
            return Made::LeftOut("it takes `valuesFiles` of its chart, which are not followed");
        }
        let (Some(archive), Some(_)) = (charts.archive(chart), package) else {
            return Made::LeftOut("its chart is not in the cache");
        };
        let Some(values) = &release.values else {
            return Made::LeftOut("its values are known in the cluster only");
        };
        let failed = |why: &str| {
            let message = format!("Helm does not render {}: {why}", release.id);
            let problem = FLUX_CHART_RENDER.report(message);
            let problem = match release.object.place().location() {
                Some(location) => problem.at(location),
                None => problem,
            };
            Made::Problems(Diagnostics::from(problem))
        };
        let values = values.to_json().to_string();
        let written = {
            self.folder
                .write(&format!("values-{index}.json"), values.as_bytes())
        }
        .and_then(|values| {
            let chart = self.folder.write(&format!("chart-{index}.tgz"), &archive)?;
            Ok((values, chart))
        });
        let (values, chart) = match written {
            Ok(written) => written,
            Err(error) => return failed(&format!("nothing can be written for it: {error}")),
        };
        let name = release_name(&release.object);
        let mut words = vec![
            "template",
            &name,
            chart.as_str(),
            "--namespace",
            release_namespace(&release.object),
            "--values",
            values.as_str(),
            "--include-crds",
            "--skip-tests",
            "--skip-schema-validation",
            "--kube-version",
            &around.kubernetes,
        ];
        for api in &around.apis {
            words.extend(["--api-versions", api]);
        }
        match self.run(&words) {
            Ok(text) => match rendered(&release.object, &text) {
                Ok(objects) => Made::Objects(objects),
                Err(problems) => Made::Problems(problems),
            },
            Err(why) => failed(&why),
        }
    }

    /// Runs the program; what it prints, or why it fails.
    fn run(&self, words: &[&str]) -> Result<String, String> {
        let folder = self.folder.path();
        let mut command = Command::new(&self.program);
        command
            .args(words)
            .current_dir(folder)
            .env_clear()
            .env("HOME", folder)
            .env("TMPDIR", folder)
            .env("KUBECONFIG", folder.join("none"))
            .env("HELM_NO_PLUGINS", "1");
        for (name, below) in [
            ("HELM_CACHE_HOME", "cache"),
            ("HELM_CONFIG_HOME", "config"),
            ("HELM_DATA_HOME", "data"),
            ("HELM_PLUGINS", "plugins"),
        ] {
            command.env(name, folder.join(below));
        }
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"] {
            command.env(name, NOBODY);
        }
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);
        let mut child = command
            .spawn()
            .map_err(|error| format!("it cannot be started: {error}"))?;
        let (output, errors) = (child.stdout.take(), child.stderr.take());
        let output = thread::spawn(move || text(output));
        let errors = thread::spawn(move || text(errors));
        let status = wait(&mut child);
        let output = output.join().unwrap_or_default();
        let errors = errors.join().unwrap_or_default();
        match status {
            None => Err(format!("it takes longer than {} seconds", LIMIT.as_secs())),
            Some(false) => Err(said(&errors, folder)),
            Some(true) => Ok(output),
        }
    }
}

/// What a cluster is to charts.
struct Around {
    apis: Vec<String>,
    kubernetes: String,
}

enum Made {
    Objects(Vec<Object>),
    Problems(Diagnostics),
    LeftOut(&'static str),
}

/// All that is printed, as far as it may be; the rest is read and dropped.
fn text(pipe: Option<impl Read>) -> String {
    let Some(mut pipe) = pipe else {
        return String::new();
    };
    let mut bytes = Vec::new();
    drop(pipe.by_ref().take(LARGEST).read_to_end(&mut bytes));
    drop(io::copy(&mut pipe, &mut io::sink()));
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Whether it ended well; none where it took too long, and was ended.
fn wait(child: &mut Child) -> Option<bool> {
    let start = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status.success()),
            Ok(None) if start.elapsed() < LIMIT => thread::sleep(TICK),
            Ok(None) | Err(_) => break,
        }
    }
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        // It may have ended just now.
        let _gone = kill_process_group(group, Signal::KILL);
    }
    drop(child.wait());
    None
}

/// What it says of a failure, without what it is given.
fn said(errors: &str, folder: &Utf8Path) -> String {
    let lines = errors.lines().map(str::trim).filter(|line| {
        !line.is_empty() && !line.starts_with("Use --debug") && !line.starts_with("level=")
    });
    let lines: Vec<&str> = lines.take(LINES).collect();
    let words = lines.join("; ").replace(folder.as_str(), "…");
    let words = words.trim_start_matches("Error: ").to_owned();
    if words.is_empty() {
        "it says nothing of why".to_owned()
    } else {
        words
    }
}
