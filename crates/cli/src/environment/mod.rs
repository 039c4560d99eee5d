//! The environment variables that ichor reads, each once, here alone, and what else surrounds
//! the program: its words, its own file, programs that it finds.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the one place that reads the environment, and files that lie outside of any repository"
)]

mod identities;

use std::ffi::OsString;
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use camino::Utf8PathBuf;
use pipeline::{Environment, plugin};
use repository::private::Places;
use vault::identities::Offered;

pub(crate) use identities::with_identities;

/// Where the age identity is, where the repository has no `age.key`.
const AGE_KEY_FILE: &str = "SOPS_AGE_KEY_FILE";

/// What the environment says, but for identities: no command that only encrypts or checks
/// asks for them.
pub(crate) fn read() -> Environment {
    Environment {
        keys: offered(),
        plugin: plugin::Settings {
            virtual_environment: path("VIRTUAL_ENV"),
            pythons: pythons(),
            printer: Some(Arc::new(crate::ui::plugin_line)),
            ..plugin::Settings::default()
        },
        build: build(),
    }
}

/// What tells this build of the program from every other: its version, and its file as it lies
/// on the disk. Empty where that cannot be looked at.
fn build() -> String {
    let told = std::env::current_exe().and_then(std::fs::metadata);
    told.map_or_else(
        |_| String::new(),
        |file| {
            let (inode, changed) = (file.ino(), (file.ctime(), file.ctime_nsec()));
            format!(
                "{} {} {inode} {changed:?}",
                env!("CARGO_PKG_VERSION"),
                file.len()
            )
        },
    )
}

/// The key file that is named, without other identities.
fn offered() -> Offered {
    Offered {
        age_key_file: path(AGE_KEY_FILE),
        identities: Vec::new(),
    }
}

/// The Pythons that `PATH` finds. One that is itself a program goes before one that is a script
/// and looks for the right one, as version managers have it: that takes longer than all the
/// rest, and matters only where packages are needed.
fn pythons() -> Vec<Utf8PathBuf> {
    let folders = value("PATH").map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let mut found: Vec<_> = folders
        .into_iter()
        .flatten()
        .map(|folder| folder.join("python3"))
        .filter(|program| program.is_file())
        .filter_map(|program| Utf8PathBuf::from_path_buf(program).ok())
        .collect();
    found.sort_by_key(is_script);
    found.truncate(3);
    if found.is_empty() {
        found.push("python".into());
    }
    found
}

fn is_script(program: &Utf8PathBuf) -> bool {
    let mut start = [0; 2];
    std::fs::File::open(program)
        .and_then(|mut file| file.read_exact(&mut start))
        .is_ok_and(|()| start == *b"#!")
}

/// The whole environment, as `makejinja` hands it to templates: `ichor render` only.
pub(crate) fn all() -> Vec<(String, String)> {
    let mut all: Vec<_> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    all.sort();
    all
}

/// `SOPS_CONFIG`: the file with the creation rules.
pub(crate) fn sops_config() -> Option<Utf8PathBuf> {
    path("SOPS_CONFIG")
}

/// `SOPS_AGE_RECIPIENTS`: in the place of a rule's keys.
pub(crate) fn sops_recipients() -> Option<String> {
    text("SOPS_AGE_RECIPIENTS")
}

/// `TALOSCONFIG`: how clients reach clusters, where the repository does not say.
pub(crate) fn talosconfig() -> Option<Utf8PathBuf> {
    path("TALOSCONFIG")
}

/// `KUBECONFIG`: how clients reach clusters, where the repository does not say. Of several files
/// the first.
pub(crate) fn kubeconfig() -> Option<Utf8PathBuf> {
    let files = text("KUBECONFIG")?;
    let first = files.split(':').find(|file| !file.is_empty())?;
    Some(first.into())
}

/// kubectl's own kubeconfig.
pub(crate) fn own_kubeconfig() -> Option<Utf8PathBuf> {
    Some(path("HOME")?.join(".kube/config"))
}

/// The program that edits files: `SOPS_EDITOR`, `EDITOR`, or `vi`.
pub(crate) fn editor() -> String {
    text("SOPS_EDITOR")
        .or_else(|| text("EDITOR"))
        .unwrap_or_else(|| "vi".to_owned())
}

/// The `helm` that `PATH` finds first.
pub(crate) fn helm() -> Option<Utf8PathBuf> {
    on_path("helm")
}

