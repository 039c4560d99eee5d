//! Runs small sets of templates and prints what became of them.

use render::{Context, ContextBuilder, Options, Role, Template, TemplateSet, render};

/// Templates by name; those whose name contains `partial` are only included.
pub(crate) fn set(templates: &[(&str, &str)]) -> TemplateSet {
    TemplateSet::new(templates.iter().map(|(name, text)| {
        let template = Template::new(*name, text.as_bytes().to_vec(), *name, ".j2");
        if name.contains("partial") {
            template.role(Role::Partial)
        } else {
            template
        }
    }))
}

/// The outputs, or the problems with hints.
pub(crate) fn outcome(templates: &[(&str, &str)], context: &Context, options: &Options) -> String {
    match render(&set(templates), context, options) {
        Ok(output) => {
            let mut text = String::new();
            for (path, entry) in output.tree.iter() {
                let content = entry.content.as_text().unwrap_or("<binary>");
                text.push_str(&format!("== {path} {:o}\n{content}", entry.mode.bits()));
                if !text.ends_with('\n') {
                    text.push('\n');
                }
            }
            for path in &output.empty {
                text.push_str(&format!("== {path} is empty\n"));
            }
            text
        }
        Err(problems) => {
            let mut text = String::new();
            for problem in &problems {
                text.push_str(&format!("{problem}\n"));
                if let Some(hint) = &problem.hint {
                    text.push_str(&format!("  hint: {hint}\n"));
                }
                for related in &problem.related {
                    text.push_str(&format!("  {}: {}\n", related.location, related.message));
                }
            }
            text
        }
    }
}

/// One template `t.yaml.j2` with the family's delimiters and a small cluster.
pub(crate) fn one(text: &str) -> String {
    outcome(
        &[("t.yaml.j2", text)],
        &cluster().build(),
        &Options::default(),
    )
}

pub(crate) fn cluster() -> ContextBuilder {
    let nodes = serde_json::json!([
        {"name": "k8s-0", "controller": true},
        {"name": "k8s-1", "controller": false, "mtu": 9000},
    ]);
    Context::builder()
        .set("primary_domain", "example.com")
        .set("node_cidr", "10.0.0.0/24")
        .set("nodes", nodes)
        .declare("node_vlan_tag")
        .declare_items("nodes", ["name", "controller", "mtu", "disk"])
        .credentials(render::Credentials::default())
}
