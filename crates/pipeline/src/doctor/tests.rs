//! Facts in, findings out.

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use camino::Utf8PathBuf;
use diagnostics::Source;
use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use repository::View;
use secrets::Identity;
use talos::bundle::{Bundle, KeyPair};
use talos::certificates::{ApiRole, admin};
use talos::talosconfig::Talosconfig;
use vault::Vault;
use vault::identities::Offered;

use super::{
    Check, Leftovers, Pins, Program, PublicKeys, State, Unusable, kubeconfig, programs, secrets,
    talosconfig,
};

const DAY: Duration = Duration::from_hours(24);

/// 2026-11-29T00:00:00Z.
fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + 20_786 * DAY
}

/// The state, and the rules of what was found.
fn told(check: &Check) -> (State, Vec<&'static str>) {
    let problems = check.problems();
    let rules = problems.iter().map(|problem| problem.rule.id());
    (check.state(), rules.collect())
}

fn rules_for(key: &str) -> String {
    format!("creation_rules:\n  - path_regex: \\.sops\\.yaml$\n    age: {key}\n")
}

#[test]
fn the_key_that_is_here_is_one_that_secrets_are_encrypted_for() {
    let (own, other) = (Identity::generate(), Identity::generate());
    let file = own.to_file("2026-11-29T00:00:00Z").to_string();
    let (ours, theirs) = (rules_for(&own.recipient()), rules_for(&other.recipient()));
    let both = rules_for(&format!("{},{}", other.recipient(), own.recipient()));
    let problem = |rule| (State::Problem, vec![rule]);
    let fine = (State::Ok, Vec::new());
    let cases: [(&str, Vec<(&str, &str)>, _); 8] = [
        ("nothing", vec![("a", "b")], (State::NotLookedAt, vec![])),
        ("no rules yet", vec![("age.key", &file)], fine.clone()),
        (
            "they agree",
            vec![("age.key", &file), (".sops.yaml", &ours)],
            fine.clone(),
        ),
        (
            "one of two",
            vec![("age.key", &file), (".sops.yaml", &both)],
            fine,
        ),
        (
            "another",
            vec![("age.key", &file), (".sops.yaml", &theirs)],
            problem("sops/own-key-missing"),
        ),
        (
            "no key",
            vec![(".sops.yaml", &ours)],
            problem("doctor/no-age-key"),
        ),
        (
            "no identity",
            vec![("age.key", "# nothing\n"), (".sops.yaml", &ours)],
            problem("keys/no-age-identity"),
        ),
        (
            "no rules that can be read",
            vec![("age.key", &file), (".sops.yaml", "creation_rules: 1\n")],
            problem("sops/wrong-type"),
        ),
    ];
    for (name, files, expected) in cases {
        let view = View::from_iter(files);
        let (keys, check) = PublicKeys::look(&view, &Offered::default());
        assert_eq!(told(&check), expected, "{name}: {check:?}");
        let private = own.expose();
        assert!(!format!("{keys:?} {check:?}").contains(private.as_str()));
    }
}

/// What a kubeconfig is with these certificates.
fn kubeconfig_with(authority: &str, certificate: &str) -> String {
    format!(
        "current-context: a\nclusters:\n- name: c\n  cluster: {{server: 'https://10.0.0.1:6443', certificate-authority-data: {authority}}}\n\
         contexts:\n- name: a\n  context: {{cluster: c, user: u}}\nusers:\n- name: u\n  user: {{client-certificate-data: {certificate}}}\n"
    )
}

