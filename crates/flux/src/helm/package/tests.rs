//! Archives of charts, good ones and hostile ones.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{Builder, EntryType, Header};

use super::Package;
use crate::files::Memory;

/// An archive of files, and of entries of other kinds.
fn archive(files: &[(&str, EntryType, &[u8])]) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    for (path, kind, content) in files {
        let mut header = Header::new_gnu();
        // As it is: the library refuses to write `..` itself.
        let name = header.as_gnu_mut().map(|header| &mut header.name);
        if let Some(name) = name {
            name[..path.len()].copy_from_slice(path.as_bytes());
        }
        header.set_entry_type(*kind);
        header.set_size(content.len() as u64);
        header.set_cksum();
        builder.append(&header, *content).expect("it is in memory");
    }
    packed(&builder.into_inner().expect("it is in memory"))
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(bytes).expect("it is in memory");
    gzip.finish().expect("it is in memory")
}

fn files(files: &[(&str, &str)]) -> Vec<u8> {
    let files: Vec<_> = { files.iter() }
        .map(|(path, text)| (*path, EntryType::Regular, text.as_bytes()))
        .collect();
    archive(&files)
}

const CHART: (&str, &str) = ("c/Chart.yaml", "{apiVersion: v2, name: c, version: 1.2.3}");

fn why(bytes: &[u8]) -> String {
    Package::from_archive(bytes).err().unwrap_or_default()
}

