# Attendance, votes and decisions: the clerk's desk, and what citizens see.

## Attendance
presence-title = Attendance
presence-present = Present
presence-absent = Absent
presence-moves = Arrivals and departures
presence-came = Arrived: { $name }
presence-left = Left: { $name }
presence-is-there = present: { $name }
presence-is-away = absent: { $name }
presence-are-there = { $count ->
    [one] 1 present
   *[other] { $count } present
}
presence-are-away = { $count ->
    [one] 1 absent
   *[other] { $count } absent
}
presence-not-taken = Attendance has not been taken yet. Press “All present” and then whoever is missing, or those present one by one.
presence-no-members = The body has no members on the list yet.
presence-all = All present
presence-grid = Members one by one
presence-grid-what = Each press changes whether the member is present, and keeps the time.
presence-presses = What has been noted
presence-take-back = Undo
presence-undone = What had been noted was undone.
presence-everybody = All members
presence-there = Present
presence-away = Absent
field-presence = Attendance
field-presence-time = From

## Votes
vote-title = Vote
vote-going-on = Vote in progress
vote-roll-call = Roll call
vote-show-of-hands = Show of hands
vote-secret = Secret
majority-present = majority of those present
majority-members = majority of all members
majority-two-thirds = two thirds of all members
vote-open = Vote in progress
vote-broken = Broken off without a result
vote-carried-unanimous = Approved unanimously
vote-carried-majority = Approved by majority
vote-carried-casting = Approved: a tie, decided by the chair’s vote
vote-rejected-unanimous = Rejected unanimously
vote-rejected-majority = Rejected by majority
vote-rejected-casting = Rejected: a tie, decided by the chair’s vote
vote-rejected-short = { $count ->
    [one] Rejected: short of the 1 vote needed
   *[other] Rejected: short of the { $count } votes needed
}
vote-tied = Tied
vote-count-yes = for
vote-count-no = against
vote-count-abstain = blank
vote-count-absent = absent
vote-count-waiting = to come
vote-names = How each member voted
vote-no-faction = No faction
vote-mended = Corrected on { $date }: { $reason } Before the correction: { $yes } for, { $no } against, { $abstain } blank.
vote-result = Result on this item:
vote-to-item = Decision and correction
vote-start = Start the vote
vote-on = Key V. On the item:
vote-in-camera = While the doors are closed no vote is noted. You can note it as soon as they open.
vote-needed = { $count ->
    [one] 1 vote is needed.
   *[other] { $count } votes are needed.
}
vote-roll-keys = By keyboard: arrows for the next and the previous member, 1 for, 2 against, 3 blank, 0 absent. R: the rest for. C: close.
vote-rest = The rest for
vote-close = Close the vote
vote-take-back = It was not held: undo the vote
vote-undone = The vote was undone.
vote-reopen = It goes on: undo the closing
vote-mend = Correct the result
vote-mend-button = Correct
vote-secret-what = Of a secret vote only the numbers are kept, never names.
vote-casting-none = There was no tie
vote-was-at = Vote held at
vote-was-at-button = Note the vote
field-vote-kind = How
field-majority = Majority
field-motion = What is voted on, if not the proposal
field-count-yes = For
field-count-no = Against
field-count-abstain = Blank
field-casting = The chair’s vote
field-mend-reason = Reason for the correction, for the public
count-rest = { $count ->
    [one] If you leave “For” empty, everybody else is counted for. Present: 1.
   *[other] If you leave “For” empty, everybody else is counted for. Present: { $count }.
}

## Decisions
decision = Decision
decision-ada = ADA on Diavgeia:
decision-new = Decision…
decision-change = Change decision
decision-take-back = Undo the decision
decision-undone = The decision was undone, and its number is free again.
field-decision-number = Number
field-decision-year = Year
field-decision-title = Title of the decision
field-decision-text = Text
field-ada = ADA
field-ada-hint = You can add it later. For example ΨΧ4Ω46ΜΤΛΠ-Ξ7Ω.

## Draft minutes, the chamber's screen
minutes-title = Draft minutes
minutes-what = Written from what the clerk noted during the meeting. These are not the approved minutes.
minutes-back = The meeting’s page
minutes-no-presence = Attendance was not noted.
minutes-taken-up = The item is taken up.
chamber-title = Chamber screen
