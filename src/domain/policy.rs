//! Personalised data permissions (PDP): which rows of a dataset who may see.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use super::directory::Directory;
use super::error::{Error, Result};
use super::ids::{GroupId, PolicyId, UserId};
use super::permission::{Grantee, unknown_member};
use super::schema::Schema;
use crate::engine::ColumnType;
use crate::engine::structured::{Comparison, Condition, Literal, Term};

const ALL_ROWS: PolicyId = PolicyId::new(1);
/// The most policies that a dataset may have.
const POLICIES_MAX: usize = 10_000;

/// Values of a filter and the delimiters between them must be shorter than this together:
/// <https://github.com/DomoApps/domo-developer-portal/blob/main/docs/Connectors/API-Data-Connection/personalized-data-permissions.md>
const VALUES_CHARACTERS_MAX: usize = 255;

/// The policies of a dataset, and whether they count.
#[derive(Clone, Debug)]
pub struct Policies {
    pub enabled: bool,
    by_id: BTreeMap<PolicyId, Policy>,
    last: PolicyId,
}

/// Which rows some users and groups see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    pub name: String,
    /// Filters on one column add rows, filters on different columns take rows away. Without any it shows all rows.
    pub filters: Vec<PolicyFilter>,
    pub users: BTreeSet<UserId>,
    pub groups: BTreeSet<GroupId>,
    /// Users of other instances, by whatever names them. They are kept and mean nothing here.
    pub virtual_users: Vec<String>,
    /// Domo's `dataSourcePermissions`, kept as it was sent.
    pub dataset_permissions: bool,
}

/// What changes in a policy; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct PolicyChange {
    pub name: Option<String>,
    pub filters: Option<Vec<PolicyFilter>>,
    pub users: Option<BTreeSet<UserId>>,
    pub groups: Option<BTreeSet<GroupId>>,
    pub virtual_users: Option<Vec<String>>,
    pub dataset_permissions: Option<bool>,
}

