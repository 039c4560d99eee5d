//! minijinja's engine, dressed as Jinja2's.

mod macros;
mod operators;
mod problems;
mod root;

use std::sync::Arc;

use diagnostics::{Diagnostics, Secrets, Source};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Rest, ValueOrKwargs};
use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value,
};

use self::root::Root;
use crate::checks;
use crate::context::ContextBuilder;
use crate::filters;
use crate::options::Options;
use crate::python::arithmetic::escape;
use crate::python::call::{Arguments, Call, Function, Settings};
use crate::python::print;
use crate::syntax::Normalized;
use crate::translate::{Translated, encode_name, internal};

pub(crate) use root::Names;

/// A template that was read and translated.
pub(crate) struct Prepared {
    pub(crate) name: String,
    pub(crate) source: Source,
    pub(crate) places: Normalized<'static>,
    pub(crate) translated: Translated,
}

/// Renders prepared templates.
pub(crate) struct Engine {
    environment: Environment<'static>,
    settings: Arc<Settings>,
    context: Arc<ContextBuilder>,
    names: Arc<Names>,
    prepared: Arc<Vec<Result<Prepared, Diagnostics>>>,
    secrets: Secrets,
    output_limit: usize,
}

impl Engine {
    /// An engine over prepared templates, found by their place in `names`.
    pub(crate) fn new(
        prepared: Arc<Vec<Result<Prepared, Diagnostics>>>,
        names: Names,
        context: Arc<ContextBuilder>,
        options: &Options,
    ) -> Self {
        let settings = Arc::new(Settings {
            undefined: options.undefined,
            newline: options.newline_sequence.as_str(),
            words: Arc::new(context.words()),
        });
        let names = Arc::new(names);
        let mut environment = Environment::empty();
        // Delimiters stay the engine's own: the translation is written with them.
        let syntax = SyntaxConfig::builder().keep_trailing_newline(true).build();
        environment.set_syntax(syntax.unwrap_or_default());
        environment.set_fuel(Some(options.limits.fuel));
        environment.set_undefined_behavior(UndefinedBehavior::Lenient);
        let autoescape = if options.autoescape {
            AutoEscape::Html
        } else {
            AutoEscape::None
        };
        environment.set_auto_escape_callback(move |_| autoescape.clone());
        environment.set_formatter(print_value);
        let (loaded, known) = (prepared.clone(), names.clone());
        environment.set_loader(move |name| {
            let template = known.position(name).and_then(|index| loaded.get(index));
            match template {
                Some(Ok(template)) => Ok(Some(template.translated.source.clone())),
                Some(Err(_)) => Err(problems::unreadable(name)),
                None => Ok(None),
            }
        });
        let named = filters::BUILT_IN.iter().chain(filters::NATIVE);
        for &(name, filter) in named {
            let name_in_engine = format!("{}{name}", internal::FILTER_PREFIX);
            add_filter(&mut environment, &settings, name_in_engine, name, filter);
        }
        for &(name, test) in checks::BUILT_IN {
            let name_in_engine = format!("{}{}", internal::TEST_PREFIX, encode_name(name));
            add_filter(&mut environment, &settings, name_in_engine, name, test);
        }
        for &(name, operator) in operators::ALL.iter().chain(macros::ALL) {
            add_filter(&mut environment, &settings, name.to_owned(), name, operator);
        }
        if let Some(plugin) = &context.plugin {
            add_plugin(&mut environment, &settings, plugin.names());
        }
        Self {
            environment,
            settings,
            secrets: context.all_secrets(),
            context,
            names,
            prepared,
            output_limit: options.limits.output_bytes,
        }
    }

    /// Renders the template at a position.
    pub(crate) fn render(
        &self,
        position: usize,
        data: Option<Arc<indexmap::IndexMap<String, crate::Data>>>,
    ) -> Result<String, Diagnostics> {
        let template = match &self.prepared[position] {
            Ok(template) => template,
            Err(problems) => return Err(problems.clone()),
        };
        let root = Root::new(
            self.settings.clone(),
            self.context.clone(),
            data,
            self.names.clone(),
        );
        self.run(template, &Value::from_object(root))
            .map_err(|error| {
                problems::diagnose(&error, template, &self.names, &self.prepared, &self.secrets)
            })
    }

    fn run(&self, template: &Prepared, root: &Value) -> Result<String, Error> {
        let compiled = self
            .environment
            .template_from_named_str(&template.name, &template.translated.source)?;
        let mut output = Limited {
            bytes: Vec::with_capacity(template.translated.source.len()),
            limit: self.output_limit,
        };
        compiled.render_captured_to(root.clone(), &mut output)?;
        String::from_utf8(output.bytes)
            .map_err(|_| Error::new(ErrorKind::InvalidOperation, "the output is no UTF-8 text"))
    }
}

/// Output that refuses to grow beyond its limit.
struct Limited {
    bytes: Vec<u8>,
    limit: usize,
}

impl std::io::Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.limit {
            return Err(std::io::Error::other(problems::TOO_MUCH_OUTPUT));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn print_value(
    output: &mut Output<'_>,
    state: &mut State<'_, '_>,
    value: &Value,
) -> Result<(), Error> {
    let text = print::text(value)?;
    if matches!(state.auto_escape(), AutoEscape::None) || value.is_safe() {
        output.write_str(&text).map_err(Error::from)
    } else {
        output.write_str(&escape(&text)).map_err(Error::from)
    }
}

/// Filters and tests of a plugin, where they count.
fn add_plugin(
    environment: &mut Environment<'static>,
    settings: &Arc<Settings>,
    names: &crate::plugin::Names,
) {
    let words = settings.words.clone();
    for name in &names.filters {
        if let Some(filter) = words.filter(name) {
            let name_in_engine = format!("{}{}", internal::FILTER_PREFIX, encode_name(name));
            add_filter(environment, settings, name_in_engine, name, filter);
        }
    }
    for name in &names.tests {
        if let Some(test) = words.test(name) {
            let name_in_engine = format!("{}{}", internal::TEST_PREFIX, encode_name(name));
            add_filter(environment, settings, name_in_engine, name, test);
        }
    }
}

fn add_filter(
    environment: &mut Environment<'static>,
    settings: &Arc<Settings>,
    name_in_engine: String,
    name: &str,
    function: Function,
) {
    let settings = settings.clone();
    let name = name.to_owned();
    environment.add_filter(
        name_in_engine,
        move |state: &mut State<'_, '_>, values: Rest<ValueOrKwargs>| {
            function(Call {
                name: &name,
                state,
                settings: &settings,
                arguments: Arguments::split(values.into_values()),
            })
        },
    );
}
