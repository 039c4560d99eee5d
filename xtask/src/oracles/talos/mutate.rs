//! Patches made up from the table and from the config that they change.

use serde_json::{Map, Value, json};

use super::super::seed::Seed;
use super::table::{Shape, Table};
use super::values;

/// Makes patches that one release of the machinery can decode.
pub(super) struct Mutator<'a> {
    table: &'a Table,
    kinds: Vec<&'a (String, String)>,
}

impl<'a> Mutator<'a> {
    /// With the table of the release.
    pub(super) fn new(table: &'a Table) -> Self {
        let kinds = table
            .documents
            .iter()
            .filter(|(kind, _)| kind != "v1alpha1")
            .collect();
        Self { table, kinds }
    }

    /// One to three patches of a config.
    pub(super) fn patches(&self, documents: &[Value], seed: &mut Seed) -> Vec<String> {
        let count = *seed.of(&[1, 1, 1, 1, 2, 3]);
        // One kind mostly, so that patches meet.
        let focus = *seed.of(&self.kinds);
        (0..count)
            .map(|_| match seed.below(10) {
                0 if documents.len() == 1 => json_patch(&documents[0], seed),
                0..=2 => self.delete(documents, seed),
                3..=5 => self.new_or_like(documents, focus, seed),
                _ => self.main(seed),
            })
            .collect()
    }

    /// Fields of the document without a kind, often deep ones.
    fn main(&self, seed: &mut Seed) -> String {
        let mut root = Map::new();
        let section = *seed.of(&["machine", "machine", "cluster"]);
        let name = if section == "machine" {
            "MachineConfig"
        } else {
            "ClusterConfig"
        };
        for _ in 0..=seed.below(2) {
            let (field, value) = self.field(name, seed);
            let at = root.entry(section).or_insert_with(|| json!({}));
            at[field] = value;
        }
        spoil(&mut root, seed);
        written(&[root.into()], seed)
    }

    fn field(&self, name: &str, seed: &mut Seed) -> (String, Value) {
        let field = seed.of(self.table.fields(name));
        let value = self.table.value(name, &field.name, &field.shape, seed, 0);
        (field.name.clone(), value)
    }

    /// Other documents: new ones, or such as are there already.
    fn new_or_like(
        &self,
        documents: &[Value],
        focus: &(String, String),
        seed: &mut Seed,
    ) -> String {
        let mut all = Vec::new();
        for _ in 0..=seed.below(2) {
            let there = seed.of(documents);
            let kind = there.get("kind").and_then(Value::as_str);
            let known = |wanted: &str| self.kinds.iter().find(|(kind, _)| kind == wanted);
            let (entry, name) = match kind.and_then(known) {
                Some(entry) if seed.percent(40) => (*entry, there.get("name").cloned()),
                _ if seed.percent(70) => (focus, None),
                _ => (*seed.of(&self.kinds), None),
            };
            let (kind, type_name) = entry;
            let mut value = self.table.value_of(type_name, seed, 0);
            if let Some(map) = value.as_object_mut() {
                map.insert("apiVersion".into(), json!("v1alpha1"));
                map.insert("kind".into(), json!(kind));
                if self.table.field(type_name, "name").is_some() {
                    // Links and volumes of one name are refused whatever their kinds are.
                    map.insert("name".into(), name.unwrap_or_else(|| json!(kind)));
                }
            }
            all.push(value);
        }
        written(&all, seed)
    }

    /// `$patch: delete` of something that is there, or nearly.
    fn delete(&self, documents: &[Value], seed: &mut Seed) -> String {
        let document = seed.of(documents);
        let mut head = Map::new();
        for key in ["apiVersion", "kind", "name"] {
            if let Some(value) = document.get(key) {
                head.insert(key.into(), value.clone());
            }
        }
        if head.contains_key("kind") && seed.percent(30) {
            head.insert("$patch".into(), json!("delete"));
            return written(&[head.into()], seed);
        }
        let kind = document.get("kind").and_then(Value::as_str);
        let start = self
            .table
            .document(kind.unwrap_or("v1alpha1"))
            .unwrap_or_default();
        let mut tree = self.deletion(document, start, seed, 0);
        if let Some(map) = tree.as_object_mut() {
            let rest = std::mem::take(map);
            map.extend(head);
            map.extend(rest);
            // The rest of the patch is merged after its deletions.
            if start == "V1Alpha1Config" && seed.percent(30) {
                let (field, value) = self.field("MachineConfig", seed);
                let machine = map.entry("machine").or_insert_with(|| json!({}));
                if machine.get("$patch").is_none() && machine.get(&field).is_none() {
                    machine[field] = value;
                }
            }
        }
        written(&[tree], seed)
    }

