# What was not accepted, and what to do.

## Forms
error-summary = Something needs to be put right
error-mark = Error
error-unknown = Something went wrong and nothing was changed. Try again; if it happens again, tell the administrator.
error-credentials = The address or the password is not right. Check both and try again.
error-too-many = There were too many tries. Wait a few minutes and try again.
error-stage = The meeting has moved on to another stage, and this was not done. See below where it stands now.
error-taken = This name is in use already. Choose another one.
error-not-found = It was not found. It may have been removed; load the page again.
error-storage = The recording could not be written to the disk. Tell the administrator at once.
error-invalid = What was sent cannot be read. Fill in the form again.
error-invalid-accent = Write the colour as # and six hexadecimal digits, such as #1f5f8b.
error-invalid-agenda = Write one item a line, at most 500 items of 1,000 characters.
error-invalid-body = Choose the body that meets.
error-invalid-date = Write the date of the meeting.
error-invalid-email = Write an address such as name@town.gr.
error-invalid-hosts = Write the host name alone, without http:// and without a slash.
error-invalid-name = Write the name. It may be neither empty nor very long.
error-invalid-name-en = The name in English is too long. Shorten it.
error-invalid-password = The password needs at least 12 characters.
error-invalid-place = The place is too long. Write at most 200 characters.
error-invalid-rank = Choose whether the source is the primary one or a backup.
error-invalid-reason = Write why the meeting is cancelled, in at most 500 characters. Citizens will read it.
error-invalid-slug = Write small Latin letters, digits and hyphens, without spaces.
error-invalid-source = Choose one of the sources. A meeting has at most eight.
error-invalid-span = Write the times as 1:02:30, the beginning before the end.
error-invalid-starts_at = Write a date and a time that exist.
error-invalid-time = Write when the meeting begins, such as 18:00.
error-invalid-title = Write the title of the meeting, in at most 200 characters.
error-invalid-token = The set-up token is not right, or it has been used. Copy it from the terminal on which Bema was started.
error-invalid-url = Write an address that begins with rtsp:// and names the camera, such as rtsp://192.168.1.20/stream1.
error-invalid-user = Write the user name that belongs to the password, or leave both empty.
error-password-again = Type the password again: for safety it does not stay on the page.

## Pages
failure-status = Error { $status }
failure-home = To the list of meetings
failure-again = Try again
failure-log-in = Log in
failure-forbidden-title = You have no access
failure-forbidden-what = This page is for the staff who run the broadcasts. Log in with an account that may, or ask the administrator.
failure-not-found-title = The page was not found
failure-not-found-what = Check the address, or find the meeting in the list.
failure-conflict-title = It was not done
failure-conflict-what = Somebody else has changed the same thing in the meantime. Go back to the page, load it again and see how it stands now.
failure-large-title = That is too much
failure-large-what = Shorten what you sent and try again.
failure-too-many-title = Too many tries
failure-too-many-what = Wait a few minutes and try again.
failure-broken-title = Something broke on our side
failure-broken-what = The fault has been recorded. Try again in a while; if it happens again, tell the municipality.
failure-busy-title = The service is not available at the moment
failure-busy-what = Try again in a minute. Broadcasts and recordings under way go on.
failure-bad-title = The request cannot be read
failure-bad-what = Check the address, or begin at the list of meetings.
