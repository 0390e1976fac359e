# The public pages.

## Frame
skip-to-content = Skip to content
navigation = Main navigation
meetings = Meetings
studio = Control room
sources = Sources of picture and sound
nav-sources = Sources
log-in = Log in
log-out = Log out
footer-record = Meetings are broadcast live, and their recordings stay open to everyone.
footer-product = Runs on Bema, free software for municipal councils.

## Stages
stage-scheduled = Scheduled
stage-live = Live
stage-paused = Paused
stage-in_camera = In camera
stage-ended = Ended
stage-cancelled = Cancelled

## Lengths of time
duration = Length
duration-days = { $count ->
    [one] 1 day
   *[other] { $count } days
}
duration-hours = { $count ->
    [one] 1 hour
   *[other] { $count } hours
}
duration-minutes = { $count ->
    [one] 1 minute
   *[other] { $count } minutes
}
duration-seconds = { $count ->
    [one] 1 second
   *[other] { $count } seconds
}
duration-two = { $first } and { $second }

## The list
list-now = Now
list-now-empty = No meeting is being broadcast at the moment. See below when the next one is, or watch one of the past ones.
list-next = Next
list-next-empty = No meeting is scheduled. As soon as one is called, it will appear here.
list-past = Past
list-past-page = Past, page { $page }
list-past-empty = There is no recording yet. Every meeting will appear here as soon as it is over.
list-pages = Pages of past meetings
list-newer = Newer
list-older = Older
watch-now = Watch now
began-at = Began at { $time }
begins-in = Begins in

## A meeting
before-title = The meeting has not begun
before-what = It will be broadcast live on this page, which will reload by itself when the meeting begins. If it does not, load it again.
cancelled-title = The meeting is cancelled
no-recording-title = There is no recording
no-recording-what = No picture or sound of this meeting was kept. For the minutes, ask the secretariat of the body.
no-script-live = Without JavaScript, the live broadcast plays only in browsers that support HLS, such as Safari.
no-script-ended = If the recording does not play in your browser, download it below.
facts-title = Details
facts-date = Date
facts-place = Place
facts-held = Held
agenda-title = Agenda
agenda-empty = The agenda has not been published yet.
stretches-title = Interruptions
stretches-none = No interruption was recorded.
stretches-what = In these stretches there is no picture or sound from the chamber.
stretch-gap = Signal lost { $span }
stretch-in-camera = In camera { $span }
stretch-pause = Broadcast paused by the chair { $span }
downloads-title = Download
downloads-whole = Download the whole meeting (MP4)
downloads-span = Download an excerpt
downloads-from = From
downloads-from-hint = Time since the beginning of the recording, such as 1:02:30.
downloads-to = To
downloads-span-button = Download the excerpt (MP4)
to-studio = Run this meeting

## Log-in and set-up
log-in-title = Log in to your account
log-in-who = For the staff who run the broadcasts. You need no account to watch a meeting.
setup-title = Set-up
setup-intro = Fill in the details of the municipality and of its first administrator. You will be logged in right after.
setup-done = The set-up has been done already. Log in with the administrator’s account.
setup-button = Finish the set-up
form-optional = (optional)
field-email = E-mail address
field-password = Password
field-new-password = Password
field-new-password-hint = At least { $least } characters. A phrase that you remember is better than symbols.
field-name = Your full name
field-token = Set-up token
field-token-hint = It was printed on the terminal when Bema was started for the first time.
field-name-el = Name of the municipality in Greek
field-name-el-hint = As it stands on its letters.
field-name-en = Name of the municipality in English
field-name-en-hint = Such as “Municipality of Rethymno”.
field-slug = Short name in Latin letters
field-slug-hint = For addresses and folders: small letters, digits and hyphens, such as rethymno.
field-host = Host name
field-host-hint = The address at which citizens will find these pages, such as live.rethymno.gr.
