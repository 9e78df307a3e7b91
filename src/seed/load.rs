//! Builds a dataset from its seed files.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::{Context, anyhow};
use toml::Spanned;

use super::format::{self, DatasetFile, StreamEntry};
use crate::domain::dataset::{Card, Dataset, Formula, Profile};
use crate::domain::directory::Directory;
use crate::domain::ids::{DatasetId, Ids, StreamId, UserId};
use crate::domain::permission::{AccessLevel, Grantee, GranteeKind};
use crate::domain::schema::SchemaColumn;
use crate::domain::stream::{Provider, Setting, Stream, StreamIntent, Transport};
use crate::domain::upload::{UpdateMethod, UploadIntent};
use crate::domain::{ColumnType, Timestamp};
use crate::engine::csv::{self, CsvParser};
use crate::engine::{Column, CsvFormat, Engine, Header, Table};

/// The files of one dataset.
pub(crate) struct DatasetFiles<'a> {
    pub dir: &'a Path,
    pub name: &'a str,
    pub csv: Option<PathBuf>,
    pub about: Option<(DatasetFile, PathBuf)>,
}

/// Reads all datasets with a thread for each core, and returns them in the order of their names.
pub(crate) fn all(
    plots: &[DatasetFiles],
    engine: &Engine,
    directory: &Directory,
    now: Timestamp,
) -> anyhow::Result<Vec<Dataset>> {
    let next = AtomicUsize::new(0);
    let read = || {
        let mut datasets = Vec::new();
        while let Some(plot) = plots.get(next.fetch_add(1, Ordering::Relaxed)) {
            datasets.push((plot.name, plot.dataset(engine, directory, now)));
        }
        datasets
    };
    let threads = thread::available_parallelism().map_or(1, usize::from).min(plots.len());
    let mut datasets = Vec::with_capacity(plots.len());
    thread::scope(|scope| {
        let readers: Vec<_> = (0..threads).map(|_| scope.spawn(read)).collect();
        for reader in readers {
            let read =
                reader.join().map_err(|_| anyhow!("a bug in Domock: reading a seed panicked"))?;
            datasets.extend(read);
        }
        anyhow::Ok(())
    })?;
    datasets.sort_by_key(|(name, _)| *name);
    datasets.into_iter().map(|(_, it)| it).collect()
}

