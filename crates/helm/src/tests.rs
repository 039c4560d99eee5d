//! What is asked of `helm`, and what becomes of what it does: a program stands in for it that
//! writes down what it is given and then does as the test says.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests make a program, and look at what it leaves"
)]

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::time::Duration;

use camino::Utf8PathBuf;
use repository::private::{Places, PrivateFolder};
use testkit::Sandbox;

use super::process::{Access, Call, Running};
use super::{Failed, Helm, NoHelm, Release, Template, Upgrade, Why, version};

/// A stand-in for `helm`, and what it was given.
struct Stand {
    sandbox: Sandbox,
    program: Utf8PathBuf,
}

impl Stand {
    /// One of a version, that does as a shell script says with everything but `version`.
    fn new(version: &str, script: &str) -> Self {
        let sandbox = Sandbox::new("none");
        let program = sandbox.home().join("helm");
        let record = sandbox.home().join("record");
        let text = format!(
            "#!/bin/sh\nPATH=/usr/bin:/bin\nif [ \"$1\" = version ]; then printf %s '{version}'; exit; fi\n\
             record='{record}'\nfor word; do\n  case \"$word\" in\n\
             */values-*|*/chart-*|*/access-*) echo \"<$(cat \"$word\")>\" ;;\n\
             *) echo \"$word\" ;;\n  esac\ndone > \"$record\"\n{script}\n"
        );
        fs::write(&program, text).expect("written");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("changed");
        // Another test that starts a program just now holds on to what is open here.
        let start = || Command::new(&program).arg("version").output();
        while start().is_err_and(|error| error.kind() == ErrorKind::ExecutableFileBusy) {}
        Self { sandbox, program }
    }

    fn folder(&self) -> PrivateFolder {
        let places = Places {
            memory: Vec::new(),
            disk: self.sandbox.temporary(),
        };
        PrivateFolder::create(&places).expect("made")
    }

    fn helm(&self) -> Result<Helm, NoHelm> {
        Helm::new(self.program.clone(), self.folder())
    }

    /// The words that it was given, files by what they hold.
    fn words(&self) -> String {
        let text = fs::read_to_string(self.sandbox.home().join("record"));
        text.unwrap_or_default().trim_end().replace('\n', " ")
    }

    /// What lies in its private folder.
    fn left(&self) -> Vec<String> {
        let mut names = Vec::new();
        for folder in self
            .sandbox
            .temporary()
            .read_dir_utf8()
            .expect("there")
            .flatten()
        {
            for file in folder.path().read_dir_utf8().expect("there").flatten() {
                names.push(file.file_name().to_owned());
            }
        }
        names
    }
}

const RELEASE: Release<'_> = Release {
    name: "cilium",
    namespace: "kube-system",
    kubeconfig: "KUBECONFIG",
};

const UPGRADE: Upgrade<'_> = Upgrade {
    release: RELEASE,
    archive: b"ARCHIVE",
    values: "{VALUES}",
    timeout: Duration::from_secs(90),
    wait: true,
};

const TEMPLATE: Template<'_> = Template {
    name: "cilium",
    namespace: "kube-system",
    archive: b"ARCHIVE",
    values: "{VALUES}",
    kubernetes: Some("v1.36.3"),
    apis: &[],
    with_hooks: false,
};

#[test]
fn versions_of_helm() {
    for (said, is) in [
        ("v4.3.1", Some((4, 3))),
        ("v4.3", Some((4, 3))),
        ("v3.22", Some((3, 22))),
        ("v3.18.6+g1234", Some((3, 18))),
        ("", None),
        ("v4", None),
        ("four", None),
    ] {
        assert_eq!(version(said), is, "{said}");
    }
    for (said, wanted) in [
        ("v4.3\n", "(4, 3)"),
        ("v3.18.0", "(3, 18)"),
        ("v3.17.9", "TooOld(\"v3.17.9\")"),
        ("v2.16.0", "TooOld(\"v2.16.0\")"),
        ("hello", "Unusable(\"it does not say which version it is\")"),
    ] {
        let found = match Stand::new(said, "").helm() {
            Ok(helm) => format!("{:?}", helm.version()),
            Err(why) => format!("{why:?}"),
        };
        assert_eq!(found, wanted, "{said}");
    }
    let missing = Stand::new("v4.0", "");
    fs::remove_file(&missing.program).expect("removed");
    assert!(matches!(missing.helm(), Err(NoHelm::Unusable(_))));
}

