//! Nothing panics, whatever objects look like.

use flux::assembled::Assembled;
use flux::diff::{between, markdown, text};
use flux::graph::{Graph, Page, dot, html, mermaid, svg, tree};
use flux::lint::check;
use flux::object::Object;
use flux::value::{Data, Field, Number, Place, Value};
use proptest::prelude::*;
use serde_json::Value as Json;

use crate::build::{Case, assembled, case};

/// Keys and texts that something looks for.
const WORDS: &[&str] = &[
    "",
    "-",
    "*.",
    "*",
    "a",
    "name",
    "namespace",
    "kind",
    "spec",
    "metadata",
    "dependsOn",
    "parentRefs",
    "hostnames",
    "listeners",
    "image",
    "tag",
    "latest",
    "10.0.0.1/33",
    "::/0",
    "${",
    "$${A}",
    "Selector",
    "data",
    "stringData",
    "sops",
    "mac",
    "annotations",
    "lbipam.cilium.io/ips",
    "\u{0}",
    "é`|<\"",
    "Kustomization",
    "HelmRelease",
    "Secret",
    "app-template",
    "chartRef",
];

fn value() -> impl Strategy<Value = Json> {
    let word = prop::sample::select(WORDS);
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        word.prop_map(Json::from),
        ".{0,6}".prop_map(Json::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let key = prop::sample::select(WORDS).prop_map(str::to_owned);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::vec((key, inner), 0..4)
                .prop_map(|fields| Json::Object(fields.into_iter().collect())),
        ]
    })
}

/// A value that nobody wrote.
fn made(json: &Json) -> Value {
    let data = match json {
        Json::Null => Data::Null,
        Json::Bool(is) => Data::Bool(*is),
        Json::Number(number) => Data::Number(match number.as_i64() {
            Some(number) => Number::Integer(number.into()),
            None => Number::Float(number.as_f64().unwrap_or(f64::NAN)),
        }),
        Json::String(text) => Data::Text(text.clone()),
        Json::Array(items) => Data::List(items.iter().map(made).collect()),
        Json::Object(map) => Data::Map(
            { map.iter() }
                .map(|(key, value)| {
                    let field = Field {
                        key: Place::default(),
                        value: made(value),
                    };
                    (key.clone(), field)
                })
                .collect(),
        ),
    };
    Value::new(data, Place::default())
}

/// Every object of every case there is, and what is drawn.
fn objects() -> Vec<Object> {
    let text = [
        include_str!("../graph/home.yaml"),
        include_str!("../graph/injected.yaml"),
    ]
    .join("---\n");
    let case = case("home.yaml", &text);
    let all = case.assembled.kustomizations;
    let mut objects = Vec::new();
    for (index, one) in all.into_iter().enumerate() {
        objects.push(one.object);
        let own = one.objects.into_iter();
        objects.extend(own.filter(|object| index > 0 || object.kind() != "Kustomization"));
    }
    objects
}

/// Puts a value somewhere into another one; the numbers say where.
fn put(into: &mut Value, way: &[usize], value: Value) {
    let Some((first, rest)) = way.split_first() else {
        *into = value;
        return;
    };
    match &mut into.data {
        Data::Map(map) if !map.is_empty() => {
            let index = first % map.len();
            put(&mut map[index].value, rest, value);
        }
        Data::List(items) if !items.is_empty() => {
            let index = first % items.len();
            put(&mut items[index], rest, value);
        }
        _ => *into = value,
    }
}

fn look_at(one: &Assembled, other: &Assembled) {
    let context = Case::default();
    let findings = check(one, &context.context());
    let graph = Graph::new(one, &[]);
    for picture in [graph.dependencies(), graph.reached()] {
        let drawn = svg(&picture);
        assert!(!drawn.contains("NaN") && !drawn.contains("inf"), "{drawn}");
        drop((mermaid(&picture), dot(&picture)));
    }
    drop((tree(&graph), graph.json()));
    let page = html(&Page {
        title: "a",
        assembled: one,
        findings: &findings,
        public: &[],
    });
    assert_eq!(page.matches("</script>").count(), 2);
    let changes = between(one, other, &[]);
    drop((text(&changes), markdown(&changes), changes.json()));
    assert!(between(one, one, &[]).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_value_anywhere(
        changes in prop::collection::vec((any::<usize>(), prop::collection::vec(any::<usize>(), 0..6), value()), 1..6),
    ) {
        let before = assembled(objects());
        let mut objects = objects();
        let count = objects.len();
        for (index, way, value) in changes {
            put(&mut objects[index % count].0, &way, made(&value));
        }
        look_at(&assembled(objects), &before);
    }

    #[test]
    fn any_dependencies(edges in prop::collection::vec((0_usize..12, 0_usize..12), 0..40)) {
        use std::fmt::Write as _;

        let mut manifests = String::new();
        for index in 0..12 {
            let _ = write!(
                manifests,
                "---\nkind: Kustomization\nmetadata: {{name: k{index}, namespace: a}}\nspec:\n  dependsOn:\n"
            );
            for (_, to) in edges.iter().filter(|(from, _)| *from == index) {
                let _ = writeln!(manifests, "    - name: k{to}");
            }
        }
        let case = case("edges.yaml", &manifests);
        look_at(&case.assembled, &case.assembled);
        let problems = check(&case.assembled, &case.context());
        let is_told = problems.iter().any(|one| one.is(&flux::rules::FLUX_DEPENDENCY_CYCLE));
        prop_assert_eq!(is_told, is_circular(&edges));
    }
}

/// Whether there is a circle: what remains when all that leads nowhere is taken away.
fn is_circular(edges: &[(usize, usize)]) -> bool {
    let mut edges = edges.to_vec();
    loop {
        let count = edges.len();
        let from: Vec<usize> = edges.iter().map(|edge| edge.0).collect();
        edges.retain(|edge| from.contains(&edge.1));
        if edges.len() == count {
            return count > 0;
        }
    }
}