#[test]
fn certificates_are_of_this_cluster_and_have_days_left() {
    let random = &mut UnwrapErr(SysRng);
    let begin = now() - 100 * DAY;
    let [bundle, other] = [(); 2].map(|()| Bundle::generate(random, begin).expect("it is made"));
    let ours = bundle.os.certificate.expose();
    let mut client = |lifetime: u32, by: &KeyPair| {
        admin(by, &[ApiRole::Admin], lifetime * DAY, random, begin).expect("it is signed")
    };
    let problem = |rule| (State::Problem, vec![rule]);
    let ends = (State::Warning, vec!["doctor/certificate-ends"]);
    for (signer, lifetime, authority, expected, words) in [
        (
            &bundle,
            365,
            Some(ours),
            (State::Ok, vec![]),
            "of this cluster, 265 days left",
        ),
        (
            &bundle,
            365,
            None,
            (State::Ok, vec![]),
            "265 days left; of which cluster is not known here",
        ),
        (
            &bundle,
            110,
            Some(ours),
            ends.clone(),
            "of this cluster, 10 days left",
        ),
        (
            &bundle,
            101,
            Some(ours),
            ends,
            "of this cluster, 1 day left",
        ),
        (
            &bundle,
            99,
            Some(ours),
            problem("doctor/certificate-ended"),
            "of this cluster, ended",
        ),
        (
            &other,
            365,
            Some(ours),
            problem("doctor/other-cluster"),
            "of another cluster, 265 days left",
        ),
    ] {
        let client = client(lifetime, &signer.os);
        let certificate = client.certificate.expose().to_owned();
        let config = Talosconfig::new("demo", vec![], vec![], &signer.os, client);
        let source = Source::new("talosconfig", config.to_yaml().as_str());
        let check = talosconfig(&source, authority, now());
        assert_eq!(told(&check), expected, "{words}");
        assert_eq!(check.message(), words);

        let text = kubeconfig_with(signer.os.certificate.expose(), &certificate);
        let check = kubeconfig(&Source::new("kubeconfig", text), authority, now());
        assert_eq!((told(&check), check.message()), (expected, words));
    }
}

#[test]
fn what_cannot_be_used_is_told() {
    let bad = STANDARD.encode("no certificate");
    let (problem, warning) = (State::Problem, State::Warning);
    let of_kubeconfig = [
        ("", problem, "doctor/no-context"),
        (
            "current-context: b\ncontexts: []\n",
            problem,
            "doctor/no-context",
        ),
        (
            &*kubeconfig_with(&bad, &bad),
            problem,
            "doctor/bad-certificate",
        ),
    ];
    for (text, state, rule) in of_kubeconfig {
        let check = kubeconfig(&Source::new("kubeconfig", text), None, now());
        assert_eq!(told(&check), (state, vec![rule]), "{text}");
    }
    let of_talosconfig = [
        (
            "context: b\ncontexts: {}\n",
            warning,
            "talosconfig/no-such-context",
        ),
        ("[]", problem, "talosconfig/type"),
    ];
    for (text, state, rule) in of_talosconfig {
        let check = talosconfig(&Source::new("talosconfig", text), None, now());
        assert_eq!((check.state(), told(&check).1[0]), (state, rule), "{text}");
    }
    // A token has no end that it tells.
    let text = kubeconfig_with(&bad, "").replace("client-certificate-data: ", "token: t");
    let check = kubeconfig(&Source::new("kubeconfig", text), None, now());
    assert_eq!(
        check.message(),
        "without a certificate; of which cluster is not known here"
    );
}

#[test]
fn what_killed_runs_left_is_told_and_what_runs_is_not() {
    let running = format!("talos/.ichor-tmp-{}-0", std::process::id());
    // No process has a number so high.
    let killed = format!("talos/.ichor-tmp-{}-0", i32::MAX);
    let view = View::from_iter([
        (".ichor/journal", ""),
        (".git/.ichor-tmp-1", ""),
        (&*running, ""),
        (&*killed, ""),
    ]);
    let left = Leftovers::look(&view, vec![Utf8PathBuf::from("/tmp/ichor-private-1-0")]);
    assert_eq!(left.files, [&*killed]);
    let check = left.check(&view);
    let rules = vec!["doctor/interrupted", "doctor/leftovers", "doctor/leftovers"];
    assert_eq!(told(&check), (State::Warning, rules));
    let hints = |check: &Check| {
        let problems = check.problems();
        let hints = problems.iter().filter_map(|one| one.hint.clone());
        hints.collect::<Vec<_>>().join("; ")
    };
    assert!(hints(&check).contains(&format!("remove `{killed}`")));
    // A command on the way has swept it away.
    let swept = View::from_iter([("a", "")]);
    assert!(hints(&left.check(&swept)).contains("removed just now"));
    let check = Leftovers::look(&swept, Vec::new()).check(&swept);
    assert_eq!(told(&check), (State::Ok, vec![]));
}