#[test]
fn each_major_is_asked_in_its_own_words() {
    const INSTALL: &str = "upgrade cilium <ARCHIVE> --install --values <{VALUES}> --reset-values \
                           --cleanup-on-fail --hide-notes --skip-schema-validation";
    const AROUND: &str = "--namespace kube-system --kubeconfig <KUBECONFIG> --timeout 90s";
    for (version, wait, more) in [
        ("v4.3", true, "--wait --wait-for-jobs --server-side=false "),
        ("v4.3", false, "--server-side=false "),
        ("v3.22", true, "--wait --wait-for-jobs "),
        ("v3.22", false, ""),
    ] {
        let stand = Stand::new(version, "");
        let helm = stand.helm().expect("a helm");
        let upgrade = Upgrade { wait, ..UPGRADE };
        helm.upgrade(&upgrade, &mut |_| ()).expect("it does");
        assert_eq!(stand.words(), format!("{INSTALL} {more}{AROUND}"));
        helm.rollback(&RELEASE, Duration::from_secs(90), &mut |_| ())
            .expect("it does");
        let more = if helm.is_four() {
            " --server-side=false"
        } else {
            ""
        };
        assert_eq!(
            stand.words(),
            format!("rollback cilium --cleanup-on-fail{more} {AROUND}")
        );
        assert_eq!(
            stand.left(),
            Vec::<String>::new(),
            "what it was given is gone"
        );
    }
}

#[test]
fn what_is_rendered_is_what_it_prints() {
    const ASKED: &str = "template cilium <ARCHIVE> --namespace kube-system --values <{VALUES}> \
                         --include-crds --skip-schema-validation";
    let stand = Stand::new("v4.3", "echo 'kind: A'; echo 'level=WARN msg=x' >&2");
    let helm = stand.helm().expect("a helm");
    let text = helm.template(&TEMPLATE);
    assert_eq!(text.as_deref(), Ok("kind: A\n"));
    assert_eq!(
        stand.words(),
        format!("{ASKED} --no-hooks --kube-version v1.36.3")
    );
    let template = Template {
        kubernetes: None,
        apis: &["a/v1".to_owned(), "a/v1/B".to_owned()],
        with_hooks: true,
        ..TEMPLATE
    };
    helm.template(&template).expect("it does");
    assert_eq!(
        stand.words(),
        format!("{ASKED} --api-versions a/v1 --api-versions a/v1/B")
    );
    let stand = Stand::new(
        "v4.3",
        "echo \"Error: $PWD/chart is bad\" >&2; echo 'Use --debug flag' >&2; exit 1",
    );
    let helm = stand.helm().expect("a helm");
    assert_eq!(helm.template(&TEMPLATE).unwrap_err(), "…/chart is bad");
    let stand = Stand::new("v4.3", "exit 1");
    let helm = stand.helm().expect("a helm");
    assert_eq!(
        helm.template(&TEMPLATE).unwrap_err(),
        "it says nothing of why"
    );
}

#[test]
fn a_name_is_no_flag() {
    let stand = Stand::new("v4.3", "");
    let helm = stand.helm().expect("a helm");
    for name in ["--post-renderer=x", "", "-n", "a b", "A", "a/b"] {
        let refused = helm.template(&Template { name, ..TEMPLATE });
        assert_eq!(
            refused.unwrap_err(),
            format!("`{name}` is no name of a release")
        );
        let release = Release { name, ..RELEASE };
        let upgrade = Upgrade { release, ..UPGRADE };
        let failed = helm.upgrade(&upgrade, &mut |_| ()).unwrap_err();
        assert_eq!(failed.why, Why::NotStarted);
        assert_eq!(stand.words(), "", "{name}");
    }
}

#[test]
fn nothing_of_the_environment_is_handed_on() {
    let stand = Stand::new("v4.3", "env | sort >&2; exit 1");
    let helm = stand.helm().expect("a helm");
    let names = |said: &[String]| -> Vec<String> {
        let names = said.iter().filter_map(|line| line.split_once('='));
        let names = names.map(|(name, _)| name.to_owned());
        // The shell's own.
        names
            .filter(|name| !["PATH", "PWD", "OLDPWD", "SHLVL", "_"].contains(&name.as_str()))
            .collect()
    };
    let failed = helm.upgrade(&UPGRADE, &mut |_| ()).unwrap_err();
    assert_eq!(
        names(&failed.said),
        [
            "HELM_CACHE_HOME",
            "HELM_CONFIG_HOME",
            "HELM_DATA_HOME",
            "HELM_NO_PLUGINS",
            "HELM_PLUGINS",
            "HOME",
            "KUBECONFIG",
            "TMPDIR",
        ]
    );
    let failed = helm.template(&TEMPLATE).unwrap_err();
    assert!(
        failed.contains("HTTPS_PROXY=http://127.0.0.1:1"),
        "{failed}"
    );
}

