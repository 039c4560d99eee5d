//! A program that is not ichor: it reads a cluster's configuration, renders two templates of
//! its own in memory, and says what would have to happen on disk.

use anyhow::{Context as _, Result, bail};
use config_model::{Input, Templates};
use diagnostics::{Diagnostics, Source};
use render::{Context, Options, Template, TemplateSet};
use tree::{Checks, Disk, Plan, Rendered, Sealing, Tree};

const CLUSTER: &str = r#"
node_cidr: "10.10.10.0/24"
cluster_api_addr: "10.10.10.254"
cluster_dns_gateway_addr: "10.10.10.253"
cluster_gateway_addr: "10.10.10.252"
cloudflare_gateway_addr: "10.10.10.251"
repository_name: "octocat/home-cluster"
cloudflare_domains: ["example.com"]
cloudflare_token: "not-a-real-token"
"#;

const NODES: &str = r#"
nodes:
  - name: "k8s-0"
    address: "10.10.10.100"
    controller: true
    disk: "/dev/sda"
    mac_addr: "52:54:00:00:00:00"
    schematic_id: "376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba"
"#;

const HOSTS: &str =
    "#% for host in hosts %#\n#{ host.address }# #{ host.name }#.#{ domain }#\n#% endfor %#\n";

const README: &str = "# The cluster at #{ api }#\n\n#{ hosts | length }# nodes\n";

/// What was found in the configuration stands between the files and the disk.
struct Read(Diagnostics);

impl Checks for Read {
    const COUNT: usize = 1;

    fn run(&self, _: usize, _: &Tree<Rendered>) -> Diagnostics {
        self.0.clone()
    }
}

fn main() -> Result<()> {
    let parsed = config_model::parse(&Input {
        cluster: &Source::new("cluster.yaml", CLUSTER),
        nodes: &Source::new("nodes.yaml", NODES),
        variables: None,
        templates: Templates::BuiltIn,
        used: None,
    });
    let Some(cluster) = parsed.cluster else {
        return refuse(&parsed.diagnostics);
    };

    let text = |values: &config_model::Values, key: &str| {
        let text = values.get(key)?.as_str()?;
        Some(render::Data::from(text))
    };
    let api = text(cluster.values(), "cluster_api_addr").context("the API has an address")?;
    let hosts: Vec<render::Data> = cluster
        .nodes()
        .iter()
        .filter_map(|node| {
            let values = node.values();
            Some(render::Data::Map(vec![
                ("name".into(), text(values, "name")?),
                ("address".into(), text(values, "address")?),
            ]))
        })
        .collect();
    let context = Context::builder()
        .set("hosts", render::Data::List(hosts))
        .set("domain", "cluster.internal")
        .set("api", api)
        .build();
    let templates = TemplateSet::new([
        Template::new("hosts.j2", HOSTS.as_bytes(), "hosts.j2", ".j2"),
        Template::new("README.md.j2", README.as_bytes(), "README.md.j2", ".j2"),
    ]);
    let output = match render::render(&templates, &context, &Options::default()) {
        Ok(output) => output,
        Err(problems) => return refuse(&problems),
    };

    let tree = output
        .tree
        .check(&Read(parsed.diagnostics))
        .and_then(|checked| checked.encrypt(|_, _| Ok(Sealing::Plain)));
    let tree = match tree {
        Ok(tree) => tree,
        Err(problems) => return refuse(&problems),
    };
    for (path, entry) in tree.iter() {
        println!(
            "--- {path}\n{}",
            entry.content.as_text().unwrap_or_default()
        );
    }
    let folder = tempfile::tempdir()?;
    let disk = Disk::open(folder.path())?;
    match Plan::new(&tree, &disk, &tree::Options::default()) {
        Ok(plan) => {
            for change in plan.changes() {
                println!("{:?} {}", change.action, change.path);
            }
            Ok(())
        }
        Err(problems) => refuse(&problems),
    }
}

fn refuse(problems: &Diagnostics) -> Result<()> {
    for problem in problems {
        eprintln!("{problem}");
    }
    bail!("nothing was made")
}