/// The program of a name that `PATH` finds first.
pub(crate) fn on_path(name: &str) -> Option<Utf8PathBuf> {
    let path = value("PATH")?;
    let mut programs = std::env::split_paths(&path).map(|folder| folder.join(name));
    let found = programs.find(|program| program.is_file())?;
    Utf8PathBuf::from_path_buf(found).ok()
}

/// Who logs in to registries, as Docker's `config.json` has it in the clear.
pub(crate) fn docker_credentials() -> charts::Credentials {
    let folder = path("DOCKER_CONFIG").or_else(|| Some(path("HOME")?.join(".docker")));
    let text = folder.and_then(|folder| std::fs::read_to_string(folder.join("config.json")).ok());
    text.map(|text| charts::Credentials::of_docker(&text))
        .unwrap_or_default()
}

/// What requests go through: `HTTPS_PROXY`, `HTTP_PROXY` or `ALL_PROXY`, but for the hosts of
/// `NO_PROXY`, in letters of either case.
pub(crate) fn proxy() -> Option<charts::Proxy> {
    let either = |name: &str| text(name).or_else(|| text(&name.to_lowercase()));
    let mut names = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"].into_iter();
    Some(charts::Proxy {
        address: names.find_map(either)?,
        except: either("NO_PROXY").unwrap_or_default(),
    })
}

/// `SSL_CERT_FILE`: whom servers have their certificates from, as OpenSSL and programs in Go take it.
pub(crate) fn authorities() -> Option<Vec<u8>> {
    std::fs::read(path("SSL_CERT_FILE")?).ok()
}

/// Where a file in the clear may lie for a while: in memory, else where temporary files are.
pub(crate) fn private_places() -> Places {
    let disk = Utf8PathBuf::from_path_buf(std::env::temp_dir());
    Places {
        memory: path("XDG_RUNTIME_DIR")
            .into_iter()
            .chain([Utf8PathBuf::from("/dev/shm")])
            .collect(),
        disk: disk.unwrap_or_else(|_| Utf8PathBuf::from("/tmp")),
    }
}

/// The words that follow the name of the program, as near as they can be written.
pub(crate) fn words() -> impl Iterator<Item = String> {
    std::env::args_os()
        .skip(1)
        .map(|word| word.to_string_lossy().into_owned())
}

/// How a shell calls this program: by its name where that finds it, else by its path.
pub(crate) fn program() -> String {
    if is_installed() {
        return "ichor".to_owned();
    }
    std::env::current_exe()
        .ok()
        .and_then(|path| path.into_os_string().into_string().ok())
        .and_then(|path| {
            shlex::try_quote(&path)
                .ok()
                .map(std::borrow::Cow::into_owned)
        })
        .unwrap_or_else(|| "ichor".to_owned())
}

/// How the reader calls this program from the folder they are in: as [`program`], or through
/// cargo where it was built in a checkout that they are in, and not installed.
pub(crate) fn caller() -> String {
    let folder = std::env::current_dir().ok();
    let build = std::env::current_exe().ok().and_then(|path| cargo(&path));
    match (build, folder) {
        (Some((checkout, command)), Some(folder))
            if !is_installed() && folder.starts_with(&checkout) =>
        {
            command.to_owned()
        }
        _ => program(),
    }
}

fn is_installed() -> bool {
    value("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|folder| folder.join("ichor").is_file())
    })
}

/// The checkout that a program was built in by cargo, and what runs it from there:
/// `<checkout>/target/<profile>/ichor`, with a folder for the target between or not.
fn cargo(program: &Path) -> Option<(PathBuf, &'static str)> {
    let profile = program.parent()?;
    let command = if profile.ends_with("release") {
        "cargo run --release -p cli --"
    } else {
        "cargo run -p cli --"
    };
    let target = profile
        .ancestors()
        .skip(1)
        .take(2)
        .find(|folder| folder.ends_with("target") && folder.join("CACHEDIR.TAG").is_file())?;
    let checkout = target.parent()?;
    checkout
        .join("Cargo.toml")
        .is_file()
        .then(|| (checkout.to_owned(), command))
}

fn path(name: &str) -> Option<Utf8PathBuf> {
    Utf8PathBuf::from_path_buf(value(name)?.into()).ok()
}

fn text(name: &str) -> Option<String> {
    value(name)?.into_string().ok()
}

/// A variable that is set and not empty.
fn value(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}
