//! The types of talhelper's own file, which name those of machine configurations.

use std::sync::OnceLock;

use talos::fields::Schema;

/// The table of `talconfig.yaml`: its type is `Talconfig`.
pub(crate) fn schema() -> &'static Schema {
    static SCHEMA: OnceLock<Schema> = OnceLock::new();
    SCHEMA.get_or_init(|| Schema::get().with(include_str!("talconfig.schema")))
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_type_that_the_table_names_is_in_it() {
        assert_eq!(super::schema().unknown_types(), [""; 0]);
    }
}
