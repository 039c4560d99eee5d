//! A set of templates and a context in, a tree of files out.

use diagnostics::{Diagnostic, Diagnostics, Source};
use tree::{Entry, Mode, Origin, RelPath, Rendered, Tree};

use crate::{Context, Options, Role, TemplateSet};

/// What rendering gives.
#[derive(Debug)]
pub struct Output {
    /// Every file, with the template it comes from.
    pub tree: Tree<Rendered>,
    /// Outputs whose template rendered to nothing, so that no file is written. Sorted.
    pub empty: Vec<RelPath>,
}

/// Renders all templates of a set.
///
/// All problems of all templates come back together; nothing is rendered by halves.
pub fn render(
    set: &TemplateSet,
    _context: &Context,
    _options: &Options,
) -> Result<Output, Diagnostics> {
    let mut problems = Diagnostics::new();
    let mut files = Vec::new();
    for template in set {
        match template.role {
            Role::Partial => {}
            Role::Render => problems.push(Diagnostic::error(
                "template/not-yet",
                "templates are not rendered yet",
            )),
            Role::Verbatim => match RelPath::new(&template.output) {
                Ok(path) => files.push((
                    path,
                    Entry::new(
                        &*template.content,
                        Mode::new(template.mode),
                        Origin::new(Source::new(&*template.shown_as, "")),
                    ),
                )),
                Err(error) => {
                    problems.push(Diagnostic::error("template/output-path", error.to_string()))
                }
            },
        }
    }
    if problems.has_errors() {
        return Err(problems);
    }
    Ok(Output {
        tree: Tree::from_files(files)?,
        empty: Vec::new(),
    })
}
