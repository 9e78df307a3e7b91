//! Conditions as SQL, for tests to compare.

use std::fmt::{self, Display, Formatter, Write as _};

use super::{Aggregate, Comparison, Condition, Literal, Term};

fn list<T: Display>(f: &mut Formatter<'_>, items: &[T]) -> fmt::Result {
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            f.write_str(", ")?;
        }
        item.fmt(f)?;
    }
    Ok(())
}

impl Display for Term {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Column(name) => Quoted(name).fmt(f),
            Self::Aggregate { function, column } => {
                f.write_str(function.opening())?;
                match column {
                    Some(column) => Quoted(column).fmt(f)?,
                    None => f.write_char('*')?,
                }
                f.write_char(')')
            }
            Self::Lower(name) => write!(f, "LOWER({})", Quoted(name)),
            Self::Expression(sql) => write!(f, "({sql})"),
        }
    }
}

impl Aggregate {
    const fn opening(self) -> &'static str {
        match self {
            Self::Sum => "SUM(",
            Self::Average => "AVG(",
            Self::Count => "COUNT(",
            Self::CountDistinct => "COUNT(DISTINCT ",
            Self::Minimum => "MIN(",
            Self::Maximum => "MAX(",
        }
    }
}

impl Display for Condition {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(conditions) => joined(f, conditions, " AND ", "TRUE"),
            Self::Any(conditions) => joined(f, conditions, " OR ", "FALSE"),
            Self::Not(condition) => write!(f, "NOT ({condition})"),
            Self::Compare { term, comparison, value } => {
                write!(f, "{term} {} {value}", comparison.sign())
            }
            Self::In { values, .. } if values.is_empty() => f.write_str("FALSE"),
            Self::In { term, values } => {
                write!(f, "{term} IN (")?;
                list(f, values)?;
                f.write_char(')')
            }
            Self::IsNull(term) => write!(f, "{term} IS NULL"),
        }
    }
}

fn joined(f: &mut Formatter<'_>, conditions: &[Condition], word: &str, none: &str) -> fmt::Result {
    if conditions.is_empty() {
        return f.write_str(none);
    }
    for (at, condition) in conditions.iter().enumerate() {
        write!(f, "{}({condition})", if at > 0 { word } else { "" })?;
    }
    Ok(())
}

impl Comparison {
    const fn sign(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "<>",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Like => "LIKE",
        }
    }
}

impl Display for Literal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("NULL"),
            Self::Text(text) => write!(f, "'{}'", text.replace('\\', "\\\\").replace('\'', "''")),
            Self::Number(number) => f.write_str(number),
        }
    }
}

struct Quoted<'a>(&'a str);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.0.replace('`', "``"))
    }
}
