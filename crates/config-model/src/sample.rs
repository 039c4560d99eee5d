//! The commented sample files, made from the declarations: a key cannot be known to the
//! program and missing in them.

use std::fmt::Write as _;

use crate::keys::{Declaration, Declarations, Default, Presence, Section};

/// How many columns a comment fills.
const WIDTH: usize = 96;

/// A sample `cluster.yaml`, for editors that find its schema at this address or path.
///
/// ```
/// let sample = config_model::sample::cluster("./cluster.schema.json");
/// assert!(sample.starts_with("# yaml-language-server: $schema=./cluster.schema.json\n"));
/// ```
pub fn cluster(schema: &str) -> String {
    let mut sample = header(
        schema,
        "The cluster. Keys without `#` are required; the others are shown with their default, \
         or with an example. This file holds tokens and passwords in the clear: git must \
         ignore it.",
    );
    let mut group = "";
    for declaration in listed(Section::Cluster) {
        if declaration.group != group {
            group = &declaration.group;
            let _ = write!(sample, "\n# --- {group} ---\n");
        }
        sample.push('\n');
        entry(&mut sample, declaration, "", "");
    }
    sample
}

/// A sample `nodes.yaml` with one node.
pub fn nodes(schema: &str) -> String {
    let mut sample = header(
        schema,
        "The nodes, one entry each. Keys without `#` are required; the others are shown with \
         their default, or with an example.",
    );
    sample.push_str("\nnodes:\n");
    for (index, declaration) in listed(Section::Nodes).enumerate() {
        let dash = if index == 0 { "- " } else { "  " };
        entry(&mut sample, declaration, "  ", dash);
    }
    sample
}

/// A sample `templates/variables.yaml` that declares nothing yet.
pub fn variables(schema: &str) -> String {
    let mut sample = header(
        schema,
        "Keys that this repository adds to `cluster.yaml` and to the nodes in `nodes.yaml`, for \
         its own templates. Each has a `type`, and may have `default`, `required`, \
         `required_with`, `secret`, `generate` and `description`. Below `rules` stands what keys \
         ask of each other.",
    );
    sample.push_str(
        "\ncluster: {}\n\
         # cluster:\n\
         #   wiki_enabled:\n\
         #     type: bool\n\
         #     default: false\n\
         #     description: Whether to deploy the wiki.\n\
         #   wiki_password:\n\
         #     type: string\n\
         #     secret: true\n\
         #     generate: true\n\
         #     required_with: wiki_enabled\n\
         #     description: The password of its administrator.\n\
         \nnodes: {}\n\
         # nodes:\n\
         #   rack:\n\
         #     type: string\n\
         #     description: The rack that the node is in.\n",
    );
    sample
}

fn header(schema: &str, about: &str) -> String {
    let mut text = format!("# yaml-language-server: $schema={schema}\n");
    comment(&mut text, "", about);
    text
}

fn listed(section: Section) -> impl Iterator<Item = &'static Declaration> {
    Declarations::built_in()
        .section(section)
        .filter(|declaration| declaration.presence != Presence::Derived)
}

fn entry(sample: &mut String, declaration: &Declaration, indent: &str, dash: &str) {
    let mut about = declaration.description.clone();
    match &declaration.default {
        _ if declaration.presence == Presence::Required => about.push_str(" Required."),
        Default::Value(value) if value.as_str() == Some("") => {}
        Default::Value(value) => {
            let _ = write!(about, " Default: {value}.");
        }
        Default::Derived(from) => {
            let _ = write!(about, " Default: {from}.");
        }
        Default::Unset => {}
    }
    let blank = " ".repeat(dash.len());
    comment(sample, &format!("{indent}{blank}"), &about);
    let Declaration {
        name,
        sample: value,
        ..
    } = declaration;
    let _ = if declaration.shown {
        writeln!(sample, "{indent}{dash}{name}: {value}")
    } else {
        writeln!(sample, "{indent}{blank}# {name}: {value}")
    };
}

/// A comment, broken into lines.
fn comment(text: &mut String, indent: &str, words: &str) {
    let mut column = 0;
    for word in words.split_whitespace() {
        let length = word.chars().count() + 1;
        if column > 0 && column + length > WIDTH {
            text.push('\n');
            column = 0;
        }
        if column == 0 {
            text.push_str(indent);
            text.push('#');
            column = indent.len() + 1;
        }
        text.push(' ');
        text.push_str(word);
        column += length;
    }
    text.push('\n');
}
