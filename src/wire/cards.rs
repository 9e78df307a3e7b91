//! Cards: those of a dataset, and all of them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::error::Refusal;
use super::extract::{Query, Reply};
use super::path::Path;
use super::shapes::LooseBool;
use crate::domain::operations::{DatasetFilter, DatasetOrder};
use crate::domain::{self, DatasetId, Moment, Session, UserId};

pub async fn of_dataset(
    session: Session,
    Path(dataset): Path<DatasetId>,
    Query(query): Query<CardsQuery>,
) -> Result<Reply<Vec<Card>>, Refusal> {
    let with_drills = LooseBool::or(query.drill.as_ref(), "drill", true)?;
    let cards = session.cards(dataset)?;
    let shown = cards.iter().filter(|it| with_drills || !it.drill);
    Ok(Reply(shown.map(|it| Card::of(it, dataset, &cards.moment)).collect()))
}

/// Those on datasets that the caller may see. A client asks for them to learn whether its token is good.
pub async fn list(session: Session, Query(query): Query<ListQuery>) -> Reply<Vec<Card>> {
    let datasets = session.datasets(&DatasetFilter::default(), DatasetOrder::default());
    let all = datasets
        .iter()
        .flat_map(|of| of.cards.iter().map(|it| Card::of(it, of.id, &datasets.moment)));
    Reply(all.filter(|it| query.asks_for(&it.urn)).collect())
}

#[derive(Debug, Deserialize)]
pub struct ListQuery {
    /// Ids with commas between them.
    urns: Option<String>,
}

impl ListQuery {
    fn asks_for(&self, urn: &str) -> bool {
        self.urns.as_ref().is_none_or(|it| it.split(',').any(|wanted| wanted.trim() == urn))
    }
}

#[derive(Debug, Deserialize)]
pub struct CardsQuery {
    drill: Option<LooseBool>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Card {
    id: u64,
    urn: String,
    #[serde(rename = "type")]
    kind: String,
    chart_type: String,
    title: String,
    owner_id: UserId,
    owners: Vec<CardOwner>,
    access: bool,
    datasource_id: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CardOwner {
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    display_name: String,
}

impl Card {
    fn of(it: &domain::Card, dataset: domain::DatasetId, moment: &Moment) -> Self {
        let name = moment.name_of_user(it.owner);
        Self {
            id: it.id,
            urn: it.id.to_string(),
            kind: it.kind.clone(),
            chart_type: it.chart_type.clone(),
            title: it.title.clone(),
            owner_id: it.owner,
            owners: vec![CardOwner { id: it.owner.to_string(), kind: "USER", display_name: name }],
            access: true,
            datasource_id: dataset.to_string(),
        }
    }
}
