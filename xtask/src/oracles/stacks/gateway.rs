//! Envoy Gateway's own translator, with the configuration that the templates give it, and Envoy with
//! what comes of it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::process::Stdio;

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use camino::Utf8Path;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::go::Program;
use super::super::{Options, Outcome};
use super::certificates::Certificates;
use super::envoy::{self, Envoy, Fleet};
use super::verdict::{self, Remarks};
use crate::stacks::made::{self, Made};
use crate::stacks::{Cluster, FOLDER, group, name, stand_ins, text, verdicts};
use crate::{files, process};

const MODULE: &str = "github.com/envoyproxy/gateway";
/// Built inside a copy of the gateway's module.
const TRANSLATE: Program = Program {
    folder: "stacks/gateway",
    name: "translate",
    package: "github.com/envoyproxy/gateway/cmd/oracle",
    link: "",
};

/// The release that runs the gateway.
const RELEASE: &str = "HelmRelease network/envoy-gateway";

/// Kinds of other groups that the translator reads.
const OTHERS: [&str; 4] = ["ConfigMap", "Namespace", "Secret", "Service"];

/// What the translator says.
#[derive(Deserialize)]
pub(super) struct Answer {
    resources: Value,
    /// By Gateway, as `namespace/name`.
    pub(super) fleets: BTreeMap<String, Fleet>,
    faults: Vec<String>,
}

/// The translator.
pub(super) struct Translator {
    program: camino::Utf8PathBuf,
    made: Vec<Made>,
    certificates: Certificates,
}

impl Translator {
    /// Builds it, or says why it cannot be had.
    pub(super) fn open() -> Result<Result<Self, String>> {
        if !process::exists("openssl", "version") {
            return Ok(Err("there is no `openssl`".to_owned()));
        }
        let source = files::root().join("oracles/stacks/gateway/translate.go");
        let program = TRANSLATE.built_with(MODULE, "cmd/oracle/main.go", &files::text(&source)?)?;
        let program = match program {
            Ok(program) => program,
            Err(reason) => return Ok(Err(reason)),
        };
        Ok(Ok(Self {
            program,
            made: made::read()?,
            certificates: Certificates::new()?,
        }))
    }

    /// What it makes of the objects of a cluster and of some more.
    pub(super) fn ask(&mut self, cluster: &Cluster, more: Vec<Value>) -> Result<Answer> {
        let mut release = cluster.objects.iter().filter(|one| name(one) == RELEASE);
        let release = release
            .next()
            .with_context(|| format!("there is no {RELEASE}"))?;
        let mut config = release
            .pointer("/spec/values/config/envoyGateway")
            .cloned()
            .with_context(|| format!("{RELEASE} does not configure the gateway"))?;
        config["apiVersion"] = json!("gateway.envoyproxy.io/v1alpha1");
        config["kind"] = json!("EnvoyGateway");
        // What the chart writes into it.
        config["gateway"] =
            json!({ "controllerName": "gateway.envoyproxy.io/gatewayclass-controller" });
        let namespace = text(release, "/metadata/namespace");
        let mut objects = self.certificates.secrets(cluster)?;
        // What a job of the gateway makes: what Envoy shows to rate limiting, and the key of the cookies
        // of logins, without which no policy with a login is taken.
        objects.push(json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": { "namespace": namespace, "name": "envoy-oidc-hmac" },
            "stringData": { "hmac-secret": "0123456789abcdef0123456789abcdef" },
        }));
        objects.push(self.certificates.secret(namespace, "envoy", &["*"])?);
        let made = made::of(cluster, &self.made).into_iter();
        objects.extend(
            made.chain(&cluster.objects)
                .filter(|one| is_read(one))
                .cloned(),
        );
        objects.extend(stand_ins::of_ai_routes(cluster));
        objects.extend(stand_ins::of_charts(cluster));
        objects.extend(more);
        for (number, object) in objects.iter_mut().enumerate() {
            complete(object, number);
        }
        let question = json!({ "namespace": namespace, "config": config, "objects": objects });
        let answer = ask(&self.program, &question)
            .with_context(|| format!("Envoy Gateway refuses `{}`", cluster.fixture))?;
        Ok(answer)
    }
}

