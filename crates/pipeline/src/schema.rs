//! The JSON Schemas of a repository's files, its own variables included.

use camino::Utf8Path;
use diagnostics::{Diagnostic, Diagnostics};
use serde_json::Value;

use crate::load;
use repository::{View, write};

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

    /// Writes it to where editors look for it, unless it is there already.
    ///
    /// # Errors
    ///
    /// What the disk refuses.
    pub fn write(&self, root: &Utf8Path) -> Result<(), Diagnostic> {
        let text = self.text();
        let current = View::on_disk(root).text(self.path())?;
        if current.is_some_and(|current| current.text() == text) {
            return Ok(());
        }
        write::file(root, &self.path(), text.as_bytes(), 0o644)
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
pub fn all(view: &View<'_>) -> Result<Schemas, Diagnostics> {
    let variables = view.text("templates/variables.yaml")?;
    let lenient = variables.is_none() && load::has_own_templates(view);
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
