//! Which objects a patch or a replacement is for.

use documents::regex::GoRegex;

use crate::value::Value;

use super::resource::{Resource, scalar_text};

/// Objects by patterns of their names, and by labels and annotations.
pub(super) struct Selector {
    group: Option<GoRegex>,
    version: Option<GoRegex>,
    kind: Option<GoRegex>,
    name: Option<GoRegex>,
    namespace: Option<GoRegex>,
    labels: Requirements,
    annotations: Requirements,
}

impl Selector {
    /// Reads one.
    ///
    /// # Errors
    ///
    /// A pattern or a label selector is none: why.
    pub(super) fn read(value: &Value) -> Result<Self, String> {
        let text = |key: &str| value.get(key).and_then(Value::as_text).unwrap_or_default();
        let pattern = |key: &str| match text(key) {
            "" => Ok(None),
            text => GoRegex::new(&format!("^(?:{text})$"))
                .map(Some)
                .map_err(|error| format!("`{key}` is no pattern: {}", error.0)),
        };
        Ok(Self {
            group: pattern("group")?,
            version: pattern("version")?,
            kind: pattern("kind")?,
            name: pattern("name")?,
            namespace: pattern("namespace")?,
            labels: Requirements::read(text("labelSelector"))?,
            annotations: Requirements::read(text("annotationSelector"))?,
        })
    }

    /// Whether it says nothing of names and kinds.
    pub(super) fn names_nothing(&self) -> bool {
        let parts = [&self.group, &self.version, &self.kind, &self.name];
        parts.iter().all(|part| part.is_none()) && self.namespace.is_none()
    }

    /// Whether it says something of labels or annotations.
    pub(super) fn asks_for_labels(&self) -> bool {
        !self.labels.0.is_empty() || !self.annotations.0.is_empty()
    }

    /// Whether a patch with this target is for the object: by its first or its last name.
    pub(super) fn selects(&self, resource: &Resource) -> bool {
        let (_, name, namespace) = resource.original();
        let (group, version) = resource.group_version();
        (matches(self.namespace.as_ref(), namespace)
            || matches(self.namespace.as_ref(), resource.effective_namespace()))
            && (matches(self.name.as_ref(), name) || matches(self.name.as_ref(), resource.name()))
            && matches(self.group.as_ref(), group)
            && matches(self.version.as_ref(), version)
            && matches(self.kind.as_ref(), resource.kind())
            && self.labels_match(resource)
    }

    /// Whether one of the names of an object is meant: kind, name, namespace.
    pub(super) fn names(&self, resource: &Resource) -> bool {
        let (group, version) = resource.group_version();
        matches(self.group.as_ref(), group)
            && matches(self.version.as_ref(), version)
            && named(resource).any(|(kind, name, namespace)| {
                matches(self.kind.as_ref(), kind)
                    && matches(self.name.as_ref(), name)
                    && matches(self.namespace.as_ref(), namespace)
            })
    }

    /// Whether its labels and annotations are meant.
    pub(super) fn labels_match(&self, resource: &Resource) -> bool {
        let value = |part: &str, key: &str| {
            let value = resource.value.at(&["metadata", part, key])?;
            scalar_text(value)
        };
        self.labels.hold(|key| value("labels", key))
            && self.annotations.hold(|key| value("annotations", key))
    }
}

/// The names of an object as replacements see them: a namespace is what is written.
pub(super) fn named(resource: &Resource) -> impl Iterator<Item = (&str, &str, &str)> {
    let now = (resource.kind(), resource.name(), resource.namespace());
    let former = resource.former.iter();
    std::iter::once(now).chain(former.map(|one| (&*one.kind, &*one.name, &*one.namespace)))
}

fn matches(pattern: Option<&GoRegex>, text: &str) -> bool {
    pattern.is_none_or(|pattern| pattern.is_match(text.as_bytes()))
}

/// What a label selector asks for.
struct Requirements(Vec<Requirement>);

struct Requirement {
    key: String,
    operator: Operator,
}

enum Operator {
    Exists,
    Missing,
    In(Vec<String>),
    NotIn(Vec<String>),
    Above(i64),
    Below(i64),
}

impl Requirements {
    /// `a=b,c!=d,e in (f, g),!h`, as Kubernetes reads it.
    fn read(text: &str) -> Result<Self, String> {
        let mut requirements = Vec::new();
        for part in split(text) {
            let part = part.trim();
            if part.is_empty() {
                if requirements.is_empty() && text.trim().is_empty() {
                    continue;
                }
                return Err("the selector has an empty part".to_owned());
            }
            requirements.push(Requirement::read(part)?);
        }
        Ok(Self(requirements))
    }

    fn hold(&self, value: impl Fn(&str) -> Option<String>) -> bool {
        self.0.iter().all(|requirement| {
            let value = value(&requirement.key);
            match &requirement.operator {
                Operator::Exists => value.is_some(),
                Operator::Missing => value.is_none(),
                Operator::In(values) => value.is_some_and(|value| values.contains(&value)),
                Operator::NotIn(values) => value.is_none_or(|value| !values.contains(&value)),
                Operator::Above(than) => number(value).is_some_and(|value| value > *than),
                Operator::Below(than) => number(value).is_some_and(|value| value < *than),
            }
        })
    }
}

fn number(text: Option<String>) -> Option<i64> {
    text?.parse().ok()
}

/// The parts between commas that stand in no brackets.
fn split(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut depth = 0_usize;
    for (at, one) in text.char_indices() {
        match one {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.extend(text.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.extend(text.get(start..));
    parts
}

impl Requirement {
    fn read(text: &str) -> Result<Self, String> {
        let with = |key: &str, operator: Operator| {
            let key = key.trim();
            if key.is_empty() || key.contains(char::is_whitespace) {
                return Err(format!("`{text}` is no label selector"));
            }
            Ok(Self {
                key: key.to_owned(),
                operator,
            })
        };
        let one = |value: &str| vec![value.trim().to_owned()];
        if let Some(key) = text.strip_prefix('!') {
            return with(key, Operator::Missing);
        }
        if let Some((key, value)) = text.split_once("!=") {
            return with(key, Operator::NotIn(one(value)));
        }
        if let Some((key, value)) = text.split_once("==").or_else(|| text.split_once('=')) {
            return with(key, Operator::In(one(value)));
        }
        let (bound, above) = match (text.split_once('>'), text.split_once('<')) {
            (Some(bound), _) => (Some(bound), true),
            (None, bound) => (bound, false),
        };
        if let Some((key, value)) = bound {
            let value = value.trim().parse();
            let value = value.map_err(|_| format!("`{text}` compares with no number"))?;
            let operator = if above {
                Operator::Above
            } else {
                Operator::Below
            };
            return with(key, operator(value));
        }
        if let Some(head) = text.strip_suffix(')')
            && let Some((head, values)) = head.split_once('(')
        {
            let values = values.split(',').map(|one| one.trim().to_owned()).collect();
            let head = head.trim_end();
            if let Some(key) = head.strip_suffix("notin") {
                return with(key, Operator::NotIn(values));
            }
            if let Some(key) = head.strip_suffix("in") {
                return with(key, Operator::In(values));
            }
        }
        with(text, Operator::Exists)
    }
}
