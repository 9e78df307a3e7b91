//! The functions that SQL may call, and no others. Each family's file lists its own and says where we know them from.

mod aggregates;
mod arguments;
mod call;
mod conversions;
mod dates;
mod logic;
mod math;
mod numbers;
mod output;
mod stand_in;
mod strings;
mod windows;

use std::collections::HashSet;
use std::sync::Arc;

use datafusion::logical_expr::{AggregateUDF, ScalarUDF, WindowUDF};

/// A function as the documentation and the strict mode see it.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// In lower case, as are the aliases.
    pub name: &'static str,
    pub family: Family,
    pub aliases: &'static [&'static str],
    pub evidence: Evidence,
    /// The engine has it and nothing says that Domo does.
    pub engine_only: bool,
    /// What is worth knowing beyond MySQL's manual; often nothing.
    pub note: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    String,
    Date,
    Logic,
    Math,
    Aggregate,
    Window,
}

/// How we know that Domo has a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// The vendor's documentation names it.
    Documented,
    /// A client of the real service sends it.
    Observed,
    /// MySQL has it, and Domo's SQL is modelled on MySQL's.
    Inferred,
}

impl Function {
    pub const fn inferred(family: Family, name: &'static str) -> Self {
        let evidence = Evidence::Inferred;
        Self { name, family, aliases: &[], evidence, engine_only: false, note: "" }
    }

    pub const fn observed(family: Family, name: &'static str) -> Self {
        Self { evidence: Evidence::Observed, ..Self::inferred(family, name) }
    }

    pub const fn documented(family: Family, name: &'static str) -> Self {
        Self { evidence: Evidence::Documented, ..Self::inferred(family, name) }
    }

    pub const fn engine_only(family: Family, name: &'static str) -> Self {
        Self { engine_only: true, ..Self::inferred(family, name) }
    }

    pub const fn aliases(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }

    pub const fn note(self, note: &'static str) -> Self {
        Self { note, ..self }
    }

    pub fn is_called(&self, name: &str) -> bool {
        self.name == name || self.aliases.contains(&name)
    }
}

/// All families' lists.
pub const LISTS: &[&[Function]] =
    &[strings::LIST, dates::LIST, logic::LIST, math::LIST, aggregates::LIST, windows::LIST];

/// What a function's row says, by its name or alias in lower case.
pub fn find(name: &str) -> Option<&'static Function> {
    LISTS.iter().copied().flatten().find(|it| it.is_called(name))
}

pub(crate) fn scalar() -> Vec<Arc<ScalarUDF>> {
    let mut functions = Vec::new();
    functions.extend(conversions::scalar());
    functions.extend(strings::scalar());
    functions.extend(dates::scalar());
    functions.extend(logic::scalar());
    functions.extend(math::scalar());
    let there: HashSet<String> = functions.iter().map(|it| it.name().to_owned()).collect();
    functions.extend(stand_in::functions().into_iter().filter(|it| !there.contains(it.name())));
    functions
}

pub(crate) fn aggregate() -> Vec<Arc<AggregateUDF>> {
    aggregates::all()
}

pub(crate) fn window() -> Vec<Arc<WindowUDF>> {
    windows::all()
}

/// The engine's own scalar functions of these names.
fn of_engine(names: &[&str]) -> Vec<Arc<ScalarUDF>> {
    let all = datafusion::functions::all_default_functions();
    all.into_iter().filter(|it| names.contains(&it.name())).collect()
}
