//! A Flux repository, of whatever layout: where it lies, what is known beside it.

use camino::{Utf8Path, Utf8PathBuf};
use flux::assembled::Assembled;
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
    /// The repository around the folder is the one with `.git`; without one, the folder itself.
    /// Where the clusters of a repository begin is found by itself: what Flux was bootstrapped
    /// with says it.
    #[arg(long, value_name = "DIR")]
    pub(crate) path: Option<Utf8PathBuf>,

    /// Read variables as Flux did up to 2.8: what is not set is empty
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
        let folder = match repository::real(&folder) {
            Some(folder) if View::on_disk(&*folder).is_folder("") => folder,
            _ => {
                return Err(Failure::stopped(
                    Exit::Usage,
                    format!("`{folder}` is no folder"),
                ));
            }
        };
        let disk = View::on_disk("/");
        let around = { folder.ancestors() }.find(|above| disk.exists(above.join(".git")));
        let root = around.unwrap_or(&folder).to_owned();
        let below = folder.strip_prefix(&root).unwrap_or(Utf8Path::new(""));
        // From within a repository the whole of it is meant, unless a folder was named.
        let path = (self.path.is_some() && !below.as_str().is_empty()).then(|| below.to_string());
        let view = View::on_disk(&*root);
        let kubernetes = self.kubernetes_version.clone();
        let settings = Settings {
            path,
            mode: if self.lenient {
                Mode::Lenient
            } else {
                Mode::Strict
            },
            kubernetes: kubernetes.or_else(|| manifests::kubernetes_of(&view)),
            domains: manifests::domains_of(&view),
            ..Settings::default()
        };
        Ok(Repository {
            keys: Keys::new(&view, Box::new(environment::with_identities)),
            root,
            settings,
        })
    }
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
    fn settings(&self) -> Settings<'_> {
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

    /// Everything that is wrong with them.
    pub(crate) fn check(&self, view: &View<'_>, assembled: &Assembled) -> Findings {
        manifests::check(view, assembled, &self.settings())
    }
}
