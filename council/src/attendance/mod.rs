//! Who is there: what the clerk notes at the beginning, and as members come and go; and whether the body has a quorum.

pub(crate) mod db;

use serde_json::json;

use crate::{
    Council, Error, MeetingId, PersonId, PressId, Result, agenda,
    meeting::Meeting,
    permission::Clerk,
    person::{Member, Role},
    text, vote,
};

/// The most notes of a meeting, undone ones with them.
pub const NOTES_MAX: usize = 20_000;

/// Whether a member is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Is there, or comes.
    Present,
    /// Is not there, or leaves.
    Absent,
}

impl Presence {
    /// The name in SQL and in forms.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Absent => "absent",
        }
    }
}

impl std::str::FromStr for Presence {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        match name {
            "present" => Ok(Self::Present),
            "absent" => Ok(Self::Absent),
            _ => text::refused("presence", "value-missing"),
        }
    }
}

/// From an instant on a member is there, or is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The press that noted it, and perhaps others with it.
    pub press: PressId,
    /// Who.
    pub person: PersonId,
    /// Their name as it was then.
    pub name: String,
    /// Whether they are there.
    pub presence: Presence,
    /// From when on, milliseconds UTC.
    pub at_ms: i64,
}

/// Who was there when.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attendance {
    /// Who sits on the body: when the meeting ended, or now. By role, then by name.
    pub members: Vec<Member>,
    /// In the order of time, without those that were taken back.
    pub notes: Vec<Note>,
}

/// How many of a body's members are there, and how many it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quorum {
    /// Members with a vote who are there.
    pub present: usize,
    /// Members with a vote.
    pub members: usize,
}

impl Quorum {
    /// Half of the members and one.
    #[must_use]
    pub fn needed(self) -> usize {
        self.members / 2 + 1
    }

    /// Whether so many are there.
    #[must_use]
    pub fn is_there(self) -> bool {
        self.present >= self.needed()
    }
}

impl Attendance {
    /// Whether anything was noted: before that nobody is known to be missing.
    #[must_use]
    pub fn is_taken(&self) -> bool {
        !self.notes.is_empty()
    }

    /// Whether a member was there at an instant.
    #[must_use]
    pub fn is_present(&self, person: PersonId, at_ms: i64) -> bool {
        let last = self.notes.iter().rfind(|note| note.person == person && note.at_ms <= at_ms);
        last.is_some_and(|note| note.presence == Presence::Present)
    }

    /// The members with a vote: the mayor speaks in the council without one.
    pub fn voters(&self) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(|member| member.role != Role::Mayor)
    }

    /// How it stands with the quorum at an instant; none where nothing was noted or the body has no members.
    #[must_use]
    pub fn quorum(&self, at_ms: i64) -> Option<Quorum> {
        let members = self.voters().count();
        let present = self.voters().filter(|member| self.is_present(member.person, at_ms)).count();
        (self.is_taken() && members > 0).then_some(Quorum { present, members })
    }

    /// Who presides of those who are there: the president, or else a vice-president.
    #[must_use]
    pub fn chair(&self, at_ms: i64) -> Option<PersonId> {
        let there = |member: &&Member| !self.is_taken() || self.is_present(member.person, at_ms);
        let with = |role: Role| self.members.iter().filter(move |member| member.role == role);
        with(Role::President).chain(with(Role::VicePresident)).find(there).map(|member| member.person)
    }
}

impl Council {
    /// Notes that members are there or are not, from `at_ms` on or from now. Those of whom that is known are left out;
    /// answers the press, if it noted anything.
    ///
    /// A roll call that is open waits for who comes, and no longer for who leaves.
    ///
    /// # Errors
    /// [`Error::Stage`] before the meeting has begun; [`Error::NotFound`] for who is no member.
    pub async fn note_presence(
        &self,
        clerk: &Clerk,
        meeting: MeetingId,
        persons: &[PersonId],
        presence: Presence,
        at_ms: Option<i64>,
    ) -> Result<Option<PressId>> {
        let (mut write, meeting) = self.agenda_of(clerk, meeting).await?;
        let now_ms = self.clock.now_ms();
        let at_ms = agenda::instant(&meeting, at_ms, now_ms)?;
        let attendance = agenda::db::agenda(&mut write, meeting.id).await?.attendance;
        let member = |person: &PersonId| attendance.members.iter().find(|member| member.person == *person);
        let members = persons.iter().map(|person| member(person).ok_or(Error::NotFound("member")));
        let members = members.collect::<Result<Vec<&Member>>>()?;
        let is_news = |member: &&Member| {
            let known = attendance.notes.iter().any(|note| note.person == member.person && note.at_ms <= at_ms);
            let present = attendance.is_present(member.person, at_ms);
            present != (presence == Presence::Present) || (!known && presence == Presence::Absent)
        };
        let press = PressId::new();
        let notes: Vec<(Note, &Member)> = members
            .into_iter()
            .filter(is_news)
            .map(|member| {
                let name = member.name.clone();
                (Note { press, person: member.person, name, presence, at_ms }, member)
            })
            .collect();
        if notes.is_empty() {
            return Ok(None);
        }
        if db::ever(&mut write, meeting.id).await? + notes.len() > NOTES_MAX {
            return text::refused("presence", "value-too-many");
        }
        for (note, member) in &notes {
            db::insert(&mut write, meeting.id, note, &member.faction, clerk.account(), now_ms).await?;
        }
        self.follow_presence(&mut write, &meeting, &notes.iter().map(|(note, _)| note.person).collect::<Vec<_>>())
            .await?;
        let names: Vec<&str> = notes.iter().map(|(note, _)| note.name.as_str()).collect();
        let detail = json!({ "press": press, "presence": presence.name(), "names": names, "at_ms": at_ms });
        self.agenda_changed(write, clerk, &meeting, "attendance.note", detail).await?;
        Ok(Some(press))
    }

