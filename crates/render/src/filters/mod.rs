//! Jinja2's filters, and those of cluster templates.

mod choice;
mod json;
mod layout;
mod links;
mod markup;
mod native;
mod numbers;
mod ordering;
mod pretty;
mod sequences;
mod texts;
mod wrap;

use crate::python::call::Function;

/// All filters of Jinja2 3.1, by name.
pub(crate) const BUILT_IN: &[(&str, Function)] = &[
    ("abs", numbers::abs),
    ("attr", choice::attr),
    ("batch", sequences::batch),
    ("capitalize", texts::capitalize),
    ("center", layout::center),
    ("count", sequences::length),
    ("d", choice::default),
    ("default", choice::default),
    ("dictsort", ordering::dictsort),
    ("e", markup::escape),
    ("escape", markup::escape),
    ("filesizeformat", numbers::filesizeformat),
    ("first", sequences::first),
    ("float", numbers::float),
    ("forceescape", markup::forceescape),
    ("format", texts::format),
    ("groupby", ordering::groupby),
    ("indent", layout::indent),
    ("int", numbers::int),
    ("items", sequences::items),
    ("join", sequences::join),
    ("last", sequences::last),
    ("length", sequences::length),
    ("list", sequences::list),
    ("lower", texts::lower),
    ("map", choice::map),
    ("max", ordering::max),
    ("min", ordering::min),
    ("pprint", pretty::pprint),
    ("random", sequences::random),
    ("reject", choice::reject),
    ("rejectattr", choice::rejectattr),
    ("replace", texts::replace),
    ("reverse", sequences::reverse),
    ("round", numbers::round),
    ("safe", markup::safe),
    ("select", choice::select),
    ("selectattr", choice::selectattr),
    ("slice", sequences::slice),
    ("sort", ordering::sort),
    ("string", texts::string),
    ("striptags", markup::striptags),
    ("sum", numbers::sum),
    ("title", texts::title),
    ("tojson", json::tojson),
    ("trim", texts::trim),
    ("truncate", layout::truncate),
    ("unique", ordering::unique),
    ("upper", texts::upper),
    ("urlencode", markup::urlencode),
    ("urlize", links::urlize),
    ("wordcount", texts::wordcount),
    ("wordwrap", wrap::wordwrap),
    ("xmlattr", markup::xmlattr),
];

/// The filters of cluster templates: those that their Python plugin gave them, and ichor's own.
pub(crate) const NATIVE: &[(&str, Function)] = &[
    ("b64decode", native::b64decode),
    ("b64encode", native::b64encode),
    ("basename", native::basename),
    ("nthhost", native::nthhost),
    ("sha256", native::sha256),
];

/// The filter of that name.
pub(crate) fn find(name: &str) -> Option<Function> {
    let mut all = BUILT_IN.iter().chain(NATIVE);
    all.find(|(known, _)| *known == name)
        .map(|(_, filter)| *filter)
}

/// The filter of that name among Jinja2's own.
pub(crate) fn find_built_in(name: &str) -> Option<Function> {
    BUILT_IN
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, filter)| *filter)
}