#[test]
fn a_chart_is_read_with_the_charts_within_it() {
    let inner = files(&[
        ("d/Chart.yaml", "{name: d, version: 2.0.0}"),
        ("d/values.yaml", "x: 1"),
    ]);
    let about = "name: c\nversion: 1.2.3\ndependencies:\n  - {name: d, version: 2.x, alias: e, condition: e.on, tags: [t], import-values: [data, {child: a, parent: b}]}\n";
    let read = Package::from_archive(&archive(&[
        ("c/Chart.yaml", EntryType::Regular, about.as_bytes()),
        (
            "c/values.yaml",
            EntryType::Regular,
            b"a: 1\na: 2\nyes: on\n",
        ),
        ("c/values.schema.json", EntryType::Regular, b"{}"),
        ("c/other.yaml", EntryType::Regular, b"a: 3\nb: 4\n"),
        ("c/crds/k.yaml", EntryType::Regular, b"kind: K"),
        ("c/crds/README.md", EntryType::Regular, b"no definition"),
        ("c/templates/x.yaml", EntryType::Regular, b"{{ no YAML"),
        ("c/charts", EntryType::Directory, b""),
        ("c/charts/d-2.0.0.tgz", EntryType::Regular, &inner),
        (
            "c/charts/f/Chart.yaml",
            EntryType::Regular,
            b"{name: f, version: 1.0.0}",
        ),
        ("c/charts/f/crds/k.yaml", EntryType::Regular, b"kind: L"),
        ("c/charts/_off/Chart.yaml", EntryType::Regular, b"[no chart"),
        ("c/charts/README.md", EntryType::Regular, b"no chart"),
    ]))
    .expect("it is a chart");
    assert_eq!((read.name.as_str(), read.version.as_str()), ("c", "1.2.3"));
    assert_eq!(read.values.to_json().to_string(), r#"{"a":2,"true":true}"#);
    assert!(read.schema.is_some());
    assert_eq!(read.all_definitions(), ["kind: K", "kind: L"]);
    let names: Vec<_> = read
        .charts
        .iter()
        .map(|chart| chart.name.as_str())
        .collect();
    assert_eq!(names, ["d", "f"]);
    let dependency = &read.dependencies[0];
    assert_eq!((dependency.alias.as_str(), dependency.tags.len()), ("e", 1));
    let imports = [("exports.data", "."), ("a", "b")];
    assert_eq!(
        dependency.imports,
        imports.map(|(from, to)| (from.to_owned(), to.to_owned()))
    );
    let of = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let read = read.with_values_files(&names, false);
        read.map(|read| read.values.to_json().to_string())
    };
    assert_eq!(of(&["other.yaml"]).as_deref(), Ok(r#"{"a":3,"b":4}"#));
    let both = of(&["./other.yaml", "values.yaml"]);
    assert_eq!(both.as_deref(), Ok(r#"{"a":2,"b":4,"true":true}"#));
    assert_eq!(of(&["gone.yaml"]), Err("gone.yaml".to_owned()));
    let passed = ["other.yaml", "gone.yaml"].map(str::to_owned);
    let passed = read.with_values_files(&passed, true).expect("it may miss");
    assert_eq!(passed.values.to_json().to_string(), r#"{"a":3,"b":4}"#);
}

#[test]
fn an_archive_is_packed_with_other_values() {
    let long = format!("c/templates/{}.yaml", "a".repeat(80));
    let archive = files(&[
        CHART,
        ("c/values.yaml", "a: 1"),
        ("c/o.yaml", "b: [0777, null]"),
        (&long, "x"),
    ]);
    let read = Package::from_archive(&archive).expect("it is a chart");
    let other = read.with_values_files(&["o.yaml".to_owned()], false);
    let packed = other
        .and_then(|other| other.packed(&archive))
        .expect("it is one");
    let all = |bytes: &[u8]| super::archive::files(bytes, &mut super::archive::budget(), |_| true);
    let (before, mut after) = (all(&archive), all(&packed));
    let values = after
        .as_mut()
        .ok()
        .and_then(|files| files.insert("values.yaml".to_owned(), b"a: 1".to_vec()));
    assert_eq!(values.as_deref(), Some(&br#"{"b":[511,null]}"#[..]));
    assert_eq!(before, after);
    assert!(read.packed(b"no archive").is_err());
}

#[test]
fn a_folder_of_the_repository_is_one_too() {
    let folder = Memory::from_iter([
        ("charts/c/Chart.yaml", CHART.1),
        ("charts/c/values.yaml", "a: 1"),
        ("charts/c/templates/a.yaml", "{{ no YAML"),
        ("charts/c/charts/d/Chart.yaml", "{name: d, version: 1.0.0}"),
        ("charts/other.yaml", "a: 2"),
    ]);
    let read = Package::from_folder(&folder, "charts/c").expect("it is a chart");
    assert_eq!((read.name.as_str(), read.charts.len()), ("c", 1));
    let none = Package::from_folder(&folder, "charts").expect_err("it is none");
    assert_eq!(none, "it has no `Chart.yaml`");
}

#[test]
fn what_is_hostile_or_broken_is_refused() {
    let link = |kind| {
        archive(&[
            (CHART.0, EntryType::Regular, CHART.1.as_bytes()),
            ("c/l", kind, b""),
        ])
    };
    let named = |name| files(&[CHART, (name, "a: 1")]);
    let large = vec![b' '; (5 << 20) + 1];
    let nested = (0..20).fold(files(&[CHART]), |inner, _| {
        archive(&[
            (CHART.0, EntryType::Regular, CHART.1.as_bytes()),
            ("c/charts/c.tgz", EntryType::Regular, &inner),
        ])
    });
    let mut cut = files(&[CHART, ("c/values.yaml", &"a: 1\n".repeat(1000))]);
    cut.truncate(cut.len() / 2);
    for (bytes, part) in [
        (b"no archive".to_vec(), "no gzip archive"),
        (Vec::new(), "no gzip archive"),
        (packed(b"no tar"), "no "),
        (cut, "no gzip archive"),
        (files(&[("c/values.yaml", "a: 1")]), "no `Chart.yaml`"),
        (files(&[("Chart.yaml", CHART.1)]), "beside the folder"),
        (
            files(&[("c/Chart.yaml", "name: c")]),
            "no name or no version",
        ),
        (files(&[("c/Chart.yaml", "[1")]), "cannot be read"),
        (files(&[CHART, ("c/values.yaml", "[1]")]), "no map"),
        (
            files(&[CHART, ("c/values.yaml", "a: \u{0}")]),
            "cannot be read",
        ),
        (named("c/../../x.yaml"), "leads outside"),
        (named("/c/x.yaml"), "leads outside"),
        (named("../c/x.yaml"), "leads outside"),
        (named("c\\..\\x.yaml"), "leads outside"),
        (link(EntryType::Symlink), "link"),
        (link(EntryType::Link), "link"),
        (link(EntryType::Block), "device"),
        (
            archive(&[("c/x", EntryType::Regular, &large)]),
            "larger than 5 MiB",
        ),
        (nested, "without end"),
        (
            files(&[CHART, ("c/charts/d/values.yaml", "a: 1")]),
            "no chart",
        ),
    ] {
        let why = why(&bytes);
        assert!(why.contains(part), "{part}: {why}");
    }
}

#[test]
fn a_bomb_ends_before_it_is_unpacked() {
    let why = |bytes: &[u8]| {
        Package::unpacked(bytes, &mut (2 << 20), 0)
            .err()
            .unwrap_or_default()
    };
    let empty = vec![0; 4 << 20];
    let bomb = archive(&[("c/x", EntryType::Regular, &empty)]);
    assert!(bomb.len() < 64 << 10);
    assert_eq!(why(&bomb), "it unpacks to more than 100 MiB");
    // What lies within counts, too, and all of it together.
    let chart = (CHART.0, EntryType::Regular, CHART.1.as_bytes());
    let small = archive(&[chart, ("c/x", EntryType::Regular, &empty[..900 << 10])]);
    assert_eq!(why(&small), "");
    let within: Vec<String> = (0..3)
        .map(|index| format!("c/charts/{index}.tgz"))
        .collect();
    let mut entries = vec![chart];
    entries.extend(
        within
            .iter()
            .map(|name| (name.as_str(), EntryType::Regular, small.as_slice())),
    );
    assert!(why(&archive(&entries)).contains("more than 100 MiB"));
}
