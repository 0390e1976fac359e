//! Who sits on a body: persons and their memberships, with role and faction.

pub(crate) mod db;
pub mod paste;

use serde_json::json;

use crate::{
    BodyId, Council, Error, MembershipId, MunicipalityId, PersonId, Result,
    audit::{self, Line},
    db::Write,
    municipality,
    permission::Clerk,
    text,
};

/// The most memberships of a body that last.
pub const MEMBERS_MAX: usize = 300;
/// The most characters of a person's name.
pub const NAME_MAX: usize = 120;
/// The most characters of a faction's name.
pub const FACTION_MAX: usize = 120;

/// What a member is in a body; in the order in which they are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The mayor, who speaks in the council without a vote.
    Mayor,
    /// Who presides.
    President,
    /// Who presides when the president does not.
    VicePresident,
    /// The body's secretary, a member.
    Secretary,
    /// Everybody else.
    #[default]
    Councillor,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] = [Self::Mayor, Self::President, Self::VicePresident, Self::Secretary, Self::Councillor];

    /// The name in SQL, in forms and in locale keys.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Mayor => "mayor",
            Self::President => "president",
            Self::VicePresident => "vice_president",
            Self::Secretary => "secretary",
            Self::Councillor => "councillor",
        }
    }
}

impl std::str::FromStr for Role {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let role = Self::ALL.into_iter().find(|role| role.name() == name);
        role.ok_or(Error::Invalid { field: "member_role", what: "value-missing" })
    }
}

/// A member of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The membership's id.
    pub id: MembershipId,
    /// Who.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// What they are in the body.
    pub role: Role,
    /// Their faction; empty where they have none.
    pub faction: String,
}

/// A member that is to be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewMember {
    /// Their name.
    pub name: String,
    /// What they are in the body.
    pub role: Role,
    /// Their faction.
    pub faction: String,
}

impl NewMember {
    /// The same, with its texts made fit to keep.
    ///
    /// # Errors
    /// [`Error::Invalid`], with the field that is to be mended.
    pub fn checked(self) -> Result<Self> {
        Ok(Self {
            name: text::required("member_name", &self.name, NAME_MAX)?,
            role: self.role,
            faction: text::optional("faction", &self.faction, FACTION_MAX)?,
        })
    }
}

/// The member that a name means, without minding case and accents; none where two have it.
#[must_use]
pub fn named<'a>(members: &'a [Member], name: &str) -> Option<&'a Member> {
    let wanted = text::sort_key(name);
    let mut found = members.iter().filter(|member| text::sort_key(&member.name) == wanted);
    found.next().filter(|_| found.next().is_none())
}

impl Council {
    /// Who sits on a body of this municipality: by role, then by name.
    ///
    /// # Errors
    /// [`Error::NotFound`] also for another municipality's.
    pub async fn members(&self, municipality: MunicipalityId, body: BodyId) -> Result<Vec<Member>> {
        let mut connection = self.read().await?;
        own(municipality::db::bodies(&mut connection, municipality).await?, body)?;
        let mut members = db::members(&mut connection, body).await?;
        in_order(&mut members);
        Ok(members)
    }

    /// Adds members. Who sits on the body already, by name, is left as they are, and who has sat on it before is the same
    /// person again; answers how many were added.
    ///
    /// # Errors
    /// When a value is refused, or they would be more than [`MEMBERS_MAX`]; then nobody is added.
    pub async fn add_members(&self, clerk: &Clerk, body: BodyId, new: Vec<NewMember>) -> Result<usize> {
        let listed = |error| match error {
            Error::Invalid { what, .. } => Error::Invalid { field: "members", what },
            other => other,
        };
        if new.len() > MEMBERS_MAX {
            return text::refused("members", "value-too-many");
        }
        let new = new.into_iter().map(NewMember::checked).collect::<Result<Vec<_>>>().map_err(listed)?;
        let mut write = self.body_of(clerk, body).await?;
        let mut there: Vec<String> =
            db::members(&mut write, body).await?.iter().map(|member| text::sort_key(&member.name)).collect();
        let former = db::former(&mut write, body).await?;
        let mut added = Vec::new();
        for member in new {
            let key = text::sort_key(&member.name);
            if there.contains(&key) {
                continue;
            }
            let mut same = former.iter().filter(|(_, name)| text::sort_key(name) == key).map(|(person, _)| *person);
            // Of two who had the name nobody knows which one it is.
            let known = same.next().filter(|_| same.next().is_none());
            there.push(key);
            db::insert(&mut write, clerk.municipality(), body, (&member, known), self.clock.now_ms()).await?;
            added.push(told(&member));
        }
        if there.len() > MEMBERS_MAX {
            return text::refused("members", "value-too-many");
        }
        let many = added.len();
        if many > 0 {
            self.body_changed(write, clerk, body, "member.add", json!({ "members": added })).await?;
        }
        Ok(many)
    }

