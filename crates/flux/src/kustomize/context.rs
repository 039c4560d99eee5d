//! What a build reads, and what it finds wrong.

use std::collections::BTreeSet;
use std::sync::Arc;

use diagnostics::{Diagnostic, Diagnostics, Source};

use crate::files::Files;
use crate::rules;
use crate::value::Place;

use super::path;
use super::shape::Reader;

/// How many kustomizations one build reads.
const MOST_KUSTOMIZATIONS: usize = 5_000;

/// How deep kustomizations lead to others.
const MOST_DEEP: usize = 100;

/// The repository, the files that were read of it, and the problems.
pub(super) struct Context<'a> {
    pub(super) files: &'a dyn Files,
    pub(super) problems: Diagnostics,
    pub(super) read: BTreeSet<String>,
    /// Folders that are being built, the outermost first.
    pub(super) folders: Vec<String>,
    kustomizations: usize,
    /// Who reads the outermost kustomization.
    pub(super) reader: Reader,
}

impl<'a> Context<'a> {
    pub(super) fn new(files: &'a dyn Files, reader: Reader) -> Self {
        Self {
            files,
            problems: Diagnostics::new(),
            read: BTreeSet::new(),
            folders: Vec::new(),
            kustomizations: 0,
            reader,
        }
    }

    /// Says what is wrong.
    pub(super) fn report(&mut self, problem: Diagnostic, place: &Place) {
        self.problems.push(placed(problem, place));
    }

    /// Enters a folder.
    ///
    /// # Errors
    ///
    /// It holds one that is being built, or there were too many.
    pub(super) fn enter(&mut self, folder: &str, place: &Place) -> Result<(), Box<Diagnostic>> {
        if let Some(inner) = { self.folders.iter() }.find(|inner| path::holds(folder, inner)) {
            let shown = |folder: &str| match folder {
                "" => "the repository".to_owned(),
                folder => format!("`{folder}`"),
            };
            let message = if inner == folder {
                format!("{} leads back to itself", shown(folder))
            } else {
                format!(
                    "{} holds {}, which is being built",
                    shown(folder),
                    shown(inner)
                )
            };
            return Err(Box::new(placed(
                rules::KUSTOMIZE_CYCLE.report(message),
                place,
            )));
        }
        self.kustomizations += 1;
        if self.kustomizations > MOST_KUSTOMIZATIONS || self.folders.len() >= MOST_DEEP {
            let message = format!(
                "more than {MOST_KUSTOMIZATIONS} kustomizations, or one in another {MOST_DEEP} deep"
            );
            return Err(Box::new(placed(
                rules::KUSTOMIZE_TOO_MANY.report(message),
                place,
            )));
        }
        self.folders.push(folder.to_owned());
        Ok(())
    }

    /// Leaves the folder that was entered last.
    pub(super) fn leave(&mut self) {
        self.folders.pop();
    }

    /// The path of a file that a kustomization of a folder names.
    ///
    /// # Errors
    ///
    /// It leads outside, or to another host.
    pub(super) fn resolve(
        folder: &str,
        path: &str,
        place: &Place,
    ) -> Result<String, Box<Diagnostic>> {
        if path::is_remote(path) {
            let message = format!("`{path}` lies in another repository and is not fetched");
            return Err(Box::new(placed(
                rules::KUSTOMIZE_REMOTE.report(message),
                place,
            )));
        }
        let inside = path::join(folder, path).filter(|_| !path.starts_with('/'));
        inside.ok_or_else(|| {
            let message = format!("`{path}` leads out of the repository");
            Box::new(placed(rules::KUSTOMIZE_OUTSIDE.report(message), place))
        })
    }

    /// The text of a file that a kustomization of a folder names.
    ///
    /// # Errors
    ///
    /// It is missing, or is no text.
    pub(super) fn text(
        &mut self,
        folder: &str,
        path: &str,
        place: &Place,
    ) -> Result<Arc<Source>, Box<Diagnostic>> {
        let file = Self::resolve(folder, path, place)?;
        let source = self.files.text(&file)?;
        let source = source.ok_or_else(|| Box::new(missing(&file, place)))?;
        self.read.insert(file);
        Ok(Arc::new(source))
    }

    /// Path and bytes of a file that a kustomization of a folder names.
    ///
    /// # Errors
    ///
    /// It is missing, or cannot be read.
    pub(super) fn bytes(
        &mut self,
        folder: &str,
        path: &str,
        place: &Place,
    ) -> Result<(String, Vec<u8>), Box<Diagnostic>> {
        let file = Self::resolve(folder, path, place)?;
        let bytes = self.files.bytes(&file)?;
        let bytes = bytes.ok_or_else(|| Box::new(missing(&file, place)))?;
        self.read.insert(file.clone());
        Ok((file, bytes))
    }
}

fn missing(file: &str, place: &Place) -> Diagnostic {
    placed(
        rules::KUSTOMIZE_MISSING.report(format!("there is no file `{file}`")),
        place,
    )
}

/// A problem at a place, unless it has one.
pub(super) fn placed(problem: Diagnostic, place: &Place) -> Diagnostic {
    if problem.location.is_some() {
        return problem;
    }
    problem.at(place.location())
}

/// A field of a kustomization that cannot be.
pub(super) fn invalid(message: String, place: &Place) -> Box<Diagnostic> {
    Box::new(placed(
        rules::KUSTOMIZE_INVALID_FIELD.report(message),
        place,
    ))
}
