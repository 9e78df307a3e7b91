//! A query as a description instead of a text, and the text that it stands for.

use std::fmt::{self, Display, Formatter, Write as _};

/// Columns, filters and an order over the one table. `Display` writes it as SQL.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Structured {
    pub columns: Vec<Selected>,
    pub filter: Option<Condition>,
    pub group_by: Vec<Term>,
    pub having: Option<Condition>,
    pub order_by: Vec<Order>,
    pub limit: Option<u64>,
    pub offset: Option<u64>,
}

/// An item of the SELECT list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selected {
    pub term: Term,
    pub alias: Option<String>,
}

/// Something that has a value in each row or group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    /// A column or a formula, by name.
    Column(String),
    /// A function over the rows of a group; without a column, over the rows themselves.
    Aggregate { function: Aggregate, column: Option<String> },
    /// A column of text, in lower case.
    Lower(String),
    /// SQL as it is.
    Expression(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aggregate {
    Sum,
    Average,
    Count,
    CountDistinct,
    Minimum,
    Maximum,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    Compare { term: Term, comparison: Comparison, value: Literal },
    In { term: Term, values: Vec<Literal> },
    IsNull(Term),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Like,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Literal {
    Null,
    Text(String),
    /// A number as it was written.
    Number(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    pub term: Term,
    pub descending: bool,
}

impl Display for Structured {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("SELECT ")?;
        if self.columns.is_empty() {
            f.write_char('*')?;
        }
        list(f, &self.columns)?;
        f.write_str(" FROM `dataset`")?;
        if let Some(filter) = &self.filter {
            write!(f, " WHERE {filter}")?;
        }
        if !self.group_by.is_empty() {
            f.write_str(" GROUP BY ")?;
            list(f, &self.group_by)?;
        }
        if let Some(having) = &self.having {
            write!(f, " HAVING {having}")?;
        }
        if !self.order_by.is_empty() {
            f.write_str(" ORDER BY ")?;
            list(f, &self.order_by)?;
        }
        match (self.limit, self.offset) {
            (Some(limit), Some(offset)) => write!(f, " LIMIT {limit} OFFSET {offset}"),
            (Some(limit), None) => write!(f, " LIMIT {limit}"),
            (None, Some(offset)) => write!(f, " OFFSET {offset}"),
            (None, None) => Ok(()),
        }
    }
}

fn list<T: Display>(f: &mut Formatter<'_>, items: &[T]) -> fmt::Result {
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            f.write_str(", ")?;
        }
        item.fmt(f)?;
    }
    Ok(())
}

impl Display for Selected {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.alias {
            Some(alias) => write!(f, "{} AS {}", self.term, Quoted(alias)),
            None => self.term.fmt(f),
        }
    }
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

impl Display for Order {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.term, if self.descending { " DESC" } else { "" })
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

/// A name between backticks.
struct Quoted<'a>(&'a str);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.0.replace('`', "``"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str) -> Term {
        Term::Column(name.to_owned())
    }

    #[test]
    fn a_description_is_written_as_sql() {
        let sales = Term::Aggregate { function: Aggregate::Sum, column: Some("Sales".into()) };
        let query = Structured {
            columns: vec![
                Selected { term: column("Store"), alias: None },
                Selected { term: sales.clone(), alias: Some("Total `x`".into()) },
            ],
            filter: Some(Condition::All(vec![
                Condition::Compare {
                    term: column("Note"),
                    comparison: Comparison::NotEqual,
                    value: Literal::Text("it's \\".into()),
                },
                Condition::Not(Box::new(Condition::In {
                    term: column("Qty"),
                    values: vec![Literal::Number("1".into()), Literal::Null],
                })),
            ])),
            group_by: vec![column("Store")],
            having: Some(Condition::Not(Box::new(Condition::IsNull(sales.clone())))),
            order_by: vec![Order { term: sales, descending: true }],
            limit: Some(10),
            offset: Some(0),
        };
        assert_eq!(
            query.to_string(),
            "SELECT `Store`, SUM(`Sales`) AS `Total ``x``` FROM `dataset` \
             WHERE (`Note` <> 'it''s \\\\') AND (NOT (`Qty` IN (1, NULL))) GROUP BY `Store` \
             HAVING NOT (SUM(`Sales`) IS NULL) ORDER BY SUM(`Sales`) DESC LIMIT 10 OFFSET 0"
        );
    }

    #[test]
    fn nothing_asked_is_everything() {
        assert_eq!(Structured::default().to_string(), "SELECT * FROM `dataset`");
    }
}
