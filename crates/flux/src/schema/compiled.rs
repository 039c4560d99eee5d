//! A rule in CEL, made ready.

use std::fmt;

use kube_cel::KubeCelExt as _;
use kube_cel::cel::{Context, IdedExpr, Value as Cel};

/// A rule, compiled.
#[derive(Debug, Default)]
pub(super) struct Compiled {
    /// The rule; none where it is not understood here.
    pub(super) rule: Option<IdedExpr>,
    /// What makes its message.
    pub(super) message: Option<IdedExpr>,
    /// Whether only changes can break it.
    pub(super) is_of_changes: bool,
}

/// The functions that rules call, made once: each object would make a hundred anew.
pub(super) struct Functions(Context<'static>);

impl Default for Functions {
    fn default() -> Self {
        Self(functions())
    }
}

impl Functions {
    /// Room for the variables of a rule, over the functions.
    pub(super) fn scope(&self) -> Context<'_> {
        self.0.new_inner_scope()
    }
}

impl fmt::Debug for Functions {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Functions")
    }
}

/// Every function of Kubernetes, and the types of values, which are told by their names.
fn functions() -> Context<'static> {
    let mut context = Context::default().with_all();
    context.add_function("type", |value: Cel| type_name(&value).to_owned());
    for name in TYPES {
        context.add_variable_from_value(*name, Cel::from(*name));
    }
    context
}

/// Types that rules compare with.
const TYPES: &[&str] = &[
    "bool",
    "bytes",
    "double",
    "int",
    "list",
    "map",
    "null_type",
    "string",
    "uint",
];

fn type_name(value: &Cel) -> &'static str {
    match value {
        Cel::Bool(_) => "bool",
        Cel::Bytes(_) => "bytes",
        Cel::Float(_) => "double",
        Cel::Int(_) => "int",
        Cel::List(_) => "list",
        Cel::Map(_) => "map",
        Cel::Null => "null_type",
        Cel::String(_) => "string",
        Cel::UInt(_) => "uint",
        _ => "another",
    }
}
