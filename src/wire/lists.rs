//! Lists of datasets: by page, by ids, by search.

use std::collections::HashSet;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::datasets::Metadata;
use super::error::Refusal;
use super::extract::{ArrayOrObject, Json, Query, Reply};
use super::loose_lists::OneOrMany;
use super::shapes::{LooseBool, LooseId, Opaque};
use crate::domain::operations::{DatasetFilter, DatasetKey, DatasetOrder};
use crate::domain::{AsOf, Dataset, DatasetId, Moment, Session, Timestamp, UserId};

/// The most datasets of a page.
pub const PAGE_MAX: usize = 50;
/// The most objects of a search that Domo gives out.
const SEARCH_MAX: usize = 10_000;
const SEARCH_COUNT_DEFAULT: usize = 10;

pub async fn list(
    session: Session,
    Query(query): Query<ListQuery>,
) -> Result<Reply<Listed>, Refusal> {
    let (limit, offset) = query.page()?;
    let found = session.datasets(&query.filter(), query.order()?);
    let page = found.iter().skip(offset).take(limit);
    Ok(Reply(Listed {
        data_sources: page.map(|it| Metadata::of(it, &found.moment)).collect(),
        meta_data: Total { total_count: found.len() },
        metadata: Total { total_count: found.len() },
    }))
}

pub async fn bulk(
    session: Session,
    ArrayOrObject(OneOrMany(ids)): ArrayOrObject<OneOrMany<String>>,
) -> Reply<Found> {
    // An id that comes again asks for nothing more.
    let mut known = HashSet::new();
    let ids: Vec<DatasetId> =
        ids.iter().filter_map(|it| it.parse().ok()).filter(|it| known.insert(*it)).collect();
    let found = session.datasets_by_id(&ids);
    Reply(Found { data_sources: found.iter().map(|it| Metadata::of(it, &found.moment)).collect() })
}

/// The data center's search.
pub async fn search(
    session: Session,
    Json(search): Json<Search>,
) -> Result<Reply<SearchedDatasets>, Refusal> {
    let found = search.datasets(&session)?;
    let page = found.iter().skip(search.offset).take(search.count());
    Ok(Reply(SearchedDatasets {
        data_sources: page.map(|it| Metadata::of(it, &found.moment)).collect(),
        metadata: Total { total_count: found.len() },
    }))
}

