//! The JSON Schemas of a repository's files, its own variables included.

use camino::Utf8Path;
use diagnostics::Diagnostics;
use serde_json::Value;

use crate::load;
use crate::templates::CONFIG;

/// Folder that the samples' first lines name.
const FOLDER: &str = ".ichor/schema";

/// One JSON Schema.
pub struct Schema {
    name: &'static str,
    /// The schema itself.
    pub value: Value,
}

impl Schema {
    /// Where editors look for it, relative to the repository.
    pub fn path(&self) -> String {
        format!("{FOLDER}/{}.json", self.name)
    }

    /// Indented, with a final newline.
    pub fn text(&self) -> String {
        format!("{:#}\n", self.value)
    }
}

/// The schemas of every file that users write.
pub struct Schemas {
    /// `cluster.yaml`
    pub cluster: Schema,
    /// `nodes.yaml`
    pub nodes: Schema,
    /// `templates/variables.yaml`
    pub variables: Schema,
    /// `versions.yaml`
    pub versions: Schema,
}

impl Schemas {
    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Schema> {
        [&self.cluster, &self.nodes, &self.variables, &self.versions].into_iter()
    }
}

/// The schemas, with what the repository's `templates/variables.yaml` declares.
///
/// # Errors
///
/// Problems of that file.
pub fn all(root: &Utf8Path) -> Result<Schemas, Diagnostics> {
    let variables = load::text(root, "templates/variables.yaml")?;
    let lenient = variables.is_none() && root.join(CONFIG).is_dir();
    let (declarations, problems) = config_model::declarations(variables.as_ref());
    if problems.has_errors() {
        return Err(problems);
    }
    let schema = |name, value| Schema { name, value };
    Ok(Schemas {
        cluster: schema(
            "cluster",
            config_model::schema::cluster(&declarations, lenient),
        ),
        nodes: schema("nodes", config_model::schema::nodes(&declarations, lenient)),
        variables: schema("variables", config_model::schema::variables()),
        versions: schema("versions", config_model::schema::versions()),
    })
}
