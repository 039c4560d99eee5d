//! What `kustomize build` makes of a folder, as kustomize 5.8.2 does it.
//!
//! Files are read as go-yaml reads them, transformers run in kustomize's order, and load
//! restrictions are off, as Flux has them: `../` may lead anywhere within the repository. What
//! kustomize refuses is a problem with its place, and so is what is not followed here. Every
//! value keeps the place of whoever wrote it: a resource, a patch, a component, a generator.
//!
//! - `shape`: the fields of `kustomization.yaml`; `config`: the fields that transformers change.
//! - `build`, `target`, `change`, `load`: the order of it all; `set`, `resource`: objects.
//! - `folded`, `annotations`: what reading does to texts, and to annotations that stand there twice.
//! - `generate`, `patch`, `transform`, `plugins`: what makes and changes objects.

mod annotations;
mod build;
mod change;
mod config;
mod context;
mod field;
mod folded;
mod generate;
mod hash;
mod load;
mod patch;
mod path;
mod plugins;
mod read;
mod resource;
mod scope;
mod selector;
mod set;
mod shape;
mod target;
mod transform;

use std::collections::BTreeSet;

use diagnostics::Diagnostics;

use crate::files::Files;
use crate::object::Object;
use crate::rules;
use crate::value::Value;

use shape::Reader;

/// What comes out of a build.
#[derive(Debug, Default)]
pub struct Build {
    /// The objects, in kustomize's order. Where there are errors, what could be built.
    pub objects: Vec<Object>,
    /// What is wrong: an error wherever kustomize fails.
    pub problems: Diagnostics,
    /// Every file that was read.
    pub files: BTreeSet<String>,
}

/// Builds a folder of the repository.
pub fn build(files: &dyn Files, folder: &str) -> Build {
    match load::load(files, folder) {
        Ok(Some((path, value))) => {
            let mut context = context::Context::new(files, Reader::Kustomize);
            context.read.insert(path.clone());
            run(context, folder, &path, &value)
        }
        Ok(None) => {
            let shown = if folder.is_empty() { "." } else { folder };
            let message = format!("the folder `{shown}` has no `kustomization.yaml`");
            let problem = rules::KUSTOMIZE_MISSING.report(message);
            Build {
                problems: problem.into(),
                ..Build::default()
            }
        }
        Err(problems) => {
            let mut build = Build::default();
            for problem in problems {
                build.problems.push(problem);
            }
            build
        }
    }
}

/// As [`build`], with this in place of the folder's own kustomization file, which Flux edits or
/// generates; `path` is that file's.
pub fn build_as(files: &dyn Files, folder: &str, path: &str, kustomization: &Value) -> Build {
    let context = context::Context::new(files, Reader::Flux);
    run(context, folder, path, kustomization)
}

fn run(
    mut context: context::Context<'_>,
    folder: &str,
    path: &str,
    kustomization: &Value,
) -> Build {
    let name = path.rsplit('/').next().unwrap_or(path);
    let resources = build::build(&mut context, folder, name, kustomization);
    let mut problems = context.problems;
    problems.sort();
    Build {
        objects: { resources.into_iter() }
            .map(|resource| Object(resource.value))
            .collect(),
        problems,
        files: context.read,
    }
}

/// One object as patches leave it, those that are for another one left out.
pub(crate) fn patched(files: &dyn Files, object: Object, patches: &[Value]) -> Object {
    let mut context = context::Context::new(files, Reader::Kustomize);
    let mut set = set::Set::default();
    set.items.push(resource::Resource::new(object.0.clone()));
    for entry in patches {
        // What is wrong with one for another object shows where that is built.
        drop(patch::patches(&mut context, "", entry, &mut set));
    }
    let patched = set.items.pop().map(|resource| Object(resource.value));
    patched.unwrap_or(object)
}

/// The folder's own kustomization file: path and content; none if there is none.
///
/// # Errors
///
/// There are several, or it cannot be read.
pub fn read(files: &dyn Files, folder: &str) -> Result<Option<(String, Value)>, Diagnostics> {
    load::load(files, folder).map_err(|problems| {
        let mut all = Diagnostics::new();
        for problem in problems {
            all.push(problem);
        }
        all
    })
}

/// Objects as `kustomize build` prints them.
pub fn to_yaml(objects: &[Object]) -> String {
    let texts: Vec<String> = objects.iter().map(|object| object.0.to_yaml()).collect();
    texts.join("---\n")
}

#[cfg(test)]
mod tests;
