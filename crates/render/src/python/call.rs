//! The arguments of a call, bound to parameters as Python does.

use std::sync::Arc;

use minijinja::value::Kwargs;
use minijinja::{Error, State, Value};

use super::fault::{Fault, Outcome};
use super::undefined::{Origin, Undefined};
use crate::options::UndefinedMode;
use crate::remote::Plugin;

/// A filter, a test or a function.
pub(crate) type Function = for<'a, 's, 'e> fn(Call<'a, 's, 'e>) -> Result<Value, Error>;

/// What filters and functions need to know of the run.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) undefined: UndefinedMode,
    pub(crate) newline: &'static str,
    /// Finds filters and tests, for filters that apply others.
    pub(crate) words: Arc<dyn Find>,
}

/// Finds filters and tests by name: all of them, which know of this file, not it of them.
pub(crate) trait Find: Send + Sync {
    /// The filter of that name.
    fn filter(&self, name: &str) -> Option<Function>;

    /// The test of that name.
    fn test(&self, name: &str) -> Option<Function>;

    /// The plugin that has some of them.
    fn plugin(&self) -> Option<&Arc<dyn Plugin>>;
}

/// A call of a filter, test, function or method.
pub(crate) struct Call<'a, 's, 'e> {
    /// What is called, for messages: a filter's name.
    pub(crate) name: &'a str,
    pub(crate) state: &'a mut State<'s, 'e>,
    pub(crate) settings: &'a Arc<Settings>,
    pub(crate) arguments: Arguments,
}

impl Call<'_, '_, '_> {
    /// Binds what is passed to parameters: the first `required` ones must be there.
    pub(crate) fn bind<const N: usize>(
        &mut self,
        parameters: [&str; N],
        required: usize,
    ) -> Outcome<[Option<Value>; N]> {
        std::mem::take(&mut self.arguments).bind(self.name, parameters, required)
    }

    /// Takes what a filter or test is applied to.
    pub(crate) fn subject(&mut self) -> Outcome<Value> {
        self.arguments
            .shift()
            .ok_or_else(|| Fault::arguments(format!("`{}` is applied to nothing", self.name)))
    }

    /// Calls another filter or test.
    pub(crate) fn apply(
        &mut self,
        function: Function,
        name: &str,
        arguments: Arguments,
    ) -> Result<Value, Error> {
        function(Call {
            name,
            state: self.state,
            settings: self.settings,
            arguments,
        })
    }

    /// An undefined value of the run's mode.
    pub(crate) fn undefined(&self, clause: &str) -> Value {
        Undefined::value(self.settings.undefined, Origin::Other(clause.to_owned()))
    }
}

impl<const N: usize> From<[Value; N]> for Arguments {
    fn from(positional: [Value; N]) -> Self {
        Self {
            positional: positional.into(),
            named: Vec::new(),
        }
    }
}

/// What a call passes.
#[derive(Default, Clone)]
pub(crate) struct Arguments {
    pub(crate) positional: Vec<Value>,
    pub(crate) named: Vec<(String, Value)>,
}

impl Arguments {
    /// From the engine's form, where named arguments are a last value of their own.
    pub(crate) fn split(values: impl Into<Vec<Value>>) -> Self {
        let mut values = values.into();
        let mut named = Vec::new();
        if values.last().is_some_and(Value::is_kwargs)
            && let Some(last) = values.pop()
            && let Ok(kwargs) = Kwargs::try_from(last)
        {
            named = kwargs
                .args()
                .map(|name| (name.to_owned(), kwargs.peek(name).unwrap_or_default()))
                .collect();
        }
        Self {
            positional: values,
            named,
        }
    }

    /// Into the engine's form.
    pub(crate) fn join(self) -> Vec<Value> {
        let mut values = self.positional;
        if !self.named.is_empty() {
            values.push(Value::from(self.named.into_iter().collect::<Kwargs>()));
        }
        values
    }

    /// Takes the first positional argument, such as what a filter is applied to.
    pub(crate) fn shift(&mut self) -> Option<Value> {
        (!self.positional.is_empty()).then(|| self.positional.remove(0))
    }

    /// Binds to parameters: the first `required` ones must be there.
    pub(crate) fn bind<const N: usize>(
        self,
        callee: &str,
        parameters: [&str; N],
        required: usize,
    ) -> Outcome<[Option<Value>; N]> {
        let mut bound = [const { None }; N];
        let given = self.positional.len();
        if given > N {
            return Err(Fault::arguments(format!(
                "`{callee}` takes {}, not {given}",
                counted(N)
            )));
        }
        for (slot, value) in bound.iter_mut().zip(self.positional) {
            *slot = Some(value);
        }
        for (name, value) in self.named {
            let Some(index) = parameters.iter().position(|parameter| *parameter == name) else {
                let fault = Fault::arguments(format!("`{callee}` has no parameter `{name}`"));
                return Err(match diagnostics::closest(&name, parameters) {
                    Some(known) => fault.hint(format!("did you mean `{known}`?")),
                    None => fault,
                });
            };
            if bound[index].is_some() {
                return Err(Fault::arguments(format!("`{callee}` got `{name}` twice")));
            }
            bound[index] = Some(value);
        }
        if let Some(index) = (0..required).find(|&index| bound[index].is_none()) {
            return Err(Fault::arguments(format!(
                "`{callee}` needs the argument `{}`",
                parameters[index]
            )));
        }
        Ok(bound)
    }

    /// Positional arguments alone, between `least` and `most` of them.
    pub(crate) fn positional(self, callee: &str, least: usize, most: usize) -> Outcome<Vec<Value>> {
        if let Some((name, _)) = self.named.first() {
            return Err(Fault::arguments(format!(
                "`{callee}` has no parameter `{name}`"
            )));
        }
        let given = self.positional.len();
        if given < least {
            return Err(Fault::arguments(format!(
                "`{callee}` needs {}, not {given}",
                counted(least)
            )));
        }
        if given > most {
            return Err(Fault::arguments(format!(
                "`{callee}` takes {}, not {given}",
                counted(most)
            )));
        }
        Ok(self.positional)
    }
}

fn counted(count: usize) -> String {
    match count {
        0 => "no arguments".to_owned(),
        1 => "1 argument".to_owned(),
        _ => format!("{count} arguments"),
    }
}
