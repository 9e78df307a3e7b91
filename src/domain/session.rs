//! What one request may do: in one world, from its first look to its last, as one user.
//!
//! A session is made where a request is let in and dropped with it. It holds the store of the world that it began with,
//! so a reset in between does not move it to another one.

use std::ops::Deref;
use std::sync::Arc;

use super::clock::Timestamp;
use super::dataset::Dataset;
use super::directory::Directory;
use super::error::{Error, Result};
use super::ids::{DatasetId, Ids, StreamId, UserId};
use super::permission::{AccessLevel, Grantee, Need};
use super::settings::QueryShape;
use super::settings::Setup;
use super::store::{CommitTurn, WorldStore};
use super::world::World;
use crate::engine::{Engine, Lease, Ticket};

/// A request whose user is not known yet, or is not asked for.
#[derive(Clone, Debug)]
pub struct AnonymousSession {
    pub(super) world: Arc<WorldStore>,
    pub(super) setup: Arc<Setup>,
    pub(super) ticket: Ticket,
}

/// A request of a user. Its operations are in `operations`.
#[derive(Clone, Debug)]
pub struct Session {
    world: Arc<WorldStore>,
    setup: Arc<Setup>,
    user: UserId,
    ticket: Ticket,
}

/// One moment of a world as one user meets it: what time it is, and who is who.
#[derive(Clone, Debug)]
pub struct Moment {
    pub now: Timestamp,
    pub user: UserId,
    pub directory: Directory,
}

/// What an operation found or made, and the moment at which that was so.
#[derive(Clone, Debug)]
pub struct AsOf<T> {
    pub value: T,
    pub moment: Moment,
}

impl<T> Deref for AsOf<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> AsOf<T> {
    pub fn map<U>(self, map: impl FnOnce(T) -> U) -> AsOf<U> {
        AsOf { value: map(self.value), moment: self.moment }
    }
}

impl AnonymousSession {
    /// The same request, as this user.
    pub fn log_in_as(&self, user: UserId) -> Session {
        let (world, setup) = (Arc::clone(&self.world), Arc::clone(&self.setup));
        Session { world, setup, user, ticket: self.ticket }
    }

    /// A trace id for a refusal.
    pub fn trace(&self) -> String {
        self.draw(Ids::refusal)
    }

    /// Pays for a body while it arrives.
    pub fn body_lease(&self) -> Lease {
        self.setup.engine.body_lease()
    }

    pub(super) fn draw<T>(&self, draw: impl FnOnce(&mut Ids) -> T) -> T {
        self.world.set(|world| draw(&mut world.ids))
    }

    pub(super) fn remember_login(&self, token: &str, user: UserId) {
        self.world.set(|world| world.logins.open(token, user, world.clock.now()));
    }
}

impl Session {
    /// The shape of answers that the instance's seed asks for.
    pub fn query_shape(&self) -> Option<QueryShape> {
        self.world.read().query_shape
    }

    pub fn user_id(&self) -> UserId {
        self.user
    }

    pub(super) fn engine(&self) -> &Engine {
        &self.setup.engine
    }

    /// Who asks, and since when.
    pub fn ticket(&self) -> Ticket {
        self.ticket
    }

    pub(super) fn setup(&self) -> &Setup {
        &self.setup
    }

    pub(super) fn now(&self) -> Timestamp {
        self.world.read().clock.now()
    }

    /// This moment: what time it is, and who is who.
    pub fn moment(&self) -> Moment {
        self.look().1
    }

    /// The whole world as it is now, and that moment. What is found in the one belongs to the other.
    pub(super) fn look(&self) -> (Arc<World>, Moment) {
        let world = self.world.read();
        let moment = Moment::of(&world, self.user);
        (world, moment)
    }

    /// The dataset as it is now, if the user may do this with it.
    pub(super) fn read(&self, id: DatasetId, need: Need) -> Result<AsOf<Arc<Dataset>>> {
        let (world, moment) = self.look();
        let value = Arc::clone(moment.permit(world.dataset(id)?, need)?);
        Ok(AsOf { value, moment })
    }

    /// The dataset of a stream, in the same way.
    pub(super) fn read_of(&self, stream: StreamId, need: Need) -> Result<AsOf<Arc<Dataset>>> {
        let (world, moment) = self.look();
        let value = Arc::clone(moment.permit(world.dataset_of(stream)?, need)?);
        Ok(AsOf { value, moment })
    }

