//! The documents of this repository: their links lead somewhere, and what they tell to type and to
//! write works in the cluster of the fixture `public`. Whether commands of ichor are ones, a test
//! beside them looks (`spelled`).

mod code;
mod objects;
mod pages;
mod requirements;

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use config_model::Cluster;
use pipeline::Environment;
use repository::View;
use testkit::{documents, fixtures, root};

/// The cluster in which everything is on.
fn cluster() -> Cluster {
    let view = View::on_disk(fixtures().join("public"));
    let Ok((inputs, _)) = pipeline::load(&view, &Environment::default()) else {
        panic!("the fixture has a configuration")
    };
    pipeline::pages::cluster(&inputs).expect("it is without errors")
}

/// A text with the values of that cluster, and words for whatever else is to be filled in.
fn filled(text: &str, cluster: &Cluster) -> String {
    let (text, _) = pipeline::pages::filled(text, cluster);
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some(start) = rest.find('<') {
        let inner = &rest[start + 1..];
        let is_part = |one: char| one.is_ascii_alphanumeric() || matches!(one, '-' | '_');
        let end = inner.find(|one| !is_part(one)).unwrap_or(inner.len());
        out.push_str(&rest[..start]);
        if end > 0 && inner[end..].starts_with('>') {
            out.push_str(&inner[..end]);
            rest = &inner[end + 1..];
        } else {
            out.push('<');
            rest = inner;
        }
    }
    out + rest
}

/// The path from the root, without `..` in it.
fn normal(path: &Utf8Path) -> Utf8PathBuf {
    let mut normal = Utf8PathBuf::new();
    for part in path.components() {
        match part {
            Utf8Component::ParentDir => {
                normal.pop();
            }
            Utf8Component::CurDir => {}
            part => normal.push(part),
        }
    }
    normal
}

#[test]
fn every_link_leads_somewhere() {
    let documents = documents();
    assert!(documents.len() > 25, "{}", documents.len());
    let anchors: BTreeMap<Utf8PathBuf, BTreeSet<String>> = { documents.iter() }
        .map(|document| (document.path.clone(), document.anchors()))
        .collect();
    let mut faults = Vec::new();
    let mut looked = 0;
    for document in &documents {
        for link in document.links() {
            if link.text.contains("://") || link.text.starts_with("mailto:") {
                continue;
            }
            looked += 1;
            let (path, anchor) = link.text.split_once('#').unwrap_or((&link.text, ""));
            let folder = document.path.parent().unwrap_or(Utf8Path::new(""));
            let target = match path {
                "" => document.path.clone(),
                path => normal(&folder.join(path)),
            };
            let is_there = root().join(&target).exists();
            let is_anchor = anchor.is_empty()
                || anchors
                    .get(&target)
                    .is_some_and(|anchors| anchors.contains(anchor));
            if !is_there || !is_anchor {
                faults.push(format!("{}:{}: {}", document.path, link.line, link.text));
            }
        }
    }
    assert!(looked > 80, "{looked}");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// On the web, `<domain>` outside of code is a mark of HTML and shows nothing.
#[test]
fn what_is_to_be_filled_in_stands_in_code() {
    let mut faults = Vec::new();
    for document in documents() {
        for html in document.html() {
            if !html.text.trim_start().starts_with("<!--") {
                faults.push(format!(
                    "{}:{}: {}",
                    document.path,
                    html.line,
                    html.text.trim()
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