impl DatasetFiles<'_> {
    /// The CSV files that are partitions of this dataset and therefore not datasets themselves.
    pub(crate) fn partition_files(&self) -> impl Iterator<Item = PathBuf> {
        let partitions = self.about.iter().flat_map(|(about, _)| &about.partitions);
        partitions.map(|it| self.dir.join(it.csv.get_ref()))
    }

    /// The CSV and the TOML file of this dataset.
    pub(crate) fn own_files(&self) -> impl Iterator<Item = PathBuf> {
        self.csv.iter().chain(self.about.iter().map(|(_, path)| path)).cloned()
    }

    /// Prevents the ids that the seed uses from being generated again.
    pub(crate) fn reserve_ids(&self, ids: &mut Ids) {
        if let Some(stream) = self.about.as_ref().and_then(|(about, _)| about.stream.as_ref()) {
            ids.reserve_stream(StreamId::new(stream.id));
        }
    }

    /// First guesses the types from the beginning of the CSV file. If the guess holds, which it mostly does, the file is parsed only once.
    fn dataset(
        &self,
        engine: &Engine,
        directory: &Directory,
        now: Timestamp,
    ) -> anyhow::Result<Dataset> {
        let typed = |typing| self.typed_dataset(typing, engine, directory, now);
        typed(Typing::Guessed).or_else(|_| typed(Typing::Inferred))
    }

    fn typed_dataset(
        &self,
        typing: Typing,
        engine: &Engine,
        directory: &Directory,
        now: Timestamp,
    ) -> anyhow::Result<Dataset> {
        let nothing = DatasetFile::default();
        let about = self.about.as_ref().map_or(&nothing, |(about, _)| about);
        let owner =
            self.user(about.owner.as_ref(), directory)?.unwrap_or_else(|| directory.admin());
        let profile = Profile {
            name: about.name.clone().unwrap_or_else(|| self.name.to_owned()),
            description: about.description.clone(),
            provider: about.kind.clone().unwrap_or_else(|| "api".to_owned()),
            tags: about.tags.clone(),
        };
        let columns = self.columns(typing, about)?;
        let mut dataset = Dataset::new(self.id(about)?, profile, columns, owner, now)
            .with_context(|| self.file().display().to_string())?;
        let is_partition = |it: &&PathBuf| self.partition_files().any(|file| file == **it);
        if let Some(path) = self.csv.as_ref().filter(|it| !is_partition(it)) {
            upload(&mut dataset, path, None, (typing, engine), now)?;
        }
        for partition in &about.partitions {
            let path = self.dir.join(partition.csv.get_ref());
            upload(&mut dataset, &path, Some(partition.tag.clone()), (typing, engine), now)?;
        }
        if about.indexed == Some(false) {
            dataset.forget_indexes();
        } else {
            index(&mut dataset, now)?;
        }
        self.grant(&mut dataset, about, directory)?;
        self.set_formulas_cards_and_stream(&mut dataset, about, owner, directory, now)?;
        Ok(dataset)
    }

    /// The id from the seed, or one derived from the name, so that it is the same in every run.
    fn id(&self, about: &DatasetFile) -> anyhow::Result<DatasetId> {
        let Some(id) = &about.id else {
            let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            return Ok(Ids::seeded(self.name.bytes().fold(0xcbf2_9ce4_8422_2325, mix)).dataset());
        };
        id.get_ref().parse().map_err(|_| {
            self.mistake(id, &format!("'{}' is not a dataset id, which is a UUID", id.get_ref()))
        })
    }

    fn columns(&self, typing: Typing, about: &DatasetFile) -> anyhow::Result<Vec<SchemaColumn>> {
        let mut stated: BTreeMap<&str, ColumnType> = BTreeMap::new();
        for (name, kind) in &about.columns {
            let text = kind.as_str().unwrap_or_default();
            let kind = text
                .parse()
                .map_err(|it| anyhow!("{}: column '{name}': {it}", self.file().display()))?;
            stated.insert(name, kind);
        }
        let header = match self.csv.clone().or_else(|| self.partition_files().next()) {
            Some(path) => typing.columns(&path)?,
            None => about.columns.keys().map(|it| Column::new(it, stated[it.as_str()])).collect(),
        };
        if let Some(stray) =
            stated.keys().find(|it| !header.iter().any(|column| column.name == **it))
        {
            return Err(anyhow!(
                "{}: there is no column '{stray}' in the CSV",
                self.file().display()
            ));
        }
        let mut columns: Vec<SchemaColumn> = header
            .into_iter()
            .map(|it| {
                let kind = stated.get(it.name.as_str()).copied().unwrap_or(it.kind);
                SchemaColumn::new(it.name, kind)
            })
            .collect();
        for details in &about.column_details {
            let column = columns.iter_mut().find(|it| it.name == *details.name.get_ref());
            let column = column.ok_or_else(|| {
                self.mistake(
                    &details.name,
                    &format!("there is no column '{}'", details.name.get_ref()),
                )
            })?;
            column.visible = !details.hidden;
            column.description.clone_from(&details.description);
            column.tags.clone_from(&details.tags);
        }
        Ok(columns)
    }

    fn grant(
        &self,
        dataset: &mut Dataset,
        about: &DatasetFile,
        directory: &Directory,
    ) -> anyhow::Result<()> {
        for entry in &about.permissions {
            let (kind, id) = match (&entry.user, &entry.group) {
                (Some(user), None) => (GranteeKind::User, user),
                (None, Some(group)) => (GranteeKind::Group, group),
                _ => {
                    return Err(self.mistake(&entry.access, "a permission needs a user or a group"));
                }
            };
            let grantee = Grantee::new(kind, *id.get_ref());
            if !directory.knows(grantee) {
                return Err(
                    self.mistake(id, &format!("there is no {} {}", kind.noun(), grantee.id()))
                );
            }
            let level: AccessLevel = self.parsed(&entry.access)?;
            dataset
                .share(grantee, level)
                .map_err(|it| self.mistake(&entry.access, &it.to_string()))?;
        }
        Ok(())
    }

    fn set_formulas_cards_and_stream(
        &self,
        dataset: &mut Dataset,
        about: &DatasetFile,
        owner: UserId,
        directory: &Directory,
        now: Timestamp,
    ) -> anyhow::Result<()> {
        for it in &about.formulas {
            let formula = Formula {
                id: it.id.clone(),
                template_id: None,
                name: it.name.clone(),
                expression: it.formula.clone(),
                data_type: it.data_type.clone(),
                aggregatable: it.aggregatable,
            };
            dataset.formulas.insert(it.id.clone(), Arc::new(formula));
        }
        let mut cards = Vec::new();
        for it in &about.cards {
            cards.push(Card {
                id: it.id,
                title: it.title.clone(),
                kind: it.kind.clone(),
                chart_type: it.chart_type.clone(),
                owner: self.user(it.owner.as_ref(), directory)?.unwrap_or(owner),
                drill: it.drill,
            });
        }
        dataset.cards = cards.into();
        if let Some(entry) = &about.stream {
            let intent = self.stream_intent(entry)?;
            dataset.stream =
                Some(Arc::new(Stream::new(StreamId::new(entry.id), owner, now, intent)));
        }
        Ok(())
    }

    fn stream_intent(&self, entry: &StreamEntry) -> anyhow::Result<StreamIntent> {
        let setting = |(name, value): (&String, &toml::Value)| Setting {
            name: name.clone(),
            value: value.as_str().map_or_else(|| value.to_string(), str::to_owned),
            kind: "string".to_owned(),
            category: "METADATA".to_owned(),
        };
        let provider = entry.provider.as_ref().map(|key| Provider {
            id: None,
            key: key.clone(),
            name: entry.provider_name.clone(),
        });
        Ok(StreamIntent {
            transport: Some(Transport {
                kind: entry.transport.clone(),
                description: entry.connector.clone(),
                version: entry.version.clone(),
            }),
            configuration: Some(entry.configuration.iter().map(setting).collect()),
            account: entry.account,
            update_method: entry.update_method.as_ref().map(|it| self.parsed(it)).transpose()?,
            provider,
            schedule_expression: entry.schedule.clone(),
            advanced_schedule: entry.advanced_schedule.clone(),
            schedule_state: None,
        })
    }

    fn user(
        &self,
        named: Option<&Spanned<u64>>,
        directory: &Directory,
    ) -> anyhow::Result<Option<UserId>> {
        let Some(named) = named else { return Ok(None) };
        let id = UserId::new(*named.get_ref());
        match directory.user(id) {
            Some(_) => Ok(Some(id)),
            None => Err(self.mistake(named, &format!("there is no user {id} in users.toml"))),
        }
    }

    fn parsed<T: FromStr<Err = String>>(&self, text: &Spanned<String>) -> anyhow::Result<T> {
        text.get_ref().parse().map_err(|problem: String| self.mistake(text, &problem))
    }

    fn mistake<T>(&self, what: &Spanned<T>, problem: &str) -> anyhow::Error {
        format::at(self.file(), &what.span(), problem)
    }

    fn file(&self) -> &Path {
        let about = self.about.as_ref().map(|(_, path)| path.as_path());
        about.or(self.csv.as_deref()).unwrap_or(self.dir)
    }
}

