//! From files to what configurations are made of.

use std::time::SystemTime;

use camino::{Utf8Path, Utf8PathBuf};
use config_model::versions::{CONTRACT, DOCUMENTS};
use diagnostics::{Diagnostics, Location, Source};
use documents::substitute::{Variables, substitute, talenv};
use repository::View;
use secrets::Identity;
use talhelper::nodes::{Generator, Request};
use talhelper::talconfig::{Raw, Read, Talconfig};
use talos::bundle::{self, Bundle};
use talos::contract::Contract;
use talos::migrate::Subsystem;

use super::Machines;
use super::files::Reader;
use super::places::Places;
use vault::Keys;

use crate::rules;

/// Where a bundle comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A file of the repository.
    File {
        /// Its path.
        path: Utf8PathBuf,
        /// Whether it is not encrypted.
        in_clear: bool,
    },
    /// Built in, since there is none yet. Nothing that is made with it may be written.
    None,
    /// Built in, since the file cannot be decrypted here.
    Locked(Utf8PathBuf),
}

/// What to do where there are no secrets of the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secrets {
    /// Stop: what is made is to be used.
    Required,
    /// Take the built-in ones: what is made is only checked.
    Optional,
}

impl<'a> Machines<'a> {
    /// Reads what is there.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with any of the files.
    pub fn open(
        view: &View<'a>,
        places: &Places,
        keys: &'a Keys,
        secrets: Secrets,
        now: SystemTime,
    ) -> Result<Self, Diagnostics> {
        let reader = Reader::new(view, &places.talconfig, Box::new(|| keys.identities()));
        let versions = view.text("versions.yaml")?;
        let (pins, found) = versions
            .as_ref()
            .map(config_model::versions::read)
            .unwrap_or_default();
        if found.has_errors() {
            // The contract may be in what cannot be read.
            return Err(found);
        }
        let explicit = pins
            .get(CONTRACT)
            .map(|pin| (pin.version.clone(), pin.location.clone()));
        Self::read(reader, places, explicit, secrets, now)
    }

    /// Reads what was rendered, in a view that has it over what is there.
    pub(crate) fn rendered(
        view: &View<'a>,
        places: &Places,
        identities: &'a [Identity],
        explicit: Option<(String, Location)>,
        now: SystemTime,
    ) -> Result<Self, Diagnostics> {
        let reader = Reader::new(view, &places.talconfig, Box::new(move || identities));
        Self::read(reader, places, explicit, Secrets::Optional, now)
    }

    fn read(
        reader: Reader<'a>,
        places: &Places,
        explicit: Option<(String, Location)>,
        secrets: Secrets,
        now: SystemTime,
    ) -> Result<Self, Diagnostics> {
        let source = reader.text(&places.talconfig)?.ok_or_else(|| {
            rules::TALCONFIG_MISSING
                .report(format!("`{}` does not exist", places.talconfig))
                .at(Location::file(places.talconfig.as_str()))
                .hint("run `ichor configure`, which renders it")
        })?;
        let mut problems = Diagnostics::new();
        for path in &places.named {
            if matches!(reader.text(path), Ok(None)) {
                problems.push(
                    repository::rules::FILE_MISSING
                        .report(format!("`{path}` does not exist"))
                        .at(Location::file(path.as_str())),
                );
            }
        }
        let variables = variables(&reader, &places.variables, &mut problems);
        let hide = |problems: Diagnostics| super::masked(problems, || reader.secrets());
        if problems.has_errors() {
            // What is not set would only follow from that.
            return Err(hide(problems));
        }
        let (talconfig, found) = Talconfig::read(&source, &variables);
        problems.extend(found);
        let bundle = self::bundle(&reader, places, &variables, secrets, now, &mut problems);
        let contract = talconfig
            .raw()
            .and_then(|raw| contract(raw, explicit, &mut problems));
        let (Some(raw), Some(contract)) = (talconfig.raw(), contract) else {
            problems.sort();
            return Err(hide(problems));
        };
        if contract.minor() >= 14 {
            // The documents merge labels.
            problems = { problems.into_iter() }
                .filter(|problem| !problem.is(&talhelper::rules::TALCONFIG_DISPLACED_LABEL))
                .collect();
        }
        let mut problems = hide(problems);
        let (bundle, origin) = bundle.unwrap_or_else(|| (Bundle::placeholder(), Origin::None));
        if problems.has_errors() {
            // What is wrong beyond that is told too: nobody wants to be told one thing at a time.
            let (generator, found) = Generator::on_trial(Request {
                talconfig: raw,
                bundle: &bundle,
                contract,
                variables: &variables,
                files: &reader,
            });
            let (_, more) = super::every(&generator, found, contract, raw.source().name());
            problems.extend(super::without_secrets(more, &bundle, &reader));
            return Err(super::unique(problems));
        }
        let Read::Valid(talconfig) = talconfig else {
            return Err(problems);
        };
        problems.sort();
        let in_documents = if contract < Contract::NEWEST {
            parts(&reader)?
        } else {
            Vec::new()
        };
        Ok(Self {
            talconfig,
            bundle,
            origin,
            contract,
            in_documents,
            warnings: problems,
            now,
            variables,
            reader,
        })
    }
}

