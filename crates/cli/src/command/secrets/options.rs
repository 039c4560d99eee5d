//! Flags that several of the commands have.

use repository::View;
use std::io::Read as _;

use camino::{Utf8Path, Utf8PathBuf};
use diagnostics::Diagnostics;
use secrets::{Format, Path, Recipient};
use vault::{Overrides, Target, Vault};
use zeroize::Zeroizing;

use crate::environment;
use crate::exit::Exit;
use crate::failure::Failure;

/// How files are found and read.
#[derive(Debug, clap::Args)]
pub(super) struct Reading {
    /// The file with the creation rules; else the nearest `.sops.yaml` from here upward
    #[arg(long, value_name = "FILE")]
    config: Option<Utf8PathBuf>,

    /// How files are read, whatever their names say
    #[arg(long, value_enum, value_name = "TYPE")]
    input_type: Option<Type>,
}

/// The formats of SOPS files.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(super) enum Type {
    /// YAML
    Yaml,
    /// JSON
    Json,
    /// `KEY=value` lines
    Dotenv,
    /// Sections of keys
    Ini,
    /// Anything else, as a whole
    Binary,
}

impl Type {
    pub(super) fn format(self) -> Format {
        match self {
            Self::Yaml => Format::Yaml,
            Self::Json => Format::Json,
            Self::Dotenv => Format::Dotenv,
            Self::Ini => Format::Ini,
            Self::Binary => Format::Binary,
        }
    }
}

impl Reading {
    pub(super) fn config(&self) -> Option<Utf8PathBuf> {
        self.config.clone().or_else(environment::sops_config)
    }

    /// How a file of that name is read.
    pub(super) fn format(&self, name: &str) -> Format {
        self.input_type
            .map_or_else(|| Format::of(name), Type::format)
    }

    pub(super) fn vault(&self, root: &Utf8Path) -> Result<Vault, Failure> {
        self.vault_with(root, Overrides::default())
    }

    pub(super) fn vault_with(
        &self,
        root: &Utf8Path,
        overrides: Overrides,
    ) -> Result<Vault, Failure> {
        let loader = Box::new(environment::with_identities);
        let vault = Vault::open(&View::on_disk(root), self.config().as_deref(), loader)?;
        Ok(vault.with(Overrides {
            format: self.input_type.map(Type::format),
            ..overrides
        }))
    }
}

/// What a command is about: one file whose result is printed, or files that are replaced.
pub(super) enum Work {
    /// Standard input.
    Input,
    /// One file.
    One(Target),
    /// These, each in place.
    Many(Vec<Target>, Diagnostics),
}

/// Tells one from many. `replaces` says whether folders are replaced without being told to.
pub(super) fn work(
    root: &Utf8Path,
    paths: &[Utf8PathBuf],
    output: Option<&Utf8Path>,
    in_place: bool,
    replaces: bool,
) -> Result<Work, Failure> {
    let here = [Utf8PathBuf::from(".")];
    let paths = if paths.is_empty() { &here } else { paths };
    let stop = |message: &str, hint: &str| Err(Failure::stopped(Exit::Usage, message).hint(hint));
    let input = paths.iter().any(|path| path == "-" || path == "/dev/stdin");
    if in_place && output.is_some() {
        return stop(
            "`--in-place` and `--output` exclude each other",
            "leave one of them out",
        );
    }
    if input {
        return if in_place || paths.len() > 1 {
            stop(
                "standard input can only be read alone, and not replaced",
                "name files, or leave out `--in-place`",
            )
        } else {
            Ok(Work::Input)
        };
    }
    let many = paths.len() > 1 || View::on_disk(root).is_folder(&paths[0]);
    if !many && !in_place {
        return Ok(Work::One(Target::named(&View::on_disk(root), &paths[0])));
    }
    if output.is_some() {
        return stop(
            "`--output` takes what became of one file",
            "name one file, or replace all with `--in-place`",
        );
    }
    if !in_place && !replaces {
        return stop(
            "several files can only be replaced",
            "add `--in-place` to write them in the clear, or name one file to print it",
        );
    }
    let (targets, problems) = vault::targets(&View::on_disk(root), paths);
    Ok(Work::Many(targets, problems))
}

/// All of standard input.
pub(super) fn input() -> Result<Zeroizing<Vec<u8>>, Failure> {
    let mut content = Zeroizing::new(Vec::new());
    std::io::stdin()
        .lock()
        .read_to_end(&mut content)
        .map_err(|error| {
            Failure::stopped(
                Exit::Problems,
                format!("standard input cannot be read: {error}"),
            )
        })?;
    Ok(content)
}

/// A path in sops' notation.
pub(super) fn path(text: &str) -> Result<Path, Failure> {
    Path::parse(text).map_err(|_| {
        Failure::stopped(Exit::Usage, format!("`{text}` is not the path of a value"))
            .hint(r#"write it as `["stringData"]["password"]`, or `["list"][0]`"#)
    })
}

/// Recipients with commas between, as flags and variables name them.
pub(super) fn recipients<'a>(
    texts: impl IntoIterator<Item = &'a str>,
) -> Result<Vec<Recipient>, Failure> {
    let mut found = Vec::new();
    let mut problems = Diagnostics::new();
    let names = texts.into_iter().flat_map(|text| text.split(','));
    for name in names.map(str::trim).filter(|name| !name.is_empty()) {
        match name.parse() {
            Ok(recipient) => found.push(recipient),
            Err(secrets::RecipientError::IsPrivate) => problems.push(
                secrets::rules::KEYS_PRIVATE_AS_RECIPIENT
                    .report("a private key stands where a recipient belongs"),
            ),
            Err(_) => problems.push(
                secrets::rules::KEYS_NO_RECIPIENT
                    .report(format!(
                        "`{}` is not an age recipient that can be used",
                        secrets::shown_recipient(name)
                    ))
                    .hint("a recipient starts with `age1`"),
            ),
        }
    }
    if problems.is_empty() {
        Ok(found)
    } else {
        Err(problems.into())
    }
}