    /// Corrects a member's name, role or faction. What was said before keeps the name that was given then.
    ///
    /// # Errors
    /// When a value is refused, or there is no such member.
    pub async fn change_member(&self, clerk: &Clerk, body: BodyId, member: MembershipId, new: NewMember) -> Result<()> {
        let new = new.checked()?;
        let mut write = self.body_of(clerk, body).await?;
        let old = member_of(&mut write, body, member).await?;
        db::change(&mut write, &old, &new).await?;
        let from = NewMember { name: old.name, role: old.role, faction: old.faction };
        let detail = json!({ "member": member, "from": told(&from), "to": told(&new) });
        self.body_changed(write, clerk, body, "member.change", detail).await
    }

    /// Ends a membership, or has it go on.
    ///
    /// # Errors
    /// When there is no such member of the body; to go on, [`Error::Taken`] when another member has the name by now, and when
    /// they would be more than [`MEMBERS_MAX`].
    pub async fn end_member(&self, clerk: &Clerk, body: BodyId, member: MembershipId, ended: bool) -> Result<()> {
        let mut write = self.body_of(clerk, body).await?;
        if !ended {
            let there = db::members(&mut write, body).await?;
            if there.iter().any(|each| each.id == member) {
                return Ok(());
            }
            let name = db::name(&mut write, body, member).await?.ok_or(Error::NotFound("member"))?;
            if there.iter().any(|each| text::sort_key(&each.name) == text::sort_key(&name)) {
                return Err(Error::Taken("member"));
            }
            if there.len() >= MEMBERS_MAX {
                return text::refused("members", "value-too-many");
            }
        }
        if !db::end(&mut write, body, member, ended.then(|| self.clock.now_ms())).await? {
            return Err(Error::NotFound("member"));
        }
        let act = if ended { "member.end" } else { "member.resume" };
        self.body_changed(write, clerk, body, act, json!({ "member": member })).await
    }

    /// A transaction to change one of the clerk's bodies in.
    async fn body_of(&self, clerk: &Clerk, body: BodyId) -> Result<Write> {
        let mut write = self.write().await?;
        own(municipality::db::bodies(&mut write, clerk.municipality()).await?, body)?;
        db::lock(&mut write, body).await?;
        Ok(write)
    }

    async fn body_changed(
        &self,
        mut write: Write,
        clerk: &Clerk,
        body: BodyId,
        act: &str,
        detail: serde_json::Value,
    ) -> Result<()> {
        let subject = body.to_string();
        let line = Line { account: Some(clerk.account()), act, subject: &subject, detail };
        audit::append(&mut write, &self.clock, clerk.municipality(), line).await?;
        write.commit().await
    }
}

/// By role, then by name.
fn in_order(members: &mut [Member]) {
    members.sort_by_cached_key(|member| (member.role, text::sort_key(&member.name), member.id));
}

fn own(bodies: Vec<municipality::Body>, body: BodyId) -> Result<municipality::Body> {
    bodies.into_iter().find(|each| each.id == body).ok_or(Error::NotFound("body"))
}

async fn member_of(write: &mut Write, body: BodyId, member: MembershipId) -> Result<Member> {
    let members = db::members(write, body).await?;
    members.into_iter().find(|each| each.id == member).ok_or(Error::NotFound("member"))
}

fn told(member: &NewMember) -> serde_json::Value {
    json!({ "name": member.name, "role": member.role.name(), "faction": member.faction })
}