/// The search over everything; here there are only datasets.
pub async fn query(
    session: Session,
    Json(search): Json<Search>,
) -> Result<Reply<Searched>, Refusal> {
    let found = search.wants_datasets().then(|| search.datasets(&session)).transpose()?;
    let page = |found: &AsOf<Vec<Arc<Dataset>>>| {
        let page = found.iter().take(SEARCH_MAX).skip(search.offset).take(search.count());
        page.map(|it| SearchObject::of(it, &found.moment)).collect()
    };
    Ok(Reply(Searched {
        facet_map: Opaque(serde_json::json!({})),
        total_result_count: found.as_ref().map_or(0, |it| it.len()),
        query_uuid: None,
        hide_search_objects: false,
        search_objects: found.as_ref().map(page).unwrap_or_default(),
        search_results_map: Opaque(serde_json::json!({})),
    }))
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListQuery {
    limit: Option<i64>,
    offset: Option<usize>,
    name_like: Option<String>,
    owner_id: Option<u64>,
    display_type: Option<String>,
    data_provider_type: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    created_since: Option<i64>,
    order_by: Option<String>,
}

impl ListQuery {
    fn page(&self) -> Result<(usize, usize), Refusal> {
        let limit = self.limit.unwrap_or(PAGE_MAX as i64);
        let taken = usize::try_from(limit).ok().filter(|it| *it <= PAGE_MAX);
        let taken = taken.ok_or_else(|| {
            Refusal::bad_request(format!(
                "'limit' param must be nonnegative and <= {PAGE_MAX}. actual={limit}"
            ))
        })?;
        Ok((taken, self.offset.unwrap_or(0)))
    }

    fn filter(&self) -> DatasetFilter {
        let provider = self.data_provider_type.as_ref().or(self.display_type.as_ref());
        DatasetFilter {
            names: self.name_like.iter().map(|it| format!("*{it}*")).collect(),
            owner: self.owner_id.map(UserId::new),
            provider: provider.or(self.kind.as_ref()).cloned(),
            created_since: self.created_since.map(Timestamp),
        }
    }

    fn order(&self) -> Result<DatasetOrder, Refusal> {
        let by = self.order_by.as_deref().map_or(Ok(DatasetKey::Created), key_of)?;
        Ok(DatasetOrder { by, descending: false })
    }
}

/// A field to sort by, in any of its spellings.
pub fn key_of(field: &str) -> Result<DatasetKey, Refusal> {
    match field.to_lowercase().replace('_', "").as_str() {
        "created" | "createdat" | "createdate" => Ok(DatasetKey::Created),
        "name" | "namesort" | "displayname" | "displaynamesort" => Ok(DatasetKey::Name),
        "lastupdated" | "updated" | "dataupdated" | "lastupdateddate" => Ok(DatasetKey::Updated),
        "lasttouched" | "lastmodified" | "lastmodifieddate" => Ok(DatasetKey::Touched),
        // Nobody looks at a card here.
        "cardviewcount" => Ok(DatasetKey::Created),
        "cardcount" => Ok(DatasetKey::Cards),
        "rowcount" | "rows" => Ok(DatasetKey::Rows),
        _ => Err(Refusal::bad_request(format!("'{field}' is no field to sort by"))),
    }
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Listed {
    data_sources: Vec<Metadata>,
    /// Two clients read `_metaData`, one `_metadata`.
    #[serde(rename = "_metaData")]
    meta_data: Total,
    #[serde(rename = "_metadata")]
    metadata: Total,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Found {
    data_sources: Vec<Metadata>,
}

/// As `Listed`, but for a capital letter.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SearchedDatasets {
    data_sources: Vec<Metadata>,
    #[serde(rename = "_metaData")]
    metadata: Total,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Total {
    total_count: usize,
}

/// What both searches are asked.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Search {
    #[serde(deserialize_with = "crate::wire::loose_lists::one_or_many")]
    entities: Vec<String>,
    #[serde(deserialize_with = "crate::wire::loose_lists::one_or_many")]
    entity_list: Vec<Vec<String>>,
    #[serde(deserialize_with = "crate::wire::loose_lists::one_or_many")]
    filters: Vec<SearchFilter>,
    query: Option<String>,
    count: Option<usize>,
    offset: usize,
    sort: Option<SearchSort>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SearchFilter {
    field: String,
    value: Option<LooseId>,
    query: Option<String>,
    not: Option<LooseBool>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SearchSort {
    #[serde(default)]
    field_sorts: Vec<FieldSort>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FieldSort {
    field: String,
    sort_order: Option<String>,
}

impl Search {
    fn count(&self) -> usize {
        self.count.unwrap_or(SEARCH_COUNT_DEFAULT)
    }

    fn wants_datasets(&self) -> bool {
        let mut wanted = self.entities.iter().chain(self.entity_list.iter().flatten()).peekable();
        wanted.peek().is_none() || wanted.any(|it| it.eq_ignore_ascii_case("dataset"))
    }

    fn datasets(&self, session: &Session) -> Result<AsOf<Vec<Arc<Dataset>>>, Refusal> {
        let mut filter = DatasetFilter::default();
        filter
            .names
            .extend(self.query.iter().filter(|it| !it.is_empty()).map(|it| contains_pattern(it)));
        for it in &self.filters {
            it.narrow(&mut filter)?;
        }
        let sort = self.sort.as_ref().and_then(|it| it.field_sorts.first());
        let order = sort.map_or(Ok(DatasetOrder::default()), |it| {
            let descending =
                it.sort_order.as_deref().is_some_and(|it| it.eq_ignore_ascii_case("desc"));
            key_of(&it.field).map(|by| DatasetOrder { by, descending })
        })?;
        Ok(session.datasets(&filter, order))
    }
}

/// A word without a star is looked for anywhere in the name.
fn contains_pattern(words: &str) -> String {
    if words.contains('*') { words.to_owned() } else { format!("*{words}*") }
}

impl SearchFilter {
    /// A filter that is not known would let everything through, and is refused instead.
    fn narrow(&self, filter: &mut DatasetFilter) -> Result<(), Refusal> {
        let value = || match (&self.query, &self.value) {
            (Some(text), _) | (None, Some(LooseId::Text(text))) => text.clone(),
            (None, Some(LooseId::Number(number))) => number.to_string(),
            (None, None) => String::new(),
        };
        let not_emulated = || Refusal::not_emulated(format_args!("searching by '{}'", self.field));
        if LooseBool::or(self.not.as_ref(), "not", false)? {
            return Err(not_emulated());
        }
        match self.field.to_lowercase().as_str() {
            "name" | "name_sort" | "display_name_sort" => {
                filter.names.push(contains_pattern(&value()));
            }
            "owned_by_id" | "ownerid" | "owner_id" => {
                filter.owner = Some(LooseId::Text(value()).id("user")?);
            }
            "dataprovidername" | "dataprovidertype" | "data_provider_type" => {
                filter.provider = Some(value());
            }
            _ => return Err(not_emulated()),
        }
        Ok(())
    }
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Searched {
    facet_map: Opaque,
    total_result_count: usize,
    query_uuid: Option<String>,
    hide_search_objects: bool,
    search_objects: Vec<SearchObject>,
    search_results_map: Opaque,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SearchObject {
    entity_type: &'static str,
    database_id: String,
    name: String,
    description: Option<String>,
    owned_by_id: String,
    owned_by_name: String,
    create_date: i64,
    last_modified: i64,
    tags: Vec<String>,
    data_provider_type: String,
    row_count: u64,
    column_count: usize,
}

impl SearchObject {
    fn of(it: &Dataset, moment: &Moment) -> Self {
        let now = moment.now;
        let owner = it.owner();
        Self {
            entity_type: "dataset",
            database_id: it.id.to_string(),
            name: it.profile.name.clone(),
            description: it.profile.description.clone(),
            owned_by_id: owner.to_string(),
            owned_by_name: moment.name_of_user(owner),
            create_date: it.created_at.millis(),
            last_modified: it.last_touched.millis(),
            tags: it.profile.tags.clone(),
            data_provider_type: it.profile.provider.clone(),
            row_count: it.row_count(now),
            column_count: it.column_count(now),
        }
    }
}
