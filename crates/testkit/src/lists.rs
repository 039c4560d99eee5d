//! Lists of objects, as an API server gives them: page by page.

use std::collections::{BTreeMap, BTreeSet};

use crate::kubernetes::{self, Asked, Reply};

/// Objects by the path of their list, such as `/apis/apps/v1/deployments`, each as JSON.
#[derive(Debug, Clone, Default)]
pub struct Lists(BTreeMap<String, Vec<String>>);

impl Lists {
    /// Adds a list.
    #[must_use]
    pub fn with(mut self, path: &str, objects: impl IntoIterator<Item = String>) -> Self {
        self.0
            .insert(path.to_owned(), objects.into_iter().collect());
        self
    }

    /// What an API server with these lists answers: its version, its groups, a page of a list;
    /// that there is no such thing to everything else.
    pub fn answer(&self, asked: &Asked) -> Reply {
        match asked.path.as_str() {
            "/version" => Reply::Json(200, r#"{"gitVersion":"v1.36.3"}"#.to_owned()),
            "/apis" => self.groups(),
            path => match self.0.get(path) {
                Some(objects) => Reply::Json(200, page(objects, &asked.query)),
                None => Reply::status(404, "NotFound", "the server has no such thing"),
            },
        }
    }

    fn groups(&self) -> Reply {
        let names = self.0.keys().filter_map(|path| {
            let mut parts = path.strip_prefix("/apis/")?.split('/');
            Some((parts.next()?, parts.next()?))
        });
        kubernetes::groups(names.collect::<BTreeSet<(&str, &str)>>())
    }
}

/// The objects that a query asks for: so many, from where the last page ended.
fn page(objects: &[String], query: &str) -> String {
    let number = |name: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let (_, value) = pairs.find(|(key, _)| *key == name)?;
        value.parse::<usize>().ok()
    };
    let from = number("continue").unwrap_or(0).min(objects.len());
    let limit = number("limit").unwrap_or(objects.len()).max(1);
    let to = from.saturating_add(limit).min(objects.len());
    let next = if to < objects.len() {
        format!(r#""continue":"{to}""#)
    } else {
        String::new()
    };
    format!(
        r#"{{"metadata":{{{next}}},"items":[{}]}}"#,
        objects[from..to].join(",")
    )
}
