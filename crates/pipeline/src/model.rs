//! From what was read to what is rendered: the cluster, the templates and their context.

use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use config_model::versions::{self, Versions};
use config_model::{Cluster, Parsed, Templates, WrittenKey, credentials};
use diagnostics::{Diagnostic, Diagnostics, Location, Source};
use render::{Analysis, Context, Credentials, Reading};
use repository::names;
use secrecy::{ExposeSecret, SecretString};
use secrets::Identity;
use zeroize::Zeroizing;

use crate::gather::{self, gather};
use crate::load::Inputs;
use crate::own::Own;
use crate::plugin::Withheld;
use crate::rules;
use crate::templates::builtin;
use vault::identities::{self, KeyFiles};

/// Everything that rendering needs. Has no `Debug`: it holds secrets.
pub struct Model {
    /// The cluster that the configuration describes.
    pub cluster: Cluster,
    /// The versions in force.
    pub versions: Versions,
    /// Which templates the repository renders with.
    pub origin: Templates,
    /// The merged set of templates, and how they are rendered.
    pub templates: Arc<Reading>,
    /// What they can name.
    pub context: Context,
    /// Names whose values the plugin of the repository computes otherwise than they are
    /// rendered; those of nodes as `nodes.key`.
    pub(crate) differs: Vec<String>,
    /// What is missing since the repository's own plugin does not run.
    pub(crate) withheld: Withheld,
    /// The keys that the configuration sets.
    pub written: Vec<WrittenKey>,
    /// Every secret that may stand in an output.
    pub secrets: Vec<SecretString>,
    /// What can decrypt, the repository's own key first; empty where no key is at hand.
    pub identities: Vec<Identity>,
    /// The cluster's own public key: of its `age.key`, or, where that is not here, the first
    /// that `.sops.yaml` names.
    pub recipient: Option<String>,
}

/// Stands in outputs for the private key where that is not at hand. Such an output can be
/// compared with nothing and is never written.
pub(crate) const WITHHELD_KEY: &str = "AGE-SECRET-KEY-NOT-AT-HAND";

impl Model {
    /// Checks the configuration and gathers templates and context.
    ///
    /// # Errors
    ///
    /// Every problem of every file, warnings included, if one of them is an error.
    pub fn new(inputs: &Inputs) -> Result<(Self, Diagnostics), Diagnostics> {
        let gathered = gather(inputs);
        let origin = gathered.origin;
        let mut problems = gathered.problems.clone();
        let analysis = gathered
            .reading
            .as_ref()
            .filter(|_| origin == Templates::Own)
            .map(|reading| reading.analysis());
        let parsed = gather::parsed(inputs, &inputs.cluster, &inputs.nodes);
        problems.extend(parsed.diagnostics.iter().cloned());
        let versions = pins(inputs, &mut problems);
        let mut secrets = parsed.secrets.clone();
        let private = matches!(&parsed.cluster, Some(cluster) if cluster.visibility() == config_model::Visibility::Private);
        let mut credentials = keys(&inputs.keys, private, &mut secrets, &mut problems);
        if inputs.keys.age.is_none() {
            without_age_key(inputs, &mut credentials);
        }
        let recipient = credentials.age_public.clone();
        let (identities, notes) = identities::gather(&inputs.keys, &inputs.identities);
        problems.extend(notes);
        if problems.has_errors()
            && let Some(reading) = &gathered.reading
        {
            // Nothing is rendered, which would tell of these.
            problems.extend(absent(inputs, reading.analysis(), recipient.is_some()));
            return Err(problems);
        }
        let templates = match &gathered.reading {
            Some(reading) if !problems.has_errors() => reading.clone(),
            _ => return Err(problems),
        };
        let Parsed {
            cluster: Some(cluster),
            written,
            declarations,
            ..
        } = parsed
        else {
            return Err(problems);
        };
        let mut context = Context::new(&cluster, &versions, credentials);
        let mut differs = Vec::new();
        let mut withheld = Withheld::default();
        if let (Some(own), Some(analysis)) = (&inputs.own, analysis) {
            let written: BTreeSet<&str> = written.iter().map(|key| key.name.as_str()).collect();
            let own = Own {
                inputs,
                own,
                analysis,
                declarations: &declarations,
                written: &written,
            };
            match own.complete(context, &mut secrets) {
                Ok(completed) => {
                    context = completed.context;
                    differs = completed.different;
                    withheld = completed.withheld;
                    problems.extend(completed.notes);
                }
                Err(found) => {
                    problems.extend(found);
                    return Err(problems);
                }
            }
        }
        let model = Self {
            cluster,
            versions,
            origin,
            templates,
            context,
            differs,
            withheld,
            written,
            secrets,
            identities,
            recipient,
        };
        Ok((model, problems))
    }
}

