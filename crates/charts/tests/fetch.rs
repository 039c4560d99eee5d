//! Charts fetched from a registry and a repository of charts on the loopback.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use charts::{Credentials, Outcome, Settings, fetch};
use flux::assembled::{Chart, Pin};
use testkit::kubernetes::{Api, Reply};
use testkit::nodes::{Cluster, Guise};
use testkit::{Answer, Registry, Server, archive, digest};

/// An archive; what is in it does not matter here.
fn packed(name: &str) -> Vec<u8> {
    archive(&[("c/Chart.yaml", name)])
}

fn oci(server: &Server, name: &str, pin: Pin, version: &str) -> Chart {
    Chart {
        address: format!("oci://{}/{name}", server.address()),
        version: version.to_owned(),
        pin,
        is_insecure: true,
        ..Chart::default()
    }
}

fn http(server: &Server, name: &str, version: &str) -> Chart {
    Chart {
        address: format!("http://{}", server.address()),
        name: name.to_owned(),
        version: version.to_owned(),
        ..Chart::default()
    }
}

/// The outcome of one chart: how it was had, its version and the digest; or why it was not.
fn one(chart: &Chart, known: Option<&str>) -> String {
    let known = known.map(str::to_owned);
    let outcomes = fetch(
        std::slice::from_ref(chart),
        &|_| known.clone(),
        Settings::default(),
    );
    match outcomes.into_iter().next() {
        Some(Outcome::Known { version }) => format!("known {version}"),
        Some(Outcome::Fetched { version, archive }) => format!("{version} {}", digest(&archive)),
        Some(Outcome::Failed(why)) => why,
        None => "nothing".to_owned(),
    }
}

fn registry() -> Registry {
    let mut registry = Registry::default();
    for tag in [
        "1.0.0",
        "1.2.0",
        "v1.3.0",
        "2.0.0-rc.1",
        "latest",
        "1.4.0_meta",
    ] {
        registry.push("charts/app", tag, packed(tag));
    }
    registry
}

#[test]
fn a_registry_is_asked_for_tags_ranges_and_digests() {
    let registry = registry();
    let pinned = registry.digest("charts/app", "1.0.0");
    let server = registry.start();
    let fetched = |tag: &str| format!("{tag} {}", digest(&packed(tag)));
    let app = |pin, version| one(&oci(&server, "charts/app", pin, version), None);
    assert_eq!(app(Pin::Tag, "1.2.0"), fetched("1.2.0"));
    assert_eq!(app(Pin::Tag, "latest"), fetched("latest"));
    assert_eq!(app(Pin::Range, "1.2.0"), fetched("1.2.0"));
    assert_eq!(app(Pin::Range, "<1.3"), fetched("1.2.0"));
    assert_eq!(app(Pin::Range, "1.x"), fetched("v1.3.0"));
    assert_eq!(app(Pin::Range, ">=2.0.0-0"), fetched("2.0.0-rc.1"));
    // As Helm pushes it: no tag may have a `+`.
    let meta = format!("1.4.0+meta {}", digest(&packed("1.4.0_meta")));
    assert_eq!(app(Pin::Range, "1.4.0+meta"), meta);
    let by_digest = app(Pin::Digest, &pinned);
    assert_eq!(by_digest, format!("{pinned} {}", digest(&packed("1.0.0"))));
    let mut filtered = oci(&server, "charts/app", Pin::Range, "*");
    filtered.filter = "^1\\.".to_owned();
    assert_eq!(one(&filtered, None), fetched("1.2.0"));
    assert_eq!(app(Pin::Range, "3.x"), "none of its versions lies in `3.x`");
    assert_eq!(
        app(Pin::Range, "nonsense"),
        "`nonsense` is no version and no range of versions"
    );
    assert_eq!(app(Pin::Tag, "9.9.9"), "the server does not have it");
    let mut layer = oci(&server, "charts/app", Pin::Tag, "1.0.0");
    layer.layer = "text/plain".to_owned();
    assert_eq!(
        one(&layer, None),
        "the artifact has no layer of the type `text/plain`"
    );
    assert_eq!(
        one(&oci(&server, "charts/gone", Pin::Range, "1.x"), None),
        "none of its versions lies in `1.x`"
    );
}

