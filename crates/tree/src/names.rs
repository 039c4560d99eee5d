//! What a path of a repository is, told by its name alone: the one table.

/// What the name of every temporary file begins with, so that a leftover is recognised.
pub const TEMPORARY_PREFIX: &str = ".ichor-tmp-";

/// The identity that decrypts a repository's secrets.
pub const AGE_KEY: &str = "age.key";
/// The credentials of the tunnel.
pub const TUNNEL: &str = "cloudflare-tunnel.json";
/// The key that Flux reads the repository with.
pub const DEPLOY_KEY: &str = "github-deploy.key";
/// Its public half.
pub const DEPLOY_KEY_PUBLIC: &str = "github-deploy.key.pub";
/// What signs the calls of webhooks.
pub const PUSH_TOKEN: &str = "github-push-token.txt";
/// What `kubectl` reaches the cluster with.
pub const KUBECONFIG: &str = "kubeconfig";
/// What `talosctl` reaches the nodes with, at the root or beside their configurations.
pub const TALOSCONFIG: &str = "talosconfig";
/// The rules of SOPS; no secret itself.
pub const CREATION_RULES: &str = ".sops.yaml";
/// The file that says a repository was archived by `template tidy`.
pub const TIDIED: &str = ".ichor/tidied";

/// The folders that `configure` writes into.
pub const RENDERED: [&str; 3] = ["kubernetes", "talos", "bootstrap"];

/// What a path is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A key or a password in the clear: git must never track it.
    Key,
    /// Configuration, which holds secrets in the clear.
    Configuration,
    /// What is rendered from, and is committed.
    Input,
    /// No secret, and of no use to others.
    Local,
    /// A folder of what was configuration once.
    Archive,
    /// A folder of node configurations.
    Machines,
    /// A file of a run in progress.
    InProgress,
}

impl Kind {
    /// Whether it holds secrets in the clear and is never committed.
    pub fn is_never_committed(self) -> bool {
        matches!(
            self,
            Self::Key | Self::Configuration | Self::Archive | Self::Machines
        )
    }

    /// Whether repositories are rendered from it, or what opens what was: no output.
    pub fn is_input(self) -> bool {
        matches!(
            self,
            Self::Key | Self::Configuration | Self::Input | Self::Local | Self::Archive
        )
    }
}

/// A path of every repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Name {
    /// From the root; a folder ends with `/`.
    pub path: &'static str,
    /// What it is.
    pub kind: Kind,
}

const fn name(path: &'static str, kind: Kind) -> Name {
    Name { path, kind }
}

/// Every path that is known by its name, in the order of `.gitignore`.
pub const TABLE: [Name; 15] = [
    name(AGE_KEY, Kind::Key),
    name(TUNNEL, Kind::Key),
    name("cluster.yaml", Kind::Configuration),
    name(DEPLOY_KEY, Kind::Key),
    name(DEPLOY_KEY_PUBLIC, Kind::Local),
    name(PUSH_TOKEN, Kind::Key),
    name(KUBECONFIG, Kind::Key),
    name("nodes.yaml", Kind::Configuration),
    name(TALOSCONFIG, Kind::Key),
    name("talos/clusterconfig/", Kind::Machines),
    name(".private/", Kind::Archive),
    name(".ichor/journal", Kind::InProgress),
    name("makejinja.toml", Kind::Input),
    name("templates/", Kind::Input),
    name("versions.yaml", Kind::Input),
];

impl Name {
    /// Whether a path is this one, or lies below it.
    fn covers(&self, path: &str) -> bool {
        match self.path.strip_suffix('/') {
            Some(folder) => path
                .strip_prefix(folder)
                .is_some_and(|rest| rest.starts_with('/')),
            None => path == self.path,
        }
    }

    /// The same on a file system that folds case, the folder itself included.
    fn may_be(&self, path: &str) -> bool {
        let name = self.path.trim_end_matches('/');
        let start = path.get(..name.len());
        let is_below = self.path.ends_with('/') && path.as_bytes().get(name.len()) == Some(&b'/');
        start.is_some_and(|start| start.eq_ignore_ascii_case(name))
            && (path.len() == name.len() || is_below)
    }
}

