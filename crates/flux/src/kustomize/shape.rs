//! Which fields `kustomization.yaml` has, and of which kind. kustomize reads it strictly, as
//! Go's JSON does: fields by name, upper and lower case alike.

use diagnostics::{Diagnostic, Diagnostics, Severity};

use crate::rules;
use crate::value::{Data, Field, Map, Number, Place, Value};

use super::resource::scalar_text;

/// What a field holds.
pub(super) enum Shape {
    Text,
    Truth,
    Whole,
    /// A map of texts.
    Texts,
    List(&'static Self),
    Object(Fields),
    /// Anything: what is not followed here.
    Any,
}

type Fields = &'static [(&'static str, Shape)];

use Shape::{Any, List, Object, Text, Texts, Truth, Whole};

const TEXT_LIST: Shape = List(&Text);

const FIELD_SPEC: Shape = Object(&[
    ("group", Text),
    ("version", Text),
    ("kind", Text),
    ("path", Text),
    ("create", Truth),
]);

const SELECTOR: Shape = Object(SELECTOR_FIELDS);
const SELECTOR_FIELDS: Fields = &[
    ("group", Text),
    ("version", Text),
    ("kind", Text),
    ("name", Text),
    ("namespace", Text),
    ("annotationSelector", Text),
    ("labelSelector", Text),
];

const PATCH: Shape = Object(&[
    ("path", Text),
    ("patch", Text),
    ("target", SELECTOR),
    (
        "options",
        Object(&[("allowNameChange", Truth), ("allowKindChange", Truth)]),
    ),
]);

const LABEL: Shape = Object(&[
    ("pairs", Texts),
    ("includeSelectors", Truth),
    ("includeTemplates", Truth),
    ("includeVolumeClaimTemplates", Truth),
    ("fields", List(&FIELD_SPEC)),
]);

const IMAGE: Shape = Object(&[
    ("name", Text),
    ("newName", Text),
    ("tagSuffix", Text),
    ("newTag", Text),
    ("digest", Text),
]);

const REPLICAS: Shape = Object(&[("name", Text), ("count", Whole)]);

const GENERATOR_OPTIONS: Shape = Object(&[
    ("labels", Texts),
    ("annotations", Texts),
    ("disableNameSuffixHash", Truth),
    ("immutable", Truth),
]);

const CONFIG_MAP: Shape = Object(&[
    ("namespace", Text),
    ("name", Text),
    ("behavior", Text),
    ("literals", TEXT_LIST),
    ("files", TEXT_LIST),
    ("envs", TEXT_LIST),
    ("env", Text),
    ("options", GENERATOR_OPTIONS),
]);

const SECRET: Shape = Object(&[
    ("namespace", Text),
    ("name", Text),
    ("behavior", Text),
    ("literals", TEXT_LIST),
    ("files", TEXT_LIST),
    ("envs", TEXT_LIST),
    ("env", Text),
    ("options", GENERATOR_OPTIONS),
    ("type", Text),
]);

const FIELD_OPTIONS: Shape = Object(&[
    ("delimiter", Text),
    ("index", Whole),
    ("encoding", Text),
    ("create", Truth),
]);

/// A replacement as a file of its own has it.
pub(super) const REPLACEMENT: Shape = Object(&[
    ("path", Text),
    (
        "source",
        Object(&[
            ("group", Text),
            ("version", Text),
            ("kind", Text),
            ("name", Text),
            ("namespace", Text),
            ("fieldPath", Text),
            ("options", FIELD_OPTIONS),
        ]),
    ),
    (
        "targets",
        List(&Object(&[
            ("select", SELECTOR),
            ("reject", List(&SELECTOR)),
            ("fieldPaths", TEXT_LIST),
            ("options", FIELD_OPTIONS),
        ])),
    ),
    ("sourceValue", Text),
]);

/// `kustomization.yaml`.
pub(super) const KUSTOMIZATION: Shape = Object(&[
    ("apiVersion", Text),
    ("kind", Text),
    (
        "metadata",
        Object(&[
            ("name", Text),
            ("namespace", Text),
            ("labels", Texts),
            ("annotations", Texts),
        ]),
    ),
    ("openapi", Texts),
    ("namePrefix", Text),
    ("nameSuffix", Text),
    ("namespace", Text),
    ("commonLabels", Texts),
    ("labels", List(&LABEL)),
    ("commonAnnotations", Texts),
    ("patchesStrategicMerge", TEXT_LIST),
    ("patchesJson6902", List(&PATCH)),
    ("patches", List(&PATCH)),
    ("images", List(&IMAGE)),
    ("imageTags", List(&IMAGE)),
    ("replacements", List(&REPLACEMENT)),
    ("replicas", List(&REPLICAS)),
    ("vars", Any),
    (
        "sortOptions",
        Object(&[
            ("order", Text),
            (
                "legacySortOptions",
                Object(&[("orderFirst", TEXT_LIST), ("orderLast", TEXT_LIST)]),
            ),
        ]),
    ),
    ("resources", TEXT_LIST),
    ("components", TEXT_LIST),
    ("crds", TEXT_LIST),
    ("bases", TEXT_LIST),
    ("configMapGenerator", List(&CONFIG_MAP)),
    ("secretGenerator", List(&SECRET)),
    ("helmGlobals", Any),
    ("helmCharts", Any),
    ("helmChartInflationGenerator", Any),
    ("generatorOptions", GENERATOR_OPTIONS),
    ("configurations", TEXT_LIST),
    ("generators", TEXT_LIST),
    ("transformers", TEXT_LIST),
    ("validators", TEXT_LIST),
    ("buildMetadata", TEXT_LIST),
]);

