//! Cards: those of a dataset, and all of them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::error::Refusal;
use super::extract::{Call, PathArgs, Query, Reply};
use super::shapes::LooseBool;
use crate::domain::instance::{DatasetFilter, DatasetOrder};
use crate::domain::{self, Grantee};

pub async fn of_dataset(
    call: Call,
    path: PathArgs,
    Query(query): Query<CardsQuery>,
) -> Result<Reply<Vec<Card>>, Refusal> {
    let dataset = path.dataset()?;
    let with_drills = query.drill.map_or(Ok(true), |it| it.value("drill"))?;
    let cards = call.domo.cards(call.user, dataset)?;
    let shown = cards.iter().filter(|it| with_drills || !it.drill);
    Ok(Reply(shown.map(|it| Card::of(it, dataset, &call)).collect()))
}

/// Those on datasets that the caller may see. A client asks for them to learn whether its token is good.
pub async fn list(call: Call, Query(query): Query<ListQuery>) -> Reply<Vec<Card>> {
    let datasets =
        call.domo.datasets(call.user, &DatasetFilter::default(), (DatasetOrder::Created, false));
    let all = datasets.iter().flat_map(|of| of.cards.iter().map(|it| Card::of(it, of.id, &call)));
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
    owner_id: u64,
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
    fn of(it: &domain::Card, dataset: domain::DatasetId, call: &Call) -> Self {
        let name = call.domo.world().directory.name_of(Grantee::user(it.owner));
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
