//! What a scalar means: the same text is a number to one reader and text to another.

mod core_schema;
mod dialect;
mod number;

pub use dialect::{Dialect, Resolved};

use crate::scalar::Scalar;

impl Scalar {
    /// What a reader of this dialect makes of it.
    pub fn read(&self, dialect: Dialect) -> Resolved {
        match dialect {
            Dialect::Yaml12 | Dialect::Go | Dialect::Kubernetes | Dialect::Python => {
                core_schema::read(self)
            }
        }
    }
}