/// Commits a file as a new version.
fn upload(
    dataset: &mut Dataset,
    path: &Path,
    tag: Option<String>,
    (typing, engine): (Typing, &Engine),
    now: Timestamp,
) -> anyhow::Result<()> {
    let (table, csv_bytes) = parse(path, dataset.schema.layout(), typing, engine)?;
    let intent = UploadIntent { method: Some(UpdateMethod::Append), appends: true, tag };
    dataset.append(&intent, &table, csv_bytes, now)?;
    Ok(())
}

fn index(dataset: &mut Dataset, now: Timestamp) -> anyhow::Result<()> {
    let plan = dataset.index_plan(&[])?;
    let table =
        plan.assemble().map_err(|it| anyhow!("dataset '{}': {it}", dataset.profile.name))?;
    dataset.publish_index(&plan, table, now, now);
    Ok(())
}

/// Where the types of a CSV's columns come from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Typing {
    /// Its beginning. Any value that contradicts the guess is an error.
    Guessed,
    /// The whole file.
    Inferred,
}

impl Typing {
    /// Bytes at the beginning of a CSV file that the types are guessed from.
    const BEGINNING: u64 = 64 << 10;

    fn columns(self, path: &Path) -> anyhow::Result<Vec<Column>> {
        let named = || path.display().to_string();
        if self == Self::Guessed {
            let mut beginning = Vec::new();
            let file = fs::File::open(path).with_context(named)?;
            file.take(Self::BEGINNING).read_to_end(&mut beginning).with_context(named)?;
            return csv::guess(&beginning).with_context(named);
        }
        let bytes = fs::read(path).with_context(named)?;
        csv::infer(&bytes).map_err(|it| anyhow!("{}: {it}", path.display()))
    }
}

fn parse(
    path: &Path,
    columns: &Arc<[Column]>,
    typing: Typing,
    engine: &Engine,
) -> anyhow::Result<(Table, u64)> {
    let bytes = fs::read(path).with_context(|| path.display().to_string())?;
    if bytes.contains(&b'\r') && !bytes.contains(&b'\n') {
        anyhow::bail!("{}: its lines end with CR alone; LF and CR LF can be read", path.display());
    }
    let format = CsvFormat { delimiter: b',', header: Header::Always };
    let mut parser = CsvParser::new(Arc::clone(columns), format, engine.budget());
    if typing == Typing::Guessed {
        parser = parser.only_as_inferred();
    }
    let table = parser.push(&bytes).and_then(|()| parser.finish());
    let table = table.map_err(|it| anyhow!("{}: {it}", path.display()))?;
    Ok((table, bytes.len() as u64))
}
