//! What readers make of a text.

use std::sync::Arc;

use diagnostics::Source;
use yaml::Dialect;

use super::documents;

#[test]
fn a_key_that_is_no_text_is_refused_by_kustomize_only() {
    let source = Arc::new(Source::new("a.yaml", "data: {1: a}\n"));
    let (_, problems) = documents(&source, Dialect::Go);
    assert!(problems.has(&crate::rules::FLUX_UNREADABLE_VALUE));
    let (values, problems) = documents(&source, Dialect::Kubernetes);
    assert!(problems.is_empty());
    let value = values[0].at(&["data", "1"]).expect("the key is text");
    assert_eq!(value.place.range(), 10..11);
}

/// What kustomize 5.8.2 wrote for these values of a custom resource.
#[test]
fn values_are_read_and_written_as_kustomize_does() {
    let text = r#"
a: 1e3
b: 0o14
c: 014
d: 2020-01-01
e: 2020-01-01T10:00:00.500+02:00
f: 12345678901234567890
g: 123456789012345678901
h: 1e21
i: 1.50
j: 1234567.5
k: 0.00001
l: yes
m: "\n"
n: "😀"
o: !!binary aGVsbG8=
p: ""
q: null
r:
s: "y"
t: "1:30"
u: <<
v: "="
w: "  a\nb\n\n"
x: "a \nb"
y: "a\tb"
z: -0.0
aa: 2020-01-01 10:00:00
ab: "2020-01-01"
ac: "~"
ad: "- a"
ae: "? a"
af: "0o17"
a10: 1
a9: 2
a-b: 1
A: 2
_x: 1
"10": a
"9": b
list: [[1, 2], [], {}, {a: [b]}, "a\nb\n"]
"": e
"yes": e
"1.5": e
"#;
    let source = Arc::new(Source::new("a.yaml", text));
    let (values, problems) = documents(&source, Dialect::Go);
    assert!(problems.is_empty());
    assert_eq!(values[0].to_yaml(), WRITTEN);
    let source = Arc::new(Source::new("a.yaml", "a: .inf\n"));
    let (_, problems) = documents(&source, Dialect::Go);
    assert!(problems.has(&crate::rules::FLUX_UNREADABLE_VALUE));
}

const WRITTEN: &str = r#""": e
_x: 1
"1.5": e
"9": b
"10": a
A: 2
a: 1000
a-b: 1
a9: 2
a10: 1
aa: "2020-01-01T10:00:00Z"
ab: "2020-01-01"
ac: "~"
ad: '- a'
ae: '? a'
af: "0o17"
b: 12
c: 12
d: "2020-01-01T00:00:00Z"
e: "2020-01-01T10:00:00.5+02:00"
f: 12345678901234567890
g: 1.2345678901234568e+20
h: 1e+21
i: 1.5
j: 1.2345675e+06
k: 1e-05
l: "yes"
list:
- - 1
  - 2
- []
- {}
- a:
  - b
- |
  a
  b
m: |2+

"n": "\U0001F600"
o: hello
p: ""
q: null
r: null
s: "y"
t: "1:30"
u: <<
v: =
w: |2+
    a
  b

x: "a \nb"
"y": "a\tb"
"yes": e
z: 0
"#;
