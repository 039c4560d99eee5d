//! Which fields of a configuration a template asks for.

use std::ops::Range;

use super::data::key;
use super::parse::parse;
use super::tree::{Block, Node, Operand, Pipeline, Term};

/// The fields of v1alpha1 that a template asks for, by their paths, each with its place in the
/// text. What cannot be told before the template is filled in is left out: items of lists, and
/// what other programs' sections hold.
///
/// ```
/// let asked = talos::patch::asked("{{ with .MachineConfig.MachineInstall }}{{ .InstallImage }}{{ end }}");
/// let paths: Vec<_> = asked.iter().map(|(path, _)| path.as_str()).collect();
/// assert_eq!(paths, ["machine.install", "machine.install.image"]);
/// ```
pub fn asked(text: &str) -> Vec<(String, Range<usize>)> {
    if !text.contains("{{") {
        return Vec::new();
    }
    let mut walk = Walk {
        variables: vec![(String::new(), Some(Section::ROOT))],
        asked: Vec::new(),
    };
    // What is wrong with it, who fills it in says.
    let (tree, _) = parse(text);
    walk.block(&tree, Some(&Section::ROOT));
    walk.asked
}

/// A section of the configuration.
#[derive(Clone)]
struct Section {
    /// Its type in the table of names.
    of: &'static str,
    path: String,
}

impl Section {
    const ROOT: Self = Self {
        of: "V1Alpha1Config",
        path: String::new(),
    };
}

struct Walk {
    /// Variables that hold a section, the newest last.
    variables: Vec<(String, Option<Section>)>,
    asked: Vec<(String, Range<usize>)>,
}

impl Walk {
    fn block(&mut self, block: &Block, dot: Option<&Section>) {
        let known = self.variables.len();
        for node in block {
            match node {
                Node::Text(_) | Node::Break | Node::Continue => {}
                Node::Print(pipeline) => drop(self.pipeline(pipeline, dot)),
                Node::If(branches, otherwise) => {
                    for (condition, block) in branches {
                        self.pipeline(condition, dot);
                        self.block(block, dot);
                    }
                    self.block(otherwise, dot);
                }
                Node::With(branches, otherwise) => {
                    for (value, block) in branches {
                        let section = self.pipeline(value, dot);
                        self.block(block, section.as_ref());
                    }
                    self.block(otherwise, dot);
                }
                Node::Range(list, block, otherwise) => {
                    self.pipeline(list, dot);
                    self.block(block, None);
                    self.block(otherwise, dot);
                }
            }
        }
        self.variables.truncate(known);
    }

    /// The section that a pipeline gives, if it is one.
    fn pipeline(&mut self, pipeline: &Pipeline, dot: Option<&Section>) -> Option<Section> {
        let operands = pipeline.commands.iter().flat_map(|one| &one.operands);
        let found: Vec<_> = operands.map(|one| self.operand(one, dot)).collect();
        let section = match found.as_slice() {
            [one] => one.clone(),
            _ => None,
        };
        for name in &pipeline.variables {
            self.variables.push((name.clone(), section.clone()));
        }
        section
    }

    fn operand(&mut self, operand: &Operand, dot: Option<&Section>) -> Option<Section> {
        let mut section = match &operand.term {
            Term::Dot => dot.cloned(),
            Term::Variable(name) => {
                let known = self.variables.iter().rev().find(|(one, _)| one == name);
                known.and_then(|(_, section)| section.clone())
            }
            Term::Group(pipeline) => self.pipeline(pipeline, dot),
            _ => None,
        }?;
        let mut whole = true;
        for (name, _) in &operand.fields {
            let known = key(section.of, name);
            if let Some((key, _)) = known {
                if !section.path.is_empty() {
                    section.path.push('.');
                }
                section.path.push_str(key);
            }
            let Some((_, Some(of))) = known else {
                whole = false;
                break;
            };
            section.of = of;
        }
        if !operand.fields.is_empty() {
            self.asked
                .push((section.path.clone(), operand.range.clone()));
        }
        whole.then_some(section)
    }
}
