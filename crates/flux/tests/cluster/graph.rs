//! Pictures and the page.

#![expect(
    clippy::disallowed_methods,
    reason = "a browser is shown the page that is written on demand"
)]

use std::{env, fs};

use flux::graph::{Graph, Page, dot, html, mermaid, svg, tree};
use flux::lint::check;

use crate::build::{Case, case, recorded};

const HOME: &str = include_str!("../graph/home.yaml");
const INJECTED: &str = include_str!("../graph/injected.yaml");

/// The home cluster as substitution leaves it: with a value of a Secret in another object.
fn home() -> Case {
    let mut case = case("home.yaml", HOME);
    let mut made = crate::build::case(
        "made.yaml",
        "kind: ConfigMap\nmetadata: {name: made}\ndata: {a: canary-of-a-token, host: x.hidden-canary.example}\n",
    );
    let mut object = made.assembled.kustomizations.remove(0).objects.remove(0);
    forget(&mut object.0);
    case.assembled.kustomizations[3].objects.push(object);
    case
}

/// What substitution has made is written nowhere.
fn forget(value: &mut flux::value::Value) {
    value.place = flux::value::Place::default();
    if let Some(map) = value.as_map_mut() {
        map.values_mut().for_each(|field| forget(&mut field.value));
    }
}

fn page(case: &Case, title: &str) -> String {
    html(&Page {
        title,
        assembled: &case.assembled,
        findings: &check(&case.assembled, &case.context()),
        public: &[],
    })
}

/// `ICHOR_RECORD_CLUSTER=1` writes what is drawn now.
#[test]
fn pictures_are_as_they_were_looked_at() {
    let graph = Graph::new(&home().assembled, &[]);
    let json = serde_json::to_string_pretty(&graph.json()).expect("JSON");
    let drawn = [
        ("tree.txt", tree(&graph)),
        ("dependencies.mmd", mermaid(&graph.dependencies())),
        ("network.mmd", mermaid(&graph.reached())),
        ("dependencies.dot", dot(&graph.dependencies())),
        ("network.dot", dot(&graph.reached())),
        ("dependencies.svg", svg(&graph.dependencies())),
        ("network.svg", svg(&graph.reached())),
        ("graph.json", json + "\n"),
    ];
    recorded("graph", &drawn);
}

#[test]
fn a_circle_is_drawn_as_well() {
    let text = INJECTED.replace("[{name: \"<svg onload=alert(1)>\"}]", "[{name: self}]");
    let case = case(
        "a.yaml",
        &text.replace("name: \"a]", "name: self\n  x: \"a]"),
    );
    let picture = Graph::new(&case.assembled, &[]).dependencies();
    assert!(svg(&picture).contains("self") && mermaid(&picture).contains("n1 --> n1"));
}

#[test]
fn nothing_that_is_injected_is_more_than_text() {
    let case = case("injected.yaml", INJECTED);
    let graph = Graph::new(&case.assembled, &[]);
    let page = page(&case, "</title><script>document.title='broken'</script>");
    assert_eq!(page.matches("<script").count(), 2, "{page}");
    assert_eq!(page.matches("</script>").count(), 2);
    for element in ["<img", "<b>", "<svg onload", "<!--", "onerror=\"document"] {
        assert!(!page.contains(element), "{element}");
    }
    for picture in [graph.dependencies(), graph.reached()] {
        let drawn = svg(&picture);
        assert!(
            !drawn.contains("<script") && !drawn.contains('\u{1b}'),
            "{drawn}"
        );
        let parsed = drawn.matches("<text").count() - drawn.matches("</text>").count();
        assert_eq!(parsed, 0);
        let chart = mermaid(&picture);
        assert!(
            !chart.contains("<script") && !chart.contains("click n1 \""),
            "{chart}"
        );
        assert!(!dot(&picture).contains('\u{1b}'));
    }
    assert!(!tree(&graph).contains('\u{1b}'));
    if let Some(path) = env::var_os("ICHOR_PAGE_INJECTED") {
        fs::write(path, page).expect("it is written");
    }
}

#[test]
fn nothing_of_a_secret_is_in_a_page_or_picture() {
    let case = home();
    let graph = Graph::new(&case.assembled, &[]);
    let page = page(&case, "home");
    let data = graph.json().to_string();
    let pictures = [
        svg(&graph.reached()),
        tree(&graph),
        mermaid(&graph.reached()),
    ]
    .concat();
    for text in [&page, &data, &pictures] {
        assert!(!text.contains("canary"), "{text}");
        assert!(!text.contains("Y2FuYXJ5"), "{text}");
    }
    // Nothing is fetched from anywhere.
    for outside in ["http://", "https://", "url(\"", "@import", "src="] {
        let found = page.replace("http://www.w3.org/2000/svg", "");
        assert!(!found.contains(outside), "{outside}");
    }
    if let Some(path) = env::var_os("ICHOR_PAGE") {
        fs::write(path, page).expect("it is written");
    }
}

#[test]
fn what_is_public_is_shown() {
    let graph = Graph::new(&home().assembled, &["hidden-canary.example".to_owned()]);
    assert!(!graph.json().to_string().contains("redacted"));
}