/// The key files that templates need and that are not there. The deploy key is not among
/// them, since only a private repository needs it.
fn absent(inputs: &Inputs, analysis: &Analysis, has_recipient: bool) -> Vec<Diagnostic> {
    let calls = |start: &str| analysis.functions().any(|name| name.starts_with(start));
    let files = &inputs.keys;
    [
        (
            "age_",
            files.age.is_some() || has_recipient,
            names::AGE_KEY,
            INIT,
        ),
        (
            "cloudflare_tunnel",
            files.tunnel.is_some(),
            names::TUNNEL,
            TUNNEL,
        ),
        (
            "github_push_token",
            files.push.is_some(),
            names::PUSH_TOKEN,
            INIT,
        ),
    ]
    .into_iter()
    .filter(|(function, is_there, ..)| !is_there && calls(function))
    .map(|(_, _, file, hint)| {
        rules::KEYS_MISSING
            .report(format!("the file `{file}` is needed, but is not there"))
            .at(Location::file(file))
            .hint(hint)
    })
    .collect()
}

const INIT: &str =
    "in a new repository `ichor init` makes it; otherwise copy it from where it is kept";
const TUNNEL: &str = "make a tunnel with `cloudflared tunnel create --credentials-file \
                      cloudflare-tunnel.json NAME`";

fn pins(inputs: &Inputs, problems: &mut Diagnostics) -> Versions {
    let built_in = Source::new("built-in:versions.yaml", builtin::versions());
    let (built_in, faults) = versions::read(&built_in);
    problems.extend(faults);
    let own = inputs.versions.as_ref().map(|source| {
        let (own, faults) = versions::read(source);
        problems.extend(faults);
        own
    });
    let (versions, faults) = Versions::new(built_in, own);
    problems.extend(faults);
    versions
}

/// What the key files hold; secrets and problems are added to the given lists.
pub(crate) fn keys(
    files: &KeyFiles,
    private: bool,
    secrets: &mut Vec<SecretString>,
    problems: &mut Diagnostics,
) -> Credentials {
    let mut found = Credentials::default();
    if let Some(source) = &files.age {
        match secrets::parse_identity_file(source) {
            Ok(identities) => {
                if let Some(identity) = identities.first() {
                    let private = SecretString::from(identity.expose().as_str());
                    secrets.push(private.clone());
                    found.age_public = Some(identity.recipient());
                    found.age_private = Some(private);
                    problems.extend(other_age_key(files, &identity.recipient()));
                }
            }
            Err(faults) => problems.extend(faults),
        }
    }
    if let Some(source) = &files.tunnel {
        match credentials::tunnel(source) {
            Ok(tunnel) => {
                problems.extend(credentials::tunnel_shape(source, &tunnel));
                let token = tunnel_token(&tunnel);
                secrets.extend([token.clone(), tunnel.tunnel_secret.clone()]);
                found.cloudflare_tunnel_id = Some(tunnel.tunnel_id);
                found.cloudflare_tunnel_secret = Some(token);
                found.cloudflare_tunnel = Some(tunnel.keys);
            }
            Err(faults) => problems.extend(faults),
        }
    }
    if let Some(source) = files.deploy.as_ref().filter(|_| private) {
        let (key, faults) = credentials::deploy_key(source);
        problems.extend(faults);
        secrets.extend(key.clone());
        found.github_deploy_key = key;
    }
    if let Some(source) = &files.push {
        match credentials::push_token(source) {
            Ok(token) => {
                secrets.push(token.clone());
                found.github_push_token = Some(token);
            }
            Err(faults) => problems.extend(faults),
        }
    }
    found
}

/// Encrypting needs the public key only, and `.sops.yaml` names that.
fn without_age_key(inputs: &Inputs, credentials: &mut Credentials) {
    let rules = inputs.creation_rules.as_ref().map(secrets::Rules::parse);
    let Some(Ok(rules)) = rules else { return };
    let first = rules.iter().find_map(|rule| rule.rule.recipients().next());
    if let Some(recipient) = first {
        credentials.age_public = Some(recipient.to_string());
        credentials.age_private = Some(WITHHELD_KEY.into());
    }
}

/// What `cloudflared` takes: base64 of the compact JSON of account, tunnel and secret.
fn tunnel_token(tunnel: &credentials::TunnelCredentials) -> SecretString {
    let json = Zeroizing::new(
        serde_json::json!({
            "a": tunnel.account_tag.expose_secret(),
            "t": tunnel.tunnel_id,
            "s": tunnel.tunnel_secret.expose_secret(),
        })
        .to_string(),
    );
    STANDARD.encode(json.as_bytes()).into()
}

/// The warning that the environment names another key than the repository's.
fn other_age_key(files: &KeyFiles, own: &str) -> Option<Diagnostic> {
    let other = files.other_age.as_ref()?;
    let recipients = secrets::parse_identity_file(other).ok()?;
    if recipients
        .iter()
        .any(|identity| identity.recipient() == own)
    {
        return None;
    }
    Some(
        rules::KEYS_TWO_AGE_KEYS
            .report(format!(
                "`age.key` and `{}` hold different keys",
                other.name()
            ))
            .at(other.whole())
            .hint("`age.key` is used; unset `SOPS_AGE_KEY_FILE` if that is right"),
    )
}