/// What `versions.yaml` says is in documents already.
fn parts(reader: &Reader<'_>) -> Result<Vec<Subsystem>, Diagnostics> {
    let Some(source) = reader.text(Utf8Path::new("versions.yaml"))? else {
        return Ok(Vec::new());
    };
    let (pins, _) = config_model::versions::read(&source);
    let Some(pin) = pins.get(DOCUMENTS) else {
        return Ok(Vec::new());
    };
    let read = |name: &str| {
        Subsystem::parse(name).ok_or_else(|| {
            rules::TALOS_UNKNOWN_PART
                .report(format!("`{name}` is no part of a machine configuration"))
                .at(pin.location.clone())
                .hint("`ichor talos migrate --help` names them")
                .into()
        })
    };
    pin.version.split(',').map(read).collect()
}

/// The variables of every file that exists; later files win.
fn variables(reader: &Reader<'_>, paths: &[Utf8PathBuf], problems: &mut Diagnostics) -> Variables {
    let mut variables = Variables::new();
    for path in paths {
        match reader.text(path) {
            Ok(Some(source)) => {
                let (more, found) = talenv(&source);
                problems.extend(found);
                if !source.secrets().is_empty() {
                    reader.add_secrets(more.values().cloned());
                }
                variables.extend(more);
            }
            Ok(None) => {}
            Err(found) => problems.extend(found),
        }
    }
    variables
}

fn bundle(
    reader: &Reader<'_>,
    places: &Places,
    variables: &Variables,
    secrets: Secrets,
    now: SystemTime,
    problems: &mut Diagnostics,
) -> Option<(Bundle, Origin)> {
    // Only the last counts, but one that nobody looks at may be the one that was meant.
    let mut found: Vec<(&Utf8PathBuf, Result<Source, Diagnostics>)> = Vec::new();
    for path in &places.bundles {
        match reader.text(path) {
            Ok(Some(source)) => found.push((path, Ok(source))),
            Ok(None) => {}
            Err(faults) => found.push((path, Err(faults))),
        }
    }
    let Some((path, source)) = found.pop() else {
        if secrets == Secrets::Optional {
            return Some((Bundle::placeholder(), Origin::None));
        }
        let names: Vec<_> = places
            .bundles
            .iter()
            .map(|path| format!("`{path}`"))
            .collect();
        problems.push(
            rules::TALSECRET_NONE.report(format!("the cluster has no secrets yet: there is none of {}", names.join(", ")),
            )
            .hint("run `ichor talos gensecret`; for a running cluster take them over from a control plane with `--from-config`"),
        );
        return None;
    };
    if let Some((other, _)) = found.last() {
        problems.push(
            rules::TALSECRET_SEVERAL
                .report(format!(
                    "both `{other}` and `{path}` exist; `{path}` is used"
                ))
                .at(Location::file(path.as_str()))
                .hint("delete the one that is not the cluster's"),
        );
    }
    let source = match source {
        Ok(source) => source,
        Err(faults) => {
            let locked = faults
                .iter()
                .any(|fault| fault.is(&secrets::rules::SOPS_NO_IDENTITY));
            if locked && secrets == Secrets::Optional {
                return Some((Bundle::placeholder(), Origin::Locked(path.clone())));
            }
            problems.extend(faults);
            return None;
        }
    };
    let in_clear = source.secrets().is_empty();
    let comments: Vec<_> = yaml::parse(&source, &yaml::Limits::default())
        .comments
        .into_iter()
        .map(|comment| comment.range)
        .collect();
    let (source, faults) = substitute(&source, &comments, variables);
    problems.extend(faults);
    let (bundle, found) = bundle::open(&source, now);
    problems.extend(found);
    let bundle = bundle?;
    Some((
        bundle,
        Origin::File {
            path: path.clone(),
            in_clear,
        },
    ))
}

/// The contract that `versions.yaml` chooses, or that of the talconfig's version.
fn contract(
    talconfig: &Raw,
    explicit: Option<(String, Location)>,
    problems: &mut Diagnostics,
) -> Option<Contract> {
    let place = talconfig.place_of("talosVersion");
    let (explicit, place) = match explicit {
        Some((version, place)) => (Some(version), place),
        None => (None, place),
    };
    let version = match (talconfig.talos_version(), &explicit) {
        (Some(version), _) => version,
        (None, Some(_)) => "",
        // That it is missing is told where the nodes are made.
        (None, None) => return Some(Contract::NEWEST_UNASKED),
    };
    match Contract::choose(explicit.as_deref(), version) {
        Ok((contract, note)) => {
            problems.extend(note.map(|note| note.at(place)));
            Some(contract)
        }
        Err(problem) => {
            // That it is no version, or an old one, is told already.
            let told = problems.iter().any(|told| {
                (told.is(&talhelper::rules::TALCONFIG_VERSION)
                    || told.is(&talhelper::rules::TALCONFIG_TALOS_VERSION))
                    && told.location.as_ref() == Some(&place)
            });
            if !told {
                problems.push(problem.at(place));
            }
            None
        }
    }
}