    fn deletion(&self, value: &Value, name: &str, seed: &mut Seed, depth: usize) -> Value {
        let gone = json!({ "$patch": "delete" });
        let Value::Object(map) = value else {
            return gone;
        };
        let keys: Vec<_> = map
            .keys()
            .filter(|key| !matches!(key.as_str(), "apiVersion" | "kind" | "name"))
            .collect();
        let fields = self.table.fields(name);
        // A field that may not be there.
        if depth > 0 && !fields.is_empty() && seed.percent(20) {
            let field = seed.of(fields);
            return json!({ field.name.as_str(): gone });
        }
        if keys.is_empty() {
            return json!({ "nothing": gone });
        }
        let key = *seed.of(&keys);
        let inner = &map[key];
        let inside = match (inner, self.table.field(name, key).map(|field| &field.shape)) {
            _ if depth > 0 && seed.percent(25) => gone,
            (Value::Object(_), Some(Shape::Type(name))) => {
                self.deletion(inner, name, seed, depth + 1)
            }
            (Value::Object(_), _) => self.deletion(inner, "", seed, depth + 1),
            (Value::Array(items), Some(Shape::List(..))) if seed.percent(60) => {
                let chosen = items.get(seed.below(items.len()));
                match chosen.and_then(Value::as_object) {
                    Some(item) => {
                        let key = item.keys().next().cloned().unwrap_or_default();
                        let value = item.get(&key).cloned().unwrap_or_default();
                        json!([{ key: value, "$patch": "delete" }])
                    }
                    None => gone,
                }
            }
            _ => gone,
        };
        json!({ key.as_str(): inside })
    }
}

/// Now and then something that no release takes, or that sets nothing.
fn spoil(root: &mut Map<String, Value>, seed: &mut Seed) {
    let section = root.values_mut().next();
    let Some(Value::Object(section)) = section else {
        return;
    };
    match seed.below(25) {
        0 => {
            section.insert("nonsense".into(), json!(1));
        }
        1 => {
            section.insert("network".into(), json!(["wrong"]));
        }
        2 => {
            section.insert("network".into(), Value::Null);
        }
        3 => {
            section.insert("network".into(), json!({}));
        }
        4 => {
            root.insert("debug".into(), json!(true));
        }
        _ => {}
    }
}

/// Operations on places of a document, mostly such as are there.
fn json_patch(document: &Value, seed: &mut Seed) -> String {
    let mut places = Vec::new();
    collect(document, String::new(), &mut places);
    let mut operations = Vec::new();
    for _ in 0..=seed.below(3) {
        let path = seed.of(&places).clone();
        let value = values::any(seed, 1);
        let other = seed.of(&places).clone();
        operations.push(match seed.below(9) {
            0 => json!({ "op": "remove", "path": path }),
            1 => json!({ "op": "replace", "path": path, "value": value }),
            2 => {
                let value = document.pointer(&path).cloned().unwrap_or_default();
                json!({ "op": "test", "path": path, "value": value })
            }
            3 => json!({ "op": "test", "path": path, "value": value }),
            4 => json!({ "op": "copy", "from": other, "path": format!("{path}x") }),
            5 => json!({ "op": "move", "from": other, "path": "/machine/env/moved" }),
            6 => json!({ "op": "remove", "path": format!("{path}/nothing") }),
            7 => json!({ "op": "add", "path": "/machine/udev/rules/-", "value": "three" }),
            _ => json!({ "op": "add", "path": path, "value": value }),
        });
    }
    written(&[operations.into()], seed)
}

fn collect(value: &Value, path: String, places: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let key = key.replace('~', "~0").replace('/', "~1");
                collect(value, format!("{path}/{key}"), places);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                collect(value, format!("{path}/{index}"), places);
            }
        }
        _ => {}
    }
    if !path.is_empty() {
        places.push(path);
    }
}

/// The documents as text: now in block style, now in flow style.
fn written(documents: &[Value], seed: &mut Seed) -> String {
    if seed.percent(50) {
        return documents::emit::documents(documents, 2);
    }
    let all: Vec<_> = documents.iter().map(Value::to_string).collect();
    all.join("\n---\n") + "\n"
}