fn ask(program: &Utf8Path, question: &Value) -> Result<Answer> {
    let mut child = process::command(program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start `{program}`"))?;
    let mut input = child.stdin.take().context("it has no standard input")?;
    input.write_all(question.to_string().as_bytes())?;
    drop(input);
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr).trim_end());
    }
    serde_json::from_slice(&output.stdout).context("the translator gave no answer")
}

fn is_read(object: &Value) -> bool {
    match group(object) {
        "" => OTHERS.contains(&text(object, "/kind")),
        "gateway.networking.k8s.io" | "gateway.envoyproxy.io" => true,
        _ => false,
    }
}

/// What the API server would do to an object.
fn complete(object: &mut Value, number: usize) {
    match text(object, "/kind") {
        "Secret" => {
            let Some(written) = object.get_mut("stringData").map(Value::take) else {
                return;
            };
            let entries = written.as_object().into_iter().flatten();
            for (key, value) in entries {
                let value = value.as_str().unwrap_or_default();
                object["data"][key] = json!(BASE64_STANDARD.encode(value));
            }
            if let Some(fields) = object.as_object_mut() {
                fields.shift_remove("stringData");
            }
        }
        "Namespace" => {
            let name = object["metadata"]["name"].clone();
            object["metadata"]["labels"]["kubernetes.io/metadata.name"] = name;
        }
        "Service" if object.pointer("/spec/clusterIP").is_none() => {
            let [.., high, low] = number.to_be_bytes();
            object["spec"]["clusterIP"] = json!(format!("10.43.{high}.{low}"));
        }
        _ => {}
    }
}

pub(super) fn run(clusters: &[Cluster], options: &Options) -> Result<Outcome> {
    let mut translator = match Translator::open()? {
        Ok(translator) => translator,
        Err(reason) => return Ok(Outcome::Skipped(reason)),
    };
    let envoy = match Envoy::open()? {
        Ok(envoy) => envoy,
        Err(reason) => return Ok(Outcome::Skipped(reason)),
    };
    let mut remarks = Remarks::read()?;
    let mut faults = Vec::new();
    let (mut judged, mut fleets) = (0, 0);
    for cluster in clusters {
        let fixture = &cluster.fixture;
        let answer = match translator.ask(cluster, Vec::new()) {
            Ok(answer) => answer,
            Err(error) => {
                faults.push(format!("{error:#}"));
                continue;
            }
        };
        faults.extend(
            answer
                .faults
                .iter()
                .map(|fault| format!("{fixture}: {fault}")),
        );
        let said = verdict::of(&answer.resources);
        let mut lines = BTreeSet::new();
        for object in verdicts::judged(cluster) {
            judged += 1;
            let verdict = verdict::on(&object, &said, &mut remarks);
            faults.extend(
                verdict
                    .faults
                    .iter()
                    .map(|fault| format!("{fixture}: {fault}")),
            );
            let digest = verdicts::digest(&object);
            lines.insert((
                name(&object),
                format!("{digest} {}: {}", name(&object), verdict.words),
            ));
        }
        for (gateway, fleet) in &answer.fleets {
            fleets += 1;
            let bootstrap = envoy::bootstrap(fleet);
            if let Err(error) = envoy.takes(&bootstrap) {
                faults.push(format!(
                    "{fixture}: Envoy refuses what {gateway} has: {error:#}"
                ));
            }
        }
        let lines: String = lines.into_iter().map(|(_, line)| line + "\n").collect();
        record(fixture, &lines, options, &mut faults)?;
    }
    faults.extend(remarks.unused());
    if !faults.is_empty() {
        return Ok(Outcome::Differs(faults.join("\n")));
    }
    Ok(Outcome::Agreed(format!(
        "{judged} objects of {} fixtures are taken, and by Envoy what {fleets} Gateways have",
        clusters.len()
    )))
}

fn record(fixture: &str, lines: &str, options: &Options, faults: &mut Vec<String>) -> Result<()> {
    let file = verdicts::file(fixture);
    let before = if file.exists() {
        files::text(&file)?
    } else {
        String::new()
    };
    if before == lines {
        return Ok(());
    }
    if options.bless {
        return files::write(&file, lines);
    }
    let known: BTreeSet<&str> = before.lines().collect();
    let new = lines.lines().filter(|line| !known.contains(line));
    let new: Vec<&str> = new.collect();
    faults.push(format!(
        "{FOLDER}/verdicts/{fixture}.txt has something else, and not\n{}",
        new.join("\n")
    ));
    Ok(())
}