    /// What is remembered of a deleted dataset, if the user may see it.
    pub(super) fn read_remains(&self, id: DatasetId) -> Option<AsOf<Arc<Dataset>>> {
        let (world, moment) = self.look();
        let value = Arc::clone(moment.permit(world.remains(id)?, Need::View).ok()?);
        Some(AsOf { value, moment })
    }

    /// What is remembered of the deleted dataset of a stream, in the same way.
    pub(super) fn read_remains_of(&self, stream: StreamId) -> Option<AsOf<Arc<Dataset>>> {
        let (world, moment) = self.look();
        let value = Arc::clone(moment.permit(world.remains_of(stream)?, Need::View).ok()?);
        Some(AsOf { value, moment })
    }

    /// Changes a copy of the dataset and publishes it, unless the user may not or `change` fails. Rights are judged on
    /// the very dataset that is changed.
    pub(super) fn change<T>(
        &self,
        id: DatasetId,
        need: Need,
        change: impl FnOnce(&mut Dataset, &Moment) -> Result<T>,
    ) -> Result<AsOf<T>> {
        self.try_change(id, need, change)
    }

    /// The same, for a change that can also fail in a way of its own.
    pub(super) fn try_change<T, E: From<Error>>(
        &self,
        id: DatasetId,
        need: Need,
        change: impl FnOnce(&mut Dataset, &Moment) -> Result<T, E>,
    ) -> Result<AsOf<T>, E> {
        self.update(|world, moment| {
            moment.permit(world.dataset(id)?, need)?;
            world.change(id, |dataset| self.paid(dataset, |it| change(it, moment)))
        })
    }

    /// Changes the dataset of a stream in the same way.
    pub(super) fn change_of<T>(
        &self,
        stream: StreamId,
        need: Need,
        change: impl FnOnce(&mut Dataset, &Moment) -> Result<T>,
    ) -> Result<AsOf<T>> {
        self.update(|world, moment| {
            let id = moment.permit(world.dataset_of(stream)?, need)?.id;
            world.change(id, |dataset| self.paid(dataset, |it| change(it, moment)))
        })
    }

    /// Changes a dataset, and pays for what its texts take then.
    pub(super) fn paid<T, E: From<Error>>(
        &self,
        dataset: &mut Dataset,
        change: impl FnOnce(&mut Dataset) -> Result<T, E>,
    ) -> Result<T, E> {
        let outcome = change(dataset)?;
        dataset.pay_for_texts(&self.engine().budgets().texts)?;
        Ok(outcome)
    }

    /// The turn of a commit that was overtaken so many times.
    pub(super) async fn commit_turn(&self, overtaken: usize) -> CommitTurn<'_> {
        self.world.commit_turn(overtaken).await
    }

    /// The one way by which a user changes the world: all of the change is published, or nothing.
    pub(super) fn update<T, E>(
        &self,
        change: impl FnOnce(&mut World, &Moment) -> Result<T, E>,
    ) -> Result<AsOf<T>, E> {
        self.world.change(|world| {
            let moment = Moment::of(world, self.user);
            let value = change(world, &moment)?;
            Ok(AsOf { value, moment })
        })
    }

    /// Draws ids. They are gone from the sequence whether or not what they are for succeeds.
    pub(super) fn draw<T>(&self, draw: impl FnOnce(&mut Ids) -> T) -> T {
        self.world.set(|world| draw(&mut world.ids))
    }
}

impl Moment {
    fn of(world: &World, user: UserId) -> Self {
        Self { now: world.clock.now(), user, directory: world.directory.clone() }
    }

    /// What the user may do with a dataset; `None` where that is nothing.
    pub fn level_of_user(&self, dataset: &Dataset) -> Option<AccessLevel> {
        dataset.level_of(self.user, &self.directory)
    }

    pub fn name_of_user(&self, user: UserId) -> String {
        self.directory.name_of(Grantee::User(user))
    }

    /// Every operation on a dataset, or on its stream, asks here whether the user may.
    pub(super) fn permit<'a>(
        &self,
        dataset: &'a Arc<Dataset>,
        need: Need,
    ) -> Result<&'a Arc<Dataset>> {
        if self.level_of_user(dataset).is_some_and(|it| it >= need.level()) {
            Ok(dataset)
        } else {
            Err(Error::Forbidden { user: self.user, action: need.action() })
        }
    }
}
