//! What `init` writes into a new repository: samples, keys, pins, and what keeps them safe.

mod gitignore;
mod guard;
mod keys;
mod mise;
mod renovate;
pub mod taskfile;

use camino::Utf8Path;
use diagnostics::Diagnostic;
use zeroize::Zeroizing;

use crate::load;
use crate::rules;
use crate::templates::builtin;
use repository::{View, names, write};

pub use keys::AgeKey;
pub(crate) use keys::random_hex;

/// One file that is missing from a repository.
pub struct NewFile {
    /// Where it belongs, relative to the repository.
    pub path: &'static str,
    /// Its content.
    pub content: Zeroizing<Vec<u8>>,
    /// Unix permission bits: 0600 for whatever holds a secret.
    pub mode: u32,
    /// Whether it is a key that nobody can render again, so that it must reach the disk.
    pub key: bool,
    /// One clause on what it is for.
    pub purpose: &'static str,
}

impl NewFile {
    fn new(path: &'static str, content: impl AsRef<str>, purpose: &'static str) -> Self {
        Self {
            path,
            content: Zeroizing::new(content.as_ref().as_bytes().to_vec()),
            mode: 0o644,
            key: false,
            purpose,
        }
    }

    fn private(mut self) -> Self {
        self.mode = 0o600;
        self
    }

    fn key(mut self) -> Self {
        self.key = true;
        self.private()
    }
}

/// What already stands in the repository.
pub struct Existing<'a> {
    /// Whether a file of that path exists.
    pub has: &'a dyn Fn(&str) -> bool,
    /// The text of `.gitignore`, empty where there is none.
    pub gitignore: &'a str,
    /// Whether it has templates of its own.
    pub own_templates: bool,
    /// The text of `package.json`, empty where there is none.
    pub package: &'a str,
}

/// Everything that is missing; nothing that exists is in the list, except that `.gitignore`
/// is completed. `created` is the RFC 3339 time that the age key's comment names.
///
/// # Errors
///
/// `init/no-random-numbers` where the system gives none.
pub fn missing(
    existing: &Existing<'_>,
    key: AgeKey,
    created: &str,
) -> Result<Vec<NewFile>, Diagnostic> {
    missing_with(
        existing,
        key,
        created,
        (
            config_model::sample::cluster(".ichor/schema/cluster.json"),
            config_model::sample::nodes(".ichor/schema/nodes.json"),
        ),
    )
}

/// The example's files: like [`missing`], but with its own configuration and with tunnel
/// credentials, which an account would give.
pub fn example(existing: &Existing<'_>, created: &str) -> Result<Vec<NewFile>, Diagnostic> {
    let mut files = missing_with(existing, AgeKey::default(), created, builtin::example())?;
    if !(existing.has)(names::TUNNEL) {
        files.push(
            NewFile::new(
                names::TUNNEL,
                tunnel_credentials(),
                "the credentials of a tunnel that does not exist",
            )
            .private(),
        );
    }
    Ok(files)
}

fn missing_with(
    existing: &Existing<'_>,
    key: AgeKey,
    created: &str,
    (cluster, nodes): (String, String),
) -> Result<Vec<NewFile>, Diagnostic> {
    let mut files = Vec::new();
    if let Some(text) = gitignore::completed(existing.gitignore) {
        files.push(NewFile::new(".gitignore", text, "keeps secrets out of git"));
    }
    let mut add = |file: NewFile| {
        if !(existing.has)(file.path) {
            files.push(file);
        }
    };
    add(NewFile::new("cluster.yaml", cluster, "the cluster's settings; edit it").private());
    add(NewFile::new("nodes.yaml", nodes, "the machines; edit it").private());
    // Other templates have their versions elsewhere.
    if !existing.own_templates {
        let is_new = !(existing.has)("cluster.yaml");
        let versions = if is_new {
            builtin::versions()
        } else {
            builtin::versions_kept()
        };
        add(NewFile::new(
            "versions.yaml",
            versions,
            "the versions that are deployed",
        ));
        if !renovate::is_configured(existing) {
            add(NewFile::new(
                renovate::PATH,
                renovate::configuration(),
                "lets Renovate raise versions",
            ));
        }
    }
    if !mise::NAMES.iter().any(|name| (existing.has)(name)) {
        add(NewFile::new(
            mise::PATH,
            mise::SETTINGS,
            "tells mise where `talosctl`, `kubectl` and `sops` find their files",
        ));
    }
    add(NewFile::new(
        names::AGE_KEY,
        keys::age_key(key, created).as_str(),
        "decrypts every secret; keep a copy",
    )
    .key());
    if !(existing.has)(names::DEPLOY_KEY) {
        let (private, public) = keys::deploy_key().map_err(|_| {
            rules::INIT_NO_RANDOM_NUMBERS.report("the system gives no random numbers")
        })?;
        add(NewFile::new(
            names::DEPLOY_KEY,
            private.as_str(),
            "reads a private repository",
        )
        .key());
        // A public key without its private one is of no use.
        files.push(NewFile::new(
            names::DEPLOY_KEY_PUBLIC,
            public,
            "add it to the repository's deploy keys",
        ));
    }
    let mut add = |file: NewFile| {
        if !(existing.has)(file.path) {
            files.push(file);
        }
    };
    add(NewFile::new(
        names::PUSH_TOKEN,
        format!("{}\n", keys::push_token().as_str()),
        "proves that a push notification is real",
    )
    .key());
    Ok(files)
}

/// Tunnel credentials in the form that an account gives, with random values.
fn tunnel_credentials() -> String {
    let id = keys::random_hex(16);
    let (a, rest) = id.split_at(8);
    let (b, rest) = rest.split_at(4);
    let (c, rest) = rest.split_at(4);
    let (d, e) = rest.split_at(4);
    serde_json::json!({
        "AccountTag": keys::random_hex(16).as_str(),
        "TunnelID": format!("{a}-{b}-{c}-{d}-{e}"),
        "TunnelSecret": keys::random_hex(32).as_str(),
    })
    .to_string()
        + "\n"
}

/// Writes everything that is missing from a repository, and says what.
///
/// # Errors
///
/// What the disk refuses; no random numbers; a key that would take the place of another.
pub fn run(root: &Utf8Path, key: AgeKey, created: &str) -> Result<Vec<NewFile>, Diagnostic> {
    write_missing(root, |existing| {
        guard::refuse_other_places(root, existing)?;
        missing(existing, key, created)
    })
}

/// Writes the example's files that are missing.
pub(crate) fn run_example(root: &Utf8Path, created: &str) -> Result<Vec<NewFile>, Diagnostic> {
    write_missing(root, |existing| example(existing, created))
}

fn write_missing(
    root: &Utf8Path,
    files: impl FnOnce(&Existing<'_>) -> Result<Vec<NewFile>, Diagnostic>,
) -> Result<Vec<NewFile>, Diagnostic> {
    let view = View::on_disk(root);
    let gitignore = view.text(".gitignore")?;
    let package = view.text("package.json").ok().flatten();
    let existing = Existing {
        has: &|path| view.exists(path),
        own_templates: load::has_own_templates(&view),
        gitignore: gitignore.as_ref().map_or("", |source| source.text()),
        package: package.as_ref().map_or("", |source| source.text()),
    };
    guard::refuse_second_keys(&view, &existing)?;
    let files = files(&existing)?;
    for file in &files {
        if file.path == ".gitignore" {
            write::file(root, file.path, &file.content, file.mode)?;
        } else {
            write::new_file(root, file.path, &file.content, file.mode, file.key)?;
        }
    }
    Ok(files)
}
