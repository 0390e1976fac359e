# The agenda: the clerk's desk, and what citizens see.

agenda-now = Now
agenda-urgent = Urgent
agenda-withdrawn = Withdrawn
agenda-rapporteur = Rapporteur:
to-agenda-desk = Agenda: edit and run
to-live = The go-live screen

## What changes on an open page (agenda-list)
agenda-list-voting = Vote in progress: { $value }
agenda-list-quorum = { $present } of { $members } members present. There is a quorum.
agenda-list-no-quorum = No quorum: { $present } of { $members } members present, { $needed } needed.
agenda-list-yes = for
agenda-list-no = against
agenda-list-abstain = blank
agenda-list-absent = absent
agenda-list-press-kept = No connection. The presses are kept and will be sent as soon as it is back. Waiting: { $value }.
agenda-list-press-sent = What was waiting has been sent.
agenda-list-waiting = not voted yet
agenda-list-now = Now under discussion: { $value }

## The clerk's desk
desk-title = Agenda
desk-now = Now
desk-since = since
desk-nothing-yet = No item has begun yet.
desk-next = Next item:
desk-last = That was the last item.
desk-undo = Undo
desk-keys = On the keyboard: N for the next item, U to undo.
desk-undone = The beginning of the item was taken back.
desk-redo = Bring it back
desk-empty = The agenda is empty. Paste the items below.
desk-mend = Correct the time
desk-time = Time at which it began
desk-move = Correct
desk-take-back = It did not begin then: take back
desk-take-up = Begins now
desk-was-at = It began at
desk-was-at-button = Note
desk-change = Change
desk-save = Save
desk-up = Move up
desk-down = Move down
desk-withdraw = Withdraw
desk-put-back = Put the item back
desk-remove = Delete
desk-add = Add items
desk-add-urgent = Add an urgent item
desk-add-urgent-what = What is added while the meeting is in session is marked as urgent.
desk-add-button = Add
field-items = Items
field-items-hint = Paste them as they stand in the call. Numbers, nested items and lines such as “Rapporteur: …” are recognised. Then correct what needs it.
field-number = Number
field-item-title = Title of the item
field-rapporteur = Rapporteur
field-level = Position
level-0 = Item
level-1 = Sub-item
level-2 = Sub-item of a sub-item

## Presses that wait for the connection (agenda-desk)
press-waiting = There is no connection. The press is kept with its time and will be sent when the connection is back. Waiting: { $value }.
press-sent = What was waiting has been sent, each with its own time.
press-failed = There is no connection, and nothing was changed. Try again.
press-changed = Somebody else has changed the agenda. You will see it as soon as you save or close the form.

## The speakers
agenda-speaker = Speaking now:
agenda-speeches = Speeches
speech-title = Speakers
speech-nobody = Nobody has been given the floor yet.
speech-ended = finished
speech-who = Who takes the floor
speech-limit = Time
speech-no-limit = No limit
speech-minutes = { $count } minutes
speech-left = Left:
speech-over = Over by
speech-give = Give the floor
speech-end = End of the speech
speech-resume = Goes on: undo the end
speech-undo = Undo the speaker
speech-undone = The speech was taken back.
speech-no-members = The body has no members on its list yet; write the name freely.
to-members = The members of the body

## The members of a body
members-title = Members
members-empty = There are no members yet. Paste the list below.
members-add = Add members
members-end = End the membership
members-ended = The membership has ended. What was said stays in the member’s name.
field-members = List
field-members-hint = One member a line: “Name; role; faction”. Who has no role is entered as a councillor, and who is there already stays as they are.
field-member-name = Name
field-role = Role
field-faction = Faction
role-mayor = Mayor
role-president = President
role-vice-president = Vice-president
role-secretary = Secretary
role-councillor = Councillor
