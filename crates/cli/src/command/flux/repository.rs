//! A Flux repository, of whatever layout: where it lies, what is known beside it.

use camino::{Utf8Path, Utf8PathBuf};
use flux::assembled::Assembled;
use flux::schema::Schemas;
use flux::substitute::Mode;
use pipeline::manifests::{self, Findings, Settings};
use repository::View;
use vault::Keys;

use crate::environment;
use crate::exit::Exit;
use crate::failure::Failure;

/// Which repository, and which cluster of it.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct Where {
    /// The repository, or the folder of one cluster in it
    ///
    /// The repository around the folder is the one with `.git`; without one, the folder itself. A
    /// repository that lies in another as a folder is found by the paths of its cluster.
    /// Where the clusters of a repository begin is found by itself: what Flux was bootstrapped
    /// with says it.
    #[arg(long, value_name = "DIR")]
    pub(crate) path: Option<Utf8PathBuf>,

    /// Read variables as Flux did up to 2.8: what is not set is empty
    ///
    /// Without it that is done where the repository pins such a Flux, or switches the strictness
    /// of a newer one off.
    #[arg(long)]
    lenient: bool,

    /// The version of Kubernetes, such as `1.36`; without, the one that the repository pins
    #[arg(long, value_name = "VERSION")]
    kubernetes_version: Option<String>,
}

/// A repository that is looked at.
pub(crate) struct Repository {
    /// The repository itself.
    pub(crate) root: Utf8PathBuf,
    keys: Keys,
    settings: Settings<'static>,
}

impl Where {
    /// Finds it, counted from a folder.
    pub(crate) fn open(&self, here: &Utf8Path) -> Result<Repository, Failure> {
        let folder = match &self.path {
            Some(path) => here.join(path),
            None => here.to_owned(),
        };
        let folder = real_folder(&folder)?;
        let disk = View::on_disk("/");
        let around = { folder.ancestors() }.find(|above| disk.exists(above.join(".git")));
        let root = match around {
            Some(around) if self.path.is_some() => {
                let outer = View::on_disk(around);
                let within = folder.ancestors().take_while(|above| *above != around);
                let is_nested =
                    |above: &&Utf8Path| manifests::is_nested(&View::on_disk(*above), &outer);
                { within }.find(is_nested).unwrap_or(around).to_owned()
            }
            around => around.unwrap_or(&folder).to_owned(),
        };
        let below = folder.strip_prefix(&root).unwrap_or(Utf8Path::new(""));
        // From within a repository the whole of it is meant, unless a folder was named.
        let path = (self.path.is_some() && !below.as_str().is_empty()).then(|| below.to_string());
        let view = View::on_disk(&*root);
        let kubernetes = self
            .kubernetes_version
            .as_deref()
            .map(release)
            .transpose()?;
        let settings = Settings {
            path,
            mode: self.lenient.then_some(Mode::Lenient),
            kubernetes: kubernetes.or_else(|| manifests::kubernetes_of(&view)),
            domains: manifests::domains_of(&view),
            tells_absent: true,
            ..Settings::default()
        };
        Ok(Repository {
            keys: Keys::new(&view, Box::new(environment::with_identities)),
            root,
            settings,
        })
    }
}

/// A folder that is there and has something in it.
fn real_folder(folder: &Utf8Path) -> Result<Utf8PathBuf, Failure> {
    let stopped = |why: &str| Failure::stopped(Exit::Usage, format!("`{folder}` {why}"));
    let Some(real) = repository::real(folder) else {
        return Err(stopped("does not exist")
            .hint("name the folder of a repository, or of one cluster in it"));
    };
    let view = View::on_disk(&*real);
    if !view.is_folder("") {
        let parent = folder.parent().map_or(".", Utf8Path::as_str);
        let parent = if parent.is_empty() { "." } else { parent };
        return Err(
            stopped("is no folder").hint(format!("name the folder that it lies in: `{parent}`"))
        );
    }
    if view.list("").is_ok_and(|entries| entries.is_empty()) {
        return Err(
            stopped("is empty").hint("name the folder of a repository, or of one cluster in it")
        );
    }
    Ok(real)
}

/// A release of Kubernetes that is built in: `1.36`, `v1.36` or with a patch, `v1.36.3`.
fn release(text: &str) -> Result<String, Failure> {
    let known = Schemas::releases();
    let short = |release: &str| release.rsplit_once('.').map(|(minor, _)| minor.to_owned());
    let digits = text.strip_prefix('v').unwrap_or(text);
    let parts: Vec<_> = digits.split('.').collect();
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|one| one.is_ascii_digit());
    let is_version = matches!(parts.len(), 2 | 3) && parts.iter().all(is_number);
    let minor = parts.iter().take(2).copied().collect::<Vec<_>>().join(".");
    let is_known = known.iter().any(|release| {
        short(release).is_some_and(|release| release.trim_start_matches('v') == minor)
    });
    if is_version && is_known {
        return Ok(format!("v{digits}"));
    }
    let minors: Vec<_> = known.iter().filter_map(|release| short(release)).collect();
    let minors = minors
        .iter()
        .map(|minor| format!("`{}`", minor.trim_start_matches('v')));
    let list = minors.collect::<Vec<_>>().join(", ");
    let message = if is_version {
        format!("Kubernetes `{text}` is not built in")
    } else {
        format!("`{text}` is no version of Kubernetes")
    };
    Err(Failure::stopped(Exit::Usage, message).hint(format!("name one of {list}")))
}

impl Repository {
    /// What is on the disk.
    pub(crate) fn on_disk(&self) -> View<'static> {
        View::on_disk(&*self.root)
    }

    /// The domains of the configuration, which may be shown though a Secret has them, too.
    pub(crate) fn domains(&self) -> &[String] {
        &self.settings.domains
    }

    /// What is known beside the files.
    pub(crate) fn settings(&self) -> Settings<'_> {
        Settings {
            identities: self.keys.identities(),
            ..self.settings.clone()
        }
    }

    /// What the clusters get.
    pub(crate) fn assemble(&self, view: &View<'_>) -> Result<Assembled, Failure> {
        let assembled = manifests::assemble(view, &self.settings());
        if assembled.kustomizations.is_empty() && assembled.problems.has_errors() {
            return Err(assembled.problems.into());
        }
        Ok(assembled)
    }

    /// The texts with definitions that charts at hand bring along.
    pub(crate) fn definitions(&self, view: &View<'_>, assembled: &Assembled) -> Vec<String> {
        manifests::definitions(view, assembled, &self.settings())
    }

    /// Everything that is wrong with them.
    pub(crate) fn check(&self, view: &View<'_>, assembled: &Assembled) -> Findings {
        manifests::check(view, assembled, &self.settings())
    }
}