/// What `helm` says, and why that is.
const FAILURES: &[(&str, Why)] = &[
    (
        "Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress",
        Why::Pending,
    ),
    (
        "Error: Unable to continue with install: ConfigMap \"a\" in namespace \"b\" exists and cannot be imported into the current release: invalid ownership metadata; label validation error: missing key \"app.kubernetes.io/managed-by\": must be set to \"Helm\"",
        Why::Foreign,
    ),
    (
        "Error: unable to build kubernetes objects from release manifest: resource mapping not found for name: \"a\" namespace: \"b\" from \"\": no matches for kind \"ServiceMonitor\" in version \"monitoring.coreos.com/v1\"",
        Why::NoKind,
    ),
    (
        "Error: UPGRADE FAILED: conflict occurred while applying object kube-system/cilium apps/v1, Kind=DaemonSet: Apply failed with 1 conflict: conflict with \"helm-controller\": .spec.template.spec.hostNetwork",
        Why::Conflict,
    ),
    (
        "Error: INSTALLATION FAILED: admission webhook \"a.example\" denied the request: no",
        Why::Webhook,
    ),
    (
        "Error: INSTALLATION FAILED: Internal error occurred: failed calling webhook \"a.example\": failed to call webhook: Post \"https://a.svc:443/\": dial tcp: connection refused",
        Why::Webhook,
    ),
    (
        "Error: kubernetes cluster unreachable: Get \"https://127.0.0.1:1/version\": dial tcp 127.0.0.1:1: connect: connection refused",
        Why::Unreachable,
    ),
    (
        "Error: query: failed to query with labels: secrets is forbidden: User \"x\" cannot list resource \"secrets\" in API group \"\" in the namespace \"b\"",
        Why::Forbidden,
    ),
    (
        "Error: UPGRADE FAILED: resource Deployment/ns/name not ready. status: InProgress, message: Available: 0/1\ncontext deadline exceeded",
        Why::NotReady,
    ),
    ("Error: timed out waiting for the condition", Why::NotReady),
    ("Error: UPGRADE FAILED: context canceled", Why::Ended),
    ("Error: release: not found", Why::NoRevision),
    ("Error: something else", Why::Other),
    ("", Why::Other),
];

#[test]
fn failures_are_told_apart() {
    for (said, why) in FAILURES {
        let stand = Stand::new("v4.3", &format!("cat >&2 <<'E'\n{said}\nE\nexit 1"));
        let helm = stand.helm().expect("a helm");
        let mut told = Vec::new();
        let failed = helm
            .upgrade(&UPGRADE, &mut |line| told.push(line.to_owned()))
            .unwrap_err();
        assert_eq!(failed.why, *why, "{said}");
        let lines: Vec<&str> = said.lines().collect();
        assert_eq!(told, lines);
        assert_eq!(failed.said, lines);
        assert!(!failed.to_string().starts_with("Error"), "{failed}");
    }
}

/// A call of the stand-in that may take a moment only.
fn short(stand: &Stand, tell: &mut dyn FnMut(&str)) -> Failed {
    let folder = stand.folder();
    let running = Running::default();
    let call = Call {
        program: &stand.program,
        folder: folder.path(),
        words: &["upgrade"],
        access: Access::Cluster,
        limit: Duration::from_secs(2),
        grace: Duration::from_millis(300),
        held: None,
        running: &running,
    };
    let ended = call.run(tell).expect("it starts");
    ended.done().unwrap_err()
}

#[test]
fn what_takes_too_long_is_told_to_end_and_then_made_to() {
    let gentle =
        "trap 'echo cancelled >&2; exit 1' TERM\necho waits >&2\nwhile :; do sleep 0.05; done";
    let mut told = Vec::new();
    let failed = short(&Stand::new("v4.3", gentle), &mut |line| {
        told.push(line.to_owned());
    });
    assert_eq!(failed.why, Why::Ended);
    // The shell may say that what it waited for ended, too.
    let ends = [told.first(), told.last()].map(|line| line.map(String::as_str));
    assert_eq!(ends, [Some("waits"), Some("cancelled")]);

    let deaf = "trap '' TERM\necho deaf >&2\nwhile :; do sleep 0.05; done";
    let failed = short(&Stand::new("v4.3", deaf), &mut |_| ());
    assert_eq!(failed.why, Why::Ended);
    assert!(
        failed.said.iter().any(|line| line == "deaf"),
        "{:?}",
        failed.said
    );

    // What it started holds on to what it prints to.
    let orphan = "sleep 100 &\necho done >&2\nexit 1";
    let failed = short(&Stand::new("v4.3", orphan), &mut |_| ());
    assert_eq!(failed.why, Why::Other);
    assert_eq!(failed.said, ["done"]);
}

#[test]
fn what_has_no_end_is_bounded() {
    let lines = "while :; do echo line >&2; echo out; done";
    let failed = short(&Stand::new("v4.3", lines), &mut |_| ());
    assert_eq!(failed.why, Why::Ended);
    assert!(failed.said.len() <= 1001, "{}", failed.said.len());
    let one_line =
        "while :; do printf 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' >&2; done";
    let failed = short(&Stand::new("v4.3", one_line), &mut |_| ());
    assert!(failed.said.iter().all(|line| line.len() <= 4096));
}

#[test]
fn several_run_at_once() {
    let stand = Stand::new("v4.3", "cat \"$7\"");
    let helm = stand.helm().expect("a helm");
    std::thread::scope(|scope| {
        let calls: Vec<_> = (0..8)
            .map(|number| {
                let helm = &helm;
                scope.spawn(move || {
                    let values = format!("{{\"number\":{number}}}");
                    let template = Template {
                        values: &values,
                        ..TEMPLATE
                    };
                    (helm.template(&template), values)
                })
            })
            .collect();
        for call in calls {
            let (made, values) = call.join().expect("no panic");
            assert_eq!(made, Ok(values));
        }
    });
}
