//! Datasets: metadata, create, properties, tags, delete.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::error::Refusal;
use super::extract::{ArrayOrObject, Json, Reply};
use super::loose_lists::OneOrMany;
use super::path::Path;
use super::shapes::{DatasetProperties, Empty, EpochMillis, Formulas, Owner, SchemaDefinition};
use crate::domain::operations::{NewDataset, ProfileChange};
use crate::domain::{self, DatasetId, Moment, Profile, Session, StreamId};

pub async fn create(session: Session, Json(body): Json<Create>) -> Result<Reply<Created>, Refusal> {
    let created = session.create_dataset(body.try_into()?)?;
    Ok(Reply(Created::of(&created)))
}

pub async fn get(
    session: Session,
    Path(dataset): Path<DatasetId>,
) -> Result<Reply<Metadata>, Refusal> {
    let dataset = session.dataset(dataset)?;
    Ok(Reply(Metadata::of(&dataset, &dataset.moment)))
}

pub async fn delete(
    session: Session,
    Path(dataset): Path<DatasetId>,
) -> Result<Reply<Empty>, Refusal> {
    session.delete_dataset(dataset)?;
    Ok(Reply(Empty {}))
}

pub async fn change(
    session: Session,
    Path(dataset): Path<DatasetId>,
    Json(body): Json<Properties>,
) -> Result<Reply<Metadata>, Refusal> {
    let dataset = session.change_profile(dataset, body.try_into()?)?;
    Ok(Reply(Metadata::of(&dataset, &dataset.moment)))
}

pub async fn tag(
    session: Session,
    Path(dataset): Path<DatasetId>,
    ArrayOrObject(OneOrMany(tags)): ArrayOrObject<OneOrMany<String>>,
) -> Result<(), Refusal> {
    let change = ProfileChange { tags: Some(tags), ..ProfileChange::default() };
    session.change_profile(dataset, change)?;
    Ok(())
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Create {
    pub user_defined_type: Option<String>,
    pub data_source_name: String,
    pub data_source_description: Option<String>,
    #[serde(default)]
    pub schema: SchemaDefinition,
}

impl TryFrom<Create> for NewDataset {
    type Error = Refusal;

    fn try_from(it: Create) -> Result<Self, Refusal> {
        let profile = Profile {
            name: it.data_source_name,
            description: it.data_source_description,
            provider: it.user_defined_type.unwrap_or_else(|| "api".to_owned()),
            tags: Vec::new(),
        };
        Ok(Self { profile, columns: it.schema.into_columns()? })
    }
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Created {
    data_source: CreatedDataSource,
    schema: super::schemas::Columns,
}

/// The v2 object of a dataset, as far as creation knows it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreatedDataSource {
    data_source_id: String,
    data_source_name: String,
    data_source_description: Option<String>,
    data_source_type: String,
    user_defined_type: String,
    display_type: String,
    responsible_user_id: String,
    status: &'static str,
    created: EpochMillis,
    last_touched: EpochMillis,
    last_updated: EpochMillis,
    cloud_id: &'static str,
}

impl Created {
    fn of(it: &domain::Dataset) -> Self {
        Self {
            data_source: CreatedDataSource {
                data_source_id: it.id.to_string(),
                data_source_name: it.profile.name.clone(),
                data_source_description: it.profile.description.clone(),
                data_source_type: it.profile.provider.clone(),
                user_defined_type: it.profile.provider.clone(),
                display_type: it.profile.provider.clone(),
                responsible_user_id: it.owner().to_string(),
                status: "SUCCESS",
                created: it.created_at.millis(),
                last_touched: it.last_touched.millis(),
                last_updated: it.last_updated.millis(),
                cloud_id: "domo",
            },
            schema: super::schemas::Columns::of(&it.schema),
        }
    }
}

/// `PUT …/properties`: whatever is given is merged into the dataset.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Properties {
    pub data_provider_type: Option<String>,
    pub name: Option<String>,
    pub data_source_name: Option<String>,
    pub description: Option<String>,
    pub data_source_description: Option<String>,
    pub tags: Option<TagList>,
    pub formulas: Option<Formulas>,
    pub properties: Option<DatasetProperties>,
}

