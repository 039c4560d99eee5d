//! What a scalar means: the same text is a number to one reader and text to another.

mod core_schema;
mod date;
mod dialect;
mod go;
mod number;
mod python;

pub use dialect::{Dialect, Resolved};

use crate::scalar::Scalar;

impl Scalar {
    /// What a reader of this dialect makes of it where nothing says what type is wanted.
    pub fn read(&self, dialect: Dialect) -> Resolved {
        match dialect {
            Dialect::Yaml12 => core_schema::read(self),
            Dialect::Go => go::read(self, go::Version::Three),
            Dialect::Kubernetes => go::read(self, go::Version::Two),
            Dialect::Python => python::read(self),
        }
    }
}

/// Whether two readers take a scalar for different values: a surprise to whoever wrote it.
///
/// ```
/// use yaml::{Dialect, Scalar, Style, differs};
///
/// let time = Scalar::new("12:30", Style::Plain);
/// assert!(differs(&time, Dialect::Yaml12, Dialect::Python)); // 750, to Python
/// assert!(!differs(&time, Dialect::Yaml12, Dialect::Go));
/// ```
pub fn differs(scalar: &Scalar, one: Dialect, other: Dialect) -> bool {
    !scalar.read(one).is_same(&scalar.read(other))
}
