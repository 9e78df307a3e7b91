//! Seed folders → worlds. A folder is written by hand and kept in git; a mistake stops the start and says where it is.
//!
//! `orders.csv` with a header line is a dataset `orders`, its types inferred. `orders.toml` beside it says more, or
//! stands alone for a dataset without rows. `users.toml` names users and groups. See seed-data/README.md.

mod format;
mod plant;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::domain::dataset::Dataset;
use crate::domain::directory::Directory;
use crate::domain::ids::Ids;
use crate::domain::store::World;
use crate::domain::{Clock, Timestamp};
use crate::engine::Engine;

use format::{DatasetFile, UsersFile};
use plant::Plot;

/// The world that the folder describes; one administrator and nothing else where there is no folder.
///
/// # Errors
/// A file that is no seed file, or has a mistake: `orders.toml:3:9: …`, `orders.csv:17: …`.
pub fn load(
    dir: Option<&Path>,
    (id_seed, now): (u64, Timestamp),
    engine: &Engine,
) -> anyhow::Result<World> {
    let mut ids = Ids::seeded(id_seed);
    let Some(dir) = dir else {
        return Ok(World::new(Directory::of_one_admin(), Clock::frozen(now), ids));
    };
    let found = Found::in_folder(dir)?;
    let directory = match &found.users {
        Some(path) => format::read::<UsersFile>(path)?.into_directory(path)?,
        None => Directory::of_one_admin(),
    };
    let mut plots = Vec::new();
    for name in found.datasets() {
        let csv = found.csv(name);
        let about = match found.about(name) {
            Some(path) => Some((format::read::<DatasetFile>(&path)?, path)),
            None => None,
        };
        plots.push(Plot { dir, name, csv, about });
    }
    let belongs_to_another: BTreeSet<PathBuf> =
        plots.iter().flat_map(Plot::partition_files).collect();
    plots.retain(|it| {
        it.about.is_some() || it.csv.as_ref().is_none_or(|csv| !belongs_to_another.contains(csv))
    });
    let mut datasets = plant::all(&plots, engine, &directory, now)?;
    for plot in &plots {
        plot.reserve_ids(&mut ids);
    }
    let world = World::new(directory, Clock::frozen(now), ids);
    for dataset in &mut datasets {
        insert(&world, dataset, dir)?;
    }
    Ok(world)
}

fn insert(world: &World, dataset: &mut Dataset, dir: &Path) -> anyhow::Result<()> {
    if let Some(stream) = &dataset.stream {
        if world.streams.dataset_of(stream.id).is_ok() {
            bail!("{}: stream id {} is there twice", dir.display(), stream.id);
        }
        world.streams.insert(stream.id, dataset.id);
    }
    let name = dataset.profile.name.clone();
    world
        .datasets
        .insert(dataset.clone())
        .with_context(|| format!("{}: dataset '{name}'", dir.display()))
}

/// The files of a seed folder, by what they are.
struct Found {
    dir: PathBuf,
    users: Option<PathBuf>,
    csv: BTreeSet<String>,
    about: BTreeSet<String>,
}

impl Found {
    fn in_folder(dir: &Path) -> anyhow::Result<Self> {
        let mut found =
            Self { dir: dir.to_owned(), users: None, csv: BTreeSet::new(), about: BTreeSet::new() };
        let entries =
            fs::read_dir(dir).with_context(|| format!("seed folder {}", dir.display()))?;
        for entry in entries {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            match path.extension().and_then(|it| it.to_str()) {
                _ if name.starts_with('.') || path.is_dir() => {}
                Some("toml") if stem == "users" => found.users = Some(path),
                Some("toml") => drop(found.about.insert(stem)),
                Some("csv") => drop(found.csv.insert(stem)),
                Some("md") => {}
                _ => bail!("{}: is no seed file: those end in .csv, .toml or .md", path.display()),
            }
        }
        Ok(found)
    }

    fn datasets(&self) -> impl Iterator<Item = &String> {
        self.csv.union(&self.about)
    }

    fn csv(&self, name: &str) -> Option<PathBuf> {
        self.csv.contains(name).then(|| self.dir.join(format!("{name}.csv")))
    }

    fn about(&self, name: &str) -> Option<PathBuf> {
        self.about.contains(name).then(|| self.dir.join(format!("{name}.toml")))
    }
}