/// A list; a list as JSON in a string, which is how the metadata prints it; or a single tag.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum TagList {
    List(Vec<String>),
    Text(String),
}

impl TryFrom<Properties> for ProfileChange {
    type Error = Refusal;

    fn try_from(it: Properties) -> Result<Self, Refusal> {
        let tags = match it.tags {
            None => None,
            Some(TagList::List(tags)) => Some(tags),
            Some(TagList::Text(text)) if text.starts_with('[') => {
                Some(serde_json::from_str(&text).map_err(|_| {
                    Refusal::bad_request(
                        "tags: must be a list of strings, or one as JSON in a string",
                    )
                })?)
            }
            Some(TagList::Text(tag)) => Some(vec![tag]),
        };
        let formulas = it.formulas.into_iter().chain(it.properties.map(|it| it.formulas));
        Ok(Self {
            name: it.name.or(it.data_source_name),
            description: it.description.or(it.data_source_description),
            provider: it.data_provider_type,
            tags,
            formulas: formulas
                .flat_map(|it| it.formulas)
                .map(|(key, it)| (key.clone(), it.into_domain(&key)))
                .collect(),
        })
    }
}

/// What Domo says of a dataset.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Metadata {
    id: String,
    display_type: String,
    data_provider_type: String,
    #[serde(rename = "type")]
    kind: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    owner: Owner,
    status: &'static str,
    created: EpochMillis,
    last_touched: EpochMillis,
    last_updated: EpochMillis,
    row_count: u64,
    column_count: usize,
    card_info: CardInfo,
    properties: DatasetProperties,
    state: &'static str,
    valid_configuration: bool,
    valid_account: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_id: Option<StreamId>,
    transport_type: String,
    adc: bool,
    adc_external: bool,
    adc_source: &'static str,
    masked: bool,
    current_user_full_access: bool,
    cloud_id: &'static str,
    cloud_name: &'static str,
    /// What the caller may do, joined by underscores.
    permissions: &'static str,
    hidden: bool,
    /// A list as JSON in a string; left out where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<String>,
    schedule_active: bool,
    card_count: usize,
    cloud_engine: &'static str,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CardInfo {
    card_count: usize,
    card_view_count: u64,
}

impl Metadata {
    pub fn of(it: &domain::Dataset, moment: &Moment) -> Self {
        let now = moment.now;
        let owner = it.owner();
        let level = moment.level_of_user(it);
        let stream = it.stream.as_ref();
        let provider = &it.profile.provider;
        Self {
            id: it.id.to_string(),
            display_type: provider.clone(),
            data_provider_type: provider.clone(),
            kind: provider.clone(),
            name: it.profile.name.clone(),
            description: it.profile.description.clone(),
            owner: Owner {
                id: owner.to_string(),
                name: moment.name_of_user(owner),
                kind: "USER",
                group: false,
            },
            status: "SUCCESS",
            created: it.created_at.millis(),
            last_touched: it.last_touched.millis(),
            last_updated: it.last_updated.millis(),
            row_count: it.row_count(now),
            column_count: it.column_count(now),
            card_info: CardInfo { card_count: it.cards.len(), card_view_count: 0 },
            properties: DatasetProperties {
                formulas: Formulas {
                    formulas: it
                        .formulas
                        .iter()
                        .map(|(id, it)| (id.clone(), (&**it).into()))
                        .collect(),
                },
            },
            state: "SUCCESS",
            valid_configuration: true,
            valid_account: true,
            stream_id: stream.map(|it| it.id),
            transport_type: stream
                .map_or_else(|| provider.to_uppercase(), |it| it.transport.kind.clone()),
            adc: true,
            adc_external: false,
            adc_source: "DIRECT",
            masked: false,
            current_user_full_access: level.is_some(),
            cloud_id: "domo",
            cloud_name: "Domo",
            permissions: level.map_or("", domain::AccessLevel::permissions),
            hidden: false,
            tags: (!it.profile.tags.is_empty())
                .then(|| serde_json::json!(it.profile.tags).to_string()),
            schedule_active: stream.is_none_or(|it| it.schedule_state == "ACTIVE"),
            card_count: it.cards.len(),
            cloud_engine: "domo",
        }
    }
}
