//! The way back from what is wrong to who wrote it.

use crate::Location;

/// The way from an object over the file that was rendered to the template that made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// The path in the object, such as `spec.path`; none where the text itself is meant.
    pub object: Option<String>,
    /// Where that stands in the rendered file, with its range.
    pub rendered: Location,
    /// The line of the template that made it, or the template as a whole.
    pub template: Location,
}

impl Trace {
    /// The place to tell: the template's, since that is what can be changed. Where the template
    /// is the output letter for letter, the place within the line counts, too.
    pub fn place(self) -> Location {
        if self.rendered.file == self.template.file {
            self.rendered
        } else {
            self.template
        }
    }
}
