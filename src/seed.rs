//! Reads seed folders into worlds. They are written by hand, so every mistake is reported with its place.
//!
//! `orders.csv` becomes a dataset `orders` with inferred types. `orders.toml` sets further properties, or defines a dataset without
//! rows. `users.toml` defines users and groups, `instance.toml` sets the behaviour of the instance. seed-data/README.md describes the
//! format.

mod format;
mod load;
mod users;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};

use crate::domain::dataset::Dataset;
use crate::domain::directory::Directory;
use crate::domain::ids::Ids;
use crate::domain::instances::{Seeds, is_name};
use crate::domain::world::World;
use crate::domain::{Clock, Timestamp};
use crate::engine::Engine;

use format::{DatasetFile, InstanceFile};
use load::DatasetFiles;
use users::UsersFile;

/// Suffix of subfolders that are the seed of one instance: `acme.domo.com`.
const INSTANCE_FOLDER: &str = ".domo.com";

/// How seeds are read.
#[derive(Clone, Copy, Debug)]
pub struct SeedOptions {
    pub id_seed: u64,
    pub now: Timestamp,
    /// Whether files may lie outside the folder, by `..`, an absolute path or a link.
    pub may_lie_outside: bool,
}

/// Refuses a file that is not within the folder, wherever links lead.
fn check_inside(dir: &Path, file: &Path) -> anyhow::Result<()> {
    let real = |it: &Path| fs::canonicalize(it).with_context(|| it.display().to_string());
    if real(file)?.starts_with(real(dir)?) {
        return Ok(());
    }
    bail!("{}: lies outside the seed's folder: --seed-outside lets it", file.display())
}

/// Reads the folder and its subfolders for single instances.
///
/// # Errors
/// Those of `load`.
pub fn all(dir: Option<&Path>, options: SeedOptions, engine: &Engine) -> anyhow::Result<Seeds> {
    let usual = Arc::new(load(dir, options, engine)?);
    let mut named = BTreeMap::new();
    for folder in dir.map(instance_folders).transpose()?.unwrap_or_default() {
        let file_name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let name = file_name.strip_suffix(INSTANCE_FOLDER).unwrap_or(&file_name);
        if !is_name(name) {
            bail!("{}: '{name}' cannot be the name of an instance", folder.display());
        }
        let world = load(Some(&folder), options, engine)?;
        named.insert(name.to_owned(), Arc::new(world));
    }
    Ok(Seeds { usual, named })
}

fn instance_folders(dir: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for entry in fs::read_dir(dir).with_context(|| format!("seed folder {}", dir.display()))? {
        let path = entry?.path();
        if path.is_dir() && path.to_string_lossy().ends_with(INSTANCE_FOLDER) {
            folders.push(path);
        }
    }
    folders.sort();
    Ok(folders)
}

/// Reads the world that the folder describes. Without a folder it contains one administrator and nothing else.
///
/// # Errors
/// A file that does not belong in a seed, or a mistake in one: `orders.toml:3:9: …`, `orders.csv:17: …`.
fn load(dir: Option<&Path>, options: SeedOptions, engine: &Engine) -> anyhow::Result<World> {
    let SeedOptions { id_seed, now, may_lie_outside } = options;
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
        plots.push(DatasetFiles { dir, name, csv, about });
    }
    let belongs_to_another: BTreeSet<PathBuf> =
        plots.iter().flat_map(DatasetFiles::partition_files).collect();
    plots.retain(|it| {
        it.about.is_some() || it.csv.as_ref().is_none_or(|csv| !belongs_to_another.contains(csv))
    });
    if !may_lie_outside {
        let partitions = plots.iter().flat_map(DatasetFiles::partition_files);
        let files = plots.iter().flat_map(DatasetFiles::own_files).chain(partitions);
        files.chain(found.users.clone()).try_for_each(|it| check_inside(dir, &it))?;
    }
    let datasets = load::all(&plots, engine, &directory, now)?;
    for plot in &plots {
        plot.reserve_ids(&mut ids);
    }
    let mut world = World::new(directory, Clock::frozen(now), ids);
    if let Some(path) = &found.instance {
        let file: InstanceFile = format::read(path)?;
        world.query_shape = file.default_shape.map(Into::into);
    }
    for dataset in datasets {
        insert(&mut world, dataset, dir)?;
    }
    Ok(world)
}

fn insert(world: &mut World, dataset: Dataset, dir: &Path) -> anyhow::Result<()> {
    if let Some(stream) = &dataset.stream
        && world.dataset_of(stream.id).is_ok()
    {
        bail!("{}: duplicate stream id {}", dir.display(), stream.id);
    }
    let name = dataset.profile.name.clone();
    world.insert(dataset).with_context(|| format!("{}: dataset '{name}'", dir.display()))?;
    Ok(())
}

/// The files of a seed folder, by kind.
struct Found {
    dir: PathBuf,
    users: Option<PathBuf>,
    instance: Option<PathBuf>,
    csv: BTreeSet<String>,
    about: BTreeSet<String>,
}

impl Found {
    fn in_folder(dir: &Path) -> anyhow::Result<Self> {
        let mut found = Self {
            dir: dir.to_owned(),
            users: None,
            instance: None,
            csv: BTreeSet::new(),
            about: BTreeSet::new(),
        };
        let entries =
            fs::read_dir(dir).with_context(|| format!("seed folder {}", dir.display()))?;
        for entry in entries {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            match path.extension().and_then(|it| it.to_str()) {
                _ if name.starts_with('.') || path.is_dir() => {}
                Some("toml") if stem == "users" => found.users = Some(path),
                Some("toml") if stem == "instance" => found.instance = Some(path),
                Some("toml") => drop(found.about.insert(stem)),
                Some("csv") => drop(found.csv.insert(stem)),
                Some("md") => {}
                _ => {
                    bail!("{}: is not a seed file: these end in .csv, .toml or .md", path.display())
                }
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
