//! Questions that are the same in every run.

use serde_json::{Map, Value, json};

use super::super::seed::Seed;
use super::repositories;

/// How many texts, objects, releases, folders and source artifacts are asked about.
const TEXTS: usize = 6_000;
const OBJECTS: usize = 3_000;
const RELEASES: usize = 1_500;
const BUILDS: usize = 320;
const ARTIFACTS: usize = 2_000;

/// All questions, by kind.
pub(super) fn all() -> [(&'static str, Vec<Value>); 5] {
    [
        ("texts", (0..TEXTS).map(text).collect()),
        ("objects", (0..OBJECTS).map(object).collect()),
        ("releases", (0..RELEASES).map(release).collect()),
        ("builds", (0..BUILDS).map(repositories::build).collect()),
        (
            "artifacts",
            (0..ARTIFACTS).map(repositories::ignore).collect(),
        ),
    ]
}

/// Names of variables; the last ones are never set.
const NAMES: &[&str] = &["A", "B", "C", "port", "_x1", "1", "U", "NO", "é"];
const SET: usize = 6;

/// What values of variables are.
const VALUES: &[&str] = &[
    "",
    "x",
    "8080",
    "yes",
    "off",
    "0777",
    "0o17",
    "0x1F",
    "1e3",
    "08",
    "1_000",
    "~",
    "null",
    ".inf",
    ".5",
    "-0",
    "+1",
    "1.0",
    "12345678901234567890",
    "9007199254740993",
    "1:30",
    "2020-01-01",
    "[x, y]",
    "{x: 1}",
    "{x: 1",
    "a: b",
    "# c",
    "x # c",
    "*x",
    "&a x",
    "- x",
    "? x",
    "!!str 1",
    "!x y",
    "'8080'",
    "\"q\"",
    "it's",
    "say \"hi\"",
    "back\\slash",
    "two\nlines",
    "tab\there",
    " lead",
    "trail ",
    "%x",
    "@x",
    "`x",
    "|",
    ">",
    "---",
    "=",
    "<<",
    "${A}",
    "$",
    "$$",
    "a/b/c.d",
    "*.example.com",
    "ab?",
    "[a-c]",
    "été Ünï",
    "ǆ ß ŉ ᾳ İ",
    "日本語",
    "😀",
    "a,b",
    "x:y",
    "true",
    "False",
    "NO",
    "n",
];

const WORDS: &[&str] = &[
    "x",
    "a/b",
    ".",
    "*",
    "?",
    "[a-c]",
    "[^/]",
    "[",
    "]",
    "\\",
    "\\*",
    "\\/",
    "\\\\",
    "$",
    "$$",
    "-",
    ":",
    "/",
    "//",
    "}",
    "{",
    "é",
    " ",
    "1",
    "-1",
    "+2",
    "0",
    "99",
    "9223372036854775807",
    " -2",
    "=",
    "=d",
    "#",
    "%",
    "^",
    ",",
    "\n",
    "'",
    "\"",
    "😀",
    "b",
    "c",
    "ab",
    "*b",
    "b*",
    "",
    "",
];

fn variables(seed: &mut Seed) -> Map<String, Value> {
    let mut all = Map::new();
    for name in NAMES.iter().take(SET) {
        if seed.percent(90) {
            all.insert((*name).to_owned(), (*seed.of(VALUES)).into());
        }
    }
    all
}

fn words(seed: &mut Seed, most: usize, depth: usize) -> String {
    let count = seed.below(most + 1);
    let mut text = String::new();
    for _ in 0..count {
        if depth > 0 && seed.percent(20) {
            text += &expression(seed, depth - 1);
        } else {
            let word: &&str = seed.of(WORDS);
            text += word;
        }
    }
    text
}

fn expression(seed: &mut Seed, depth: usize) -> String {
    let known = if seed.percent(85) { SET } else { NAMES.len() };
    let name = *seed.of(NAMES.get(..known).unwrap_or(NAMES));
    let one = |seed: &mut Seed| words(seed, 2, depth);
    let kind = seed.below(24);
    let usual = if seed.percent(75) { kind % 18 } else { kind };
    let body = match usual {
        0..6 => name.to_owned(),
        6 => format!("#{name}"),
        7 => format!("{name}{}{}", seed.of(&["#", "##", "%", "%%"]), one(seed)),
        8 => format!("{name}{}*{}", seed.of(&["#", "##", "%", "%%"]), one(seed)),
        9 => format!(
            "{name}{}",
            seed.of(&["^", "^^", ",", ",,", ",^", "^,", "^^^"])
        ),
        10 | 11 => format!(
            "{name}{}{}",
            seed.of(&[":=", ":-", "=", ":+", ":?"]),
            one(seed)
        ),
        12 => format!(
            "{name}:{}",
            seed.of(&["0", "1", "-1", " -2", "99", "x", "-99", "+1"])
        ),
        13 | 14 => format!(
            "{name}:{}:{}",
            seed.of(&["0", "1", "-2", "99", "x", "-99"]),
            seed.of(&["0", "1", "-1", "99", "", "x", "-99", ":2"])
        ),
        15..18 => {
            let operator = *seed.of(&["/", "//", "/#", "/%"]);
            let (old, new) = (one(seed), one(seed));
            format!("{name}{operator}{old}/{new}")
        }
        18 => format!(
            "{name}{}",
            seed.of(&["-x", "+x", ".y", "[@]", " ", "?", "!", "@", ""])
        ),
        19 => format!(" {name}"),
        20 => String::new(),
        21 => format!("{name}{}", words(seed, 3, depth)),
        22 => words(seed, 3, depth),
        _ => format!("{name}:{}", words(seed, 2, depth)),
    };
    if seed.percent(4) {
        format!("${{{body}")
    } else {
        format!("${{{body}}}")
    }
}

fn text(case: usize) -> Value {
    let mut seed = Seed::new("text", case);
    let mut text = words(&mut seed, 3, 0);
    for _ in 0..=seed.below(3) {
        text += &expression(&mut seed, 2);
        text += &words(&mut seed, 2, 0);
    }
    json!({
        "ask": "text", "text": text, "variables": variables(&mut seed),
        "strict": seed.percent(50),
    })
}

/// A scalar of an object, as it is written in JSON.
fn scalar(seed: &mut Seed) -> Value {
    match seed.below(12) {
        0 => json!(seed.below(100_000)),
        1 => json!(true),
        2 => json!(1.5),
        3 => json!(seed.of(VALUES)),
        4 => json!(format!("{} {}", seed.of(VALUES), seed.of(VALUES))),
        5 => json!(words(seed, 3, 0)),
        6..9 => json!(format!("${{{}}}", seed.of(NAMES))),
        9 => json!(format!(
            "{}${{{}}}",
            seed.of(&["x ", "'", "a: ", "- ", "\"", "1"]),
            seed.of(NAMES)
        )),
        10 => json!(expression(seed, 1)),
        _ => json!(format!("line\n{}\n", expression(seed, 0))),
    }
}

fn tree(seed: &mut Seed, depth: usize) -> Value {
    if depth == 0 || seed.percent(50) {
        return scalar(seed);
    }
    if seed.percent(40) {
        let count = seed.below(4);
        return (0..count).map(|_| tree(seed, depth - 1)).collect();
    }
    let mut map = Map::new();
    for _ in 0..seed.below(4) {
        let key = match seed.below(8) {
            0 => format!("k${{{}}}", seed.of(&NAMES[..SET])),
            1 => (*seed.of(&["yes", "1", "a b", "x.y/z", "null", "~", "=", "é"])).to_owned(),
            _ => (*seed.of(&["a", "b", "c", "d", "name", "port"])).to_owned(),
        };
        map.insert(key, tree(seed, depth - 1));
    }
    Value::Object(map)
}

fn object(case: usize) -> Value {
    let mut seed = Seed::new("object", case);
    let mut object = json!({
        "apiVersion": "example.org/v1", "kind": "Thing", "metadata": { "name": "thing" },
        "spec": tree(&mut seed, 3),
    });
    if seed.percent(5) {
        let part = *seed.of(&["labels", "annotations"]);
        let value = *seed.of(&["disabled", "enabled"]);
        object["metadata"][part] = json!({ "kustomize.toolkit.fluxcd.io/substitute": value });
    }
    let mut variables = variables(&mut seed);
    if seed.percent(80) {
        // Mostly with everything that is asked for.
        for name in NAMES {
            variables
                .entry(*name)
                .or_insert_with(|| (*seed.of(VALUES)).into());
        }
        variables.remove("é");
    }
    variables.remove("1");
    if seed.percent(3) {
        variables.insert(
            (*seed.of(&["a-b", "a.b", "1a", "é"])).to_owned(),
            "x".into(),
        );
    }
    json!({
        "ask": "object", "text": object.to_string(), "variables": variables,
        "strict": seed.percent(70), "always": seed.percent(30),
    })
}

const KEYS: &[&str] = &["a", "b", "c", "d"];

fn values(seed: &mut Seed, depth: usize) -> Value {
    match seed.below(if depth == 0 { 5 } else { 9 }) {
        0 => json!(seed.of(VALUES)),
        1 => json!(seed.below(2_000_000)),
        2 => Value::Null,
        3 => json!(false),
        4 => json!(0.5),
        5 => {
            let count = seed.below(3);
            (0..count).map(|_| values(seed, depth - 1)).collect()
        }
        _ => map_of_values(seed, depth),
    }
}

fn map_of_values(seed: &mut Seed, depth: usize) -> Value {
    let mut map = Map::new();
    for _ in 0..seed.below(4) {
        let value = values(seed, depth.saturating_sub(1));
        map.insert((*seed.of(KEYS)).to_owned(), value);
    }
    Value::Object(map)
}

/// YAML as people write it into a ConfigMap.
fn document(seed: &mut Seed) -> String {
    match seed.below(20) {
        0..15 => map_of_values(seed, 3).to_string(),
        15 => format!(
            "{}: {}\n",
            seed.of(&["y", "no", "a", "1", "true", "a: "]),
            seed.of(VALUES)
        ),
        16 => format!("a: {}\na:\n  b: {}\n", seed.of(VALUES), seed.of(VALUES)),
        17 => (*seed.of(&["", "---\n", "# c\n", "[1]", "x", "a: 1\n---\nb: 2\n", "~"])).to_owned(),
        _ => format!("a: &x {{b: {}}}\nc:\n  <<: *x\n  d: 1\n", seed.below(9)),
    }
}

fn path(seed: &mut Seed) -> String {
    let mut path = (*seed.of(KEYS)).to_owned();
    for _ in 0..seed.below(4) {
        path += &match seed.below(24) {
            0..4 => format!("[{}]", seed.below(3)),
            4 => (*seed.of(&[
                "[-1]", "[x]", "[0", "[70000]", "[]", "\\.x", "=", ",", "..", "[0]x",
            ]))
            .to_owned(),
            _ => format!(".{}", seed.of(KEYS)),
        };
    }
    path
}

fn release(case: usize) -> Value {
    let mut seed = Seed::new("release", case);
    let mut sources = [Map::new(), Map::new()];
    for (index, source) in sources.iter_mut().enumerate() {
        for name in ["one", "two"].iter().take(2 - index) {
            let mut data = Map::new();
            data.insert("values.yaml".to_owned(), document(&mut seed).into());
            data.insert("more".to_owned(), document(&mut seed).into());
            let value = match seed.below(4) {
                0 => words(&mut seed, 3, 0),
                1 => (*seed.of(&[
                    "{x, 1}", "{a", "a,b", "a,b=1", "'a,b'", "\"1\"", "'", "-5", "00", "TRUE",
                    "Null", "1\\,2",
                ]))
                .to_owned(),
                _ => (*seed.of(VALUES)).to_owned(),
            };
            data.insert("value".to_owned(), value.into());
            source.insert((*name).to_owned(), data.into());
        }
    }
    let count = 1 + seed.below(4);
    let references: Vec<Value> = (0..count)
        .map(|_| {
            let mut reference = json!({
                "kind": seed.of(&["ConfigMap", "ConfigMap", "ConfigMap", "Secret"]),
                "name": if seed.percent(3) { "none" } else { seed.of(&["one", "one", "two"]) },
            });
            if seed.percent(50) {
                reference["valuesKey"] = "value".into();
                if seed.percent(97) {
                    reference["targetPath"] = path(&mut seed).into();
                    reference["literal"] = seed.percent(15).into();
                }
            } else if seed.percent(15) {
                reference["valuesKey"] = (*seed.of(&["more", "gone"])).into();
            }
            if seed.percent(25) {
                reference["optional"] = true.into();
            }
            reference
        })
        .collect();
    let [config_maps, secrets] = sources;
    json!({
        "ask": "values", "text": map_of_values(&mut seed, 3).to_string(),
        "references": references, "configMaps": config_maps, "secrets": secrets,
    })
}