/// Files with keys or passwords in the clear, which git must never track.
pub fn keys() -> impl Iterator<Item = &'static str> {
    let is_key = |name: &&Name| name.kind == Kind::Key;
    TABLE.iter().filter(is_key).map(|name| name.path)
}

/// Files of git's own, which say what is to be left out and hold no secret: a folder that is
/// never committed may be kept by one.
const GIT_FILES: [&str; 4] = [".gitignore", ".gitattributes", ".gitkeep", ".keep"];

/// Whether a file, by its path from the root, must never be committed. What a killed run left
/// behind may be a secret that was about to be decrypted.
pub fn is_never_committed(path: &str) -> bool {
    let name = file_name(path);
    let covers = |known: &Name| known.kind.is_never_committed() && known.covers(path);
    name.starts_with(TEMPORARY_PREFIX) || (!GIT_FILES.contains(&name) && TABLE.iter().any(covers))
}

/// Whether a repository is rendered from a file, or opened with it.
pub(crate) fn is_input(path: &str) -> bool {
    TABLE
        .iter()
        .any(|name| name.kind.is_input() && name.may_be(path))
}

/// The entries that `.gitignore` must have. Those of the table start with `/`, so that only
/// the file at the root is meant.
pub fn ignored() -> impl Iterator<Item = String> {
    let ignored = TABLE.iter().filter(|name| name.kind != Kind::Input);
    ignored
        .map(|name| format!("/{}", name.path))
        .chain([format!("{TEMPORARY_PREFIX}*")])
}

/// Endings of templates: they hold placeholders, and other tools' syntax.
const TEMPLATES: [&str; 6] = [".j2", ".jinja", ".jinja2", ".tmpl", ".tpl", ".gotmpl"];

/// Whether a path is a template, whatever it is a template of.
pub fn is_template(path: &str) -> bool {
    TEMPLATES.iter().any(|ending| path.ends_with(ending))
}

/// Whether a name says that a file is to be encrypted: `<name>.sops.<ending>`. The file of
/// the rules is none.
pub fn is_secret(path: &str) -> bool {
    let name = file_name(path);
    name != CREATION_RULES && name.contains(".sops.")
}

/// The last part of a path.
pub fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_what_lies_below_private_folders_are_never_committed() {
        for (path, never) in [
            ("age.key", true),
            ("talos/clusterconfig/a.yaml", true),
            // talhelper writes it, and so do we.
            ("talos/clusterconfig/.gitignore", false),
            (".private/.gitkeep", false),
            (".private/.git-credentials", true),
            (".private/2026/cluster.yaml", true),
            ("cluster.yaml", true),
            ("cluster.sops.yaml", false),
            ("docs/age.key", false),
            ("github-deploy.key.pub", false),
            ("kubernetes/apps/.ichor-tmp-12-0", true),
        ] {
            assert_eq!(is_never_committed(path), never, "{path}");
        }
    }

    #[test]
    fn what_opens_secrets_is_among_the_keys_and_the_inputs() {
        for path in [AGE_KEY, TUNNEL, DEPLOY_KEY, PUSH_TOKEN] {
            assert!(keys().any(|key| key == path) && is_input(path), "{path}");
        }
        assert!(is_input("Templates/a") && is_input("templates") && !is_input("templates.md"));
        assert!(!is_input("kubernetes/age.key") && !is_input("age.key/x"));
    }

    #[test]
    fn names_tell_secrets_from_rules() {
        for (path, secret) in [
            ("a/secret.sops.yaml", true),
            ("cluster.sops.env", true),
            (".env.sops.json", true),
            (".sops.yaml", false),
            ("a/.sops.yaml", false),
            ("a/secret.yaml", false),
            ("notes.sops", false),
        ] {
            assert_eq!(is_secret(path), secret, "{path}");
        }
    }
}