#[test]
fn what_is_known_is_asked_for_no_more_than_needed() {
    let server = registry().start();
    let app = |pin, version, known| one(&oci(&server, "charts/app", pin, version), Some(known));
    assert_eq!(app(Pin::Tag, "1.2.0", "1.2.0"), "known 1.2.0");
    assert_eq!(app(Pin::Digest, "sha256:0", "sha256:0"), "known sha256:0");
    assert!(server.asked().is_empty());
    assert_eq!(app(Pin::Range, "1.x", "v1.3.0"), "known v1.3.0");
    assert!(
        !server
            .asked()
            .iter()
            .any(|path| path.contains("/manifests/"))
    );
    assert!(app(Pin::Range, "1.x", "1.2.0").starts_with("v1.3.0 sha256:"));
    assert!(app(Pin::Tag, "latest", "latest").starts_with("latest sha256:"));
}

#[test]
fn a_repository_of_charts_is_asked_for_its_index_once() {
    let index = |digest: &str| {
        format!(
            "entries:\n  app:\n  - version: 1.0.0\n    urls: [app-1.0.0.tgz]\n    digest: {digest}\n  \
             - version: 1.1.0\n    urls: ['http://SERVER/app-1.1.0.tgz']\n  other:\n  - version: 3.0.0\n    urls: [other.tgz]\n"
        )
    };
    let serve = |digest: &str| {
        let mut registry = Registry {
            index: index(digest),
            ..Registry::default()
        };
        for name in ["app-1.0.0.tgz", "app-1.1.0.tgz", "other.tgz"] {
            registry.files.insert(name.to_owned(), packed(name));
        }
        registry.start()
    };
    let server = serve(digest(&packed("app-1.0.0.tgz")).trim_start_matches("sha256:"));
    let charts = [
        http(&server, "app", "1.0.0"),
        http(&server, "app", "1.x"),
        http(&server, "other", "*"),
        http(&server, "gone", "*"),
    ];
    let outcomes = fetch(&charts, &|_| None, Settings::default());
    let versions: Vec<String> = { outcomes.iter() }
        .map(|outcome| match outcome {
            Outcome::Fetched { version, .. } => version.clone(),
            Outcome::Known { version } => format!("known {version}"),
            Outcome::Failed(why) => why.clone(),
        })
        .collect();
    assert_eq!(
        versions,
        ["1.0.0", "1.1.0", "3.0.0", "its index has no chart `gone`"]
    );
    let asked = server.asked();
    let indexes = asked.iter().filter(|path| *path == "/index.yaml");
    assert_eq!(indexes.count(), 1);
    assert_eq!(one(&charts[1], Some("1.1.0")), "known 1.1.0");
    let server = serve("0000");
    assert_eq!(
        one(&http(&server, "app", "1.0.0"), None),
        "what the server gives out has another digest than the index says"
    );
}

#[test]
fn a_server_that_is_busy_is_asked_again_and_not_for_ever() {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let server = Server::start(move |_| match counted.fetch_add(1, Ordering::SeqCst) {
        0 => Answer::status(503).header("Retry-After", "0"),
        1 => Answer::new("entries: {app: [{version: 1.0.0, urls: [a.tgz]}]}"),
        _ => Answer::status(429).header("Retry-After", "0"),
    });
    let chart = http(&server, "app", "1.0.0");
    assert_eq!(one(&chart, None), "the server was asked too often for now");
    assert_eq!(
        count.load(Ordering::SeqCst),
        5,
        "twice for the index, three times for the archive"
    );
}