    /// Takes back what a press noted (`undone`), or brings it back.
    ///
    /// # Errors
    /// When there is no such press.
    pub async fn undo_presence(&self, clerk: &Clerk, meeting: MeetingId, press: PressId, undone: bool) -> Result<()> {
        let (mut write, meeting) = self.agenda_of(clerk, meeting).await?;
        let notes = db::of_press(&mut write, meeting.id, press).await?;
        let Some((_, was_undone)) = notes.first() else { return Err(Error::NotFound("press")) };
        if *was_undone == undone {
            return Ok(());
        }
        db::undo(&mut write, press, undone.then(|| self.clock.now_ms())).await?;
        let persons: Vec<PersonId> = notes.iter().map(|(note, _)| note.person).collect();
        self.follow_presence(&mut write, &meeting, &persons).await?;
        let act = if undone { "attendance.undo" } else { "attendance.redo" };
        let names: Vec<&str> = notes.iter().map(|(note, _)| note.name.as_str()).collect();
        self.agenda_changed(write, clerk, &meeting, act, json!({ "press": press, "names": names })).await
    }

    /// Moves the instant of what a press noted.
    ///
    /// # Errors
    /// When there is no such press, or the instant is not within the meeting.
    pub async fn move_presence(&self, clerk: &Clerk, meeting: MeetingId, press: PressId, at_ms: i64) -> Result<()> {
        let (mut write, meeting) = self.agenda_of(clerk, meeting).await?;
        let notes = db::of_press(&mut write, meeting.id, press).await?;
        let Some((old, _)) = notes.first() else { return Err(Error::NotFound("press")) };
        if agenda::instant(&meeting, Some(at_ms), self.clock.now_ms())? != at_ms {
            return text::refused("moment", "value-not-time");
        }
        db::shift(&mut write, press, at_ms).await?;
        let persons: Vec<PersonId> = notes.iter().map(|(note, _)| note.person).collect();
        self.follow_presence(&mut write, &meeting, &persons).await?;
        let detail = json!({ "press": press, "name": old.name, "from_ms": old.at_ms, "to_ms": at_ms });
        self.agenda_changed(write, clerk, &meeting, "attendance.move", detail).await
    }

    /// Brings the ballots of an open roll call in step with who is there now.
    async fn follow_presence(
        &self,
        write: &mut crate::db::Write,
        meeting: &Meeting,
        persons: &[PersonId],
    ) -> Result<()> {
        let agenda = agenda::db::agenda(write, meeting.id).await?;
        let Some(open) = agenda.open_vote().filter(|open| open.kind == vote::Kind::RollCall) else { return Ok(()) };
        for person in persons {
            let present = agenda.attendance.is_present(*person, self.clock.now_ms());
            vote::db::follow_presence(write, open.id, *person, present).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MembershipId;

    fn member(role: Role) -> Member {
        Member { id: MembershipId::new(), person: PersonId::new(), name: "Α".into(), role, faction: String::new() }
    }

    fn note(member: &Member, presence: Presence, at_ms: i64) -> Note {
        Note { press: PressId::new(), person: member.person, name: member.name.clone(), presence, at_ms }
    }

    #[test]
    fn a_quorum_is_half_of_the_members_and_one() {
        for (members, needed) in [(1, 1), (2, 2), (3, 2), (9, 5), (26, 14), (27, 14), (40, 21), (41, 21)] {
            assert_eq!(Quorum { present: 0, members }.needed(), needed, "{members}");
            assert!(!Quorum { present: needed - 1, members }.is_there());
            assert!(Quorum { present: needed, members }.is_there());
        }
    }

    #[test]
    fn members_come_and_go_and_the_mayor_does_not_count() {
        let members: Vec<Member> =
            [Role::Mayor, Role::President, Role::VicePresident, Role::Councillor].into_iter().map(member).collect();
        let [mayor, president, vice, councillor] = [0, 1, 2, 3].map(|at| members[at].clone());
        let mut attendance = Attendance { members, notes: Vec::new() };
        assert_eq!(attendance.quorum(9), None, "nothing is known");
        assert_eq!(attendance.chair(9), Some(president.person));
        for (who, at_ms) in [(&mayor, 1), (&president, 1), (&vice, 2)] {
            attendance.notes.push(note(who, Presence::Present, at_ms));
        }
        attendance.notes.push(note(&president, Presence::Absent, 5));
        let quorum = |at_ms| attendance.quorum(at_ms).unwrap();
        assert_eq!(quorum(1), Quorum { present: 1, members: 3 });
        assert!(!quorum(1).is_there() && quorum(2).is_there() && !quorum(5).is_there());
        assert_eq!((attendance.chair(4), attendance.chair(5)), (Some(president.person), Some(vice.person)));
        assert!(!attendance.is_present(councillor.person, 9));
    }
}