impl PolicyChange {
    pub fn applied_to(self, policy: Policy) -> Policy {
        Policy {
            name: self.name.unwrap_or(policy.name),
            filters: self.filters.unwrap_or(policy.filters),
            users: self.users.unwrap_or(policy.users),
            groups: self.groups.unwrap_or(policy.groups),
            virtual_users: self.virtual_users.unwrap_or(policy.virtual_users),
            dataset_permissions: self.dataset_permissions.unwrap_or(policy.dataset_permissions),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyFilter {
    pub column: String,
    pub operator: FilterOperator,
    pub values: Vec<String>,
    pub not: bool,
    pub ignore_case: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilterOperator {
    Equals,
    Like,
    GreaterThan,
    LessThan,
    GreaterThanEqual,
    LessThanEqual,
    Between,
    BeginsWith,
    EndsWith,
    Contains,
}

impl Default for Policies {
    fn default() -> Self {
        let all_rows = Policy { name: "All Rows".to_owned(), ..Policy::default() };
        Self { enabled: false, by_id: BTreeMap::from([(ALL_ROWS, all_rows)]), last: ALL_ROWS }
    }
}

impl Policies {
    /// In the order of their ids: the one that shows all rows first.
    pub fn all(&self) -> impl Iterator<Item = (PolicyId, &Policy)> {
        self.by_id.iter().map(|(id, it)| (*id, it))
    }

    pub fn get(&self, id: PolicyId) -> Result<&Policy> {
        self.by_id.get(&id).ok_or_else(|| Error::not_found("policy", id))
    }

    pub fn add(
        &mut self,
        policy: Policy,
        schema: &Schema,
        directory: &Directory,
    ) -> Result<PolicyId> {
        if self.by_id.len() >= POLICIES_MAX {
            let what = "the number of policies of a dataset";
            return Err(Error::TooLarge { what, limit: POLICIES_MAX as u64 });
        }
        policy.check(schema)?;
        policy.check_members(&Policy::default(), directory)?;
        self.last = self.last.next();
        self.by_id.insert(self.last, policy);
        Ok(self.last)
    }

    /// Only who is new in it must exist: a user may have been removed since.
    pub fn change(
        &mut self,
        id: PolicyId,
        change: PolicyChange,
        schema: &Schema,
        directory: &Directory,
    ) -> Result<Policy> {
        let before = self.get(id)?;
        let policy = change.applied_to(before.clone());
        policy.check(schema)?;
        policy.check_members(before, directory)?;
        if is_open(id) && !policy.filters.is_empty() {
            return Err(Error::invalid("filters", "the policy that shows all rows has none"));
        }
        self.by_id.insert(id, policy.clone());
        Ok(policy)
    }

    pub fn remove(&mut self, id: PolicyId) -> Result<()> {
        self.get(id)?;
        if is_open(id) {
            return Err(Error::invalid("policy", "the one that shows all rows cannot be deleted"));
        }
        self.by_id.remove(&id);
        Ok(())
    }

    /// The rows that any of these policies shows.
    pub fn rows_of(&self, ids: &[PolicyId], schema: &Schema) -> Result<Condition> {
        let shown = ids.iter().map(|id| Ok(self.get(*id)?.condition(schema)));
        shown.collect::<Result<_>>().map(Condition::Any)
    }

    /// The rows that a user sees while the policies count: those of the policies for the user or a group of theirs.
    pub fn rows_for(&self, user: UserId, directory: &Directory, schema: &Schema) -> Condition {
        let groups: BTreeSet<GroupId> = directory.groups_of(user).collect();
        let theirs = self
            .by_id
            .values()
            .filter(|it| it.users.contains(&user) || !it.groups.is_disjoint(&groups));
        Condition::Any(theirs.map(|it| it.condition(schema)).collect())
    }
}

/// Whether this is the policy that shows all rows.
pub const fn is_open(id: PolicyId) -> bool {
    id.get() == ALL_ROWS.get()
}

impl Policy {
    fn check(&self, schema: &Schema) -> Result<()> {
        for filter in &self.filters {
            if filter.kind(schema).is_none() {
                let problem = format!("the dataset has no column '{}'", filter.column);
                return Err(Error::invalid("filters", problem));
            }
            if filter.operator == FilterOperator::Between && filter.values.len() != 2 {
                return Err(Error::invalid("filters", "BETWEEN needs two values"));
            }
            let delimiters = filter.values.len().saturating_sub(1);
            let length: usize = filter.values.iter().map(|it| it.chars().count()).sum();
            if length + delimiters >= VALUES_CHARACTERS_MAX {
                let problem = format!(
                    "the values for '{}' have {} characters with the delimiters between them, and must have less \
                     than {VALUES_CHARACTERS_MAX}",
                    filter.column,
                    length + delimiters
                );
                return Err(Error::invalid("filters", problem));
            }
        }
        Ok(())
    }

    /// Whether the users and groups exist that `before` did not have.
    fn check_members(&self, before: &Self, directory: &Directory) -> Result<()> {
        let users = self.users.difference(&before.users).map(|id| Grantee::User(*id));
        let groups = self.groups.difference(&before.groups).map(|id| Grantee::Group(*id));
        let stranger = users.chain(groups).find(|it| !directory.knows(*it));
        match stranger {
            None => Ok(()),
            Some(it @ Grantee::User(_)) => Err(Error::invalid("users", unknown_member(it))),
            Some(it @ Grantee::Group(_)) => Err(Error::invalid("groups", unknown_member(it))),
        }
    }

    fn condition(&self, schema: &Schema) -> Condition {
        let mut by_column: BTreeMap<String, Vec<Condition>> = BTreeMap::new();
        for filter in &self.filters {
            let column = by_column.entry(filter.column.to_lowercase()).or_default();
            column.push(filter.condition(schema));
        }
        Condition::All(by_column.into_values().map(Condition::Any).collect())
    }
}

impl PolicyFilter {
    /// A column that is gone shows nothing, because nobody can say any more whose the rows are.
    fn condition(&self, schema: &Schema) -> Condition {
        let Some(kind) = self.kind(schema) else { return Condition::Any(Vec::new()) };
        let condition = self.plain_condition(kind);
        if self.not { Condition::Not(Box::new(condition)) } else { condition }
    }

    fn plain_condition(&self, kind: ColumnType) -> Condition {
        let folds = self.ignore_case && kind == ColumnType::String;
        let term = || {
            let name = self.column.clone();
            if folds { Term::Lower(name) } else { Term::Column(name) }
        };
        let text = |it: &str| if folds { it.to_lowercase() } else { it.to_owned() };
        let literal = |it: &String| literal(text(it), kind);
        let compare = |comparison, value: &String| Condition::Compare {
            term: term(),
            comparison,
            value: literal(value),
        };
        let each = |comparison| {
            Condition::Any(self.values.iter().map(|it| compare(comparison, it)).collect())
        };
        let like = |before: &str, after: &str| {
            let pattern = |it: &String| format!("{before}{}{after}", escaped(&text(it)));
            Condition::Any(
                self.values
                    .iter()
                    .map(|it| Condition::Compare {
                        term: term(),
                        comparison: Comparison::Like,
                        value: Literal::Text(pattern(it)),
                    })
                    .collect(),
            )
        };
        match self.operator {
            FilterOperator::Equals => {
                Condition::In { term: term(), values: self.values.iter().map(literal).collect() }
            }
            FilterOperator::Like => each(Comparison::Like),
            FilterOperator::GreaterThan => each(Comparison::Greater),
            FilterOperator::LessThan => each(Comparison::Less),
            FilterOperator::GreaterThanEqual => each(Comparison::GreaterOrEqual),
            FilterOperator::LessThanEqual => each(Comparison::LessOrEqual),
            FilterOperator::Between => match self.values.as_slice() {
                [from, to] => Condition::All(vec![
                    compare(Comparison::GreaterOrEqual, from),
                    compare(Comparison::LessOrEqual, to),
                ]),
                _ => Condition::Any(Vec::new()),
            },
            FilterOperator::BeginsWith => like("", "%"),
            FilterOperator::EndsWith => like("%", ""),
            FilterOperator::Contains => like("%", "%"),
        }
    }

    fn kind(&self, schema: &Schema) -> Option<ColumnType> {
        let name = self.column.to_lowercase();
        schema.columns.iter().find(|it| it.name.to_lowercase() == name).map(|it| it.kind)
    }
}

/// A number stays a number where the column holds numbers and the text is one.
fn literal(text: String, kind: ColumnType) -> Literal {
    let is_numeric = matches!(kind, ColumnType::Long | ColumnType::Double | ColumnType::Decimal);
    let is_plain = !text.is_empty()
        && text.bytes().all(|it| it.is_ascii_digit() || matches!(it, b'-' | b'.'))
        && text.parse::<f64>().is_ok();
    if is_numeric && is_plain { Literal::Number(text) } else { Literal::Text(text) }
}

/// A text that stands for itself in a pattern of LIKE.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

impl FilterOperator {
    const ALL: [Self; 10] = [
        Self::Equals,
        Self::Like,
        Self::GreaterThan,
        Self::LessThan,
        Self::GreaterThanEqual,
        Self::LessThanEqual,
        Self::Between,
        Self::BeginsWith,
        Self::EndsWith,
        Self::Contains,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Equals => "EQUALS",
            Self::Like => "LIKE",
            Self::GreaterThan => "GREATER_THAN",
            Self::LessThan => "LESS_THAN",
            Self::GreaterThanEqual => "GREATER_THAN_EQUAL",
            Self::LessThanEqual => "LESS_THAN_EQUAL",
            Self::Between => "BETWEEN",
            Self::BeginsWith => "BEGINS_WITH",
            Self::EndsWith => "ENDS_WITH",
            Self::Contains => "CONTAINS",
        }
    }
}

impl FromStr for FilterOperator {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|it| it.name().eq_ignore_ascii_case(text))
            .ok_or_else(|| format!("'{text}' is not an operator of a policy's filter"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::SchemaId;
    use crate::domain::schema::SchemaColumn;

    fn schema() -> Schema {
        let columns = [("Region", ColumnType::String), ("n", ColumnType::Long)];
        let columns = columns.map(|(name, kind)| SchemaColumn::new(name, kind)).to_vec();
        Schema::new(SchemaId::new(1), columns).unwrap()
    }

    fn filter(column: &str, operator: FilterOperator, values: &[&str]) -> PolicyFilter {
        let values = values.iter().map(|it| (*it).to_owned()).collect();
        PolicyFilter { column: column.to_owned(), operator, values, not: false, ignore_case: false }
    }

    #[test]
    fn filters_on_one_column_add_rows_and_on_another_take_rows_away() {
        let policy = Policy {
            filters: vec![
                filter("Region", FilterOperator::Equals, &["East"]),
                filter("n", FilterOperator::Between, &["1", "5"]),
                filter("region", FilterOperator::BeginsWith, &["10%_"]),
            ],
            ..Policy::default()
        };
        let narrowed = "((`n` >= 1) AND (`n` <= 5))";
        let widened = r"(`Region` IN ('East')) OR ((`region` LIKE '10\\%\\_%'))";
        let expected = format!("({narrowed}) AND ({widened})");
        assert_eq!(policy.condition(&schema()).to_string(), expected);
    }

    #[test]
    fn a_user_of_no_policy_sees_no_rows() {
        let policies = Policies::default();
        let directory = Directory::of_one_admin();
        assert_eq!(policies.rows_for(UserId::new(1), &directory, &schema()).to_string(), "FALSE");
    }

    #[test]
    fn a_filter_on_no_column_is_refused() {
        let filters = vec![filter("gone", FilterOperator::Equals, &["x"])];
        let policy = Policy { filters, ..Policy::default() };
        let refusal =
            Policies::default().add(policy, &schema(), &Directory::default()).unwrap_err();
        assert_eq!(refusal.to_string(), "filters: the dataset has no column 'gone'");
    }
}