#[test]
fn answers_that_lie_or_have_no_end_are_refused() {
    let large = vec![b'x'; (10 << 20) + 1];
    let server = Server::start(move |asked| match asked.path.as_str() {
        "/index.yaml" => Answer::new(
            "entries: {large: [{version: 1.0.0, urls: [large.tgz]}], away: [{version: 1.0.0, urls: ['https://127.0.0.1:1/a.tgz']}], round: [{version: 1.0.0, urls: [round]}]}",
        ),
        "/large.tgz" => Answer::new(large.clone()),
        "/round" => Answer::status(302).header("Location", "/round"),
        path if path.ends_with("/manifests/1.0.0") => {
            Answer::new(r#"{"layers": [{"digest": "sha256:00", "size": 3}]}"#)
        }
        path if path.ends_with("/manifests/2.0.0") => {
            Answer::new(r#"{"layers": [{"digest": "sha256:00", "size": 99999999}]}"#)
        }
        path if path.ends_with("/manifests/3.0.0") => Answer::new("no JSON"),
        path if path.contains("/blobs/") => Answer::new("abc"),
        _ => Answer::status(401),
    });
    for (chart, why) in [
        (
            http(&server, "large", "1.0.0"),
            "the answer is larger than 10 MiB",
        ),
        (
            http(&server, "away", "1.0.0"),
            "the server cannot be asked: ",
        ),
        (
            http(&server, "round", "1.0.0"),
            "it leads from address to address without end",
        ),
        (
            oci(&server, "a", Pin::Tag, "1.0.0"),
            "what the registry gives out has another digest",
        ),
        (
            oci(&server, "a", Pin::Tag, "2.0.0"),
            "the archive is larger than 10 MiB",
        ),
        (
            oci(&server, "a", Pin::Tag, "3.0.0"),
            "its manifest is no JSON",
        ),
        (
            oci(&server, "a", Pin::Tag, "4.0.0"),
            "the server wants somebody to log in who may read it",
        ),
        (
            oci(&server, "a", Pin::Digest, "sha512:0"),
            "the server wants somebody to log in",
        ),
        (oci(&server, "", Pin::Tag, "1.0.0"), "`oci://"),
    ] {
        let said = one(&chart, None);
        assert!(said.starts_with(why), "{why}: {said}");
    }
}

#[test]
fn plain_http_is_used_only_where_the_source_says_so() {
    let server = registry().start();
    let mut chart = oci(&server, "charts/app", Pin::Tag, "1.0.0");
    chart.is_insecure = false;
    let said = one(&chart, None);
    assert!(said.starts_with("the server cannot be asked"), "{said}");
    assert!(!server.asked().iter().any(|path| path.starts_with("/v2")));
}

#[test]
fn who_is_known_to_docker_logs_in_and_nowhere_else() {
    let server = Server::start(|asked| match asked.authorization.as_str() {
        "Basic YTpi" if asked.path == "/index.yaml" => Answer::new(
            "entries: {app: [{version: 1.0.0, urls: [a.tgz]}], away: [{version: 1.0.0, urls: ['http://localhost:1/a.tgz']}]}",
        ),
        "Basic YTpi" => Answer::new("abc"),
        _ => Answer::status(401).header("WWW-Authenticate", "Basic realm=\"x\""),
    });
    let settings = |host: &str| Settings {
        credentials: Credentials::of_docker(&format!(
            "{{\"auths\": {{\"{host}\": {{\"auth\": \"YTpi\"}}}}}}"
        )),
        ..Settings::default()
    };
    let chart = http(&server, "app", "1.0.0");
    let of = |host: &str| fetch(std::slice::from_ref(&chart), &|_| None, settings(host));
    assert!(matches!(
        of(&server.address())[..],
        [Outcome::Fetched { .. }]
    ));
    assert!(matches!(of("example.org")[..], [Outcome::Failed(_)]));
}

#[test]
fn a_server_is_trusted_whose_authority_is_named() {
    let cluster = Cluster::new();
    let api = Api::start(&cluster, Guise::Member, |_| {
        Reply::status(404, "NotFound", "there is none")
    });
    let chart = Chart {
        address: api.url(),
        name: "app".to_owned(),
        version: "1.0.0".to_owned(),
        ..Chart::default()
    };
    let authority = STANDARD.decode(cluster.authority()).expect("base64");
    let why = |authorities: Option<Vec<u8>>| {
        let settings = Settings {
            authorities,
            ..Settings::default()
        };
        match fetch(std::slice::from_ref(&chart), &|_| None, settings).pop() {
            Some(Outcome::Failed(why)) => why,
            other => panic!("{other:?}"),
        }
    };
    for strange in [None, Some(Vec::new())] {
        let why = why(strange);
        assert!(why.contains("UnknownIssuer"), "{why}");
    }
    // It wants to know who asks, and is asked all the same.
    let why = why(Some(authority));
    assert!(!why.contains("UnknownIssuer"), "{why}");
}