/// Who reads a kustomization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    /// kustomize, strictly.
    Kustomize,
    /// Flux, which edits the outermost one and writes it anew: it drops fields that it does not
    /// know, and takes numbers and truths for texts. Source: fluxcd/pkg `kustomize` 1.41.0.
    Flux,
}

/// A value of a shape, its keys spelled as they should be and without what is null.
pub(super) fn checked(value: &Value, shape: &Shape, problems: &mut Diagnostics) -> Value {
    checked_by(Reader::Kustomize, value, shape, problems)
}

/// The same, as somebody reads it.
pub(super) fn checked_by(
    reader: Reader,
    value: &Value,
    shape: &Shape,
    problems: &mut Diagnostics,
) -> Value {
    let mut checker = Checker { problems, reader };
    checker.check(value, shape, "")
}

struct Checker<'a> {
    problems: &'a mut Diagnostics,
    reader: Reader,
}

impl Checker<'_> {
    fn check(&mut self, value: &Value, shape: &Shape, name: &str) -> Value {
        let wanted = match (shape, &value.data) {
            (Any, _)
            | (Text, Data::Text(_))
            | (Truth, Data::Bool(_))
            | (Whole, Data::Number(Number::Integer(_)))
            | (_, Data::Null) => return value.clone(),
            (Text, Data::Number(_) | Data::Bool(_)) if self.reader == Reader::Flux => {
                let text = scalar_text(value).unwrap_or_default();
                return Value::new(Data::Text(text), value.place.clone());
            }
            (Text, _) => "text",
            (Truth, _) => "true or false",
            (Whole, _) => "a whole number",
            (Texts, Data::Map(map)) => return self.texts(value, map, name),
            (List(inner), Data::List(items)) => {
                let items = items.iter();
                let items = items.map(|item| self.check(item, inner, name)).collect();
                return Value::new(Data::List(items), value.place.clone());
            }
            (Object(fields), Data::Map(map)) => return self.object(value, map, fields),
            (List(_), _) => "a list",
            (Texts | Object(_), _) => "a map",
        };
        let mut problem = rules::KUSTOMIZE_INVALID_FIELD.report(format!(
            "`{name}` takes {wanted}, not {}",
            value.kind_name()
        ));
        if matches!(shape, Text) {
            problem = problem.hint("put the value in quotes");
        }
        self.report(problem, &value.place);
        Value::default()
    }

    fn texts(&mut self, value: &Value, map: &Map, name: &str) -> Value {
        let mut kept = Map::default();
        for (key, field) in map {
            let inner = self.check(&field.value, &Text, &format!("{name}.{key}"));
            // Go reads null as the empty text.
            let inner = if inner.is_null() {
                Value::new(Data::Text(String::new()), field.value.place.clone())
            } else {
                inner
            };
            let field = Field {
                key: field.key.clone(),
                value: inner,
            };
            kept.insert(key.clone(), field);
        }
        Value::new(Data::Map(kept), value.place.clone())
    }

    fn object(&mut self, value: &Value, map: &Map, fields: Fields) -> Value {
        let mut kept = Map::default();
        for (key, field) in map {
            let exact = fields.iter().find(|(name, _)| name == key);
            let alike = || { fields.iter() }.find(|(name, _)| name.eq_ignore_ascii_case(key));
            let Some((name, shape)) = exact.or_else(alike) else {
                let (severity, dropped) = match self.reader {
                    Reader::Kustomize => (Severity::Error, ""),
                    Reader::Flux => (Severity::Warning, ", and Flux drops it"),
                };
                let problem = rules::KUSTOMIZE_UNKNOWN_FIELD.report_as(
                    severity,
                    format!("`{key}` is no field that kustomize knows here{dropped}"),
                );
                let names = fields.iter().map(|(name, _)| *name);
                let problem = match diagnostics::closest(key, names) {
                    Some(near) => problem.hint(format!("did you mean `{near}`?")),
                    None => problem,
                };
                self.report(problem, &field.key);
                continue;
            };
            let inner = self.check(&field.value, shape, name);
            if inner.is_null() {
                continue;
            }
            let field = Field {
                key: field.key.clone(),
                value: inner,
            };
            kept.insert((*name).to_owned(), field);
        }
        Value::new(Data::Map(kept), value.place.clone())
    }

    fn report(&mut self, problem: Diagnostic, place: &Place) {
        self.problems.push(problem.at(place.location()));
    }
}
