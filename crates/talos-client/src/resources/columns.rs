//! The columns of a table of resources: `JSONPath` as Kubernetes writes it, as far as definitions
//! of Talos use it, printed as Go prints it.

use serde_json::Value;

/// How a column is read out of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Steps(Vec<Step>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Field(String),
    Every,
    Index(i64),
    /// Those from one index up to another.
    Slice(Option<i64>, Option<i64>),
    /// Those whose value at this path is this text.
    Where(Vec<Step>, String),
}

impl Path {
    /// Reads `{.a.b}`, `{@}`, `{.a[*].b}`, `{.a[0]}` or `{.a[?(@.b=="c")].d}`, with text around.
    /// None where it is none of these.
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let Some(start) = rest.find('{') else {
                parts.push(Part::Text(rest.to_owned()));
                break;
            };
            if start > 0 {
                parts.push(Part::Text(rest[..start].to_owned()));
            }
            let (inner, behind) = rest[start + 1..].split_once('}')?;
            parts.push(Part::Steps(steps(inner)?));
            rest = behind;
        }
        Some(Self(parts))
    }

    /// The value of the column; nothing where there is none.
    pub fn of(&self, spec: &Value) -> String {
        let mut out = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Steps(steps) => {
                    let found: Vec<_> = select(spec, steps).into_iter().map(printed).collect();
                    out.push_str(&found.join(" "));
                }
            }
        }
        out
    }
}

fn steps(text: &str) -> Option<Vec<Step>> {
    let mut rest = text.trim();
    rest = rest.strip_prefix(['@', '$']).unwrap_or(rest);
    let mut steps = Vec::new();
    while !rest.is_empty() {
        if let Some(behind) = rest.strip_prefix('.') {
            let end = behind.find(['.', '[']).unwrap_or(behind.len());
            match &behind[..end] {
                "" => return None,
                "*" => steps.push(Step::Every),
                name => steps.push(Step::Field(name.to_owned())),
            }
            rest = &behind[end..];
        } else if let Some(behind) = rest.strip_prefix("[?(") {
            let (condition, behind) = behind.split_once(")]")?;
            let (path, value) = condition.split_once("==")?;
            let value = value.trim().trim_matches(['"', '\'']);
            steps.push(Step::Where(self::steps(path)?, value.to_owned()));
            rest = behind;
        } else {
            let (inner, behind) = rest.strip_prefix('[')?.split_once(']')?;
            steps.push(match inner {
                "*" => Step::Every,
                name if name.starts_with('\'') => Step::Field(name.trim_matches('\'').to_owned()),
                range if range.contains(':') => {
                    let (from, to) = range.split_once(':')?;
                    let index = |text: &str| match text {
                        "" => Some(None),
                        number => number.parse().ok().map(Some),
                    };
                    Step::Slice(index(from)?, index(to)?)
                }
                number => Step::Index(number.parse().ok()?),
            });
            rest = behind;
        }
    }
    Some(steps)
}

fn select<'v>(value: &'v Value, steps: &[Step]) -> Vec<&'v Value> {
    let Some((step, rest)) = steps.split_first() else {
        return vec![value];
    };
    let next: Vec<&Value> = match step {
        Step::Field(name) => value.get(name).into_iter().collect(),
        Step::Every => every(value),
        Step::Index(index) => {
            let items = items(value);
            let index = usize::try_from(from_start(*index, items)).ok();
            index
                .and_then(|index| items.get(index))
                .into_iter()
                .collect()
        }
        Step::Slice(from, to) => {
            let items = items(value);
            let bound = |index: Option<i64>, otherwise: usize| {
                index.map_or(otherwise, |index| {
                    usize::try_from(from_start(index, items)).unwrap_or(0)
                })
            };
            let to = bound(*to, items.len()).min(items.len());
            let from = bound(*from, 0).min(to);
            items[from..to].iter().collect()
        }
        Step::Where(path, wanted) => every(value)
            .into_iter()
            .filter(|item| {
                let found = select(item, path);
                found.first().is_some_and(|found| printed(found) == *wanted)
            })
            .collect(),
    };
    next.into_iter()
        .flat_map(|value| select(value, rest))
        .collect()
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// An index that counts from the start: a negative one counts from the end.
fn from_start(index: i64, items: &[Value]) -> i64 {
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    if index < 0 {
        length.saturating_add(index)
    } else {
        index
    }
}

fn every(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        Value::Object(map) => map.values().collect(),
        _ => Vec::new(),
    }
}

/// A value as Go's `JSONPath` prints it: texts as they are, lists and maps as JSON.
fn printed(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "<nil>".to_owned(),
        other => sorted(other).to_string(),
    }
}

/// With the keys of maps in order, as Go writes JSON.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(sorted).collect(),
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            let entries = entries.into_iter();
            Value::Object(
                entries
                    .map(|(key, value)| (key.clone(), sorted(value)))
                    .collect(),
            )
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Path;

    #[test]
    fn columns_are_read_as_kubernetes_reads_them() {
        let spec = json!({
            "a": {"b": "text", "n": 3, "yes": true, "none": null},
            "list": ["x", "y"],
            "map": {"z": 1, "a": "é"},
            "many": [{"t": "Ready", "s": "True"}, {"t": "Other", "s": "False"}],
        });
        for (path, printed) in [
            ("{.a.b}", "text"),
            ("{.a.n}", "3"),
            ("{.a.yes}", "true"),
            ("{.a.none}", "<nil>"),
            ("{.a.missing.more}", ""),
            ("{.list}", r#"["x","y"]"#),
            ("{.list[*]}", "x y"),
            ("{.list[-1]}", "y"),
            ("{.list[7]}", ""),
            ("{.list[:]}", "x y"),
            ("{.list[1:9]}", "y"),
            ("{.list[:-1]}", "x"),
            ("{.map}", r#"{"a":"é","z":1}"#),
            ("{.many[*].s}", "True False"),
            (r#"{.many[?(@.t=="Ready")].s}"#, "True"),
            ("v{.a.n}-{.a['b']}", "v3-text"),
            ("{@.a.n}", "3"),
        ] {
            let read = Path::read(path).expect(path);
            assert_eq!(read.of(&spec), printed, "{path}");
        }
        assert_eq!(Path::read("{@}").expect("all").of(&json!("word")), "word");
        for wrong in ["{.a", "{.}", "{.a[}", "{.a[x]}", "{a}", "{.a[?(@.b)]}"] {
            assert_eq!(Path::read(wrong), None, "{wrong}");
        }
    }
}