#[test]
fn programs_say_what_needs_them() {
    let program = |name, state| Program {
        name,
        needed: "`ichor bootstrap apps` needs",
        state,
    };
    let all = [
        program("helm", Ok("4.3".to_owned())),
        program("git", Err(Unusable::Absent)),
        program(
            "other",
            Err(helm::NoHelm::TooOld("v3.2.0".to_owned()).into()),
        ),
    ];
    let check = programs(&all);
    let rule = "doctor/no-program";
    assert_eq!(told(&check), (State::Warning, vec![rule, rule]));
    assert_eq!(check.message(), "helm 4.3; without git, other");
    assert_eq!(programs(&all[..1]).message(), "helm 4.3");
    assert_eq!(programs(&all[1..2]).message(), "without git");
}

#[test]
fn versions_agree_whatever_way_they_are_written() {
    for (wanted, runs, agree) in [
        ("v1.36.4", "v1.36.4", true),
        ("1.36.4", "v1.36.4", true),
        ("v1.36.4", "v1.36.3", false),
        ("2.9.x", "v2.9.4", true),
        ("2.9.x", "v2.8.1", false),
        (">=1.2 <2", "1.3.0+5f3a", true),
        ("1.20.1", "1.20.1+0123456789ab", true),
        ("1.20.1", "1.20.0+0123456789ab", false),
        // What is no version is not judged.
        ("latest", "1.0.0", true),
        ("1.0.0", "main", false),
    ] {
        assert_eq!(Pins::agree(wanted, runs), agree, "{wanted} {runs}");
    }
}

#[test]
fn every_secret_is_encrypted_for_who_is_here_by_the_rules_of_today() {
    let (own, other) = (Identity::generate(), Identity::generate());
    let file = own.to_file("2026-11-29T00:00:00Z").to_string();
    let encrypted = |to: &Identity| {
        let rule = ::secrets::Rule::for_recipients([to.recipient().parse().expect("a key")]);
        let request = ::secrets::Request {
            plaintext: ::secrets::File::new("a.sops.yaml", b"a: 1\n"),
            previous: None,
            rule: &rule,
            identities: &[],
            now: ::secrets::Timestamp::from_unix_seconds(1_767_323_045),
        };
        let done = ::secrets::encrypt(&request).expect("it can be encrypted");
        String::from_utf8(done.content).expect("text")
    };
    let (ours, theirs) = (encrypted(&own), encrypted(&other));
    let rules = rules_for(&own.recipient());
    let cases: [(&[&str], _); 5] = [
        (&[], (State::NotLookedAt, vec![])),
        (&[&ours], (State::Ok, vec![])),
        (
            &[&ours, "a: 1\n"],
            (State::Problem, vec!["doctor/clear-secrets"]),
        ),
        (
            &[&theirs, &ours],
            (
                State::Problem,
                vec!["doctor/stale-secrets", "doctor/locked-secrets"],
            ),
        ),
        (
            &[&theirs, &theirs],
            (
                State::Problem,
                vec!["doctor/stale-secrets", "doctor/locked-secrets"],
            ),
        ),
    ];
    for (texts, expected) in cases {
        let mut files = vec![
            ("age.key".to_owned(), file.clone()),
            (".sops.yaml".to_owned(), rules.clone()),
        ];
        for (number, text) in texts.iter().enumerate() {
            files.push((format!("{number}.sops.yaml"), (*text).to_owned()));
        }
        let view = View::from_iter(files);
        let vault = Vault::open(&view, None, Box::new(Default::default)).ok();
        let check = secrets(&vault.expect("the rules can be read"), &view);
        assert_eq!(told(&check), expected, "{check:?}");
    }
}
